"""A learner's way through a course."""

from __future__ import annotations

from dataclasses import replace

import pytest

from package_importer.course import Sequencing, SharedData, Standard
from scorm_runtime import attempt as way
from scorm_runtime import errors, openings
from scorm_runtime.memory import Commit
from scorm_runtime.sequencing import engine
from scorm_runtime.sequencing.engine import Kind, Request
from tests.scorm_runtime.courses import TEST, asset, course, plan, sco, sets, unopened

ONE = plan(course(sco("one", TEST)))
TWO = plan(course(sco("one"), sco("two")))
OLD = plan(course(sco("one"), standard=Standard.SCORM_12))


def verbs(step: way.Step) -> list[tuple[str, str | None]]:
    return [(event.verb, event.item) for event in step.events]


def test_the_first_window_starts_the_course() -> None:
    step = way.open_window(TWO, unopened(TWO), 100.0)

    assert step.delivered
    assert verbs(step) == [("launched", None), ("initialized", "one")]
    assert step.attempt.run is not None
    assert step.attempt.run.data["cmi.entry"] == "ab-initio"
    assert (step.attempt.window, step.attempt.ordinal, step.attempt.ended) == (1, 1, False)


def test_a_commit_is_applied_once_however_often_it_comes() -> None:
    attempt = way.open_window(TWO, unopened(TWO), 100.0).attempt
    first = way.commit(TWO, attempt, 1, [sets(1, location="p1")], 101.0).attempt

    again = way.commit(TWO, first, 1, [sets(1, location="other"), sets(2, suspend_data="x")], 102.0).attempt

    assert again.run is not None
    assert again.run.applied == 2
    assert (again.run.data["cmi.location"], again.run.data["cmi.suspend_data"]) == ("p1", "x")


def test_a_commit_with_a_gap_before_it_is_refused() -> None:
    attempt = way.open_window(TWO, unopened(TWO), 100.0).attempt

    with pytest.raises(errors.CommitGap) as refused:
        way.commit(TWO, attempt, 1, [sets(2, location="p1")], 101.0)

    assert refused.value.detail == {"expected": 1, "found": 2}


def test_a_browser_whose_clock_was_set_right_meanwhile_dates_nothing_before_the_session_and_adds_no_time() -> None:
    attempt = way.open_window(ONE, unopened(ONE), 100.0).attempt
    five_hours = 5 * 3600.0
    jumped = Commit(n=1, changes={"cmi.completion_status": "completed"}, age=five_hours, elapsed=five_hours)

    step = way.finish(ONE, attempt, 1, [jumped], 160.0)

    assert {event.time for event in step.events if event.item} == {100.0}
    assert [event.duration for event in step.events if event.verb == "terminated"] == [60.0]
    assert step.attempt.seconds == 60.0


def test_a_commit_of_another_run_is_refused() -> None:
    attempt = way.open_window(TWO, unopened(TWO), 100.0).attempt

    with pytest.raises(errors.RunClosed):
        way.commit(TWO, attempt, 7, [sets(1, location="p1")], 101.0)


def test_what_the_table_forbids_is_reported_and_not_kept() -> None:
    attempt = way.open_window(TWO, unopened(TWO), 100.0).attempt

    step = way.commit(TWO, attempt, 1, [sets(1, learner_id="somebody else", location="p1")], 101.0)

    assert step.refused == (("cmi.learner_id", 404),)
    assert step.attempt.run is not None
    assert step.attempt.run.data["cmi.learner_id"] == "ada"
    assert step.attempt.run.data["cmi.location"] == "p1"


def test_a_passing_score_passes_the_item_and_the_course_at_once() -> None:
    attempt = way.open_window(ONE, unopened(ONE), 100.0).attempt

    step = way.commit(ONE, attempt, 1, [sets(1, score__scaled="0.9", completion_status="completed")], 160.0)

    assert verbs(step) == [("completed", "one"), ("passed", "one"), ("completed", None), ("passed", None)]
    course_passed = step.events[-1]
    assert course_passed.score is not None
    assert (course_passed.score.scaled, course_passed.duration) == (0.9, 60.0)
    assert step.attempt.result.success == "passed"


