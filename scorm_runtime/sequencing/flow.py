"""SCORM 2004 4th Edition SN, flow and choice subprocesses of Sequencing Requests [SB.2.1-SB.2.4, SB.2.9.1, SB.2.9.2].

The recursion of the text is a loop here: a course may have more activities in a row than Python has stack frames.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from scorm_runtime.sequencing.rules import check_activity, rule_of, rule_text
from scorm_runtime.sequencing.state import Work
from scorm_runtime.sequencing.tree import Node, common_ancestor


class Direction(IntEnum):
    BACKWARD = -1
    FORWARD = 1


FORWARD, BACKWARD = Direction.FORWARD, Direction.BACKWARD


class Step(NamedTuple):
    """The next activity and the direction in which it was found; or none, with `ended` if the course was walked off."""

    node: Node | None = None
    direction: Direction = FORWARD
    ended: bool = False
    exception: str | None = None


class Flow(NamedTuple):
    """The leaf that flow arrives at; or none, with `ended` if the course was walked off."""

    node: Node | None = None
    ended: bool = False
    exception: str | None = None


def flow_tree_traversal(work: Work, node: Node, direction: Direction, inside: bool, previous: Direction | None = None) -> Step:
    """SB.2.1 Flow Tree Traversal Subprocess; `inside` considers children."""
    reversed_ = False
    if previous is BACKWARD and node.parent is not None:
        siblings = work.available(node.parent)
        if siblings and siblings[-1] is node:
            direction, node, reversed_ = BACKWARD, siblings[0], True
    if inside and not node.leaf:
        return _into(work, node, direction)
    while node.parent is not None:
        parent = node.parent
        if direction is BACKWARD and not reversed_ and parent.seq.forward_only:
            work.say("SB.2.1-4: {} only goes forward", parent)
            return Step(exception="SB.2.1-4")
        siblings = work.available(parent)
        place = work.place(node) + direction
        if 0 <= place < len(siblings):
            return Step(siblings[place], direction)
        node, reversed_ = parent, False
    if direction is BACKWARD:
        return Step(exception="SB.2.1-3")
    work.say("SB.2.1: nothing follows; the end of the course is reached")
    return Step(ended=True, exception="SB.2.1-1")


def _into(work: Work, node: Node, direction: Direction) -> Step:
    """SB.2.1-3.3, SB.2.1-4.3."""
    children = work.available(node)
    if not children:
        return Step(exception="SB.2.1-2")
    if direction is FORWARD or node.seq.forward_only:
        return Step(children[0], FORWARD)
    return Step(children[-1], BACKWARD)


def flow_activity_traversal(work: Work, node: Node, direction: Direction) -> Flow:
    """SB.2.2 Flow Activity Traversal Subprocess."""
    previous: Direction | None = None
    while True:
        if node.parent is not None and not node.parent.seq.flow:
            work.say("SB.2.2-1: {} does not allow flow to its children", node.parent)
            return Flow(exception="SB.2.2-1")
        skip = rule_of(work, node, "skip")
        if skip is not None:
            work.say("SB.2.2: {} is skipped by its rule {}", node, rule_text(skip))
            step = flow_tree_traversal(work, node, direction, False, previous)
            if step.node is None:
                return Flow(None, step.ended, step.exception)
            if previous is BACKWARD and step.direction is BACKWARD:
                direction, previous = BACKWARD, None
            node = step.node
            continue
        reason = check_activity(work, node)
        if reason is not None:
            work.say("SB.2.2-2: {} {}", node, reason)
            return Flow(exception="SB.2.2-2")
        if node.leaf:
            return Flow(node)
        known: Flow | None = (work.remembered or {}).get("flow", {}).get(node.index) if direction is FORWARD else None
        if known is not None:
            return known
        step = flow_tree_traversal(work, node, direction, True)
        if step.node is None:
            return Flow(None, step.ended, step.exception)
        turned = direction is BACKWARD and step.direction is FORWARD
        previous = BACKWARD if turned else None
        direction, node = step.direction, step.node


def flow(work: Work, node: Node, direction: Direction, inside: bool) -> Flow:
    """SB.2.3 Flow Subprocess."""
    step = flow_tree_traversal(work, node, direction, inside)
    if step.node is None:
        found = Flow(None, step.ended, step.exception)
    else:
        found = flow_activity_traversal(work, step.node, direction)
    if work.remembered is not None and inside and direction is FORWARD:
        work.remembered.setdefault("flow", {})[node.index] = found
    return found


def choice_activity_traversal(work: Work, node: Node, direction: Direction) -> str | None:
    """SB.2.4 Choice Activity Traversal Subprocess: why the activity lets nobody pass, or `None`."""
    if direction is FORWARD:
        rule = rule_of(work, node, "stopForwardTraversal")
        if rule is None:
            return None
        work.say("SB.2.4-1: {} lets nobody pass by its rule {}", node, rule_text(rule))
        return "SB.2.4-1"
    if node.parent is None:
        return "SB.2.4-3"
    if node.parent.seq.forward_only:
        work.say("SB.2.4-2: {} only goes forward", node.parent)
        return "SB.2.4-2"
    return None


def choice_flow(work: Work, node: Node, direction: Direction) -> Node:
    """SB.2.9.1 Choice Flow Subprocess."""
    return choice_flow_tree_traversal(work, node, direction) or node


def choice_flow_tree_traversal(work: Work, node: Node, direction: Direction) -> Node | None:
    """SB.2.9.2 Choice Flow Tree Traversal Subprocess."""
    while node.parent is not None:
        siblings = work.available(node.parent)
        place = work.place(node) + direction
        if 0 <= place < len(siblings):
            return siblings[place]
        node = node.parent
    return None


def follows(work: Work, node: Node, other: Node) -> bool:
    """Whether `node` comes after `other` in the order in which the children are available; what is inside comes after."""
    above = common_ancestor(node, other)
    if above in (node, other):
        return above is other
    depth = above.depth + 1
    return work.place(node.path[depth]) > work.place(other.path[depth])
