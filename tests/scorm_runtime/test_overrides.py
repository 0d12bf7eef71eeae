"""What is decided for a course beside its package."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from package_importer.course import CompletionThreshold, Course, Item, Sequencing, Standard
from scorm_runtime import attempt as way
from scorm_runtime import errors, openings, overrides
from scorm_runtime.journal import Journal
from scorm_runtime.memory import Attempt, Plan, Result, Run
from scorm_runtime.moves import Move, finish
from scorm_runtime.overrides import TABLE, Overrides, Row, adapted
from scorm_runtime.sequencing.engine import Kind, Request
from tests.scorm_runtime.courses import TEST, asset, course, plan, sco, sets, unopened

EXIT = Request(kind=Kind.EXIT_ALL)


def decided(made: Course, items: dict[str, dict[str, Any]] | None = None, **values: Any) -> Plan:
    """The plan of a course for which these things are decided."""
    overrides_ = Overrides(course=values, items=items or {})
    return replace(plan(adapted(made, overrides_)), overrides=overrides_, credit=overrides_.of("credit"))


def opened(of: Plan) -> Attempt:
    return way.open_window(of, unopened(of), 100.0).attempt


def told(of: Plan, attempt: Attempt, **values: str) -> Attempt:
    number = attempt.run.number if attempt.run else 0
    return way.commit(of, attempt, number, [sets(1, **values)], 110.0).attempt


def left(of: Plan, attempt: Attempt, request: Request | None = EXIT, **values: str) -> Attempt:
    number = attempt.run.number if attempt.run else 0
    commits = [sets(1, **values)] if values else []
    move = Move(run=number, commits=commits, terminated=True, request=request, number=attempt.move + 1)
    return finish(of, attempt, move, 120.0).attempt


def run_of(attempt: Attempt) -> Run:
    assert attempt.run is not None
    return attempt.run


def test_the_table_is_one_of_names_with_help_levels_and_a_default() -> None:
    assert all(row.help.endswith(".") for row in TABLE.values())
    assert all(row.default in (*row.choices, None) for row in TABLE.values() if row.type == "choice")
    assert {row.server for row in TABLE.values() if "server" in row.levels} == {"mastery_override", "auto_continue", "strict"}
    assert all((row.server is not None) == ("server" in row.levels) for row in TABLE.values())


@pytest.mark.parametrize("row", TABLE.values(), ids=lambda row: row.name)
def test_every_setting_is_documented_with_its_help(row: Row) -> None:
    text = (Path(__file__).parents[2] / "docs" / "course-settings.md").read_text()

    assert f"| `{row.name}` |" in text
    assert row.help in text
    assert all(f"`{choice}`" in text for choice in row.choices)


def test_an_item_overrules_the_course_and_the_course_the_server() -> None:
    both = Overrides(course={"strict": True}, items={"one": {"completion_score": 0.5}}, server={"strict": False})

    assert both.effective("strict") == (True, "course")
    assert both.effective("completion_score", "one") == (0.5, "item")
    assert both.effective("completion_score", "two") == (0.8, "default")
    assert Overrides(server={"strict": True}).effective("strict") == (True, "server")


def test_nothing_decided_leaves_the_course_as_it_is() -> None:
    made = course(sco("one"))

    assert adapted(made, Overrides()) is made


def test_a_passing_score_reaches_content_and_sequencing() -> None:
    of = decided(course(sco("one")), passing_score=0.6)

    attempt = told(of, opened(of), score__scaled="0.65")

    assert run_of(attempt).data["cmi.scaled_passing_score"] == "0.6"
    assert attempt.result.success == "passed"


def test_a_passing_score_replaces_the_one_of_the_package() -> None:
    of = decided(course(sco("one", TEST)), passing_score=0.9)

    assert told(of, opened(of), score__scaled="0.85").result.success == "failed"


def test_a_passing_score_reaches_only_the_items_that_have_one() -> None:
    of = decided(course(sco("one"), sco("two", TEST)), passing_score=0.5)

    assert overrides.passing_score(of.course, of.overrides, of.items["one"]) == (None, "default")
    assert overrides.passing_score(of.course, of.overrides, of.items["two"]) == (0.5, "course")


def test_a_single_item_can_have_its_own_or_none_at_all() -> None:
    of = decided(course(sco("one", TEST), sco("two", TEST)), items={"one": {"passing_score": 0.3}})

    assert overrides.passing_score(of.course, of.overrides, of.items["one"]) == (0.3, "item")
    assert overrides.passing_score(plan(course(sco("two", TEST))).course, Overrides(), sco("two", TEST)) == (0.8, "package")


def test_a_mastery_score_of_scorm_12_is_a_hundredth() -> None:
    made = course(replace(sco("one"), mastery_score=80.0), standard=Standard.SCORM_12)
    of = decided(made, passing_score=0.6)

    attempt = opened(of)
    ended = left(of, attempt, core__score__raw="65")

    assert overrides.package_score(made, made.root.children[0]) == 0.8
    assert run_of(attempt).data["cmi.student_data.mastery_score"] == "60"
    assert ended.result.success == "passed"


@pytest.mark.parametrize(
    ("rule", "values", "completion"),
    [
        ("content", {}, "unknown"),
        ("content", {"completion_status": "completed"}, "completed"),
        ("on_launch", {}, "completed"),
        ("on_exit", {}, "incomplete"),
        ("when_passed", {"success_status": "failed", "completion_status": "completed"}, "incomplete"),
        ("when_passed", {"success_status": "passed"}, "completed"),
        ("when_judged", {"success_status": "failed"}, "completed"),
        ("when_judged", {"completion_status": "completed"}, "incomplete"),
        ("when_scored", {"score__scaled": "0.79"}, "incomplete"),
        ("when_scored", {"score__scaled": "0.8"}, "completed"),
        ("when_scored", {"completion_status": "completed"}, "incomplete"),
    ],
)
def test_each_rule_for_the_completion_of_items(rule: str, values: dict[str, str], completion: str) -> None:
    of = decided(course(sco("one")), item_completion_rule=rule)

    attempt = told(of, opened(of), location="1", **values)

    assert attempt.result.completion == completion


def test_what_is_completed_at_launch_is_told_before_its_content_says_anything() -> None:
    of = decided(course(sco("one"), sco("two")), item_completion_rule="on_launch")

    status = way.engine.status(of.tree, opened(of).state, "one")

    assert status.completion == "completed"


def test_an_item_completed_on_exit_stays_completed_when_it_is_visited_again() -> None:
    of = decided(course(sco("one"), sco("two"), standard=Standard.SCORM_12), item_completion_rule="on_exit")
    attempt = left(of, opened(of), Request(kind=Kind.CHOICE, target="two"))

    again = way.navigate(of, attempt, Request(kind=Kind.CHOICE, target="one"), 130.0).attempt
    again = told(of, again, core__lesson_location="2")

    assert way.engine.status(of.tree, again.state, "one").completion == "completed"


def test_an_item_that_is_suspended_has_not_been_completed_on_exit() -> None:
    of = decided(course(sco("one")), item_completion_rule="on_exit")

    suspended = left(of, opened(of), Request(kind=Kind.SUSPEND_ALL))
    ended = left(of, way.open_window(of, suspended, 200.0).attempt)

    assert suspended.result.completion == "incomplete"
    assert ended.result.completion == "completed"


def test_a_rule_replaces_the_threshold_of_the_package() -> None:
    measured = replace(sco("one"), completion_threshold=CompletionThreshold(completed_by_measure=True, min_progress_measure=0.9))
    of = decided(course(measured), item_completion_rule="when_passed")

    attempt = told(of, opened(of), progress_measure="0.1", success_status="passed")

    assert "cmi.completion_threshold" not in run_of(attempt).data
    assert attempt.result.completion == "completed"


@pytest.mark.parametrize(
    ("rule", "completion"), [("content", "completed"), ("completed", "completed"), ("incomplete", "incomplete")]
)
def test_what_it_means_for_completion_to_have_failed(rule: str, completion: str) -> None:
    of = decided(course(sco("one"), standard=Standard.SCORM_12), completion_of_failed=rule)

    assert told(of, opened(of), core__lesson_status="failed").result.completion == completion


@pytest.mark.parametrize(
    ("rule", "one", "completion"),
    [
        ("content", {"completion_status": "completed"}, "unknown"),
        ("on_launch", {"location": "1"}, "completed"),
        ("when_all_visited", {"location": "1"}, "incomplete"),
        ("when_all_completed", {"completion_status": "completed"}, "incomplete"),
        ("when_all_passed", {"success_status": "passed"}, "incomplete"),
        ("when_passed", {"success_status": "passed"}, "incomplete"),
        ("when_scored", {"score__scaled": "1"}, "incomplete"),
    ],
)
def test_each_rule_for_the_completion_of_the_course_after_its_first_item(rule: str, one: dict[str, str], completion: str) -> None:
    of = decided(course(sco("one"), sco("two")), completion_rule=rule)

    assert told(of, opened(of), **one).result.completion == completion


@pytest.mark.parametrize(
    ("rule", "values", "completion"),
    [
        ("when_all_visited", {}, "completed"),
        ("when_all_completed", {"completion_status": "completed"}, "completed"),
        ("when_all_passed", {"success_status": "passed"}, "completed"),
        ("when_all_passed", {"success_status": "failed"}, "incomplete"),
        ("when_passed", {"success_status": "passed"}, "completed"),
        ("when_scored", {"score__scaled": "0.9"}, "completed"),
        ("when_scored", {"score__scaled": "0.7"}, "incomplete"),
    ],
)
def test_each_rule_for_the_completion_of_the_course_after_its_last_item(
    rule: str, values: dict[str, str], completion: str
) -> None:
    of = decided(course(sco("one"), sco("two")), completion_rule=rule)
    first = left(of, opened(of), Request(kind=Kind.CONTINUE), location="1", **values)

    assert told(of, first, location="2", **values).result.completion == completion


def test_documents_count_as_visited_too() -> None:
    of = decided(course(asset("one"), sco("two")), completion_rule="when_all_visited")
    first = opened(of)

    second = way.navigate(of, first, Request(kind=Kind.CONTINUE), 110.0).attempt

    assert (first.result.completion, second.result.completion) == ("incomplete", "completed")


@pytest.mark.parametrize(
    ("setting", "asked", "suspended"),
    [("content", EXIT, False), ("suspend", EXIT, True), ("end", Request(kind=Kind.SUSPEND_ALL), False)],
)
def test_what_becomes_of_an_attempt_when_the_course_is_left(setting: str, asked: Request, suspended: bool) -> None:
    of = decided(course(sco("one")), exit_of_course=setting)

    ended = left(of, opened(of), asked)

    assert ended.ended
    assert (way.engine.suspended(of.tree, ended.state) is not None) is suspended


@pytest.mark.parametrize(
    ("setting", "current", "ended"),
    [("content", "one", False), ("continue", "two", False), ("end", None, True), ("suspend", None, True)],
)
def test_what_follows_an_item_that_has_ended_by_itself(setting: str, current: str | None, ended: bool) -> None:
    of = decided(course(sco("one"), sco("two")), exit_of_item=setting)

    attempt = left(of, opened(of), None)

    assert (attempt.current, attempt.ended) == (current, ended)


def test_after_the_last_item_the_next_one_means_the_end() -> None:
    of = decided(course(sco("one"), sco("two")), exit_of_item="continue")
    second = left(of, opened(of), None)

    last = left(of, second, None)

    assert last.ended


def test_a_message_of_an_end_that_is_sent_twice_is_answered_twice() -> None:
    of = decided(course(sco("one"), sco("two")), exit_of_item="continue")
    move = Move(run=1, terminated=True)
    first = finish(of, opened(of), move, 120.0)

    again = finish(of, first.attempt, move, 121.0)

    assert (first.delivered, again.delivered) == (True, True)
    assert again.attempt == first.attempt


def test_without_credit_the_result_of_the_course_does_not_change() -> None:
    of = decided(course(sco("one")), credit=False)

    attempt = told(of, opened(of), completion_status="completed", success_status="passed")

    assert run_of(attempt).data["cmi.credit"] == "no-credit"
    assert attempt.result == Result()
    assert way.engine.status(of.tree, attempt.state, "one").completion == "completed"


@pytest.mark.parametrize(
    ("values", "result", "credited"),
    [
        ({}, Result(completion="completed"), True),
        ({"after_completion": "no_credit"}, Result(completion="completed"), False),
        ({"after_completion": "no_credit"}, Result(completion="incomplete"), True),
        ({"after_completion": "no_credit"}, None, True),
        ({"credit": False}, None, False),
    ],
)
def test_when_a_course_is_for_credit(values: dict[str, Any], result: Result | None, credited: bool) -> None:
    assert openings.credited(Overrides(course=values), result) is credited


@pytest.mark.parametrize(
    ("wanted", "result", "fresh", "mode"),
    [
        ("normal", Result(completion="completed"), False, "review"),
        ("normal", Result(completion="completed"), True, "normal"),
        ("normal", Result(), False, "normal"),
        ("normal", None, False, "normal"),
        ("browse", Result(completion="completed"), False, "browse"),
    ],
)
def test_a_completed_course_can_open_for_review(wanted: str, result: Result | None, fresh: bool, mode: str) -> None:
    assert openings.mode(Overrides(course={"after_completion": "review"}), wanted, result, fresh=fresh) == mode


@pytest.mark.parametrize(
    ("rule", "done", "anew"),
    [("on_request", True, False), ("when_done", True, True), ("when_done", False, False), ("always", False, True)],
)
def test_which_launches_begin_a_new_attempt(rule: str, done: bool, anew: bool) -> None:
    assert overrides.begins_anew(Overrides(course={"new_attempt": rule}), done=done) is anew


def test_attempts_are_limited_and_those_before_a_reset_forgiven() -> None:
    limited = Overrides(course={"max_attempts": 2})

    openings.check_limit(limited, 1, 2, Journal())
    openings.check_limit(limited, 5, 5, Journal())
    openings.check_limit(limited, 2, 3, Journal(forgiven=1))
    with pytest.raises(errors.AttemptsUsed) as refused:
        openings.check_limit(limited, 2, 3, Journal())

    assert refused.value.detail == {"attempts": 2}


def test_a_new_attempt_knows_nothing_of_the_one_before() -> None:
    of = plan(course(sco("one"), sco("two")))
    before = told(of, opened(of), completion_status="completed", suspend_data="mine")

    fresh = openings.afresh(of, before, 7)
    again = way.open_window(of, fresh, 200.0).attempt

    assert (fresh.result, fresh.runs, fresh.started) == (Result(), {}, False)
    assert fresh.window > before.window
    assert (again.ordinal, run_of(again).number) == (2, 2)
    assert "cmi.suspend_data" not in run_of(again).data


def test_items_without_a_resource_of_their_own_are_left_alone() -> None:
    heading = Item(identifier="heading", title="Heading", sequencing=Sequencing(), children=(sco("one"),))
    made = course(heading)

    changed = adapted(made, Overrides(course={"passing_score": 0.5}))

    assert changed.root.children[0].sequencing == heading.sequencing
    assert changed.root.children[0].children[0] != heading.children[0]
