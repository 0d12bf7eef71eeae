"""What a player shows of an attempt."""

from __future__ import annotations

from dataclasses import replace

from package_importer.course import Sequencing
from scorm_runtime import attempt as way
from scorm_runtime.outline import answer
from tests.scorm_runtime.courses import course, plan, sco, unopened

LINEAR = Sequencing(choice=False, flow=True)


def test_a_course_of_a_single_part_leaves_nothing_to_choose() -> None:
    made = course(sco("one"))
    one = plan(replace(made, root=replace(made.root, sequencing=Sequencing())))

    shown = answer(one, way.open_window(one, unopened(one), 100.0), look_ahead=True)

    assert shown["state"] == "running"
    assert [entry["enabled"] for entry in shown["toc"]] == [False, False]


def test_where_no_part_can_be_chosen_the_course_cannot_either() -> None:
    made = course(sco("one"), sco("two"))
    linear = plan(replace(made, root=replace(made.root, sequencing=LINEAR)))

    shown = answer(linear, way.open_window(linear, unopened(linear), 100.0), look_ahead=True)

    assert [entry["enabled"] for entry in shown["toc"]] == [False, False, False]
    assert shown["nav"]["continue"] is True


def test_where_parts_can_be_chosen_the_course_can_too() -> None:
    two = plan(course(sco("one"), sco("two")))

    shown = answer(two, way.open_window(two, unopened(two), 100.0), look_ahead=True)

    assert [entry["enabled"] for entry in shown["toc"]] == [True, True, True]
