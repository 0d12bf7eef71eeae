"""OP.1: one request after the other, as learners and SCOs make them."""

from __future__ import annotations

import json

from package_importer.course import CompletionThreshold, ObjectiveMap
from scorm_runtime.sequencing.engine import State, current, look_ahead, status, suspended
from scorm_runtime.tracking import Tracking
from tests.scorm_runtime.sequencing.courses import Play, activity, course, objective, passed, rule


def test_flow_delivers_the_leaves_in_order_and_then_ends_the_session() -> None:
    play = Play(activity("r", "a", activity("c", "b", "d"), "e"))

    assert play.delivered("start", "continue", "continue", "continue", "continue") == ["a", "b", "d", "e", None]
    assert play.last is not None
    assert play.last.ended
    assert play.last.ended_attempts == ("e", "r")
    assert current(play.tree, play.state) is None


def test_flow_backward_enters_a_cluster_by_its_last_child_or_by_its_first_if_it_only_goes_forward() -> None:
    both = Play(activity("r", activity("c", "a", "b"), "d"))
    forward = Play(activity("r", activity("c", "a", "b", forward_only=True), "d"))

    assert both.delivered("choice d", "previous") == ["d", "b"]
    assert forward.delivered("choice d", "previous") == ["d", "a"]


def test_a_skipped_activity_is_passed_over_in_both_directions() -> None:
    play = Play(activity("r", "a", activity("b", pre_rules=(rule("skip", "always"),)), "c"))

    assert play.delivered("start", "continue", "previous") == ["a", "c", "a"]


def test_a_package_of_one_sco_is_started_though_its_manifest_does_not_let_it_flow() -> None:
    assert Play(activity("r", "a", flow=False)).delivered("start") == ["a"]


def test_a_course_that_is_one_activity_is_delivered_itself() -> None:
    play = Play(activity("r"))

    assert play.delivered("start", "exit") == ["r", None]
    assert play.last is not None
    assert play.last.ended


def test_suspend_and_resume_go_on_with_the_same_attempt() -> None:
    play = Play(activity("r", "a", "b"))
    play.delivered("start", "continue", "suspendAll")
    resting = suspended(play.tree, play.state)
    outcome = play.ask("resumeAll")

    assert (resting, outcome.delivered, outcome.new_attempt) == ("b", "b", False)
    assert status(play.tree, play.state, "b").attempts == 1
    assert suspended(play.tree, play.state) is None


def test_a_sco_that_left_with_exit_suspend_is_resumed_when_it_is_chosen_again() -> None:
    play = Play(activity("r", "a", "b"))
    play.ask("start")
    play.report("a", Tracking(exit="suspend"))
    play.ask("continue")

    assert not play.ask("choice", "a").new_attempt
    assert status(play.tree, play.state, "a").completion == "unknown"


def test_a_time_out_ends_the_whole_attempt_whatever_is_asked() -> None:
    play = Play(activity("r", "a", "b"))
    play.ask("start")
    play.report("a", Tracking(exit="time-out"))
    outcome = play.ask("continue")

    assert (outcome.delivered, outcome.ended) == (None, True)


def test_abandon_takes_back_what_the_session_recorded() -> None:
    play = Play(activity("r", "a", "b"))
    play.delivered("start", "continue", "choice a")
    kept = status(play.tree, play.state, "r")
    play.report("a", passed(0.9))
    play.state = State.from_json(play.tree, play.state.to_json())
    seen = status(play.tree, play.state, "a").scaled
    play.ask("abandon")

    assert seen == 0.9
    assert status(play.tree, play.state, "a").scaled is None
    assert status(play.tree, play.state, "r") == kept


def test_a_jump_needs_no_permission() -> None:
    closed = activity("b", pre_rules=(rule("disabled", "always"), rule("hiddenFromChoice", "always")))
    play = Play(activity("r", "a", closed, choice=False))

    assert play.delivered("start", "choice b", "jump b") == ["a", None, "b"]


def test_tb_2_1_an_exit_rule_takes_the_learner_out_of_the_cluster() -> None:
    leave = rule("exit", "completed")
    play = Play(activity("r", activity("c", "a", "b", exit_rules=(leave,), rollup_rules=()), "d"))
    play.delivered("start")
    play.report("a", passed())
    stays = play.ask("continue").delivered
    play.report("b", passed())

    assert (stays, play.ask("previous").delivered) == ("b", None)
    assert current(play.tree, play.state) == "c"


