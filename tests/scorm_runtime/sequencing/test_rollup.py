"""RB: what a course has reached."""

from __future__ import annotations

import pytest

from package_importer.course import CompletionThreshold, Objective, ObjectiveMap, RollupRule
from scorm_runtime.sequencing.engine import Status, state_globals, status, with_globals
from scorm_runtime.tracking import ObjectiveTracking, Tracking
from tests.scorm_runtime.sequencing.courses import Play, activity, failed, objective, passed, rollup, rule

HALF = CompletionThreshold(completed_by_measure=True, min_progress_measure=0.5, progress_weight=1.0)


def of(play: Play, item: str) -> Status:
    return status(play.tree, play.state, item)


def test_rb_1_1_a_a_measure_is_the_weighted_mean_and_an_unknown_one_counts_as_nothing() -> None:
    play = Play(activity("r", activity("a", objective_measure_weight=0.5), "b", activity("c", objective_measure_weight=0.0)))
    play.ask("start")
    play.report("a", passed(0.9))

    assert of(play, "r").scaled == pytest.approx(0.3)


def test_rb_1_1_a_no_known_measure_leaves_the_parents_unknown() -> None:
    play = Play(activity("r", "a", "b"))
    play.ask("start")
    play.report("a", passed())

    assert of(play, "r").scaled is None


def test_rb_1_1_b_and_rb_1_3_a_progress_is_rolled_up_and_completes_at_the_threshold() -> None:
    play = Play(activity("r", "a", "b", threshold=HALF))
    play.ask("start")
    play.report("a", Tracking(progress=1.0))

    assert (of(play, "r").progress, of(play, "r").completion) == (0.5, "completed")


def test_rb_1_2_a_a_measure_satisfies_while_active_only_if_it_is_allowed_to() -> None:
    minimum = (objective(minimum=0.4),)
    eager = Play(activity("r", "a", "b", objectives=minimum))
    patient = Play(activity("r", "a", "b", objectives=minimum, measure_satisfaction_if_active=False))
    for play in (eager, patient):
        play.ask("start")
        play.report("a", passed(1.0))

    assert [of(eager, "r").success, of(patient, "r").success] == ["passed", "unknown"]
    patient.ask("exitAll")
    assert of(patient, "r").success == "passed"


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ((), ("incomplete", "failed")),
        ((rollup("completed", "attempted"),), ("completed", "failed")),
        ((rollup("satisfied", "satisfied", of="any"),), ("incomplete", "passed")),
        ((rollup("satisfied", "satisfied", of="atLeastCount", count=2),), ("incomplete", "unknown")),
        ((rollup("satisfied", "satisfied", of="atLeastPercent", percent=0.5),), ("incomplete", "passed")),
        ((rollup("notSatisfied", "not satisfied", of="any"),), ("incomplete", "failed")),
        ((rollup("notSatisfied", "satisfied", of="none"),), ("incomplete", "unknown")),
        ((rollup("completed", "completed", "attempted", combination="all"),), ("unknown", "failed")),
        ((rollup("completed", "never heard of", of="all"),), ("unknown", "failed")),
    ],
)
def test_rb_1_4_rules_decide_and_the_default_only_where_the_family_has_none(
    rules: tuple[RollupRule, ...], expected: tuple[str, str]
) -> None:
    play = Play(activity("r", "a", "b", rollup_rules=rules))
    play.delivered("start", "continue")
    play.report("b", Tracking(completion="incomplete", success="failed", completion_by_content=True, success_by_content=True))

    assert (of(play, "r").completion, of(play, "r").success) == expected


@pytest.mark.parametrize(
    ("required", "completion"), [("always", "unknown"), ("ifAttempted", "completed"), ("ifNotSkipped", "completed")]
)
def test_rb_1_4_2_a_child_is_considered_as_it_is_required(required: str, completion: str) -> None:
    optional = activity("b", required_for_completed=required, pre_rules=(rule("skip", "not attempted"),))
    play = Play(activity("r", "a", optional))
    play.ask("start")
    play.report("a", passed())

    assert of(play, "r").completion == completion


