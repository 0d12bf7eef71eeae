"""Which navigation requests would be honoured now, found by running the processes on a copy."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress, pairwise

from scorm_runtime.sequencing.delivery import closed, delivery_request
from scorm_runtime.sequencing.navigation import choice, navigation_request
from scorm_runtime.sequencing.objectives import stirred
from scorm_runtime.sequencing.requests import Found, arrived, forget_globals, sequencing_request, way_to
from scorm_runtime.sequencing.rules import check_activity, ruled, untouched
from scorm_runtime.sequencing.selection import prepare_again
from scorm_runtime.sequencing.state import State, Work
from scorm_runtime.sequencing.termination import Termination, termination_request
from scorm_runtime.sequencing.tree import Node, Tree

DIGITS = bytes.maketrans(b"\0\1", b"01")


class Answers(Mapping[str, bool]):
    """One for each activity, in the order of the tree."""

    __slots__ = ("_flags", "_tree")

    def __init__(self, tree: Tree, flags: bytes | bytearray) -> None:
        self._tree = tree
        self._flags = flags

    def __getitem__(self, item: str) -> bool:
        return bool(self._flags[self._tree.by_id[item].index])

    def __iter__(self) -> Iterator[str]:
        return iter(self._tree.by_id)

    def __len__(self) -> int:
        return len(self._flags)

    def accepted(self) -> Iterator[str]:
        """The activities whose answer is yes."""
        return compress(self._tree.by_id, self._flags)

    def digits(self) -> str:
        """A digit for each."""
        return self._flags.translate(DIGITS).decode()


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
    choice: Answers
    jump: Answers
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


def _choices(now: Work, then: Work, ended: Termination, kept_back: set[int]) -> Answers:
    """A choice is honoured if the way to it is open, and something there can be delivered.

    Activities in the same place share the way to them. What flows into one flows on into the first in it, so that the last
    are asked first."""
    offered = bytearray(len(now.tree.nodes))
    ready = _ready(then)
    arrivals = {node.index: arrived(then, node) for node in reversed(now.tree.clusters) if node.index not in ready}
    for place in _places(now, then):
        nodes = [node for node in place if node.index not in kept_back]
        if not nodes or not _way_open(now, then, ended, nodes[0]):
            continue
        parent = nodes[0].parent
        opened = parent is None or closed(then, parent) is None
        for node in nodes:
            if node.leaf:
                offered[node.index] = opened and not (node.closable and check_activity(then, node) is not None)
            elif node.index in ready:
                offered[node.index] = opened
            else:
                offered[node.index] = _undeliverable(then, arrivals[node.index]) is None
    return Answers(now.tree, offered)


def _ready(work: Work) -> set[int]:
    """Clusters of whose inside nothing is known, so that what can be delivered there is what could be at first."""
    known = sorted(stirred(work))
    nodes = work.tree.nodes
    return {i for i in _ready_at_first(work.tree) if bisect_left(known, i) == bisect_right(known, nodes[i].last)}


@lru_cache(maxsize=64)
def _ready_at_first(tree: Tree) -> frozenset[int]:
    """The clusters in which something can be delivered while nothing is known of any activity. Prerequisites look elsewhere."""
    work = untouched(tree)
    found = {node: arrived(work, node).node for node in reversed(tree.clusters)}
    return frozenset(
        node.index
        for node, leaf in found.items()
        if leaf is not None
        and node.contains(leaf)
        and all(check_activity(work, step) is None for step in leaf.path[node.depth :])
        and not any(below.prerequisites for below in tree.nodes[node.index : node.last + 1])
    )


def _way_open(now: Work, then: Work, ended: Termination, node: Node) -> bool:
    asked = choice(now, node)
    if asked.exception is not None or (asked.termination is not None and ended.exception is not None):
        return False
    return way_to(then, node) is None


def _places(now: Work, then: Work) -> Iterator[Sequence[Node]]:
    """Activities that lie in one place as seen from the current one: NB.2.1-7 and SB.2.9 tell them apart only by what is asked
    of themselves. Of one parent's children these are all or, if the current activity is there too, those before and after.
    What will not be available lies nowhere."""
    path = now.current.path if now.current is not None else ()
    branches = {above.index: below for above, below in pairwise(path)}
    constrained = any(step.seq.constrain_choice for step in path)
    yield (now.tree.root,)
    for parent in now.tree.clusters:
        children, branch = then.available(parent), branches.get(parent.index)
        if parent in path and (constrained or parent.stops_inside):
            yield from ((child,) for child in children)
        elif branch is None:
            yield children
        else:
            here = then.place(branch)
            yield (branch,)
            yield children[: max(here, 0)]
            yield children[here + 1 :]


def _jumps(now: Work, ended: Termination) -> Answers:
    blocked = now.current is not None and ended.exception is not None and now.of(now.current).active
    if now.current is None or blocked or not now.tree.edition.jump:
        return Answers(now.tree, bytes(len(now.tree.nodes)))
    found = bytearray(now.tree.leaf)
    for index in _left_out(now):
        found[index] = False
    return Answers(now.tree, found)


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
    for index in ruled(work, "hiddenFromChoice"):
        gone.update(range(index, work.tree.nodes[index].last + 1))
    return gone
