"""What a player shows of an attempt."""

from __future__ import annotations

from dataclasses import replace

from package_importer.course import Sequencing
from scorm_runtime import attempt as way
from scorm_runtime.outline import answer, outline
from tests.scorm_runtime.courses import course, plan, sco, unopened

LINEAR = Sequencing(choice=False, flow=True)


def test_a_course_of_a_single_part_leaves_nothing_to_choose() -> None:
    made = course(sco("one"))
    one = plan(replace(made, root=replace(made.root, sequencing=Sequencing())))

    shown = answer(one, way.open_window(one, unopened(one), 100.0), look_ahead=True)

    assert shown["state"] == "running"
    assert shown["toc"]["enabled"] == "00"


def test_where_no_part_can_be_chosen_the_course_cannot_either() -> None:
    made = course(sco("one"), sco("two"))
    linear = plan(replace(made, root=replace(made.root, sequencing=LINEAR)))

    shown = answer(linear, way.open_window(linear, unopened(linear), 100.0), look_ahead=True)

    assert shown["toc"]["enabled"] == "000"
    assert shown["nav"]["continue"] is True


def test_where_parts_can_be_chosen_the_course_can_too() -> None:
    two = plan(course(sco("one"), sco("two")))

    shown = answer(two, way.open_window(two, unopened(two), 100.0), look_ahead=True)

    assert shown["toc"] == {"shown": "111", "enabled": "111", "status": "iin"}


def test_what_the_table_of_contents_says_of_an_activity_is_a_letter_in_the_order_of_the_outline() -> None:
    made = course(sco("one"), sco("two"), sco("three"))
    hidden = plan(
        replace(made, root=replace(made.root, children=(*made.root.children[:2], replace(sco("three"), visible=False))))
    )

    shown = answer(hidden, way.open_window(hidden, unopened(hidden), 100.0), look_ahead=True)

    assert [(level, leaf) for _, _, level, leaf in outline(hidden)] == [(0, False), (1, True), (1, True), (1, True)]
    assert [name for name, *_ in outline(hidden)][1:] == ["one", "two", "three"]
    assert shown["toc"]["shown"] == "1110"
    assert (shown["request_valid"]["choice"], shown["request_valid"]["jump"]) == ("1111", "0111")
