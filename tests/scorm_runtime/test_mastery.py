"""SCORM 1.2 with a mastery score: what is told of a SCO is what it is judged to be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from package_importer.course import Standard
from scorm_runtime import attempt as way
from scorm_runtime import causes
from scorm_runtime.memory import Plan, Step
from scorm_runtime.moves import Move, finish
from scorm_runtime.sequencing import engine
from scorm_runtime.sequencing.engine import Kind, Request
from tests.scorm_runtime.courses import course, plan, sco, sets, unopened

QUIZ = plan(course(replace(sco("quiz"), mastery_score=70.0), sco("end"), standard=Standard.SCORM_12))
SAYING = [("60", "passed", "failed"), ("95", "failed", "passed"), ("60", "failed", "failed"), ("95", "passed", "passed")]


def outcomes(*steps: Step) -> list[tuple[str, bool | None]]:
    """What was told of the quiz that speaks of success."""
    return [
        (event.verb, event.success)
        for step in steps
        for event in step.events
        if event.item == "quiz" and event.verb in ("passed", "failed", "suspended", "terminated")
    ]


def judged(of: Plan, step: Step) -> str:
    return engine.status(of.tree, step.attempt.state, "quiz").success


def opened(of: Plan = QUIZ) -> way.Attempt:
    return way.open_window(of, unopened(of), 100.0).attempt


@pytest.mark.parametrize(("raw", "said", "success"), SAYING)
def test_success_is_told_once_as_the_mastery_score_has_it(raw: str, said: str, success: str) -> None:
    step = finish(
        QUIZ,
        opened(),
        Move(run=1, commits=[sets(1, core__score__raw=raw, core__lesson_status=said)], terminated=True),
        110.0,
    )
    left = way.navigate(QUIZ, step.attempt, Request(kind=Kind.EXIT_ALL), 120.0)

    assert outcomes(step, left) == [(success, success == "passed"), ("terminated", success == "passed")]
    assert judged(QUIZ, left) == success


@pytest.mark.parametrize(("raw", "said", "success"), SAYING)
def test_a_commit_before_the_end_tells_nothing_that_the_end_contradicts(raw: str, said: str, success: str) -> None:
    first = way.commit(QUIZ, opened(), 1, [sets(1, core__lesson_status=said)], 105.0)
    second = way.commit(QUIZ, first.attempt, 1, [sets(2, core__score__raw=raw)], 110.0)
    ended = way.finish(QUIZ, second.attempt, 1, (), 120.0)

    assert outcomes(first) == []
    assert judged(QUIZ, first) == "unknown"
    assert outcomes(first, second, ended) == [(success, success == "passed"), ("terminated", success == "passed")]
    assert ("completed", "quiz") in [(event.verb, event.item) for event in first.events]


def test_a_status_that_the_score_bears_out_is_told_at_once() -> None:
    step = way.commit(QUIZ, opened(), 1, [sets(1, core__score__raw="95", core__lesson_status="passed")], 110.0)

    assert outcomes(step) == [("passed", True)]


@pytest.mark.parametrize("kind", [Kind.CONTINUE, Kind.EXIT_ALL, Kind.SUSPEND_ALL])
def test_a_sco_that_goes_without_lmsfinish_is_judged_too(kind: Kind) -> None:
    saying = sets(1, core__score__raw="60", core__lesson_status="passed")
    said = way.commit(QUIZ, opened(), 1, [saying], 110.0)
    left = way.navigate(QUIZ, said.attempt, Request(kind=kind), 120.0)

    assert outcomes(said, left)[0] == ("failed", False)
    assert [success for _, success in outcomes(said, left)] == [False, False]
    assert judged(QUIZ, left) == "failed"


def test_a_window_that_was_killed_is_judged_when_the_next_one_opens() -> None:
    said = way.commit(QUIZ, opened(), 1, [sets(1, core__lesson_status="passed")], 110.0)

    back = way.open_window(QUIZ, said.attempt, 900.0, pending={1: [sets(2, core__score__raw="60")]})

    assert outcomes(said, back) == [("failed", False), ("suspended", False)]


def test_commits_that_come_after_the_window_was_closed_are_judged() -> None:
    closed = way.navigate(QUIZ, opened(), Request(kind=Kind.SUSPEND_ALL), 110.0)
    saying = sets(1, core__score__raw="60", core__lesson_status="passed")

    back = way.open_window(QUIZ, closed.attempt, 900.0, pending={1: [saying]})

    assert outcomes(back) == [("failed", False)]


def test_what_comes_after_lmsfinish_is_judged_as_well() -> None:
    saying = sets(1, core__score__raw="60", core__lesson_status="failed")
    ended = way.finish(QUIZ, opened(), 1, [saying], 110.0)

    after = way.commit(QUIZ, ended.attempt, 1, [sets(2, core__lesson_status="passed")], 115.0)

    assert outcomes(after) == []
    assert judged(QUIZ, after) == "failed"


def test_in_a_later_session_the_earlier_judgement_holds_until_the_end() -> None:
    saying = sets(1, core__score__raw="60", core__lesson_status="failed", core__exit="suspend")
    first = way.finish(QUIZ, opened(), 1, [saying], 110.0)
    left = way.navigate(QUIZ, first.attempt, Request(kind=Kind.SUSPEND_ALL), 111.0)
    back = way.open_window(QUIZ, left.attempt, 200.0)
    said = way.commit(QUIZ, back.attempt, 2, [sets(1, core__lesson_status="passed")], 210.0)
    ended = way.finish(QUIZ, said.attempt, 2, [sets(2, core__score__raw="90")], 220.0)

    assert outcomes(back, said) == []
    assert judged(QUIZ, said) == "failed"
    assert outcomes(ended) == [("passed", True), ("terminated", True)]


@pytest.mark.parametrize("of", [replace(QUIZ, mastery_override=False), replace(QUIZ, credit=False)])
def test_where_the_mastery_score_does_not_decide_the_sco_does_at_once(of: Plan) -> None:
    step = way.commit(of, opened(of), 1, [sets(1, core__score__raw="60", core__lesson_status="passed")], 110.0)
    ended = way.finish(of, step.attempt, 1, (), 120.0)

    assert outcomes(step, ended) == [("passed", True), ("terminated", True)]


def test_the_course_is_told_what_the_sco_was_judged_to_be() -> None:
    alone = plan(course(replace(sco("quiz"), mastery_score=70.0), standard=Standard.SCORM_12))
    saying = sets(1, core__score__raw="60", core__lesson_status="passed")
    said = way.commit(alone, opened(alone), 1, [saying], 110.0)
    ended = way.finish(alone, said.attempt, 1, (), 120.0)
    left = way.navigate(alone, ended.attempt, Request(kind=Kind.EXIT_ALL), 130.0)

    told = [(event.verb, event.success) for step in (said, ended, left) for event in step.events if event.item is None]
    assert told == [("completed", None), ("failed", False)]
    assert left.attempt.result.success == "failed"


def changes(of: Plan, before: way.Attempt, step: Step) -> list[tuple[str | None, str, object, str, str]]:
    made = causes.noted(of, before, step.attempt, 120.0)[1]
    return [(one.item, one.what, one.after, one.rule, one.text) for one in made if one.item == "quiz" and one.what != "scaled"]


def test_the_log_names_the_status_that_content_has_set_and_the_score_that_has_judged_it() -> None:
    begun = opened()
    saying = sets(1, core__score__raw="95", core__lesson_status="completed")

    made = changes(QUIZ, begun, way.finish(QUIZ, begun, 1, [saying], 110.0))

    when = "was set at 1970-01-01 00:01:50 UTC (run 1, commit 1)"
    assert made == [
        ("quiz", "completion", "completed", "cmi.core.lesson_status", f"cmi.core.lesson_status='completed' {when}."),
        ("quiz", "success", "passed", "mastery_score", f"cmi.core.score.raw=95 {when} and reaches the mastery score 70."),
    ]


@pytest.mark.parametrize(
    ("score", "words"),
    [({}, "no score was set"), ({"core__score__raw": "60"}, "and is below the mastery score 70")],
)
def test_why_a_sco_that_calls_itself_passed_has_not_passed_yet(score: dict[str, str], words: str) -> None:
    begun = opened()
    step = way.commit(QUIZ, begun, 1, [sets(1, core__lesson_status="passed", **score)], 110.0)

    found = causes.EXPLAINED["success"](QUIZ, step.attempt, QUIZ.items["quiz"])

    assert (found.value, found.rule) == ("unknown", "mastery_score")
    assert found.text.startswith("cmi.core.lesson_status='passed' was set at ")
    assert words in found.text