def test_the_same_status_is_told_once() -> None:
    attempt = way.open_window(ONE, unopened(ONE), 100.0).attempt
    attempt = way.commit(ONE, attempt, 1, [sets(1, score__scaled="0.9")], 160.0).attempt

    step = way.commit(ONE, attempt, 1, [sets(2, score__scaled="0.95")], 170.0)

    assert "passed" not in [event.verb for event in step.events]


def test_terminate_with_suspend_keeps_the_data_for_the_next_session() -> None:
    attempt = way.open_window(ONE, unopened(ONE), 100.0).attempt
    ended = way.finish(ONE, attempt, 1, [sets(1, exit="suspend", location="p3", session_time="PT1M")], 160.0)

    left = way.navigate(ONE, ended.attempt, Request(kind=Kind.SUSPEND_ALL), 161.0)
    back = way.open_window(ONE, left.attempt, 500.0)

    assert verbs(ended)[-1] == ("suspended", "one")
    assert verbs(back) == [("launched", None), ("resumed", "one")]
    assert back.attempt.run is not None
    assert (back.attempt.run.data["cmi.entry"], back.attempt.run.data["cmi.location"]) == ("resume", "p3")
    assert back.attempt.run.attempt == 1
    assert back.attempt.seconds == 60.0


def test_a_window_that_vanished_counts_as_suspended() -> None:
    attempt = way.open_window(ONE, unopened(ONE), 100.0).attempt
    attempt = way.commit(ONE, attempt, 1, [sets(1, location="p3")], 130.0).attempt

    back = way.open_window(ONE, attempt, 900.0)

    assert verbs(back) == [("suspended", "one"), ("launched", None), ("resumed", "one")]
    assert back.attempt.run is not None
    assert back.attempt.run.data["cmi.location"] == "p3"
    assert back.attempt.window == 2


def test_what_the_window_before_could_not_send_arrives_with_the_next() -> None:
    attempt = way.open_window(ONE, unopened(ONE), 100.0).attempt

    back = way.open_window(ONE, attempt, 900.0, pending={1: [sets(1, location="p4")]})

    assert back.attempt.run is not None
    assert back.attempt.run.data["cmi.location"] == "p4"


def test_what_was_left_behind_and_does_not_fit_keeps_nobody_out() -> None:
    attempt = way.open_window(TWO, unopened(TWO), 100.0).attempt

    step = way.open_window(TWO, attempt, 200.0, pending={1: [sets(4, location="p4")]})

    assert step.delivered
    assert step.attempt.run is not None
    assert "cmi.location" not in step.attempt.run.data


def test_commits_that_arrive_after_the_window_closed_still_count() -> None:
    attempt = way.open_window(ONE, unopened(ONE), 100.0).attempt
    closed = way.navigate(ONE, attempt, Request(kind=Kind.SUSPEND_ALL), 130.0).attempt

    back = way.open_window(ONE, closed, 900.0, pending={1: [sets(1, location="p4", session_time="PT2M")]})

    assert back.attempt.run is not None
    assert (back.attempt.run.data["cmi.location"], back.attempt.run.data["cmi.entry"]) == ("p4", "resume")
    assert back.attempt.run.data["cmi.total_time"] == "PT0H2M0S"
    assert back.attempt.seconds == 120.0


def test_commits_of_a_session_that_was_continued_elsewhere_are_void() -> None:
    attempt = way.open_window(ONE, unopened(ONE), 100.0).attempt
    elsewhere = way.open_window(ONE, attempt, 200.0).attempt

    back = way.open_window(ONE, elsewhere, 900.0, pending={1: [sets(1, location="p4")]})

    assert back.attempt.run is not None
    assert "cmi.location" not in back.attempt.run.data


