"""What is remembered of a learner's way through units, one registration each. Values only; times are Unix seconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from package_importer.course import Course, Item
from scorm_runtime.statements import item_iri


class Mode(StrEnum):
    """cmi5 10.2.2."""

    NORMAL = "Normal"
    BROWSE = "Browse"
    REVIEW = "Review"


class Phase(StrEnum):
    LAUNCHED = "launched"
    INITIALIZED = "initialized"
    TERMINATED = "terminated"
    ABANDONED = "abandoned"


LIVE = (Phase.LAUNCHED, Phase.INITIALIZED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What stays the same while a learner is in a course. `activity_id` is the course's IRI."""

    course: Course
    activity_id: str
    items: Mapping[str, Item]

    @property
    def units(self) -> Iterator[Item]:
        """What can be launched, in the structure's order."""
        return (item for item in self.items.values() if item.launch is not None)

    def iri(self, item: Item) -> str:
        return self.activity_id if item is self.course.root else item_iri(self.activity_id, item.identifier)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One unit over all sessions of the registration. `completed`, `passed`, `failed`, `waived` are ids of statements."""

    completed: str = ""
    completed_at: float | None = None
    passed: str = ""
    passed_at: float | None = None
    failed: str = ""
    waived: str = ""
    waived_at: float | None = None
    reason: str = ""
    score: Mapping[str, float] | None = None
    scored: str = ""
    progress: float | None = None
    attempts: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One launch. `key` and `fetch_key` are hashes of its two tokens, `address` is what it opened, without the launch's own
    parameters, `said` names the statement of each verb that was accepted, `seen` is when the content last asked anything."""

    id: str
    key: str
    fetch_key: str
    item: str
    activity: str
    mode: str
    address: str
    launched: float
    expires: float
    seen: float
    return_url: str | None = None
    phase: str = Phase.LAUNCHED
    fetched: float | None = None
    preferences: bool = False
    said: Mapping[str, str] = field(default_factory=dict)
    ended: float | None = None
    seconds: float = 0.0

    @property
    def live(self) -> bool:
        return self.phase in LIVE

    def over(self, idle: float) -> float:
        """When it ends by itself if nothing more is heard of it."""
        return min(self.seen + idle, self.expires)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A statement to be stored. `own`: the service says it, not the content; `vital`: the attempt changed with it."""

    statement: Mapping[str, Any]
    own: bool = False
    vital: bool = True

    @property
    def id(self) -> str:
        return str(self.statement["id"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A statement in the outbox."""

    id: str
    text: str
    own: bool
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """`satisfied` names, by item, the statement that told it. `revision` 0: not stored yet."""

    registration: str
    store: int
    course: str
    version: int
    actor: Mapping[str, Any]
    actor_key: str
    revision: int = 0
    units: Mapping[str, Unit] = field(default_factory=dict)
    sessions: Mapping[str, Session] = field(default_factory=dict)
    satisfied: Mapping[str, str] = field(default_factory=dict)
    outbox: tuple[Pending, ...] = ()

    def unit(self, item: str) -> Unit:
        return self.units.get(item, NOTHING)

    def with_unit(self, item: str, unit: Unit) -> Attempt:
        return replace(self, units={**self.units, item: unit})

    def with_session(self, session: Session) -> Attempt:
        return replace(self, sessions={**self.sessions, session.id: session})

    @property
    def live(self) -> list[Session]:
        return [session for session in self.sessions.values() if session.live]


NOTHING = Unit()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A new attempt, and what is to be stored with it, in order."""

    attempt: Attempt
    said: tuple[Said, ...] = ()


def without(attempt: Attempt, ids: Iterable[str]) -> Attempt:
    """The attempt as if these statements had never come: the Learning Record Store would not have them."""
    gone = frozenset(ids)
    return replace(
        attempt,
        units={item: _unit_without(unit, gone) for item, unit in attempt.units.items()},
        sessions={key: _session_without(session, gone) for key, session in attempt.sessions.items()},
        satisfied={item: told for item, told in attempt.satisfied.items() if told not in gone},
        outbox=tuple(one for one in attempt.outbox if one.id not in gone),
    )


def _unit_without(unit: Unit, gone: frozenset[str]) -> Unit:
    if unit.completed in gone:
        unit = replace(unit, completed="", completed_at=None)
    if unit.passed in gone:
        unit = replace(unit, passed="", passed_at=None)
    if unit.failed in gone:
        unit = replace(unit, failed="")
    if unit.waived in gone:
        unit = replace(unit, waived="", waived_at=None, reason="")
    if unit.scored in gone:
        unit = replace(unit, scored="", score=None)
    return unit


def _session_without(session: Session, gone: frozenset[str]) -> Session:
    said = {verb: told for verb, told in session.said.items() if told not in gone}
    if len(said) == len(session.said):
        return session
    if session.phase == Phase.TERMINATED and "terminated" not in said:
        session = replace(session, phase=Phase.INITIALIZED, ended=None)
    if session.phase == Phase.INITIALIZED and "initialized" not in said:
        session = replace(session, phase=Phase.LAUNCHED)
    return replace(session, said=said)
