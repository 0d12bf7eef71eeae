"""Which navigation requests would be honoured now, found by running the processes on a copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from scorm_runtime.sequencing.delivery import closed, delivery_request
from scorm_runtime.sequencing.navigation import choice, navigation_request
from scorm_runtime.sequencing.requests import Found, arrived, forget_globals, sequencing_request, way_to
from scorm_runtime.sequencing.rules import check_activity, rule_of
from scorm_runtime.sequencing.selection import prepare_again
from scorm_runtime.sequencing.state import State, Work
from scorm_runtime.sequencing.termination import Termination, termination_request
from scorm_runtime.sequencing.tree import Node, Tree

OPEN = (True, True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Navigation:
    """What `navigate` would accept now.

    `choice` and `jump` name every item and look only at the way to it; what a post-condition rule asks for goes first.
    `hidden` are not to be shown in the table of contents, by a rule, a selection or the manifest; `hide_lms_ui` is the current
    item's own list, left to the caller. `continue_` is for the control, which SCORM 2004 wants wherever flow is on;
    `continue_succeeds` says whether the request would deliver something or end the course."""

    start: bool
    resume_all: bool
    continue_: bool
    continue_succeeds: bool
    previous: bool
    exit: bool
    exit_all: bool
    abandon: bool
    abandon_all: bool
    suspend_all: bool
    choice: Mapping[str, bool]
    jump: Mapping[str, bool]
    hidden: frozenset[str]
    hide_lms_ui: tuple[str, ...]

    @property
    def request_valid(self) -> dict[str, bool | Mapping[str, bool]]:
        """The answers to `adl.nav.request_valid.*`."""
        return {"continue": self.continue_succeeds, "previous": self.previous, "choice": self.choice, "jump": self.jump}


def look_ahead(tree: Tree, state: State) -> Navigation:
    """Which requests would be honoured now: the same processes, run on a copy."""
    now = Work(tree, state)
    if state.current is None:
        forget_globals(now, "start")
    now.remembered = {}
    then, ended = _after_exit(now)
    active = state.current is not None and now.of(state.current).active
    opened = state.current is not None
    kept_back = _withheld(then)
    accepted = {
        request: _accepted(now, then, ended, request) for request in ("start", "resumeAll", "continue", "previous", "exit")
    }
    return Navigation(
        start=accepted["start"],
        resume_all=accepted["resumeAll"],
        continue_=accepted["continue"] if tree.retains else navigation_request(now, "continue", None).exception is None,
        continue_succeeds=accepted["continue"],
        previous=accepted["previous"],
        exit=accepted["exit"],
        exit_all=opened,
        abandon=active,
        abandon_all=opened,
        suspend_all=opened and _suspendable(now),
        choice=_choices(now, then, ended, kept_back),
        jump=_jumps(now, ended),
        hidden=frozenset([*(tree.nodes[index].id for index in kept_back), *(node.id for node in tree.unseen)]),
        hide_lms_ui=state.current.hide_lms_ui if state.current else (),
    )


def _after_exit(now: Work) -> tuple[Work, Termination]:
    """The state after the current attempt will have ended, and what that itself would ask for."""
    then = Work(now.tree, now)
    ended = Termination()
    if now.current is not None and now.of(now.current).active:
        ended = termination_request(then, "exit")
        prepare_again(then)
    if ended.sequencing is not None:
        trial = Work(then.tree, then)
        found = sequencing_request(trial, ended.sequencing, None)
        ended = Termination(ended.sequencing, found.exception or _undeliverable(trial, found))
    then.remembered = {}
    return then, ended


def _undeliverable(work: Work, found: Found) -> str | None:
    return delivery_request(work, found.node) if found.node is not None else found.exception


def _accepted(now: Work, then: Work, ended: Termination, request: str) -> bool:
    asked = navigation_request(now, request, None)
    if asked.exception is not None:
        return False
    if asked.termination is not None and (ended.sequencing or ended.exception):
        return ended.exception is None
    found = sequencing_request(then, str(asked.sequencing), None)
    return found.exception is None and _undeliverable(then, found) is None


def _suspendable(work: Work) -> bool:
    """TB.2.3-5.1, TB.2.3-5.2."""
    assert work.current is not None
    record = work.of(work.current)
    return record.active or record.suspended or work.current.parent is not None


def _choices(now: Work, then: Work, ended: Termination, kept_back: set[int]) -> dict[str, bool]:
    """A choice is honoured if the way to it is open, and something there can be delivered.

    Activities in the same place share the way to them. What flows into one flows on into the first in it, so that the last
    are asked first."""
    offered: dict[str, bool] = {}
    ways: dict[tuple[int, bool], tuple[bool, bool]] = {}
    here = _Here(now)
    arrivals = {node.index: arrived(then, node) for node in reversed(now.tree.clusters)}
    for node in now.tree.nodes:
        if node.index in kept_back:
            offered[node.id] = False
            continue
        place = here.place(node)
        way = ways.get(place) if place is not None else None
        if way is None:
            way = _way_open(now, then, ended, node), node.parent is None or closed(then, node.parent) is None
            if place is not None:
                ways[place] = way
        if node.leaf:
            offered[node.id] = way == OPEN and not (node.closable and check_activity(then, node) is not None)
        else:
            offered[node.id] = way[0] and _undeliverable(then, arrivals[node.index]) is None
    return offered


def _way_open(now: Work, then: Work, ended: Termination, node: Node) -> bool:
    asked = choice(now, node)
    if asked.exception is not None or (asked.termination is not None and ended.exception is not None):
        return False
    return way_to(then, node) is None


class _Here:
    """Where activities lie as seen from the current one: NB.2.1-7 and SB.2.9 tell those of one place apart only by what is
    asked of themselves. A place is a parent and, if the current activity is below it too, whether they follow that."""

    def __init__(self, work: Work) -> None:
        self.work = work
        path = work.current.path if work.current is not None else ()
        constrained = any(step.seq.constrain_choice for step in path)
        self.apart = {step.index for step in path if constrained or step.stops_inside}
        self.path = {step.index for step in path}
        self.branches = {above.index: below for above, below in pairwise(path)}

    def place(self, node: Node) -> tuple[int, bool] | None:
        """None: it is to be looked at by itself."""
        parent = node.parent
        if parent is None or node.index in self.path or parent.index in self.apart:
            return None
        branch = self.branches.get(parent.index)
        return parent.index, branch is not None and self.work.place(node) > self.work.place(branch)


def _jumps(now: Work, ended: Termination) -> dict[str, bool]:
    blocked = now.current is not None and ended.exception is not None and now.of(now.current).active
    if now.current is None or blocked or not now.tree.edition.jump:
        return dict.fromkeys(now.tree.by_id, False)
    gone = _left_out(now)
    return {node.id: node.leaf and node.index not in gone for node in now.tree.nodes}


def _left_out(work: Work) -> set[int]:
    """What was not selected for its parent, with all below it."""
    gone: set[int] = set()
    for parent in work.tree.selecting:
        for child in parent.children:
            if not work.is_available(child):
                gone.update(range(child.index, child.last + 1))
    return gone


def _withheld(work: Work) -> set[int]:
    """What was not selected or is hidden from choice, with all below it."""
    gone = _left_out(work)
    for node in work.tree.hiding:
        if node.index not in gone and rule_of(work, node, "hiddenFromChoice") is not None:
            gone.update(range(node.index, node.last + 1))
    return gone
