from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pymongo.database import Database

from access.caller import Caller
from rollbook.cli import main
from rollbook.config import Config
from rollbook.services import open_services
from tests.packages.structures import REPAIRED

Run = Callable[..., Result]
STATEMENT = {
    "actor": {"mbox": "mailto:ada@example.org"},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/passed"},
    "object": {"id": "http://example.org/first-aid"},
}


@pytest.fixture
def run(mongo_uri: str, db: Database[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `rollbook ARGUMENTS` over this test's database."""
    monkeypatch.setenv("ROLLBOOK_MONGODB_URI", mongo_uri)
    monkeypatch.setenv("ROLLBOOK_MONGODB_DATABASE", db.name)
    monkeypatch.setenv("ROLLBOOK_DATA_DIR", str(tmp_path / "data"))
    import mongoengine

    mongoengine.disconnect("rollbook")
    return lambda *arguments: CliRunner().invoke(main, [str(a) for a in arguments])


def test_import_prints_what_became_of_each_package(run: Run, sample_package: Callable[[str], Path], tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"this is no archive")

    done = run("import", "--json", sample_package("scorm12-fire-safety"), broken)

    rows = json.loads(done.output)
    assert done.exit_code == 1
    assert [row["imported"] for row in rows] == [True, False]
    assert rows[0]["standard"] == "scorm12"
    assert rows[1]["report"]["errors"][0]["rule"]


def test_validate_leaves_nothing_behind(run: Run, sample_package: Callable[[str], Path], db: Database[dict[str, Any]]) -> None:
    done = run("validate", sample_package("scorm2004-data-protection"))

    assert done.exit_code == 0
    assert "1 accepted, 0 refused" in done.output
    assert db.list_collection_names() == []


def test_a_refused_package_is_explained_in_words(run: Run, tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"this is no archive")

    done = run("validate", broken)

    assert done.exit_code == 1
    assert "refused" in done.output
    assert "0 accepted, 1 refused" in done.output


def test_a_credential_is_made_listed_and_revoked(run: Run) -> None:
    made = json.loads(
        run("credentials", "create", "--name", "Reports", "--scope", "analytics/read", "--scope", "content/read").output
    )
    listed = run("credentials", "list").output
    run("credentials", "revoke", made["key"])
    after = run("credentials", "list").output

    assert made["secret"]
    assert listed.split()[:2] == [made["key"], "Reports"]
    assert "revoked" in after


def test_a_credential_belongs_to_the_store_that_was_named(run: Run) -> None:
    made = json.loads(run("credentials", "create", "--name", "Other", "--scope", "all", "--store", "2").output)
    refused = run("credentials", "create", "--name", "Other", "--scope", "all", "--store", "0")

    assert made["store"] == 2
    assert made["key"] not in run("credentials", "list").output
    assert made["key"] in run("credentials", "list", "--store", "2").output
    assert refused.exit_code == 2


def test_a_chosen_secret_that_is_short_is_warned_of(run: Run) -> None:
    done = run("credentials", "create", "--name", "Reports", "--scope", "all", "--secret", "elevenchars")

    assert done.exit_code == 0
    assert "the secret has 11 characters; it should have 12 to 512" in done.stderr


def test_a_scope_that_does_not_exist_is_refused_with_those_that_do(run: Run) -> None:
    done = run("credentials", "create", "--name", "Reports", "--scope", "everything")

    assert done.exit_code == 1
    assert "statements/read" in done.output


def test_rebuild_folds_the_statements_of_every_store_again_and_says_how_many(run: Run, mongo_uri: str, config: Config) -> None:
    services = open_services(config, mongo_uri)
    services.ensure_indexes()
    services.lrs.store([STATEMENT, STATEMENT], caller=Caller(key="lms", name="LMS", scopes=frozenset({"all"})))
    services.lrs.store(STATEMENT, caller=Caller(key="other", name="Other", scopes=frozenset({"all"}), store=2))
    services.attempts.current(1)
    services.attempts.current(2)
    services.db["analytics_attempts"].delete_many({})
    services.close()

    done = run("rebuild")

    assert done.exit_code == 0
    assert done.stdout.splitlines() == ["statements: 3 read", "attempts: 2 rows", "interactions: 0 rows"]


def test_an_unreadable_setting_is_one_line_not_a_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLBOOK_PORT", "eighty")

    done = run("credentials", "list")

    assert done.exit_code == 1
    assert done.output.startswith("Error: ROLLBOOK_PORT is 'eighty'")


@pytest.mark.parametrize("command", [["serve", "--port", "0", "--content-port", "0"], ["credentials", "list"], ["rebuild"]])
@pytest.mark.parametrize("embedded", [True, False])
def test_a_data_directory_that_is_a_file_is_one_line_not_a_traceback(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: list[str], embedded: bool
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ROLLBOOK_DATA_DIR", str(tmp_path / "file"))
    monkeypatch.setenv("ROLLBOOK_MONGODB_URI", "" if embedded else os.environ["ROLLBOOK_MONGODB_URI"])

    done = run(*command)

    assert done.exit_code == 1
    assert done.output.startswith(f"Error: The data directory {tmp_path / 'file'} cannot be used")


def test_no_database_is_one_line_not_a_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLBOOK_MONGODB_URI", "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200")

    done = run("credentials", "list")

    assert done.exit_code == 1
    assert done.output.startswith("Error: The database does not answer")


def test_a_cmi5_structure_out_of_order_is_imported_only_with_repair(run: Run, tmp_path: Path) -> None:
    rule, make = next((rule, make) for rule, make in REPAIRED if rule == "cmi5-order")
    package = tmp_path / "package.zip"
    package.write_bytes(make())

    refused = json.loads(run("import", "--json", package).output)
    mended = json.loads(run("import", "--json", "--repair", package).output)

    assert [row["imported"] for row in refused + mended] == [False, True]
    assert rule in {finding["rule"] for finding in refused[0]["report"]["errors"]}
    assert rule in {finding["rule"] for finding in mended[0]["report"]["warnings"]}
