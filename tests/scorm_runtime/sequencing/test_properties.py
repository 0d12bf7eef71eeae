"""Any course, any learner: the sequencer always answers, and what it promised is what then happens."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from package_importer.course import (
    CompletionThreshold,
    Course,
    Item,
    Objective,
    ObjectiveMap,
    RollupRule,
    RuleCondition,
    Sequencing,
    SequencingRule,
    Standard,
)
from scorm_runtime.sequencing.engine import (
    Outcome,
    Request,
    State,
    Tree,
    current,
    initial,
    look_ahead,
    navigate,
    record,
)
from scorm_runtime.tracking import ObjectiveTracking, Tracking

OBJECTIVES = ("o", "p")
GLOBALS = ("g1", "g2")
CONDITIONS = (
    "satisfied",
    "objectiveStatusKnown",
    "objectiveMeasureKnown",
    "objectiveMeasureGreaterThan",
    "objectiveMeasureLessThan",
    "completed",
    "activityProgressKnown",
    "attempted",
    "attemptLimitExceeded",
    "timeLimitExceeded",
    "outsideAvailableTimeRange",
    "always",
)
TIMINGS = st.sampled_from(("never", "never", "once", "onEachNewAttempt"))
REQUIRED = st.sampled_from(("always", "always", "ifAttempted", "ifNotSkipped", "ifNotSuspended"))
MEASURES = st.sampled_from((-0.5, 0.0, 0.5, 1.0))
MOSTLY = st.sampled_from((True, True, True, False))
RARELY = st.sampled_from((False, False, False, True))
# Of SCORM 1.2 (aicc_script): items that are there or not, and what nobody can read.
PREREQUISITES = st.sampled_from(
    (
        None,
        None,
        "a1",
        "a2 & a3",
        "a1 | a9",
        "~a1",
        "a1=passed",
        'a2<>"completed"',
        "2*{a1,a2,a3}",
        "(a1|a2)&~a3",
        "a1 &",
        "missing",
    )
)
KINDS = ("start", "resumeAll", "continue", "previous", "exit", "exitAll", "abandon", "abandonAll", "suspendAll", "_none_")

conditions = st.builds(
    RuleCondition,
    condition=st.sampled_from(CONDITIONS),
    negated=st.booleans(),
    referenced_objective=st.sampled_from((None, *OBJECTIVES, "missing")),
    measure_threshold=MEASURES,
)
some_conditions = st.lists(conditions, min_size=1, max_size=2).map(tuple)
combinations = st.sampled_from(("all", "any"))


def rules(*actions: str) -> st.SearchStrategy[tuple[SequencingRule, ...]]:
    one = st.builds(SequencingRule, action=st.sampled_from(actions), combination=combinations, conditions=some_conditions)
    return st.lists(one, max_size=2).map(tuple)


rollup_rules = st.lists(
    st.builds(
        RollupRule,
        action=st.sampled_from(("satisfied", "notSatisfied", "completed", "incomplete")),
        child_activity_set=st.sampled_from(("all", "any", "none", "atLeastCount", "atLeastPercent")),
        minimum_count=st.integers(0, 2),
        minimum_percent=st.sampled_from((0.0, 0.5, 1.0)),
        combination=combinations,
        conditions=some_conditions,
    ),
    max_size=2,
).map(tuple)
flags = st.booleans()
maps = st.lists(
    st.builds(
        ObjectiveMap,
        target=st.sampled_from(GLOBALS),
        read_satisfied_status=flags,
        read_normalized_measure=flags,
        read_completion_status=flags,
        read_progress_measure=flags,
        write_satisfied_status=flags,
        write_normalized_measure=flags,
        write_completion_status=flags,
        write_progress_measure=flags,
    ),
    max_size=2,
).map(tuple)
objectives = st.tuples(
    st.builds(
        Objective,
        id=st.sampled_from((None, "o")),
        primary=st.just(True),
        satisfied_by_measure=st.booleans(),
        min_normalized_measure=MEASURES,
        maps=maps,
    ),
    st.builds(Objective, id=st.just("p"), satisfied_by_measure=st.booleans(), min_normalized_measure=MEASURES, maps=maps),
)
sequencings = st.builds(
    Sequencing,
    choice=MOSTLY,
    choice_exit=MOSTLY,
    flow=MOSTLY,
    forward_only=RARELY,
    use_current_attempt_objective_info=st.booleans(),
    use_current_attempt_progress_info=st.booleans(),
    prevent_activation=RARELY,
    constrain_choice=RARELY,
    pre_rules=rules("skip", "disabled", "hiddenFromChoice", "stopForwardTraversal"),
    exit_rules=rules("exit"),
    post_rules=rules("exitParent", "exitAll", "retry", "retryAll", "continue", "previous"),
    attempt_limit=st.sampled_from((None, None, 1, 2)),
    attempt_absolute_duration_limit=st.sampled_from((None, None, "PT1S", "P1Y")),
    rollup_rules=rollup_rules,
    rollup_objective_satisfied=MOSTLY,
    rollup_progress_completion=MOSTLY,
    objective_measure_weight=st.sampled_from((0.0, 0.5, 1.0)),
    required_for_satisfied=REQUIRED,
    required_for_not_satisfied=REQUIRED,
    required_for_completed=REQUIRED,
    required_for_incomplete=REQUIRED,
    measure_satisfaction_if_active=st.booleans(),
    objectives=st.one_of(st.just(()), objectives),
    randomization_timing=TIMINGS,
    select_count=st.sampled_from((None, 0, 1, 2)),
    reorder_children=st.booleans(),
    selection_timing=TIMINGS,
    tracked=MOSTLY,
    completion_set_by_content=st.booleans(),
    objective_set_by_content=st.booleans(),
)
plain = st.builds(Sequencing, flow=MOSTLY, choice=MOSTLY)
thresholds = st.one_of(
    st.none(),
    st.builds(CompletionThreshold, completed_by_measure=st.booleans(), min_progress_measure=st.sampled_from((0.5, 1.0))),
)
shapes = st.recursive(st.just(()), lambda below: st.lists(below, min_size=1, max_size=4).map(tuple), max_leaves=10)


@st.composite
def courses(draw: st.DrawFn, *, ending: bool = True) -> Course:
    """`ending` False: without the rules that are applied when an activity has ended, and with more than one activity."""
    shape: Any = draw(shapes) or (() if ending else ((),))
    numbers = iter(range(1000))
    standard = draw(st.sampled_from((Standard.SCORM_2004, Standard.SCORM_2004, Standard.SCORM_12)))

    def grown(children: Any) -> Item:
        identifier = f"a{next(numbers)}"
        sequencing = draw(st.one_of(plain, sequencings))
        return Item(
            identifier=identifier,
            title=identifier,
            children=tuple(grown(child) for child in children),
            sequencing=sequencing if ending else replace(sequencing, exit_rules=(), post_rules=()),
            completion_threshold=draw(thresholds),
            prerequisites=draw(PREREQUISITES) if standard is Standard.SCORM_12 else None,
            time_limit_action=draw(st.sampled_from((None, "exit,message", "continue,no message"))),
        )

    return Course(
        standard=standard, identifier="c", title="c", root=grown(shape), objectives_global_to_system=draw(st.booleans())
    )


rows = st.builds(
    ObjectiveTracking,
    id=st.sampled_from(("o", "p", "other")),
    success=st.sampled_from(("passed", "failed", "unknown")),
    scaled=st.one_of(st.none(), MEASURES),
    completion=st.sampled_from(("completed", "incomplete", "not attempted", "unknown")),
    success_by_content=st.booleans(),
    completion_by_content=st.booleans(),
)
trackings = st.builds(
    Tracking,
    completion=st.sampled_from(("completed", "incomplete", "not attempted", "unknown")),
    success=st.sampled_from(("passed", "failed", "unknown")),
    scaled=st.one_of(st.none(), MEASURES),
    raw=st.one_of(st.none(), st.just(5.0)),
    progress=st.one_of(st.none(), st.sampled_from((0.0, 0.5, 1.0))),
    exit=st.sampled_from(("", "normal", "suspend")),
    objectives=st.lists(rows, max_size=2).map(tuple),
    success_by_content=st.booleans(),
    completion_by_content=st.booleans(),
)
steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(KINDS), st.none()),
        st.tuples(st.sampled_from(("continue", "previous", "start")), st.none()),
        st.tuples(st.sampled_from(("choice", "jump")), st.integers(0, 30)),
        trackings,
    ),
    max_size=8,
)
EXAMPLES = int(os.environ.get("ROLLBOOK_TEST_EXAMPLES", "40"))
"""Random courses for each property; by hand, thousands."""
thorough = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def walk(tree: Tree, moves: list[Any]) -> list[tuple[State, Outcome | None]]:
    """The states that the moves lead through, each with the outcome that made it."""
    state = initial(tree, seed=3)
    states: list[tuple[State, Outcome | None]] = [(state, None)]
    for move in moves:
        here = current(tree, state)
        outcome = None
        if isinstance(move, Tracking):
            state = record(tree, state, here, move) if here and not tree.by_id[here].children else state
        else:
            target = None if move[1] is None else tree.nodes[move[1] % len(tree.nodes)].id
            outcome = navigate(tree, state, Request(kind=move[0], target=target), 5.0)
            state = outcome.state
        states.append((state, outcome))
    return states


def promised(tree: Tree, state: State) -> dict[tuple[str, str | None], bool]:
    seen = look_ahead(tree, state)
    return {
        ("start", None): seen.start,
        ("resumeAll", None): seen.resume_all,
        ("continue", None): seen.continue_succeeds,
        ("previous", None): seen.previous,
        ("exit", None): seen.exit,
        ("exitAll", None): seen.exit_all,
        ("abandon", None): seen.abandon,
        ("abandonAll", None): seen.abandon_all,
        ("suspendAll", None): seen.suspend_all,
        **{("choice", item): valid for item, valid in seen.choice.items()},
        **{("jump", item): valid for item, valid in seen.jump.items()},
    }


def done(tree: Tree, state: State) -> dict[tuple[str, str | None], bool]:
    asked = promised(tree, state)
    return {(kind, target): navigate(tree, state, Request(kind=kind, target=target), 5.0).valid for kind, target in asked}


@thorough
@given(courses(ending=False), steps)
def test_what_the_look_ahead_says_is_what_navigate_then_does(course: Course, moves: list[Any]) -> None:
    tree = Tree(course)
    for state, _ in walk(tree, moves):
        assert promised(tree, state) == done(tree, state)


@thorough
@given(courses(), steps)
def test_rules_that_fire_when_an_activity_ends_may_allow_more_than_the_look_ahead_says_and_never_less(
    course: Course, moves: list[Any]
) -> None:
    tree = Tree(course)
    for state, _ in walk(tree, moves):
        said, did = promised(tree, state), done(tree, state)

        assert {asked for asked, valid in said.items() if valid} <= {asked for asked, valid in did.items() if valid}
        assert {a for a, valid in did.items() if valid and not said[a]} <= {a for a in did if a[0] in ("choice", "jump")}


@thorough
@given(courses(), steps)
def test_a_state_survives_json_and_is_never_changed(course: Course, moves: list[Any]) -> None:
    tree = Tree(course)
    states = [(state, state.to_json()) for state, _ in walk(tree, moves)]

    for state, written in states:
        again = State.from_json(tree, written)

        assert state.to_json() == again.to_json() == written
        assert look_ahead(tree, again) == look_ahead(tree, state)


@thorough
@given(courses(), steps)
def test_only_the_way_to_the_current_activity_is_active_and_only_leaves_are_delivered(course: Course, moves: list[Any]) -> None:
    tree = Tree(course)
    for state, outcome in walk(tree, moves):
        active = {tree.nodes[index] for index, known in state.records.items() if known.active}

        assert active <= set(state.current.path if state.current else ())
        assert outcome is None or outcome.delivered is None or not tree.by_id[outcome.delivered].children
        assert outcome is None or outcome.delivered is None or current(tree, state) == outcome.delivered
        assert outcome is None or not outcome.ended or current(tree, state) is None


@thorough
@given(courses(), steps)
def test_what_was_not_selected_is_neither_delivered_nor_shown(course: Course, moves: list[Any]) -> None:
    tree = Tree(course)
    for state, outcome in walk(tree, moves):
        left_out = {child for node in tree for child in node.children if child not in state.view.available(node)}
        out = {node.id for node in tree if left_out.intersection(node.path)}
        seen = look_ahead(tree, state)

        assert outcome is None or outcome.delivered not in out
        assert out <= seen.hidden
        assert not any(seen.choice[item] or seen.jump[item] for item in out)


@thorough
@given(courses(), st.integers(0, 5), steps)
def test_chance_comes_from_the_seed_alone(course: Course, seed: int, moves: list[Any]) -> None:
    tree = Tree(course)
    once, again = (initial(tree, seed=seed).to_json() for _ in range(2))
    first, second = (walk(tree, moves)[-1][0].to_json() for _ in range(2))

    assert (once, first) == (again, second)


@thorough
@given(courses(), steps, trackings)
def test_what_a_sco_says_twice_counts_once(course: Course, moves: list[Any], said: Tracking) -> None:
    tree = Tree(course)
    state = walk(tree, [("start", None), *moves])[-1][0]
    here = current(tree, state)
    if here and not tree.by_id[here].children:
        told = record(tree, state, here, said)

        assert record(tree, told, here, said).to_json() == told.to_json()


@thorough
@given(courses())
def test_going_on_and_on_comes_to_an_end_or_to_a_loop_the_author_asked_for(course: Course) -> None:
    tree = Tree(course)
    moves = [("start", None), *([("continue", None)] * 3 * len(tree.nodes))]
    outcomes = [outcome for _, outcome in walk(tree, moves) if outcome]
    loops = any(rule.action in ("retry", "retryAll", "previous") for node in tree.nodes for rule in node.seq.post_rules)

    assert loops or outcomes[-1].delivered is None