def test_continue_ends_one_item_and_delivers_the_next() -> None:
    attempt = way.open_window(TWO, unopened(TWO), 100.0).attempt
    attempt = way.commit(TWO, attempt, 1, [sets(1, completion_status="completed")], 110.0).attempt

    step = way.navigate(TWO, attempt, Request(kind=Kind.CONTINUE), 120.0)

    assert verbs(step) == [("terminated", "one"), ("initialized", "two")]
    assert step.attempt.current == "two"


def test_a_refused_request_says_why_and_delivers_nothing() -> None:
    attempt = way.open_window(TWO, unopened(TWO), 100.0).attempt

    step = way.navigate(TWO, attempt, Request(kind=Kind.PREVIOUS), 120.0)

    assert not step.delivered
    assert step.exception is not None


def test_abandoned_data_are_not_kept() -> None:
    attempt = way.open_window(TWO, unopened(TWO), 100.0).attempt
    attempt = way.commit(TWO, attempt, 1, [sets(1, location="p9")], 110.0).attempt

    step = way.navigate(TWO, attempt, Request(kind=Kind.ABANDON), 120.0)

    assert "cmi.location" not in step.attempt.runs["one"].data


@pytest.mark.parametrize("kind", [Kind.ABANDON, Kind.ABANDON_ALL])
def test_abandon_after_terminate_takes_back_what_the_session_has_said(kind: Kind) -> None:
    attempt = way.open_window(TWO, unopened(TWO), 100.0).attempt
    saying = sets(1, location="p9", completion_status="completed", session_time="PT1M")
    attempt = way.finish(TWO, attempt, 1, [saying], 110.0).attempt

    step = way.navigate(TWO, attempt, Request(kind=kind), 120.0)

    assert step.exception is None
    assert step.attempt.runs["one"].data == {}
    assert engine.status(TWO.tree, step.attempt.state, "one").completion == "unknown"
    assert step.attempt.seconds == 0.0


def test_time_out_ends_the_course_whatever_the_learner_asked_for() -> None:
    attempt = way.open_window(TWO, unopened(TWO), 100.0).attempt
    attempt = way.finish(TWO, attempt, 1, [sets(1, exit="time-out")], 110.0).attempt

    step = way.navigate(TWO, attempt, Request(kind=Kind.CONTINUE), 120.0)

    assert step.attempt.ended
    assert not step.delivered


def test_logout_of_scorm_12_ends_its_sco_only() -> None:
    of = plan(course(sco("one"), sco("two"), standard=Standard.SCORM_12))
    attempt = way.open_window(of, unopened(of), 100.0).attempt
    attempt = way.finish(of, attempt, 1, [sets(1, core__lesson_status="completed", core__exit="logout")], 110.0).attempt

    assert way.demanded(of, attempt) is None
    assert way.navigate(of, attempt, Request(kind=Kind.CONTINUE), 120.0).delivered


def test_a_new_attempt_on_the_course_starts_with_fresh_data_and_remembers_the_result() -> None:
    attempt = way.open_window(ONE, unopened(ONE), 100.0).attempt
    attempt = way.finish(
        ONE, attempt, 1, [sets(1, score__scaled="0.9", completion_status="completed", exit="normal")], 160.0
    ).attempt
    attempt = way.navigate(ONE, attempt, Request(kind=Kind.EXIT_ALL), 161.0).attempt

    again = way.open_window(ONE, attempt, 500.0)

    assert again.attempt.ordinal == 2
    assert again.attempt.run is not None
    assert again.attempt.run.attempt == 2
    assert "cmi.score.scaled" not in again.attempt.run.data
    assert (again.attempt.result.completion, again.attempt.result.success) == ("unknown", "unknown")
    assert (again.attempt.standing.completion, again.attempt.standing.success) == ("completed", "passed")


