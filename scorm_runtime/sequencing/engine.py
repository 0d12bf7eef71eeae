"""SCORM 2004 4th Edition SN, the Overall Sequencing Process [OP.1]: the public face of the sequencer.

A tree (built once per course) and a state (one per registration) go in, a new state and what happened come out.
Nothing here asks for the time, makes an id or performs I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from scorm_runtime.sequencing.codes import SENTENCES
from scorm_runtime.sequencing.delivery import content_delivery_environment, delivery_request
from scorm_runtime.sequencing.lookahead import Navigation, look_ahead
from scorm_runtime.sequencing.navigation import navigation_request
from scorm_runtime.sequencing.recording import Glance, Status, glances, record, status
from scorm_runtime.sequencing.requests import Found, sequencing_request
from scorm_runtime.sequencing.rollup import overall_rollup
from scorm_runtime.sequencing.selection import prepare, prepare_again
from scorm_runtime.sequencing.state import NOT_BEFORE, State, Work
from scorm_runtime.sequencing.termination import end_attempt, terminate_descendent_attempts, termination_request
from scorm_runtime.sequencing.tree import Tree

__all__ = [
    "Glance",
    "Kind",
    "Navigation",
    "Outcome",
    "Request",
    "State",
    "Status",
    "Tree",
    "current",
    "glances",
    "initial",
    "look_ahead",
    "navigate",
    "record",
    "state_globals",
    "status",
    "suspended",
    "with_globals",
]


class Kind(StrEnum):
    """The navigation requests; `NONE` is a SCO that ended without asking for anything."""

    START = "start"
    RESUME_ALL = "resumeAll"
    CONTINUE = "continue"
    PREVIOUS = "previous"
    CHOICE = "choice"
    JUMP = "jump"
    EXIT = "exit"
    EXIT_ALL = "exitAll"
    ABANDON = "abandon"
    ABANDON_ALL = "abandonAll"
    SUSPEND_ALL = "suspendAll"
    NONE = "_none_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    kind: Kind | str
    target: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`delivered`: the item to launch; `ended`: the sequencing session is over; neither: the current activity has ended and
    the learner must choose (or `exception` says why the request was refused, and then `valid` is false).

    `ended_attempts` are the items, leaves and clusters, whose attempt has come to its end. `trace` is for people."""

    state: State
    valid: bool
    delivered: str | None = None
    new_attempt: bool = False
    ended: bool = False
    exception: str | None = None
    ended_attempts: tuple[str, ...] = ()
    trace: tuple[str, ...] = ()


def initial(tree: Tree, *, globals: Mapping[str, Any] | None = None, seed: int) -> State:  # noqa: A002
    """The state of a new registration; `globals` are the learner's global objectives (`state_globals` of an earlier state)."""
    work = Work(tree, State(tree, {}, _values(globals or {}), None, None, seed))
    for node in tree.selecting:
        prepare(work, node)
    return work.value()


def navigate(tree: Tree, state: State, request: Request, now: float) -> Outcome:
    """OP.1 Overall Sequencing Process, for one navigation request; `now` is seconds since the epoch."""
    log: list[str] = []
    work = Work(tree, state, now=int(now), log=log)
    kind = _ended_by_content(work, str(request.kind))
    if kind == Kind.NONE:
        return Outcome(state=state, valid=True, trace=tuple(log))
    target = tree.by_id.get(request.target) if request.target is not None else None
    asked = navigation_request(work, kind, target)
    if asked.exception is not None:
        return Outcome(state=state, valid=False, exception=asked.exception, trace=(*log, _sentence(asked.exception)))
    if asked.termination in ("abandon", "abandonAll"):
        work.restore_before()
    work.before = NOT_BEFORE
    found, jumped = _decided(work, asked.termination, str(asked.sequencing), asked.target)
    return _delivered(work, log, found, jumped)


def _ended_by_content(work: Work, kind: str) -> str:
    """RTE 4.2.8: a SCO that ended with `cmi.exit` time-out or logout ends the whole attempt, whatever else is asked."""
    left = work.of(work.current).exit if work.current else ""
    if left not in ("time-out", "logout") or kind in (Kind.ABANDON, Kind.ABANDON_ALL):
        return kind
    work.say("OP.1: {} ended with cmi.exit {}, so everything ends", work.current, left)
    return Kind.EXIT_ALL


def _decided(work: Work, termination: str | None, sequencing: str, target: Any) -> tuple[Found, bool]:
    """OP.1-1.2 to OP.1-1.4: the activity to deliver, and whether by a jump."""
    if termination is not None:
        ended = termination_request(work, termination)
        if ended.exception is not None:
            return Found(exception=ended.exception), False
        if ended.sequencing is not None:
            sequencing, target = ended.sequencing, None
        prepare_again(work)
    found = sequencing_request(work, sequencing, target)
    if found.ended:
        _end_session(work)
    return found, sequencing == "jump"


def _end_session(work: Work) -> None:
    """The sequencing session is over.

    Deviation: walking off the end of the course leaves the root's attempt open in the text; here it ends, as by Exit All."""
    root = work.tree.root
    if work.of(root).active:
        terminate_descendent_attempts(work, root)
        end_attempt(work, root)
        prepare_again(work)
    work.current = None
    work.say("OP.1: the sequencing session has ended")


def _delivered(work: Work, log: list[str], found: Found, jumped: bool) -> Outcome:
    """OP.1-1.5 and on: delivery, and what the caller is told."""
    exception, new = found.exception, False
    if found.node is not None:
        exception = delivery_request(work, found.node, checked=not jumped)
        if exception is None:
            new, exception = content_delivery_environment(work, found.node)
    prepare_again(work)
    if exception is not None:
        log.append(_sentence(exception))
    return Outcome(
        state=work.value(),
        valid=exception is None,
        delivered=found.node.id if found.node is not None and exception is None else None,
        new_attempt=new,
        ended=found.ended,
        exception=exception,
        ended_attempts=tuple(node.id for node in work.stopped),
        trace=tuple(log),
    )


def _sentence(code: str) -> str:
    return f"{code}: {SENTENCES[code]}"


def current(tree: Tree, state: State) -> str | None:
    """The Current Activity while a sequencing session is open."""
    return state.current.id if state.current else None


def suspended(tree: Tree, state: State) -> str | None:
    """The Suspended Activity, that `resumeAll` would deliver."""
    return state.suspended.id if state.suspended else None


def state_globals(state: State) -> dict[str, Any]:
    """The global objectives as JSON, for the learner's other registrations."""
    return _values(state.globals)


def with_globals(tree: Tree, state: State, globals: Mapping[str, Any]) -> State:  # noqa: A002
    """The state with the learner's global objectives as other courses have left them."""
    work = Work(tree, state)
    for target, values in globals.items():
        if work.globals.get(target, {}) != values:
            work.globals[target] = dict(values)
            work.moved.add(target)
    if work.moved and work.current is not None:
        overall_rollup(work, work.current)
    return work.value()


def _values(objectives: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    return {target: dict(values) for target, values in objectives.items() if values}
