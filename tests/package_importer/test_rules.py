"""The table of rules is complete, and documented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from package_importer.report import Findings, Severity, printable
from package_importer.rules import RULES, Rule

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "import.md").read_text()


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_every_rule_is_documented(rule: Rule) -> None:
    assert re.search(
        rf"^\| `{rule.id}` \| {rule.kind} \| .+ \| {re.escape(rule.section)} \| {re.escape(rule.mend)} \|$", DOCS, re.M
    )


def test_no_rule_is_documented_that_does_not_exist() -> None:
    assert set(re.findall(r"^\| `([a-z0-9-]+)` \| (?:error|leniency|warning|repair)", DOCS, re.M)) == set(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_every_message_is_a_sentence(rule: Rule) -> None:
    told = rule.message.format(found="x", taken="y", limit="z", allowed="w")

    assert told[0] in "ABCDEFGHIJKLMNOPQRSTUVWXYZx"
    assert told.endswith(".")
    assert rule.mend.endswith(".")


def test_a_finding_has_everything() -> None:
    findings = Findings(file="imsmanifest.xml")

    findings.add("title-missing", line=3, element="manifest/item", taken="I1")

    assert findings.report().to_json() == {
        "errors": [],
        "warnings": [
            {
                "rule": "title-missing",
                "severity": Severity.WARNING,
                "message": "There is no title; I1 is shown.",
                "file": "imsmanifest.xml",
                "line": 3,
                "element": "manifest/item",
                "found": None,
                "section": "CAM 3.4.1.7",
                "mend": "Add a title.",
            }
        ],
    }


def test_values_are_shown_without_control_characters_and_cut() -> None:
    assert printable("a\x1b[31m\n") == "a\\x1b[31m\\n"
    assert printable("x" * 500) == "x" * 200 + "…"
