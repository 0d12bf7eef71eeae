"""Every status has an explanation, and the explanation leads to the status."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from package_importer.course import CompletionThreshold, Course, Item, Objective, ObjectiveMap, Resource, Sequencing, Standard
from scorm_runtime import attempt as way
from scorm_runtime import causes, explain, explanation
from scorm_runtime.memory import Attempt, Commit, Correction, Plan
from scorm_runtime.overrides import ItemRule, Overrides, adapted
from scorm_runtime.sequencing import engine
from scorm_runtime.sequencing.engine import Kind, Request
from scorm_runtime.sequencing.why import Reason
from tests.scorm_runtime.courses import TEST, asset, course, plan, sco, sets, unopened
from tests.scorm_runtime.sequencing.test_properties import courses

QUIET = Sequencing()
EXIT = Request(kind=Kind.EXIT_ALL)
SET = "was set at 1970-01-01 00:01:50 UTC (run 1, commit 1)"


def only(item: Item, standard: Standard = Standard.SCORM_2004) -> Plan:
    return plan(course(item, standard=standard))


def played(of: Plan, *, end: bool = False, **values: str) -> Attempt:
    attempt = way.open_window(of, unopened(of), 100.0).attempt
    if values:
        attempt = way.commit(of, attempt, 1, [sets(1, **values)], 110.0).attempt
    if end:
        attempt = way.finish(of, attempt, 1, (), 120.0).attempt
        attempt = way.navigate(of, attempt, EXIT, 120.0).attempt
    return attempt


def reason(of: Plan, attempt: Attempt, what: str = "completion", item: str = "one") -> tuple[Any, str, str]:
    found: Reason = {"completion": explain.completion, "success": explain.success, "score": explain.score}[what](
        of, attempt, of.items[item]
    )
    return found.value, found.rule, found.text


def test_an_item_that_nobody_has_opened() -> None:
    of = only(sco("one"))

    assert reason(of, unopened(of)) == ("unknown", "not_opened", "It has never been opened.")


def test_completion_that_content_has_set() -> None:
    of = only(sco("one"))

    found = reason(of, played(of, completion_status="completed"))

    assert found == ("completed", "cmi.completion_status", f"cmi.completion_status='completed' {SET}.")


def test_completion_that_content_never_set() -> None:
    of = only(sco("one"))

    found = reason(of, played(of, location="1"))

    assert found == (
        "unknown",
        "cmi.completion_status",
        "cmi.completion_status was never set, and no completion threshold is defined.",
    )


def test_not_attempted_counts_as_incomplete() -> None:
    of = only(sco("one"))

    assert reason(of, played(of, completion_status="not attempted"))[2].endswith(", which counts as incomplete.")


def test_success_without_anything_that_decides_it() -> None:
    of = only(sco("one"))

    found = reason(of, played(of, completion_status="completed"), "success")

    assert found == ("unknown", "cmi.success_status", "cmi.success_status was never set, and no scaled passing score is defined.")


@pytest.mark.parametrize(("scaled", "value", "verb"), [("0.9", "passed", "reaches"), ("0.5", "failed", "is below")])
def test_success_by_the_passing_score(scaled: str, value: str, verb: str) -> None:
    of = only(sco("one", TEST))

    found = reason(of, played(of, score__scaled=scaled), "success")

    assert found == (value, "scaled_passing_score", f"cmi.score.scaled={scaled} {SET} and {verb} the passing score 0.8.")


def test_success_that_waits_for_a_score() -> None:
    of = only(sco("one", TEST))

    assert reason(of, played(of, success_status="passed"), "success")[1:] == (
        "scaled_passing_score",
        "cmi.score.scaled was never set, and success is decided by it (passing score 0.8).",
    )


@pytest.mark.parametrize(("progress", "value", "verb"), [("0.95", "completed", "reaches"), ("0.5", "incomplete", "is below")])
def test_completion_by_the_threshold(progress: str, value: str, verb: str) -> None:
    threshold = CompletionThreshold(completed_by_measure=True, min_progress_measure=0.9)
    of = only(replace(sco("one"), completion_threshold=threshold))

    found = reason(of, played(of, progress_measure=progress))

    assert found == (value, "completion_threshold", f"cmi.progress_measure={progress} {SET} and {verb} the threshold 0.9.")


def test_completion_that_waits_for_progress() -> None:
    threshold = CompletionThreshold(completed_by_measure=True, min_progress_measure=0.9)
    of = only(replace(sco("one"), completion_threshold=threshold))

    assert reason(of, played(of, completion_status="completed"))[2].startswith("cmi.progress_measure was never set")


def test_what_is_assumed_of_silence() -> None:
    of = only(sco("one", QUIET))

    completion, success = (reason(of, played(of, end=True, location="1"), what) for what in ("completion", "success"))

    assert (completion[:2], success[:2]) == (("completed", "UP.4"), ("passed", "UP.4"))
    assert "reported no completion until its attempt ended" in completion[2]


def test_an_asset_counts_as_completed_when_it_is_left() -> None:
    of = plan(course(asset("one"), sco("two")))
    before = played(of)
    after = way.navigate(of, before, Request(kind=Kind.CONTINUE), 110.0).attempt

    assert reason(of, before)[2] == "The item reports nothing; it counts as done when its attempt has ended."
    assert reason(of, after)[:2] == ("completed", "UP.4")


def test_the_primary_objectives_row() -> None:
    quiet = Sequencing(
        completion_set_by_content=True, objective_set_by_content=True, objectives=(Objective(id="main", primary=True),)
    )
    of = only(sco("one", quiet))

    found = reason(of, played(of, objectives__0__success_status="passed"), "success")

    assert found == ("passed", "cmi.objectives", f"cmi.objectives.0.success_status='passed' {SET}: the primary objective.")


def test_a_status_that_is_read_from_a_global_objective() -> None:
    reads = Objective(id="main", primary=True, maps=(ObjectiveMap(target="shared"),))
    of = plan(course(sco("one"), sco("two", replace(QUIET, objectives=(reads,)))))

    found = reason(of, played(of), "success", "two")

    assert found == ("unknown", "map", "It is read from the global objective “shared”, which nobody has written yet.")


def test_an_item_that_is_not_tracked() -> None:
    of = only(sco("one", Sequencing(tracked=False)))

    assert reason(of, played(of, completion_status="completed"))[1] == "untracked"


@pytest.mark.parametrize(
    ("values", "end", "mastery", "completion", "success", "rule", "words"),
    [
        ({}, False, None, "unknown", "unknown", "cmi.core.lesson_status", "was never set"),
        ({"core__lesson_status": "incomplete"}, False, None, "incomplete", "unknown", "cmi.core.lesson_status", SET),
        ({"core__lesson_status": "passed"}, False, None, "completed", "passed", "cmi.core.lesson_status", SET),
        ({"core__lesson_status": "browsed"}, False, None, "incomplete", "unknown", "cmi.core.lesson_status", "'browsed'"),
        ({"core__lesson_location": "2"}, True, None, "completed", "unknown", "LMSFinish", "never set until LMSFinish"),
        ({"core__score__raw": "85"}, True, 80.0, "completed", "passed", "mastery_score", "reaches the mastery score 80"),
        ({"core__score__raw": "5"}, True, 80.0, "completed", "failed", "mastery_score", "is below the mastery score 80"),
    ],
)
def test_the_one_status_of_scorm_12(
    values: dict[str, str], end: bool, mastery: float | None, completion: str, success: str, rule: str, words: str
) -> None:
    of = only(replace(sco("one"), mastery_score=mastery), Standard.SCORM_12)
    attempt = played(of, end=end, **values)

    found = reason(of, attempt)

    assert found[:2] == (completion, rule)
    assert words in found[2]
    assert reason(of, attempt, "success")[0] == success


def test_why_an_old_item_has_not_passed() -> None:
    with_mastery = only(replace(sco("one"), mastery_score=80.0), Standard.SCORM_12)
    without = only(sco("one"), Standard.SCORM_12)

    assert reason(with_mastery, played(with_mastery), "success")[2].endswith(
        "no score was set to compare with the mastery score 80."
    )
    assert reason(without, played(without), "success")[2].endswith("no mastery score is defined.")
    off = replace(with_mastery, mastery_override=False)
    assert reason(off, played(off), "success")[2].endswith("the mastery score does not decide here.")


def test_a_cluster_names_the_rule_and_the_child_that_keeps_it() -> None:
    of = plan(course(sco("one"), sco("two")))
    attempt = played(of, completion_status="completed", success_status="passed")

    found = explain.success(of, attempt, of.course.root)

    assert (found.value, found.rule) == ("unknown", "RB.1.2")
    assert "“satisfied” needs all of its children: satisfied (the default rule)" in found.text
    assert found.because == ("“One” is passed", "“Two” is unknown")


def test_a_cluster_names_the_rule_that_applied() -> None:
    of = only(sco("one"))

    found = explain.completion(of, played(of, completion_status="completed"), of.course.root)

    assert (found.value, found.rule, found.text) == (
        "completed",
        "RB.1.3",
        "RB.1.3: completed: all of its children: completed (the default rule).",
    )


def test_a_cluster_counts_its_scores() -> None:
    of = plan(course(sco("one"), sco("two")))

    found = explain.score(of, played(of, score__scaled="0.8"), of.course.root)

    assert (found.value, found.rule) == (0.4, "RB.1.1")
    assert found.because == ("“One” has 0.8, weight 1", "“Two” has no score, weight 1")


@pytest.mark.parametrize("rule", [rule for rule in ItemRule if rule != ItemRule.CONTENT])
def test_what_was_decided_for_the_course_is_named(rule: ItemRule) -> None:
    decided = Overrides(course={"item_completion_rule": str(rule)})
    made = course(sco("one"))
    of = replace(plan(adapted(made, decided)), overrides=decided)

    found = reason(of, played(of, location="1"))

    assert found[1] == f"item_completion_rule:{rule}"
    assert found[2].startswith("Decided for the course: it counts as completed")


def test_a_correction_is_named_with_who_and_why() -> None:
    of = only(sco("one"))
    attempt = played(of, location="1")
    correction = Correction(by="Eve", reason="Seen on paper", at=130.0, completion="completed", success="passed")
    whole = replace(attempt, corrected=correction, result=replace(attempt.result, completion="completed", success="passed"))

    found = [explain.course_completion(of, whole), explain.course_success(of, whole)]

    assert {(one.rule, one.text) for one in found} == {("correction", "Eve has set it at 1970-01-01 00:02:10 UTC: Seen on paper")}


def test_a_completion_that_stays_says_what_it_would_be_now() -> None:
    of = only(sco("one"))
    attempt = played(of, completion_status="completed")
    later = way.commit(of, attempt, 1, [sets(2, completion_status="incomplete")], 140.0).attempt

    found = explain.course_completion(of, later)

    assert (found.value, found.rule) == ("completed", "kept")
    assert "and stays; now it would be incomplete" in found.text


def test_a_course_without_credit_says_so() -> None:
    of = replace(only(sco("one")), credit=False)

    assert explain.course_completion(of, played(of, completion_status="completed")).rule == "no_credit"


def test_a_step_remembers_what_set_each_status() -> None:
    of = only(sco("one"))
    before = played(of)
    after = way.commit(of, before, 1, [sets(1, completion_status="completed")], 110.0).attempt

    noted, changes = causes.noted(of, before, after, 110.0)

    assert [(change.item, change.what, change.after) for change in changes] == [
        ("one", "completion", "completed"),
        ("root", "completion", "completed"),
        (None, "completion", "completed"),
    ]
    kept = causes.of(noted, "one", "completion", "completed")
    assert kept is not None
    assert (kept["at"], kept["run"], kept["commit"], kept["rule"]) == (110.0, 1, 1, "cmi.completion_status")
    assert causes.of(noted, "one", "completion", "incomplete") is None


def test_a_status_that_is_older_than_what_is_remembered_is_told_from_what_was_noted() -> None:
    of = only(sco("one"))
    before = played(of)
    noted, _ = causes.noted(of, before, played(of, completion_status="completed"), 110.0)
    emptied = replace(noted, runs={"one": replace(noted.runs["one"], data={"cmi.entry": ""}, marks={})})

    found = explanation.item(of, emptied, of.items["one"], 1)["completion"]

    assert (found["value"], found["rule"]) == ("completed", "cmi.completion_status")


def test_the_explanation_of_a_course_lists_what_is_missing() -> None:
    of = plan(course(sco("one"), sco("two")))

    made = explanation.explanation(of, played(of, completion_status="completed"))

    assert [row["item"] for row in made["missing"]] == ["two"]
    assert [row["item"] for row in made["items"]] == ["root", "one", "two"]
    assert (made["attempt"], made["state"], made["decided"]) == (1, "running", [])


def test_all_run_time_data_are_exported() -> None:
    of = plan(course(sco("one"), sco("two")))

    made = explanation.run_time_data(of, played(of, suspend_data="x", interactions__0__id="q"))

    assert made["items"][0]["cmi"]["cmi.suspend_data"] == "x"
    assert made["items"][0]["cmi"]["cmi.interactions.0.id"] == "q"


def launchable(item: Item) -> Item:
    """The same tree, each leaf of it a SCO or a document."""
    if item.children:
        return replace(item, children=tuple(launchable(child) for child in item.children))
    number = int(item.identifier[1:])
    resource = Resource(identifier=f"r{number}", sco=number % 4 != 0, href="a.html")
    mastery = 50.0 if number % 3 == 0 else None
    return replace(item, resource=resource, launch="a.html", mastery_score=mastery)


VALUES_2004 = st.fixed_dictionaries(
    {},
    optional={
        "cmi.completion_status": st.sampled_from(("completed", "incomplete", "not attempted", "unknown")),
        "cmi.success_status": st.sampled_from(("passed", "failed", "unknown")),
        "cmi.score.scaled": st.sampled_from(("-0.5", "0", "0.5", "1")),
        "cmi.progress_measure": st.sampled_from(("0", "0.5", "1")),
        "cmi.exit": st.sampled_from(("suspend", "normal", "")),
        "cmi.objectives.0.success_status": st.sampled_from(("passed", "failed")),
    },
)
VALUES_12 = st.fixed_dictionaries(
    {},
    optional={
        "cmi.core.lesson_status": st.sampled_from(("passed", "completed", "failed", "incomplete", "browsed")),
        "cmi.core.score.raw": st.sampled_from(("0", "50", "100")),
        "cmi.core.exit": st.sampled_from(("suspend", "")),
    },
)
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("set"), VALUES_2004, VALUES_12),
        st.tuples(st.just("end"), st.booleans(), st.just(None)),
        st.tuples(
            st.just("go"), st.sampled_from(("continue", "previous", "exit", "exitAll", "suspendAll", "abandon")), st.just(None)
        ),
        st.tuples(st.just("choose"), st.integers(0, 30), st.just(None)),
        st.tuples(st.just("open"), st.just(None), st.just(None)),
    ),
    max_size=8,
)
DECIDED = st.fixed_dictionaries(
    {},
    optional={
        "item_completion_rule": st.sampled_from([str(rule) for rule in ItemRule]),
        "completion_of_failed": st.sampled_from(("content", "completed", "incomplete")),
        "completion_rule": st.sampled_from(("content", "on_launch", "when_all_visited", "when_passed", "when_scored")),
        "passing_score": st.sampled_from((0.0, 0.5, 1.0)),
    },
)


def step(of: Plan, attempt: Attempt, move: tuple[str, Any, Any], now: float) -> Attempt:
    """One move, if it can be made."""
    kind, first, second = move
    run = attempt.run
    if kind == "open":
        return way.open_window(of, attempt, now).attempt
    if kind == "go" and attempt.started:
        return way.navigate(of, attempt, Request(kind=first), now).attempt
    if kind == "choose" and attempt.started:
        target = of.tree.nodes[first % len(of.tree.nodes)].id
        return way.navigate(of, attempt, Request(kind=Kind.CHOICE, target=target), now).attempt
    if run is None or not run.open or run.terminated or not run.data:
        return attempt
    if kind == "end":
        return way.finish(of, attempt, run.number, (), now, terminated=first).attempt
    values = second if of.course.standard is Standard.SCORM_12 else first
    return way.commit(of, attempt, run.number, [Commit(n=run.applied + 1, changes=values)], now).attempt


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(courses(), MOVES, DECIDED)
def test_whatever_happens_every_status_is_explained(
    made: Course, moves: list[tuple[str, Any, Any]], decided: dict[str, Any]
) -> None:
    decisions = Overrides(course=decided)
    whole = replace(made, root=launchable(made.root), edition="4th")
    of = replace(plan(adapted(whole, decisions)), overrides=decisions)
    attempt = unopened(of)
    rules: Counter[str] = Counter()

    for at, move in enumerate([("open", None, None), *moves]):
        before = attempt
        attempt, changes = causes.noted(of, before, step(of, before, move, 100.0 + at), 100.0 + at)
        rules.update(change.rule for change in changes)
        check(of, attempt)

    for rule in rules:
        event(rule)


def check(of: Plan, attempt: Attempt) -> None:
    for item in of.course.root.walk():
        status = engine.status(of.tree, attempt.state, item.identifier)
        for what, found in (("completion", explain.completion), ("success", explain.success), ("scaled", explain.score)):
            reason_ = found(of, attempt, item)
            assert reason_.value == getattr(status, what)
            assert reason_.text
    assert explain.course_completion(of, attempt).value == attempt.standing.completion
    assert explain.course_success(of, attempt).value == attempt.standing.success
    assert explanation.explanation(of, attempt)["course"]["completion"]["text"]
