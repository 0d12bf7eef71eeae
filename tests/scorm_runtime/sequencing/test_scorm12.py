"""SCORM 1.2 courses in the same engine: free choice, no attempts that forget, prerequisites."""

from __future__ import annotations

from dataclasses import replace

import pytest

from package_importer.course import Course, Item, Standard
from scorm_runtime.sequencing.engine import look_ahead, status
from scorm_runtime.sequencing.prerequisites import met
from scorm_runtime.tracking import Tracking
from tests.scorm_runtime.sequencing.courses import Play, activity, course, passed

STATUSES = {"a": "completed", "b": "passed", "c": "failed", "d": "incomplete"}


def old(*children: Item | str) -> Course:
    return course(activity("r", *children), standard=Standard.SCORM_12)


def done(scaled: float | None = None) -> Tracking:
    return Tracking(completion="completed", scaled=scaled, completion_by_content=True)


def test_every_sco_can_be_chosen_at_any_time() -> None:
    play = Play(old("a", activity("m", "b", "c")))
    play.ask("start")

    assert set(look_ahead(play.tree, play.state).choice.values()) == {True}
    assert play.delivered("choice c", "previous", "choice a", "continue") == ["c", "b", "a", "b"]


def test_a_sco_that_is_opened_again_is_still_completed() -> None:
    play = Play(old("a", "b"))
    play.ask("start")
    play.report("a", done(0.5))
    play.delivered("continue", "exitAll", "start")

    assert (status(play.tree, play.state, "a").completion, status(play.tree, play.state, "a").scaled) == ("completed", 0.5)


def test_the_course_is_completed_when_all_its_scos_are_and_nobody_passes_by_silence() -> None:
    play = Play(old("a", "b"))
    play.ask("start")
    play.report("a", done(0.5))
    before = status(play.tree, play.state, "r").completion
    play.ask("continue")
    play.report("b", done(1.0))
    play.ask("exitAll")
    reached = status(play.tree, play.state, "r")

    assert (before, reached.completion, reached.success, reached.scaled) == ("unknown", "completed", "unknown", 0.75)


def test_suspend_and_resume_work_as_in_2004() -> None:
    assert Play(old("a", "b")).delivered("start", "continue", "suspendAll", "resumeAll") == ["a", "b", None, "b"]


def test_a_sco_stays_closed_until_its_prerequisites_are_met() -> None:
    play = Play(old("a", replace(activity("b"), prerequisites="a")))
    play.ask("start")
    play.report("a", Tracking(completion="incomplete", completion_by_content=True))
    closed = look_ahead(play.tree, play.state)
    play.report("a", passed())
    opened = look_ahead(play.tree, play.state)

    assert (closed.choice["b"], closed.continue_) == (False, False)
    assert (opened.choice["b"], opened.continue_) == (True, True)


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("a", True),
        ("d", False),
        ("a & b", True),
        ("a&d|b", True),
        ("a & (d | c)", False),
        ("~d", True),
        ("~~a", True),
        ('c = "failed"', True),
        ("d=incomplete", True),
        ("a <> completed", False),
        ("missing", False),
        ('missing = "not attempted"', True),
        ("2*{a, b, c}", True),
        ("3*{a, b, c, ~d}", True),
        ("3*{a, b, c}", False),
        ("a = c", True),
    ],
)
def test_aicc_script_is_read(expression: str, holds: bool) -> None:
    assert met(expression, lambda item: STATUSES.get(item, "not attempted")) is holds


@pytest.mark.parametrize("expression", ["", "&", "a &", "(a", "a b", "2*{a", "a =", '"a', "~" * 200 + "a", "{a}"])
def test_what_is_not_aicc_script_asks_for_nothing(expression: str) -> None:
    play = Play(old("a", replace(activity("b"), prerequisites=expression)))

    assert met(expression, lambda item: "completed") is None
    assert play.delivered("start", "choice b") == ["a", "b"]
