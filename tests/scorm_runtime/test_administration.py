"""What administrators do to an attempt."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from package_importer.course import CompletionThreshold, Standard
from scorm_runtime import administration, errors, explain, explanation
from scorm_runtime import attempt as way
from scorm_runtime.administration import Wanted
from scorm_runtime.events import Authority
from scorm_runtime.memory import Attempt, Plan, Step
from scorm_runtime.overrides import Overrides, adapted
from scorm_runtime.sequencing import engine
from scorm_runtime.sequencing.engine import Kind, Request
from tests.scorm_runtime.courses import TEST, asset, course, plan, sco, sets, unopened

BY = Authority(name="Eve", agent={"mbox": "mailto:eve@people.example"}, action="correct", reason="Seen on paper")
ONE = plan(course(sco("one", TEST)))
TWO = plan(course(sco("one"), sco("two")))
EXIT = Request(kind=Kind.EXIT_ALL)


def played(of: Plan, *, leave: Request | None = EXIT, **values: str) -> Attempt:
    attempt = way.open_window(of, unopened(of), 100.0).attempt
    attempt = way.commit(of, attempt, 1, [sets(1, **values)], 110.0).attempt if values else attempt
    if leave is None:
        return attempt
    attempt = way.finish(of, attempt, 1, (), 120.0, suspend=leave.kind is Kind.SUSPEND_ALL).attempt
    return way.navigate(of, attempt, leave, 120.0).attempt


def correct(of: Plan, attempt: Attempt, **wanted: Any) -> Step:
    return administration.corrected(of, attempt, 200.0, Wanted(**wanted), BY)


def reroll(of: Plan, attempt: Attempt) -> Step:
    return administration.rerolled(of, attempt, 200.0, BY)


def told(step: Step) -> list[tuple[str, str | None]]:
    assert all(event.authority == BY for event in step.events)
    return [(event.verb, event.item) for event in step.events]


def status(of: Plan, attempt: Attempt, item: str = "one") -> tuple[str, str, float | None]:
    found = engine.status(of.tree, attempt.state, item)
    return found.completion, found.success, found.scaled


def test_a_corrected_item_is_rolled_up_and_told() -> None:
    step = correct(TWO, played(TWO), item="one", completion="completed", success="passed")

    assert status(TWO, step.attempt) == ("completed", "passed", None)
    assert told(step) == [("completed", "one"), ("passed", "one")]
    assert step.attempt.result.completion != "completed"


def test_a_corrected_score_is_told_as_scored() -> None:
    step = correct(TWO, played(TWO), item="one", scaled=0.4)

    assert status(TWO, step.attempt)[2] == 0.4
    assert told(step) == [("scored", "one")]


def test_a_corrected_score_decides_success_where_it_does() -> None:
    step = correct(ONE, played(ONE, score__scaled="0.5", completion_status="completed"), item="one", scaled=0.9)

    assert status(ONE, step.attempt) == ("completed", "passed", 0.9)
    assert told(step) == [("passed", "one"), ("passed", None)]
    assert step.attempt.result.success == "passed"


def test_a_raw_score_gives_the_scaled_one() -> None:
    step = correct(TWO, played(TWO), item="one", raw=30.0, min=0.0, max=40.0)

    assert status(TWO, step.attempt)[2] == 0.75


def test_a_completion_can_be_taken_back() -> None:
    attempt = played(TWO, completion_status="completed")

    item = correct(TWO, attempt, item="one", completion="incomplete")
    whole = correct(TWO, correct(TWO, attempt, completion="completed").attempt, completion="incomplete")

    assert status(TWO, item.attempt)[0] == "incomplete"
    assert told(item) == []
    assert whole.attempt.result.completion == "incomplete"
    assert whole.attempt.result.completed_at is None


def test_what_a_correction_leaves_open_stays_as_it_was_corrected_before() -> None:
    first = correct(TWO, played(TWO), item="one", completion="completed").attempt

    second = correct(TWO, first, item="one", success="passed").attempt

    assert status(TWO, second)[:2] == ("completed", "passed")


def test_each_part_of_a_correction_keeps_who_has_decided_it_and_why() -> None:
    boss = replace(BY, name="Boss", reason="Seen in the exam")
    first = correct(TWO, played(TWO), item="one", completion="completed").attempt

    both = administration.corrected(TWO, first, 300.0, Wanted(item="one", success="passed", scaled=0.9), boss).attempt
    course = administration.corrected(TWO, correct(TWO, both, completion="completed").attempt, 300.0, Wanted(scaled=0.5), boss)

    told = explanation.item(TWO, both, TWO.items["one"], 1)
    assert told["completion"]["text"] == "Eve has set it at 1970-01-01 00:03:20 UTC: Seen on paper"
    assert told["success"]["text"] == told["score"]["text"] == "Boss has set it at 1970-01-01 00:05:00 UTC: Seen in the exam"
    assert {what: one["by"] for what, one in told["correction"]["origins"].items()} == {
        "completion": "Eve",
        "success": "Boss",
        "scaled": "Boss",
    }
    whole = explanation.explanation(TWO, course.attempt)["course"]
    assert (whole["completion"]["text"][:3], whole["score"]["text"][:4]) == ("Eve", "Boss")


def test_a_corrected_score_brings_no_raw_score_of_an_earlier_correction_along() -> None:
    first = correct(TWO, played(TWO), item="one", raw=40.0, min=0.0, max=100.0).attempt

    second = correct(TWO, first, item="one", scaled=0.9).attempt

    found = second.runs["one"].corrected
    assert found is not None
    assert (found.scaled, found.raw, found.max) == (0.9, None, None)


@pytest.mark.parametrize("opened", [True, False])
@pytest.mark.parametrize(("scaled", "success", "verb"), [(0.9, "passed", "reaches"), (0.3, "failed", "is below")])
def test_success_that_follows_from_a_corrected_score_names_the_correction_and_the_passing_score(
    opened: bool, scaled: float, success: str, verb: str
) -> None:
    attempt = played(ONE, score__scaled="0.5") if opened else unopened(ONE)

    after = correct(ONE, attempt, item="one", scaled=scaled).attempt

    found = explain.success(ONE, after, ONE.items["one"])
    assert (found.value, found.rule) == (success, "scaled_passing_score")
    assert found.text == (
        f"The score {scaled:g} {verb} the passing score 0.8. Eve has set the score at 1970-01-01 00:03:20 UTC: Seen on paper"
    )


def test_completion_that_follows_from_a_corrected_progress_names_the_correction_and_the_threshold() -> None:
    measured = replace(sco("one"), completion_threshold=CompletionThreshold(completed_by_measure=True, min_progress_measure=0.9))
    of = plan(course(measured))

    after = correct(of, unopened(of), item="one", progress=1.0).attempt

    found = explain.completion(of, after, of.items["one"])
    assert (found.value, found.rule) == ("completed", "completion_threshold")
    assert found.text.startswith("The progress 1 reaches the threshold 0.9. Eve has set the progress at ")


def test_a_correction_outlives_what_content_says_and_a_new_attempt_on_the_item() -> None:
    corrected = correct(TWO, played(TWO), item="one", completion="completed", success="passed").attempt

    again = way.open_window(TWO, corrected, 300.0).attempt
    number = again.run.number if again.run else 0
    said = way.commit(TWO, again, number, [sets(1, completion_status="incomplete", success_status="failed")], 310.0).attempt

    assert status(TWO, again)[:2] == status(TWO, said)[:2] == ("completed", "passed")


def test_progress_decides_where_the_package_says_so() -> None:
    measured = replace(sco("one"), completion_threshold=CompletionThreshold(completed_by_measure=True, min_progress_measure=0.9))
    of = plan(course(measured))

    with pytest.raises(errors.NotCorrectable) as refused:
        correct(of, played(of), item="one", completion="completed")
    step = correct(of, played(of), item="one", completion="completed", progress=1.0)

    assert refused.value.detail == {"item": "one", "rule": "completion_threshold"}
    assert status(of, step.attempt)[0] == "completed"


def test_a_document_can_be_corrected_that_nobody_has_opened() -> None:
    of = plan(course(asset("one"), sco("two")))

    step = correct(of, unopened(of), item="one", completion="completed")

    assert status(of, step.attempt)[0] == "completed"
    assert not step.attempt.started


@pytest.mark.parametrize("item", ["root", "nothing"])
def test_only_what_can_be_launched_is_corrected(item: str) -> None:
    with pytest.raises(errors.ItemNotFound):
        correct(TWO, played(TWO), item=item, completion="completed")


def test_the_course_is_corrected_beside_its_items() -> None:
    step = correct(TWO, played(TWO), completion="completed", success="passed", scaled=0.7)

    assert told(step) == [("completed", None), ("passed", None)]
    assert (step.attempt.result.completion, step.attempt.result.success, step.attempt.result.scaled) == (
        "completed",
        "passed",
        0.7,
    )
    assert status(TWO, step.attempt, "two")[0] == "unknown"


def test_the_course_can_be_corrected_without_credit() -> None:
    of = replace(TWO, credit=False)

    assert correct(of, played(of), completion="completed").attempt.result.completion == "completed"


def test_a_reroll_of_what_is_right_changes_nothing() -> None:
    for leave in (EXIT, Request(kind=Kind.SUSPEND_ALL), None):
        before = played(TWO, leave=leave, completion_status="completed", score__scaled="0.5")

        step = reroll(TWO, before)

        assert told(step) == []
        assert step.attempt.result == before.result
        assert [status(TWO, step.attempt, i) for i in ("root", "one", "two")] == [
            status(TWO, before, i) for i in ("root", "one", "two")
        ]


def test_a_reroll_takes_back_what_no_longer_holds() -> None:
    before = played(ONE, score__scaled="0.85", completion_status="completed")
    stricter = Overrides(course={"passing_score": 0.9})
    of = replace(plan(adapted(ONE.course, stricter)), overrides=stricter)

    step = reroll(of, before)

    assert (before.result.success, step.attempt.result.success) == ("passed", "failed")
    assert told(step) == [("failed", "one"), ("failed", None)]
    assert step.attempt.result.passed_at is None
    assert step.attempt.result.completed_at == before.result.completed_at


def test_a_reroll_judges_a_suspended_item_as_suspended() -> None:
    of = plan(course(replace(sco("one"), mastery_score=80.0), standard=Standard.SCORM_12))
    before = played(of, leave=Request(kind=Kind.SUSPEND_ALL), core__score__raw="90", core__lesson_status="incomplete")

    step = reroll(of, before)

    assert status(of, step.attempt) == status(of, before) == ("incomplete", "unknown", 0.9)


def test_a_new_attempt_needs_one_before() -> None:
    with pytest.raises(errors.NothingToKeep):
        administration.anew(TWO, unopened(TWO), 100.0)

    assert administration.anew(TWO, played(TWO), 100.0).attempt.runs == {}
