"""SCORM 2004 4th Edition SN, Selection and Randomization Behavior [SR]; the state's seed makes a replay draw the same."""

from __future__ import annotations

import random

from scorm_runtime.sequencing.state import Work
from scorm_runtime.sequencing.tree import Node


def select_children(work: Work, node: Node, chance: random.Random) -> None:
    """SR.1 Select Children Process: some of the children, in their own order."""
    count = node.seq.select_count
    if not _due(work, node, node.seq.selection_timing) or count is None:
        return
    everything = [child.index for child in node.children]
    chosen = sorted(chance.sample(everything, min(count, len(everything))))
    work.draw(node, tuple(chosen))
    work.say("SR.1: {} of the {} children of {} are selected", len(chosen), len(everything), node)


def randomize_children(work: Work, node: Node, chance: random.Random) -> None:
    """SR.2 Randomize Children Process."""
    if not node.seq.reorder_children or not _due(work, node, node.seq.randomization_timing):
        return
    order = [child.index for child in work.available(node)]
    chance.shuffle(order)
    work.draw(node, tuple(order))
    work.say("SR.2: the children of {} are in a new order", node)


def _due(work: Work, node: Node, timing: str) -> bool:
    """Once is before the first attempt; Active and suspended activities keep their children."""
    record = work.of(node)
    if timing == "never" or record.active or record.suspended:
        return False
    return timing == "onEachNewAttempt" or record.attempts == 0


def prepare(work: Work, node: Node) -> None:
    """SR.1 and SR.2, for the next attempt on the activity."""
    chance = random.Random(f"{work.seed}/{node.id}/{work.of(node).attempts}")  # noqa: S311 - no secret, and to be repeatable
    select_children(work, node, chance)
    randomize_children(work, node, chance)


def prepare_again(work: Work) -> None:
    """Activities whose attempt has ended since they were last drawn get the children of their next attempt."""
    for node in work.tree.selecting:
        if work.of(node).reselect:
            prepare(work, node)
            work.change(node).reselect = False
