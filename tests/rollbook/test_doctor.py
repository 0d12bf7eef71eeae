from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pymongo.database import Database

from rollbook import doctor
from rollbook.services import Services


@pytest.fixture
def environ(mongo_uri: str, db: Database[dict[str, Any]], tmp_path: Path) -> dict[str, str]:
    return {"ROLLBOOK_MONGODB_URI": mongo_uri, "ROLLBOOK_MONGODB_DATABASE": db.name, "ROLLBOOK_DATA_DIR": str(tmp_path)}


def verdicts(environ: dict[str, str]) -> dict[str, str]:
    return {finding.subject: finding.verdict for finding in doctor.examine(environ)}


def test_a_sound_set_up_passes_every_check(environ: dict[str, str], services: Services) -> None:
    services.close()

    found = verdicts(environ)

    assert set(found) == {"settings", "origins", "data directory", "content store", "database", "clock", "indexes"}
    assert "fail" not in found.values()


def test_an_unreadable_setting_ends_the_examination_with_its_name(environ: dict[str, str]) -> None:
    found = doctor.examine(environ | {"ROLLBOOK_WORKERS": "many"})

    assert [(f.verdict, f.subject) for f in found] == [("fail", "settings")]
    assert "ROLLBOOK_WORKERS" in found[0].message


@pytest.mark.parametrize("length", [5, 11, 513])
def test_a_first_secret_that_is_too_short_or_long_is_warned_of_and_not_repeated(environ: dict[str, str], length: int) -> None:
    found = doctor.examine(environ | {"ROLLBOOK_ADMIN_KEY": "admin", "ROLLBOOK_ADMIN_SECRET": "s" * length})

    (warned,) = [f for f in found if f.subject == "first credential"]
    assert (warned.verdict, warned.message) == ("warn", f"its secret has {length} characters")


def test_a_server_that_does_not_answer_fails(environ: dict[str, str]) -> None:
    found = verdicts(environ | {"ROLLBOOK_MONGODB_URI": "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200"})

    assert found["database"] == "fail"


def test_a_missing_index_is_named(environ: dict[str, str], services: Services) -> None:
    services.db["lrs_statements"].drop_indexes()
    services.close()

    found = {finding.subject: finding for finding in doctor.examine(environ)}

    assert found["indexes"].verdict == "fail"
    assert "lrs_statements." in found["indexes"].message


def test_a_content_store_that_cannot_be_written_fails_with_its_reason(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    found = {f.subject: f for f in doctor.examine(environ | {"ROLLBOOK_CONTENT_STORE": f"file://{tmp_path}/file"})}

    assert found["content store"].verdict == "fail"
    assert "ROLLBOOK_CONTENT_STORE" in found["content store"].advice


@pytest.mark.parametrize("place", ["/proc/x", "file"])
def test_a_data_directory_that_cannot_be_is_named_and_what_needs_it_left_out(
    environ: dict[str, str], place: str, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    embedded = {name: value for name, value in environ.items() if name != "ROLLBOOK_MONGODB_URI"}

    found = {f.subject: f for f in doctor.examine(embedded | {"ROLLBOOK_DATA_DIR": str(tmp_path / place)})}

    assert set(found) == {"settings", "origins", "data directory"}
    assert found["data directory"].verdict == "fail"
    assert "ROLLBOOK_DATA_DIR" in found["data directory"].advice


def test_a_database_of_its_own_is_examined_without_a_data_directory(environ: dict[str, str], services: Services) -> None:
    services.close()

    found = verdicts(environ | {"ROLLBOOK_DATA_DIR": "/proc/x"})

    assert found == {
        "settings": "ok",
        "origins": "ok",
        "data directory": "fail",
        "database": found["database"],
        "clock": "ok",
        "indexes": "ok",
    }


def test_mixed_schemes_of_the_two_origins_fail(environ: dict[str, str]) -> None:
    addresses = {"ROLLBOOK_PUBLIC_URL": "https://learn.example", "ROLLBOOK_CONTENT_URL": "http://content.example"}

    assert verdicts(environ | addresses)["origins"] == "fail"


def test_one_host_name_for_both_origins_is_warned_of(environ: dict[str, str]) -> None:
    addresses = {"ROLLBOOK_PUBLIC_URL": "https://learn.example", "ROLLBOOK_CONTENT_URL": "https://learn.example:8443"}

    assert verdicts(environ | addresses)["origins"] == "warn"


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        ("https://*.example.org", "warn"),
        ("https://*.learn.example.org", "warn"),
        ("https://*.content.example.org", "ok"),
        ("https://*.n.example.org", "ok"),
    ],
)
def test_an_application_within_the_packages_domain_is_warned_of(environ: dict[str, str], content: str, verdict: str) -> None:
    addresses = {"ROLLBOOK_PUBLIC_URL": "https://learn.example.org", "ROLLBOOK_CONTENT_URL": content}

    assert verdicts(environ | addresses)["origins"] == verdict


def test_host_names_of_registrations_are_looked_up(environ: dict[str, str]) -> None:
    missing = verdicts(environ | {"ROLLBOOK_CONTENT_URL": "https://*.rollbook.invalid"})
    local = verdicts(environ | {"ROLLBOOK_CONTENT_URL": "http://*.localhost:8081"})

    assert missing["host names"] == "warn"
    assert "host names" not in local


def test_it_leaves_nothing_in_the_database(environ: dict[str, str], db: Database[dict[str, Any]]) -> None:
    before = set(db.client.list_database_names())

    doctor.examine(environ)

    assert set(db.client.list_database_names()) - before <= {db.name}
