"""How much processor time a navigation request costs: python bench/sequencing.py [--activities N]

A request is what the runtime does when a SCO ends: its data are recorded, the request is processed, and what would be
valid next is found for every activity, for three shapes of course.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from package_importer.course import (
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
from scorm_runtime.sequencing.engine import Request, State, Tree, current, initial, look_ahead, navigate, record, status
from scorm_runtime.tracking import Tracking

SKIP_DONE = SequencingRule(action="skip", conditions=(RuleCondition(condition="completed"),))
HIDE_DONE = SequencingRule(action="hiddenFromChoice", conditions=(RuleCondition(condition="satisfied"),))
MOST = RollupRule(
    action="completed",
    child_activity_set="atLeastPercent",
    minimum_percent=0.8,
    conditions=(RuleCondition(condition="completed"), RuleCondition(condition="satisfied")),
)


def leaf(number: int, sequencing: Sequencing) -> Item:
    return Item(identifier=f"sco{number}", title=f"Lesson {number}", sequencing=sequencing)


def flat(activities: int) -> Item:
    """All in one row, default rules."""
    children = tuple(leaf(i, Sequencing()) for i in range(activities - 1))
    return Item(identifier="root", title="Course", children=children, sequencing=Sequencing(flow=True))


def chapters(activities: int) -> Item:
    """Chapters of ten, with rules on every activity and a global objective each."""
    made = []
    for chapter in range(activities // 11):
        objective = Objective(id="o", primary=True, maps=(ObjectiveMap(target=f"g{chapter}", write_satisfied_status=True),))
        ruled = Sequencing(pre_rules=(HIDE_DONE,), objectives=(objective,))
        children = tuple(leaf(chapter * 10 + i, ruled) for i in range(10))
        cluster = Sequencing(flow=True, pre_rules=(SKIP_DONE,), rollup_rules=(MOST,))
        made.append(Item(identifier=f"c{chapter}", title=f"Chapter {chapter}", children=children, sequencing=cluster))
    return Item(identifier="root", title="Course", children=tuple(made), sequencing=Sequencing(flow=True))


def deep(activities: int) -> Item:
    """A binary tree."""

    def grown(first: int, count: int) -> Item:
        if count < 3:
            return leaf(first, Sequencing())
        half = (count - 1) // 2
        below = (grown(first + 1, half), grown(first + 1 + half, count - 1 - half))
        return Item(identifier=f"n{first}", title=f"Part {first}", children=below, sequencing=Sequencing(flow=True))

    return grown(0, activities)


def milliseconds(function: Callable[[], object], times: int) -> float:
    """The least processor time: a busy machine only adds to it."""
    taken = []
    for _ in range(times):
        before = time.process_time_ns()
        function()
        taken.append((time.process_time_ns() - before) / 1e6)
    return min(taken)


def measure(name: str, root: Item, times: int) -> None:
    course = Course(standard=Standard.SCORM_2004, identifier=name, title=name, root=root)
    tree = Tree(course)
    state = navigate(tree, initial(tree, seed=1), Request(kind="start"), 0.0).state
    done = Tracking(completion="completed", success="passed", scaled=0.9, completion_by_content=True, success_by_content=True)
    for _ in range(len(tree.nodes) // 2):
        state = navigate(tree, record(tree, state, str(current(tree, state)), done), Request(kind="continue"), 0.0).state
    here = str(current(tree, state))
    recorded = record(tree, state, here, done)

    def request() -> State:
        after = navigate(tree, record(tree, state, here, done), Request(kind="continue"), 0.0).state
        look_ahead(tree, after)
        return after

    parts = {
        "record": lambda: record(tree, state, here, done),
        "navigate": lambda: navigate(tree, recorded, Request(kind="continue"), 0.0),
        "look-ahead": lambda: look_ahead(tree, recorded),
        "status of all": lambda: [status(tree, recorded, node.id) for node in tree],
        "to and from JSON": lambda: State.from_json(tree, state.to_json()),
        "tree": lambda: Tree(course),
        "whole request": request,
    }
    print(f"{name}: {len(tree.nodes)} activities")
    for part, function in parts.items():
        print(f"  {part:18}{milliseconds(function, times):8.2f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--activities", type=int, default=1000)
    parser.add_argument("--times", type=int, default=25)
    chosen = parser.parse_args()
    for shape in (flat, chapters, deep):
        measure(shape.__name__, shape(chosen.activities), chosen.times)


if __name__ == "__main__":
    main()
