"""Packages from file to course: what is forgiven, what is refused, and why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from package_importer import Limits, PackageRefused, Standard, import_package
from package_importer.rules import RULES, Kind
from tests.packages import structures
from tests.packages.hostile import HOSTILE
from tests.packages.manifests import PAGE, organizations, package, scorm12, scorm2004
from tests.packages.slips import SLIPS
from tests.packages.zips import plain

FORGIVEN = SLIPS + structures.FORGIVEN


def write(folder: Path, data: bytes) -> Path:
    path = folder / "package.zip"
    path.write_bytes(data)
    return path


def rules(findings: tuple[object, ...]) -> set[str]:
    return {finding.rule for finding in findings}  # type: ignore[attr-defined]


@pytest.mark.parametrize("make", [scorm12, scorm2004], ids=["scorm12", "scorm2004"])
def test_a_sound_package_has_no_findings(make: Callable[[], str], tmp_path: Path) -> None:
    with import_package(write(tmp_path, package(make())), strict=True) as imported:
        course, report = imported.course, imported.report

    assert (report.errors, report.warnings) == ((), ())
    assert (course.title, course.identifier, course.files) == ("Course", "M", ("a.html", "imsmanifest.xml"))
    assert [item.launch for item in course.root.walk()] == [None, "a.html"]


@pytest.mark.parametrize(("rule", "make"), FORGIVEN, ids=[rule for rule, _ in FORGIVEN])
def test_a_leniency_is_a_warning(rule: str, make: Callable[[], bytes], tmp_path: Path) -> None:
    with import_package(write(tmp_path, make())) as imported:
        found, launches = imported.report.warnings, [item.launch for item in imported.course.root.walk() if item.launch]

    assert rule in rules(found)
    assert launches[0] == "a.html"


@pytest.mark.parametrize(("rule", "make"), FORGIVEN, ids=[rule for rule, _ in FORGIVEN])
def test_a_leniency_is_an_error_when_strict(rule: str, make: Callable[[], bytes], tmp_path: Path) -> None:
    with pytest.raises(PackageRefused) as refused:
        import_package(write(tmp_path, make()), strict=True)

    assert rule in rules(refused.value.report.errors)


@pytest.mark.parametrize(("rule", "make", "limits"), HOSTILE, ids=[rule for rule, _, _ in HOSTILE])
def test_an_error_refuses_the_package(rule: str, make: Callable[[], bytes], limits: Limits, tmp_path: Path) -> None:
    with pytest.raises(PackageRefused) as refused:
        import_package(write(tmp_path, make()), limits=limits)

    assert rule in rules(refused.value.report.errors)


def test_every_leniency_has_a_package() -> None:
    assert {rule for rule, _ in FORGIVEN} == {rule.id for rule in RULES.values() if rule.kind is Kind.LENIENCY}


def test_every_error_has_a_package() -> None:
    refused = {rule for rule, _, _ in HOSTILE} | {rule for rule, _ in structures.BROKEN}

    assert refused == {rule.id for rule in RULES.values() if rule.kind is Kind.ERROR}


def test_every_repair_has_a_package() -> None:
    assert {rule for rule, _ in structures.REPAIRED} == {rule.id for rule in RULES.values() if rule.kind is Kind.REPAIR}


def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    text = scorm12(items='<item identifier="A" identifierref="X"><title>A</title></item>' * 2, resources="")

    with pytest.raises(PackageRefused) as refused:
        import_package(write(tmp_path, package(text)))

    errors = refused.value.report.errors
    assert [finding.rule for finding in errors] == ["item-resource-unknown", "item-resource-unknown", "nothing-to-launch"]
    assert errors[0].line == 4
    assert errors[0].element == "manifest[M]/organizations/organization[O]/item[A]"
    assert errors[0].found == "X"
    assert (errors[0].file, errors[0].section) == ("imsmanifest.xml", "CAM 3.4.1.8")
    assert refused.value.detail["report"]["errors"][0]["mend"] == "Write the identifier of a resource."


def test_a_thousand_faults_of_one_kind_are_counted_not_listed(tmp_path: Path) -> None:
    files = "".join(f'<file href="{n}.html"/>' for n in range(1000))
    text = scorm12().replace('<file href="a.html"/>', f'<file href="a.html"/>{files}')

    with import_package(write(tmp_path, package(text))) as imported:
        report = imported.report.to_json()

    assert len(report["warnings"]) == 50
    assert report["omitted"] == {"file-missing": 950}


def test_what_operating_systems_leave_behind_is_left_out(tmp_path: Path) -> None:
    litter = {"__MACOSX/._a.html": b"x", ".DS_Store": b"x", "img/Thumbs.db": b"x"}

    with import_package(write(tmp_path, package(scorm12(), {"a.html": PAGE} | litter)), strict=True) as imported:
        files = imported.course.files

    assert files == ("a.html", "imsmanifest.xml")


def test_a_manifest_in_utf_16_is_read(tmp_path: Path) -> None:
    text = scorm12(declaration='<?xml version="1.0" encoding="UTF-16"?>', tree=organizations("", default="")).encode("utf-16")

    with import_package(write(tmp_path, package(text))) as imported:
        assert imported.course.standard is Standard.SCORM_12


def test_another_format_in_the_package_is_mentioned(tmp_path: Path) -> None:
    both = plain({"imsmanifest.xml": scorm12().encode(), "a.html": PAGE, "tincan.xml": b"<tincan/>"})

    with import_package(write(tmp_path, both), strict=True) as imported:
        assert rules(imported.report.warnings) == {"format-several"}


def test_other_organizations_are_mentioned(tmp_path: Path) -> None:
    tree = organizations(
        '<item identifier="I1" identifierref="R1"><title>First</title></item></organization>'
        '<organization identifier="P"><title>Other</title><item identifier="I2" identifierref="R1"><title>x</title></item>'
    )

    with import_package(write(tmp_path, package(scorm12(tree=tree))), strict=True) as imported:
        assert [w.found for w in imported.report.warnings] == ["Other"]


def test_a_resource_on_another_server_is_mentioned(tmp_path: Path) -> None:
    text = scorm12(
        resources='<resource identifier="R1" type="webcontent" adlcp:scormtype="asset" href="https://example.org/a?b#c"/>'
    )

    with import_package(write(tmp_path, package(text))) as imported:
        assert rules(imported.report.warnings) == {"href-external"}
        assert imported.course.root.children[0].launch == "https://example.org/a?b#c"


def test_an_unreadable_package_leaves_its_file_closed_and_in_place(tmp_path: Path) -> None:
    path = write(tmp_path, b"PK\3\4 nothing")

    with pytest.raises(PackageRefused):
        import_package(path)

    assert path.read_bytes() == b"PK\3\4 nothing"
