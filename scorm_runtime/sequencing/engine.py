"""SN 4th Edition, 4.2-4.8 and the Overall Sequencing Process [OP.1]: the public face of the sequencer.

A tree (built once per course) and a state (one per registration) go in, a new state and what happened come out.
Nothing here asks for the time, makes an id or performs I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from package_importer.course import Course
from scorm_runtime.tracking import Completion, ObjectiveTracking, Success, Tracking


class Kind(StrEnum):
    """The navigation requests (SN 5.6.2); `NONE` is a SCO that ended without asking for anything."""

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


class Tree:
    """The activity tree of a course, indexed; immutable, one per course version."""

    def __init__(self, course: Course) -> None:
        raise NotImplementedError


class State:
    """Everything the sequencer remembers of one registration; a value, never changed in place."""

    def to_json(self) -> dict[str, Any]:
        raise NotImplementedError

    @staticmethod
    def from_json(tree: Tree, value: Mapping[str, Any]) -> State:
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    kind: Kind | str
    target: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`delivered`: the item to launch; `ended`: the sequencing session is over; neither: the current activity has ended and
    the learner must choose (or `exception` says why the request was refused, and then `valid` is false)."""

    state: State
    valid: bool
    delivered: str | None = None
    new_attempt: bool = False
    ended: bool = False
    exception: str | None = None
    ended_attempts: tuple[str, ...] = ()
    trace: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Navigation:
    """What `navigate` would accept now. `choice` and `jump` name every item of the tree; `hidden` are not to be shown in the
    table of contents; `hide_lms_ui` is the current item's own list (the caller hides the controls)."""

    start: bool
    resume_all: bool
    continue_: bool
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What an activity is known to have reached, read through the objective maps.

    `objectives` fill `cmi.objectives` of a new attempt, the primary first; those without an ID are left out."""

    completion: Completion
    success: Success
    scaled: float | None
    raw: float | None
    min: float | None
    max: float | None
    progress: float | None
    attempts: int
    active: bool
    suspended: bool
    available: bool
    objectives: tuple[ObjectiveTracking, ...]


def initial(tree: Tree, *, globals: Mapping[str, Any] | None = None, seed: int) -> State:
    """The state of a new registration; `globals` are the learner's global objectives (`state_globals` of an earlier state)."""
    raise NotImplementedError


def navigate(tree: Tree, state: State, request: Request, now: float) -> Outcome:
    """OP.1 Overall Sequencing Process, for one navigation request; `now` is seconds since the epoch."""
    raise NotImplementedError


def record(tree: Tree, state: State, item_id: str, tracking: Tracking) -> State:
    """Run-time data of the delivered activity become its tracking data, and are rolled up. May be repeated."""
    raise NotImplementedError


def look_ahead(tree: Tree, state: State) -> Navigation:
    """Which requests would be honoured now: the same processes, run on a copy."""
    raise NotImplementedError


def status(tree: Tree, state: State, item_id: str) -> Status:
    raise NotImplementedError


def current(tree: Tree, state: State) -> str | None:
    """The Current Activity while a sequencing session is open."""
    raise NotImplementedError


def suspended(tree: Tree, state: State) -> str | None:
    """The Suspended Activity, that `resumeAll` would deliver."""
    raise NotImplementedError


def state_globals(state: State) -> dict[str, Any]:
    """The global objectives as JSON, for the learner's other registrations."""
    raise NotImplementedError


def with_globals(tree: Tree, state: State, globals: Mapping[str, Any]) -> State:
    """The state with the learner's global objectives as other courses have left them."""
    raise NotImplementedError