def test_rb_1_4_2_a_suspended_child_need_not_count() -> None:
    resting = activity("b", required_for_incomplete="ifNotSuspended", required_for_completed="ifNotSuspended")
    play = Play(activity("r", "a", resting))
    play.ask("start")
    play.report("a", passed())
    play.ask("continue")
    play.report("b", Tracking(completion="incomplete", exit="suspend", completion_by_content=True))
    play.ask("previous")

    assert of(play, "r").completion == "completed"


def test_rb_1_5_what_reads_a_global_objective_is_rolled_up_again_when_it_moves() -> None:
    writes = objective("o", ObjectiveMap(target="g", write_satisfied_status=True))
    reads = objective("o", ObjectiveMap(target="g"))
    other = activity("c", activity("b", objectives=(reads,)))
    play = Play(activity("r", activity("a", objectives=(writes,)), other))
    play.ask("start")
    play.report("a", passed())

    assert of(play, "c").success == "passed"
    assert state_globals(play.state) == {"g": {"satisfied": True}}


def test_global_objectives_of_other_courses_come_in_before_and_during_a_registration() -> None:
    reads = objective("o", ObjectiveMap(target="g"))
    course = activity("r", activity("a", objectives=(reads,)))
    before = Play(course, known={"g": {"satisfied": False}})
    during = Play(course)
    during.ask("start")
    during.state = with_globals(during.tree, during.state, {"g": {"satisfied": True, "measure": 0.7}})

    assert (of(before, "a").success, of(during, "a").success, of(during, "a").scaled) == ("failed", "passed", 0.7)
    assert of(during, "a").mapped[0].success == "passed"


def test_raw_scores_and_progress_move_through_the_maps_that_adl_adds() -> None:
    writes = ObjectiveMap(target="g", write_raw_score=True, write_max_score=True, write_completion_status=True)
    reads = ObjectiveMap(target="g", read_max_score=False)
    play = Play(
        activity(
            "r",
            activity("a", objectives=(objective("p"), Objective(id="o", maps=(writes,)))),
            activity("b", objectives=(objective("p"), Objective(id="o", maps=(reads,)))),
        )
    )
    play.ask("start")
    row = ObjectiveTracking(id=" o ", raw=7.0, max=9.0, completion="not attempted", completion_by_content=True)
    play.report("a", Tracking(objectives=(row,)))
    found = of(play, "b").objectives[1]

    assert (found.id, found.raw, found.max, found.completion) == ("o", 7.0, None, "incomplete")


def test_a_status_that_the_content_takes_back_is_unknown_to_those_who_read_it() -> None:
    both = objective("o", ObjectiveMap(target="g", write_satisfied_status=True))
    play = Play(activity("r", activity("a", objectives=(both,)), activity("b", objectives=(both,))))
    play.ask("start")
    play.report("a", passed())
    play.ask("continue")
    play.report("b", Tracking(success="unknown", success_by_content=True))

    assert of(play, "a").success == "unknown"


def test_what_was_reached_before_the_parents_attempt_counts_only_if_the_parent_says_so() -> None:
    strict = Play(activity("r", activity("c", "a", "b"), "d"))
    kind = Play(
        activity(
            "r",
            activity("c", "a", "b", use_current_attempt_progress_info=False, use_current_attempt_objective_info=False),
            "d",
        )
    )
    for play in (strict, kind):
        play.delivered("start", "continue", "continue", "choice a")
        play.report("a", passed())

    assert [of(strict, "c").completion, of(kind, "c").completion] == ["unknown", "completed"]


def test_an_untracked_activity_says_nothing_and_counts_for_nothing() -> None:
    play = Play(activity("r", activity("a", tracked=False), "b"))
    play.ask("start")
    play.report("a", failed(0.1))
    play.ask("continue")
    play.report("b", passed(0.8))

    assert of(play, "a").completion == of(play, "a").success == "unknown"
    assert (of(play, "r").completion, of(play, "r").success, of(play, "r").scaled) == ("completed", "passed", 0.8)
