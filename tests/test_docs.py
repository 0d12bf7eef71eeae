"""The documentation names everything that others rely on."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from access.scopes import INCLUDES, SCOPES
from analytics.views.schedules import KEEP, KEEP_MOST
from rollbook.cli import main
from rollbook.config import Config, variable
from scorm_runtime.units.gate import TOUCHED
from scorm_runtime.views.inquiry import LIMITS

ROOT = Path(__file__).resolve().parents[1]
DOCS = "\n".join(path.read_text() for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))])
SETTINGS = (ROOT / "docs" / "settings.md").read_text()
SECURITY = (ROOT / "docs" / "security.md").read_text()


@pytest.mark.parametrize("name", [f.name for f in fields(Config)])
def test_every_setting_is_documented_with_its_help(name: str) -> None:
    help_text = next(f.metadata["help"] for f in fields(Config) if f.name == name)

    assert f"| `{variable(name)}` |" in SETTINGS
    assert help_text in SETTINGS


def test_no_setting_is_documented_that_does_not_exist() -> None:
    assert set(re.findall(r"^\| `(ROLLBOOK_\w+)`", SETTINGS, re.MULTILINE)) == {variable(f.name) for f in fields(Config)}


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_is_documented(name: str) -> None:
    assert f"rollbook {name}" in DOCS


@pytest.mark.parametrize("scope", SCOPES)
def test_every_scope_is_in_the_table_with_what_it_includes(scope: str) -> None:
    row = re.search(rf"^\| `{scope}` \| [^|]+ \|(.*)\|$", SECURITY, re.MULTILINE)

    assert row is not None
    assert row[1].startswith(" all") or re.findall(r"`([^`]+)`", row[1]) == list(INCLUDES.get(scope, ()))


def test_every_endpoint_is_documented(app: Flask) -> None:
    rules = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule) for rule in app.url_map.iter_rules()}
    documented = re.sub(r"\{[^}]*\}", "{}", DOCS)

    missing = sorted(rule for rule in rules if re.sub(r"\{[^}]*\}", "{}", rule) not in documented)

    assert missing == []


def test_every_link_between_the_pages_leads_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]

    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text())
        if not (page.parent / target).exists()
    ]

    assert broken == []


def test_how_often_it_is_noted_that_content_asked_is_told() -> None:
    pages = [(ROOT / "docs" / name).read_text() for name in ("tincan.md", "cmi5.md")]

    assert [f"noted at most every {TOUCHED:.0f} seconds" in page for page in pages] == [True, True]


def test_the_number_of_results_that_a_schedule_keeps_is_told_with_its_limit() -> None:
    assert f"`keep` ({KEEP}; at most {KEEP_MOST})" in (ROOT / "docs" / "analytics.md").read_text()


@pytest.mark.parametrize("name", LIMITS)
def test_what_a_corrected_score_consists_of_is_told(name: str) -> None:
    row = next(line for line in (ROOT / "docs" / "troubleshooting.md").read_text().splitlines() if "/correct` `{item?" in line)

    assert f"`{name}`" in row


@pytest.mark.parametrize("standard", ["SCORM 1.2", "SCORM 2004", "cmi5", "Tin Can"])
def test_the_first_page_names_every_standard_that_is_imported(client: FlaskClient, standard: str) -> None:
    assert standard in client.get("/").text


def test_what_another_method_is_answered_is_told(client: FlaskClient) -> None:
    answer = client.post("/api/v1/completions")

    assert answer.json is not None
    assert (answer.status_code, "GET" in answer.headers["Allow"]) == (405, True)
    assert f"| 405 | `{answer.json['code']}` |" in (ROOT / "docs" / "api.md").read_text()