def test_scorm_12_keeps_what_a_sco_has_stored_also_after_a_normal_exit() -> None:
    attempt = way.open_window(OLD, unopened(OLD), 100.0).attempt
    attempt = way.finish(OLD, attempt, 1, [sets(1, core__lesson_location="p5", core__lesson_status="incomplete")], 160.0).attempt
    attempt = way.navigate(OLD, attempt, Request(kind=Kind.EXIT_ALL), 161.0).attempt

    again = way.open_window(OLD, attempt, 500.0)

    assert again.attempt.run is not None
    assert again.attempt.run.data["cmi.core.lesson_location"] == "p5"


def test_a_single_sco_that_was_asked_for_by_name_starts_though_it_cannot_be_chosen() -> None:
    made = course(sco("one"))
    single = plan(replace(made, root=replace(made.root, sequencing=Sequencing())))

    step = way.open_window(single, unopened(single), 100.0, item="one")

    assert (step.delivered, step.exception) == (True, None)


def played_again(stores_are_global: bool) -> dict[str, str]:
    """The data of the second attempt on a course whose SCO has filled its `adl.data` in the first one."""
    shared = replace(sco("one"), shared_data=(SharedData(target="notes"),))
    of = plan(replace(course(shared, sco("two")), shared_data_global_to_system=stores_are_global))
    attempt = way.open_window(of, unopened(of), 100.0).attempt
    filled = Commit(n=1, changes={"adl.data.0.store": "mine"})
    attempt = way.finish(of, attempt, 1, [filled], 160.0).attempt
    attempt = way.navigate(of, attempt, Request(kind=Kind.EXIT_ALL), 170.0).attempt
    run = way.open_window(of, attempt, 200.0).attempt.run
    return dict(run.data) if run else {}


def test_shared_data_of_the_course_are_empty_again_in_a_new_attempt_on_it() -> None:
    data = played_again(stores_are_global=False)

    assert data["adl.data.0.id"] == "notes"
    assert "adl.data.0.store" not in data


def test_shared_data_of_the_learner_outlive_an_attempt() -> None:
    assert played_again(stores_are_global=True)["adl.data.0.store"] == "mine"


def test_an_asset_is_completed_by_having_been_seen() -> None:
    of = plan(course(asset("page"), sco("two")))
    attempt = way.open_window(of, unopened(of), 100.0).attempt

    step = way.navigate(of, attempt, Request(kind=Kind.CONTINUE), 120.0)

    assert ("completed", "page") in verbs(step)


def test_an_asset_that_talks_to_the_api_is_heard_as_a_sco() -> None:
    picture = plan(course(asset("picture"), sco("two")))
    attempt = way.open_window(picture, unopened(picture), 100.0).attempt
    saying = sets(1, completion_status="incomplete", location="p2", exit="suspend")
    attempt = way.finish(picture, attempt, 1, [saying], 110.0).attempt
    attempt = way.navigate(picture, attempt, Request(kind=Kind.SUSPEND_ALL), 111.0).attempt

    step = way.open_window(picture, attempt, 200.0)

    assert step.attempt.run is not None
    assert (step.attempt.run.data["cmi.entry"], step.attempt.run.data["cmi.location"]) == ("resume", "p2")
    assert step.attempt.result.completion != "completed"


@pytest.mark.parametrize("standard", [Standard.SCORM_2004, Standard.SCORM_12])
def test_a_suspended_asset_is_resumed_in_the_attempt_that_it_was_in(standard: Standard) -> None:
    picture = plan(course(asset("picture"), sco("two"), standard=standard))
    opened = way.open_window(picture, unopened(picture), 100.0)
    left = way.navigate(picture, opened.attempt, Request(kind=Kind.SUSPEND_ALL), 110.0)

    step = way.open_window(picture, left.attempt, 200.0)

    assert verbs(left) == [("suspended", "picture")]
    assert verbs(step) == [("launched", None), ("resumed", "picture")]
    assert step.events[-1].attempt == opened.events[-1].attempt


