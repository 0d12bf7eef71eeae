"""The sample courses are complete, stand alone and say what they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

import package_importer
from rollbook import sample_courses

SAMPLES = Path(__file__).parents[1] / "samples"
SCORM = sorted(path.parent.name for path in SAMPLES.glob("*/imsmanifest.xml"))
CMI5 = sorted(path.parent.name for path in SAMPLES.glob("*/cmi5.xml"))
NAMES = SCORM + CMI5
VOCABULARIES = re.compile(r"(http://adlnet\.gov/expapi|https://w3id\.org/xapi)/")
"""What statements are made of: names, not addresses."""


def files_named_by_manifest(sample: Path) -> list[str]:
    resources = etree.parse(sample / "imsmanifest.xml").findall(".//{*}resource")
    base = "{http://www.w3.org/XML/1998/namespace}base"
    return sorted(r.get(base, "") + f.get("href", "") for r in resources for f in r.findall("{*}file"))


def test_there_is_a_sample_of_each_standard() -> None:
    assert (SCORM, CMI5) == (["scorm12-fire-safety", "scorm2004-data-protection"], ["cmi5-first-aid"])
    assert sample_courses.names() == sorted(NAMES)


@pytest.mark.parametrize("name", SCORM)
def test_the_manifest_names_every_file_and_no_other(name: str) -> None:
    sample = SAMPLES / name
    files = sorted(p.relative_to(sample).as_posix() for p in sample.rglob("*") if p.is_file() and p.name != "imsmanifest.xml")

    assert files_named_by_manifest(sample) == files


@pytest.mark.parametrize("name", NAMES)
def test_the_importer_has_nothing_to_say_against_a_sample(name: str, sample_package: Callable[[str], Path]) -> None:
    with package_importer.import_package(sample_package(name), strict=True) as imported:
        report = imported.report

    assert (report.errors, report.warnings) == ((), ())


@pytest.mark.parametrize("name", NAMES)
def test_no_file_reaches_for_another_host(name: str) -> None:
    texts = [
        VOCABULARIES.sub("", p.read_text("utf-8")) for p in (SAMPLES / name).rglob("*") if p.suffix in {".html", ".js", ".css"}
    ]

    assert [m for text in texts for m in re.findall(r"(?:https?:)?//[\w-]+\.\w+", text)] == []


@pytest.mark.parametrize("page", sorted(SAMPLES.rglob("*.html")), ids=lambda p: f"{p.parent.name}/{p.name}")
def test_every_page_says_its_language_and_has_one_heading_a_section(page: Path) -> None:
    html = page.read_text("utf-8")

    assert '<html lang="en">' in html
    assert html.count("<section") == html.count("<h1 ")
    assert "onclick" not in html
