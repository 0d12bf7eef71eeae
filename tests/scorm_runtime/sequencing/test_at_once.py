"""Any course, any learner: what is asked of all activities at once is what each of them says by itself."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from package_importer.course import Course
from scorm_runtime.sequencing.engine import Tree, glances, status
from scorm_runtime.sequencing.rollup import (
    activity_progress_rollup,
    completion_measure_rollup,
    measure_rollup,
    objective_rollup,
    roll_up_usual,
)
from scorm_runtime.sequencing.rules import rule_of, ruled
from scorm_runtime.sequencing.state import Work
from tests.scorm_runtime.sequencing.test_properties import courses, steps, thorough, walk


@thorough
@given(courses(), steps)
def test_rules_of_all_activities_at_once_say_what_each_says_by_itself(course: Course, moves: list[Any]) -> None:
    tree = Tree(course)
    for state, _ in walk(tree, moves):
        for action in ("skip", "disabled", "hiddenFromChoice", "stopForwardTraversal"):
            alone = {node.index for node in tree if rule_of(state.view, node, action) is not None}

            assert ruled(state.view, action) == alone


@thorough
@given(courses(), steps)
def test_a_rollup_in_one_pass_is_the_processes_one_after_the_other(course: Course, moves: list[Any]) -> None:
    tree = Tree(course)
    for state, _ in walk(tree, moves):
        for node in (node for node in tree.clusters if node.usual):
            once, apart = Work(tree, state), Work(tree, state)
            once.rolling = apart.rolling = True
            roll_up_usual(once, node)
            for process in (measure_rollup, completion_measure_rollup, objective_rollup, activity_progress_rollup):
                process(apart, node)

            assert once.value().to_json() == apart.value().to_json()


@thorough
@given(courses(), steps)
def test_of_activities_that_are_not_glanced_at_nothing_is_known(course: Course, moves: list[Any]) -> None:
    tree = Tree(course)
    for state, _ in walk(tree, moves):
        known = dict(glances(tree, state))
        for node in tree:
            found = status(tree, state, node.id)
            whole = (found.completion, found.success, found.attempts)

            assert known.get(node, ("unknown", "unknown", 0)) == whole