def test_an_asset_that_is_opened_again_is_initialized_in_an_attempt_of_its_own() -> None:
    picture = plan(course(asset("picture"), sco("two")))
    first = way.open_window(picture, unopened(picture), 100.0)
    left = way.navigate(picture, first.attempt, Request(kind=Kind.CONTINUE), 110.0)

    step = way.navigate(picture, left.attempt, Request(kind=Kind.PREVIOUS), 120.0)

    assert verbs(step)[-1] == ("initialized", "picture")
    assert step.events[-1].attempt != first.events[-1].attempt


def test_an_answer_is_told_once_and_again_when_it_changes() -> None:
    attempt = way.open_window(ONE, unopened(ONE), 100.0).attempt
    row = {"interactions__0__id": "q1", "interactions__0__type": "choice", "interactions__0__learner_response": "a"}
    first = way.commit(ONE, attempt, 1, [sets(1, **row)], 110.0)
    same = way.commit(ONE, first.attempt, 1, [sets(2, location="p2")], 111.0)

    changed = way.commit(ONE, same.attempt, 1, [sets(3, interactions__0__learner_response="b")], 112.0)

    assert [verbs(first), verbs(same), verbs(changed)] == [[("responded", "one")], [], [("responded", "one")]]


def attempts_named(step: way.Step) -> set[tuple[str | None, int]]:
    return {(event.item, event.attempt) for event in step.events}


def test_a_new_attempt_is_named_as_no_other_before_by_item_and_course() -> None:
    opened = way.open_window(ONE, unopened(ONE), 100.0)
    ended = way.finish(ONE, opened.attempt, 1, [sets(1, score__scaled="0.5", completion_status="completed")], 160.0)
    left = way.navigate(ONE, ended.attempt, Request(kind=Kind.EXIT_ALL), 161.0)
    anew = openings.afresh(ONE, left.attempt, 1)
    again = way.open_window(ONE, anew, 500.0)
    done = way.finish(ONE, again.attempt, again.attempt.number, [sets(1, score__scaled="0.9")], 560.0)

    first = attempts_named(opened) | attempts_named(ended) | attempts_named(left)
    second = attempts_named(again) | attempts_named(done)
    assert first == {(None, 1), ("one", 1)}
    assert second == {(None, 2), ("one", 2)}


@pytest.mark.parametrize("item", [None, "two"])
def test_a_course_that_goes_on_keeps_its_attempt_wherever_it_is_opened(item: str | None) -> None:
    opened = way.open_window(TWO, unopened(TWO), 100.0)
    left = way.navigate(TWO, opened.attempt, Request(kind=Kind.SUSPEND_ALL), 110.0)

    back = way.open_window(TWO, left.attempt, 500.0, item=item)

    assert (None, 1) in attempts_named(back)
    assert back.attempt.ordinal == 1


def test_an_item_that_is_resumed_keeps_its_attempt() -> None:
    opened = way.open_window(TWO, unopened(TWO), 100.0, item="two")
    left = way.navigate(TWO, opened.attempt, Request(kind=Kind.SUSPEND_ALL), 110.0)

    back = way.open_window(TWO, left.attempt, 500.0)

    assert ("two", 1) in attempts_named(back)


@pytest.mark.parametrize("committed", [True, False])
def test_time_on_the_course_includes_what_its_last_sco_says(committed: bool) -> None:
    saying = sets(1, score__scaled="0.9", completion_status="completed", session_time="PT1M30S")
    attempt = way.open_window(TWO, unopened(TWO), 100.0).attempt
    attempt = way.finish(TWO, attempt, 1, [saying], 101.0).attempt
    attempt = way.navigate(TWO, attempt, Request(kind=Kind.CONTINUE), 101.0).attempt
    said = way.commit(TWO, attempt, 2, [saying] if committed else [], 102.0)
    ended = way.finish(TWO, said.attempt, 2, [] if committed else [saying], 103.0)

    told = [event.duration for step in (said, ended) for event in step.events if (event.verb, event.item) == ("completed", None)]
    assert told == [180.0]
    assert ended.attempt.seconds == 180.0
