"""cmi5 course structures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from package_importer import PackageRefused, Standard, import_package
from package_importer.course import AssignableUnit, Course, Text
from tests.packages.structures import ABOUT, BROKEN, OBJECTIVES, REPAIRED, au, block, cmi5, structure

COURSE = f'<course id="https://example.org/c">{ABOUT.format("Course")}</course>'
REFERENCE = '<objectives><objective idref="https://example.org/o"/></objectives>'


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Course]:
    def imported(data: bytes, *, repair: bool = False) -> Course:
        path = tmp_path / "package"
        path.write_bytes(data)
        with import_package(path, repair=repair) as found:
            return found.course

    return imported


def test_blocks_and_units_become_a_tree(read: Callable[..., Course]) -> None:
    course = read(cmi5(structure(block(au() + block(au(name="d"), "e")) + au(name="f"), objectives=OBJECTIVES)))

    names = [item.identifier.rpartition("/")[2] for item in course.root.walk()]
    assert (course.standard, names) == (Standard.CMI5, ["c", "b", "a", "e", "d", "f"])
    assert course.learning_objectives[0].titles == (Text(language="en", text="Objective"),)


def test_what_a_unit_says_is_kept(read: Callable[..., Course]) -> None:
    attributes = ' moveOn="Passed" masteryScore="0" launchMethod="OwnWindow" activityType="https://example.org/t"'
    after = "<launchParameters>\n {x} </launchParameters><entitlementKey>key</entitlementKey>"
    text = structure(au(" a.html?b=1#c ", attributes=attributes, refers=REFERENCE, after=after), objectives=OBJECTIVES)

    [item] = read(cmi5(text)).root.children

    assert item.launch == "a.html?b=1#c"
    assert item.learning_objectives == ("https://example.org/o",)
    assert item.au == AssignableUnit(
        url="a.html?b=1#c",
        move_on="Passed",
        mastery_score=0.0,
        launch_method="OwnWindow",
        launch_parameters="{x}",
        entitlement_key="key",
        activity_type="https://example.org/t",
    )


def test_a_bare_structure_has_absolute_urls(read: Callable[..., Course]) -> None:
    course = read(structure(au("https://example.org/a?b") + au("app://open", name="b")).encode())

    assert [item.launch for item in course.root.children] == ["https://example.org/a?b", "app://open"]
    assert course.files == ()


def test_titles_keep_their_languages(read: Callable[..., Course]) -> None:
    text = structure(au()).replace("</langstring></title>", '</langstring><langstring lang="fr">Cours</langstring></title>', 1)

    assert read(cmi5(text)).root.titles == (Text(language="en", text="Course"), Text(language="fr", text="Cours"))


def test_foreign_elements_are_left_out(read: Callable[..., Course]) -> None:
    text = structure(au(after='<x:y xmlns:x="https://example.org/x"/>', attributes=' xmlns:z="https://example.org/z" z:w="1"'))

    assert len(read(cmi5(text)).root.children) == 1


def test_two_thousand_units_are_read(read: Callable[..., Course]) -> None:
    assert len(read(cmi5(structure("".join(au(name=f"a{n}") for n in range(2000))))).root.children) == 2000


@pytest.mark.parametrize(("rule", "make"), BROKEN, ids=[rule for rule, _ in BROKEN])
def test_a_broken_structure_is_refused(rule: str, make: Callable[[], bytes], read: Callable[..., Course]) -> None:
    with pytest.raises(PackageRefused) as refused:
        read(make(), repair=True)

    assert rule in {finding.rule for finding in refused.value.report.errors}


def test_the_report_names_the_words_that_are_allowed(read: Callable[..., Course]) -> None:
    with pytest.raises(PackageRefused) as refused:
        read(cmi5(structure(au(attributes=' moveOn="Never"'))))

    [finding] = refused.value.report.errors
    assert finding.message.startswith("The course structure breaks the schema: Element 'au', attribute 'moveOn'")
    assert finding.message.endswith("{'Passed', 'Completed', 'CompletedAndPassed', 'CompletedOrPassed', 'NotApplicable'}.")


def test_what_breaks_the_schema_hides_no_other_fault(read: Callable[..., Course]) -> None:
    never, high, twice = (au(name="a", attributes=' moveOn="Never"'), au(name="c", attributes=' masteryScore="7"'), au("b.html"))

    with pytest.raises(PackageRefused) as refused:
        read(cmi5(structure(never + block(high) + twice, course="course 1")))

    rules = [finding.rule for finding in refused.value.report.errors]
    assert sorted(rules) == [
        "cmi5-id",
        "cmi5-id-duplicate",
        "cmi5-mastery-score",
        "cmi5-schema",
        "cmi5-url-file",
    ]


@pytest.mark.parametrize(
    ("given", "gone"),
    [(COURSE, ""), (' id="https://example.org/a"', ""), ("<url>a.html</url>", ""), (' idref="https://example.org/o"', "")],
)
def test_what_is_missing_is_told_once(given: str, gone: str, read: Callable[..., Course]) -> None:
    text = structure(au(refers=REFERENCE), objectives=OBJECTIVES).replace(given, gone)

    with pytest.raises(PackageRefused) as refused:
        read(cmi5(text))

    assert [finding.rule for finding in refused.value.report.errors] == ["cmi5-schema"]


@pytest.mark.parametrize(("rule", "make"), REPAIRED, ids=[rule for rule, _ in REPAIRED])
def test_what_can_be_repaired_is_refused_unless_repair_is_asked_for(
    rule: str, make: Callable[[], bytes], read: Callable[..., Course]
) -> None:
    with pytest.raises(PackageRefused) as refused:
        read(make())

    assert rule in {finding.rule for finding in refused.value.report.errors}
    assert read(make(), repair=True).root.children[0].launch == "a.html"