def test_tb_2_2_post_conditions_lead_on() -> None:
    again = Play(activity("r", activity("a", post_rules=(rule("retry", "not completed"),), completion_set_by_content=True), "b"))
    again.ask("start")
    again.report("a", Tracking(completion="incomplete", completion_by_content=True))
    out = Play(activity("r", activity("c", activity("a", post_rules=(rule("exitParent", "always"),)), "b"), "d"))
    done = Play(activity("r", activity("a", post_rules=(rule("exitAll", "always"),)), "b"))
    back = Play(activity("r", "a", activity("b", post_rules=(rule("previous", "always"),)), "c"))

    assert again.delivered("continue") == ["a"]
    assert out.delivered("start", "continue") == ["a", "d"]
    assert done.delivered("start", "continue") == ["a", None]
    assert back.delivered("start", "continue", "continue") == ["a", "b", "a"]


def test_retry_all_begins_the_course_again() -> None:
    play = Play(activity("r", "a", activity("b", post_rules=(rule("retryAll", "always"),)), "c"))

    assert play.delivered("start", "continue", "continue") == ["a", "b", "a"]
    assert status(play.tree, play.state, "r").attempts == 2


def test_a_rule_may_ask_for_the_completion_that_another_activity_has_written_to_a_global_objective() -> None:
    writes = objective("done", ObjectiveMap(target="g", read_completion_status=True, write_completion_status=True))
    reads = objective("before", ObjectiveMap(target="g", read_completion_status=True), primary=False)
    closed = rule("disabled", "not completed", "not activityProgressKnown", combination="any", objective="before")
    first = activity("a", objectives=(writes,), completion_set_by_content=True)
    play = Play(activity("r", first, activity("b", objectives=(reads,), pre_rules=(closed,))))

    play.ask("start")
    too_early = play.ask("continue")
    play.delivered("choice a")
    play.report("a", passed())
    later = play.ask("continue")

    assert (too_early.delivered, too_early.exception) == (None, "SB.2.2-2")
    assert later.delivered == "b"


def test_objectives_that_are_not_global_to_the_system_begin_again_with_the_course() -> None:
    root = activity("r", "a")
    lasting = Play(course(root), known={"g": {"satisfied": True}})
    passing = Play(course(root, objectives_global_to_system=False), known={"g": {"satisfied": True}})
    for play in (lasting, passing):
        play.delivered("start", "exitAll", "start")

    assert [dict(lasting.state.globals), dict(passing.state.globals)] == [{"g": {"satisfied": True}}, {}]


def test_an_outcome_explains_itself() -> None:
    hidden = activity("b", pre_rules=(rule("hiddenFromChoice", "completed"),))
    play = Play(activity("r", "a", hidden))
    play.delivered("choice b", "choice a")
    outcome = play.ask("choice", "b")

    assert "SB.2.9-3: 'B' is hidden from choice by its rule hiddenFromChoice if completed" in outcome.trace
    assert outcome.exception == "SB.2.9-3"


def test_the_state_is_compact_json() -> None:
    play = Play(activity("r", *(f"a{i}" for i in range(100))))
    fresh = len(json.dumps(play.state.to_json()))
    play.ask("start")
    play.report("a0", passed(1.0))

    assert fresh < 20
    assert len(json.dumps(play.state.to_json())) < 900
    assert State.from_json(play.tree, play.state.to_json()).to_json() == play.state.to_json()


def test_a_state_of_an_older_version_of_the_course_forgets_what_is_gone() -> None:
    old = Play(activity("r", "a", "b"))
    old.delivered("start", "continue")
    new = Play(activity("r", "a", "c"))
    state = State.from_json(new.tree, old.state.to_json())

    assert current(new.tree, state) is None
    assert status(new.tree, state, "a").completion == "completed"


def test_continue_is_offered_on_the_last_activity_and_previous_not_on_the_first() -> None:
    play = Play(activity("r", "a"))
    play.ask("start")
    seen = look_ahead(play.tree, play.state)

    assert (seen.continue_, seen.continue_succeeds, seen.previous) == (True, True, False)
    assert seen.request_valid["choice"] == {"r": True, "a": True}


def test_a_thousand_activities_in_a_row_are_no_deeper_than_one() -> None:
    never = (rule("skip", "always"),)
    play = Play(activity("r", "a", *(activity(f"s{i}", pre_rules=never) for i in range(1500)), "z"))
    chain = activity("leaf")
    for i in range(900):
        chain = activity(f"c{i}", chain, threshold=CompletionThreshold())

    assert play.delivered("start", "continue", "previous") == ["a", "z", "a"]
    assert Play(chain).delivered("start") == ["leaf"]
