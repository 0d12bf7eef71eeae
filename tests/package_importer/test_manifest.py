# ruff: noqa: E501 (tables of cases)
"""Items and organizations of both standards."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from package_importer import Course, Report, read_manifest
from package_importer.course import Sequencing, from_json, to_json
from package_importer.manifest import HEADING
from tests.packages.manifests import ITEM, METADATA_2004, RESOURCE_12, item, scorm12, scorm2004

CASES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "adl-cts-2004-4ed" / "manifests"
CTS = sorted(CASES.glob("*.xml"))
SECOND = '<item identifier="I2" identifierref="R1"><title>Second</title></item>'


def read(text: str) -> tuple[Course, Report]:
    return read_manifest(text.encode())


@pytest.mark.skipif(not CTS, reason="the manifests of ADL's test suite are not beside the checkout")
@pytest.mark.parametrize("path", CTS, ids=[path.stem for path in CTS])
def test_a_manifest_of_adls_test_suite_is_sound(path: Path) -> None:
    course, report = read_manifest(path.read_bytes(), strict=True)

    assert (course.standard, course.edition, report.warnings) == ("scorm2004", "4th", ())
    assert any(entry.launch for entry in course.root.walk())
    assert from_json(Course, to_json(course)) == course


def test_every_element_of_a_scorm_12_item_is_read() -> None:
    text = item(
        "<adlcp:prerequisites type='aicc_script'>I0&amp;I9</adlcp:prerequisites><adlcp:maxtimeallowed>01:30:00</adlcp:maxtimeallowed>"
        "<adlcp:timelimitaction>continue,message</adlcp:timelimitaction><adlcp:datafromlms>x=1</adlcp:datafromlms>"
        "<adlcp:masteryscore>80</adlcp:masteryscore>",
        isvisible="false",
        parameters="?a=1",
    )

    course, report = read(scorm12(items=text))

    [found] = course.root.children
    assert (found.prerequisites, found.max_time_allowed, found.time_limit_action) == ("I0&I9", "01:30:00", "continue,message")
    assert (found.data_from_lms, found.mastery_score, found.visible, found.launch) == ("x=1", 80.0, False, "a.html?a=1")
    assert report.warnings == ()


def test_scorm_12_trees_may_be_chosen_and_followed() -> None:
    course, _ = read(scorm12(items=f'<item identifier="C"><title>Chapter</title>{ITEM}</item>'))

    cluster = course.root.children[0]
    assert course.root.sequencing == cluster.sequencing == Sequencing(choice=True, flow=True)
    assert cluster.children[0].sequencing == Sequencing(completion_set_by_content=True, objective_set_by_content=True)


def test_the_content_of_a_scorm_12_cluster_is_its_first_child() -> None:
    course, _ = read(scorm12(items=item(SECOND)))

    [cluster] = course.root.children
    assert [(child.identifier, child.launch) for child in cluster.children] == [("I1.content", "a.html"), ("I2", "a.html")]
    assert (cluster.identifier, cluster.launch, cluster.resource) == ("I1", None, None)


def test_the_content_of_a_scorm_2004_cluster_is_not_launched() -> None:
    course, _ = read(scorm2004(items=item(SECOND)))

    assert [entry.identifier for entry in course.root.walk() if entry.launch] == ["I2"]


def test_an_item_that_leads_nowhere_is_a_heading() -> None:
    course, _ = read(scorm2004(items=ITEM + '<item identifier="H"><title>Heading</title></item>'))

    assert course.root.children[1].sequencing == HEADING


def test_xml_base_is_joined_at_every_level() -> None:
    resource = '<resource xml:base="c/" identifier="R1" type="webcontent" adlcp:scormtype="sco" href="a b.html"><file href="a b.html"/></resource>'
    text = scorm12(attributes=' xml:base="a/"', resources=resource).replace("<resources>", '<resources xml:base="b/">')

    course, _ = read(text)

    found = course.root.children[0]
    assert found.launch == "a/b/c/a%20b.html"
    assert found.resource is not None
    assert (found.resource.href, found.resource.files) == ("a/b/c/a b.html", ("a/b/c/a b.html",))


def test_identifiers_are_compared_without_outer_white_space() -> None:
    text = scorm2004(items=ITEM.replace('"R1"', '" R1 "')).replace('identifier="O"', 'identifier="  O  "')

    course, report = read(text)

    assert (course.root.identifier, report.warnings) == ("O", ())


@pytest.mark.parametrize(
    ("version", "edition"),
    [("CAM 1.3", "2nd"), ("1.3", "2nd"), ("2004 3rd Edition", "3rd"), ("2004 4th Edition", "4th"), ("2004 4th edition", "4th")],
)
def test_the_edition_is_that_of_the_schemaversion(version: str, edition: str) -> None:
    course, report = read(scorm2004(metadata=METADATA_2004.replace("2004 4th Edition", version)))

    assert (course.edition, report.warnings) == (edition, ())


def test_a_manifest_without_schemaversion_is_known_by_its_namespaces() -> None:
    course, report = read(scorm2004(metadata=""))

    assert (course.standard, course.edition) == ("scorm2004", "4th")
    assert [warning.rule for warning in report.warnings] == ["schemaversion-missing"]


def test_titles_and_language_of_the_metadata_are_read() -> None:
    lom = (
        '<lom xmlns="http://ltsc.ieee.org/xsd/LOM"><general><title><string language="de">Titel</string></title>'
        '<language>de</language><description><string language="de">Worum es geht</string></description></general></lom></metadata>'
    )
    text = scorm2004(metadata=METADATA_2004.replace("</metadata>", lom)).replace("<title>Course</title>", "")

    course, _ = read(text)

    assert (course.title, course.language, course.description) == ("Titel", "de", "Worum es geht")


def test_without_organizations_the_scos_are_the_course() -> None:
    other = RESOURCE_12.replace("R1", "R2").replace('"sco"', '"asset"')

    course, _ = read(scorm12(tree="<organizations/>", resources=RESOURCE_12 + other))

    assert [(entry.identifier, entry.launch) for entry in course.root.children] == [("item-R1", "a.html")]


def test_elements_of_other_vendors_are_left_alone() -> None:
    foreign = '<x:item xmlns:x="https://vendor.example/x" identifier="X"><x:title>No</x:title></x:item>'

    course, report = read(scorm12(items=ITEM.replace("</item>", f"{foreign}</item>")))

    assert [entry.identifier for entry in course.root.walk()] == ["O", "I1"]
    assert report.warnings == ()


def test_an_unusual_prefix_is_as_good_as_any() -> None:
    text = scorm12().replace("xmlns=", "xmlns:ims=").replace("adlcp:", "zz:").replace(":adlcp", ":zz")
    for name in (
        "manifest",
        "metadata",
        "schema",
        "schemaversion",
        "organizations",
        "organization",
        "title",
        "item",
        "resources",
        "resource",
        "file",
    ):
        for end in (" ", ">", "/"):
            text = text.replace(f"<{name}{end}", f"<ims:{name}{end}").replace(f"</{name}{end}", f"</ims:{name}{end}")

    course, report = read(text)

    assert (course.root.children[0].launch, report.warnings) == ("a.html", ())


def test_a_course_is_the_same_after_json() -> None:
    course, _ = read(scorm12(items=item(SECOND)))

    assert from_json(Course, to_json(course)) == course
    assert dataclasses.replace(course, title="x") != course


def test_a_manifest_too_large_for_its_schema_is_checked_by_rules_only() -> None:
    files = '<file href="a.html"/>' * 50_000

    _, report = read(scorm12(resources=RESOURCE_12.replace("</resource>", f"{files}</resource>")))

    assert [warning.rule for warning in report.warnings] == ["schema-unchecked"]
