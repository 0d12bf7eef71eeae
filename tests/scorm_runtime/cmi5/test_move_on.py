"""cmi5 9.3.9, 10.2.4: units, blocks and the course are satisfied from the inside outwards, each once."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from package_importer.course import AssignableUnit, Course, Item, Standard
from scorm_runtime.cmi5 import move_on
from scorm_runtime.units.attempt import Attempt, Plan, Unit

COMPLETED, PASSED, BOTH = Unit(completed="1"), Unit(passed="1"), Unit(completed="1", passed="2")


def au(name: str, rule: str = "Completed") -> Item:
    return Item(identifier=name, title=name, launch="a.html", au=AssignableUnit(url="a.html", move_on=rule))


def block(name: str, *children: Item) -> Item:
    return Item(identifier=name, title=name, children=children)


def plan(*children: Item) -> Plan:
    root = block("course", *children)
    course = Course(standard=Standard.CMI5, identifier="course", title="Course", root=root)
    return Plan(course=course, activity_id="https://a.example/c", items={item.identifier: item for item in root.walk()})


def satisfied(whole: Plan, units: Mapping[str, Unit], told: Mapping[str, str] | None = None) -> list[str]:
    attempt = Attempt(
        registration="r", store=1, course="c", version=1, actor={}, actor_key="k", units=units, satisfied=told or {}
    )
    return [item.identifier for item in move_on.newly_satisfied(whole, attempt)]


@pytest.mark.parametrize(
    ("rule", "met"),
    [
        ("NotApplicable", (True, True, True, True)),
        ("Passed", (False, False, True, True)),
        ("Completed", (False, True, False, True)),
        ("CompletedAndPassed", (False, False, False, True)),
        ("CompletedOrPassed", (False, True, True, True)),
    ],
)
def test_each_criterion_asks_for_what_its_name_says(rule: str, met: tuple[bool, ...]) -> None:
    unit = AssignableUnit(url="a.html", move_on=rule)

    assert tuple(move_on.met(unit, one) for one in (Unit(), COMPLETED, PASSED, BOTH)) == met
    assert move_on.met(unit, Unit(waived="1"))


def test_a_failed_unit_meets_nothing() -> None:
    assert not move_on.met(AssignableUnit(url="a.html", move_on="CompletedOrPassed"), Unit(failed="1"))


def test_nested_blocks_are_satisfied_from_the_inside_outwards_and_the_course_last() -> None:
    whole = plan(block("outer", au("one"), block("inner", block("deep", au("two")))), au("three"))

    assert satisfied(whole, {"two": COMPLETED}) == ["deep", "inner"]
    assert satisfied(whole, {"one": COMPLETED, "two": COMPLETED}) == ["deep", "inner", "outer"]
    assert satisfied(whole, dict.fromkeys(("one", "two", "three"), COMPLETED)) == ["deep", "inner", "outer", "course"]


def test_what_was_told_is_not_told_again() -> None:
    whole = plan(block("block", au("one")), au("two"))

    assert satisfied(whole, dict.fromkeys(("one", "two"), COMPLETED), {"block": "1"}) == ["course"]
    assert satisfied(whole, dict.fromkeys(("one", "two"), COMPLETED), {"block": "1", "course": "2"}) == []


def test_a_course_without_criteria_is_satisfied_from_the_start() -> None:
    assert satisfied(plan(block("block", au("one", "NotApplicable"))), {}) == ["block", "course"]
