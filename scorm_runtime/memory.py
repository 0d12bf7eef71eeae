"""What is remembered of a learner's way through a course, and what a step of it changes. Values only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from package_importer.course import Course, Item
from scorm_runtime.datamodel.durations import seconds
from scorm_runtime.datamodel.element import Model
from scorm_runtime.events import Event, Said
from scorm_runtime.overrides import Overrides
from scorm_runtime.rows import Rows
from scorm_runtime.sequencing.engine import State, Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What stays the same while a learner is in a course."""

    course: Course
    tree: Tree
    model: Model
    items: Mapping[str, Item]
    learner_id: str = ""
    learner_name: str = ""
    mode: str = "normal"
    strict: bool | tuple[str, ...] = False
    mastery_override: bool = True
    auto_continue: str = "completed"
    overrides: Overrides = field(default_factory=Overrides)
    credit: bool = True

    def leaves(self) -> list[Item]:
        return [item for item in self.items.values() if not item.children]


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """What a SCO set since the commit before; `age` is how many seconds ago, `elapsed` how long the SCO had run.

    `calls` are rows of static/js/runtime/calls.js, for people alone."""

    n: int
    changes: Mapping[str, str | None]
    age: float = 0.0
    elapsed: float = 0.0
    calls: tuple[Any, ...] = ()


DECIDED = ("completion", "success", "scaled", "progress")
"""What a correction may set; the rest of a score goes with `scaled`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What has been decided about an item or the course; None: nothing about that. `by`, `reason`, `at`: of the latest decision.

    `origins`: by what was set, the decision that set it, where there was more than one."""

    by: str
    reason: str
    at: float
    completion: str | None = None
    success: str | None = None
    scaled: float | None = None
    raw: float | None = None
    min: float | None = None
    max: float | None = None
    progress: float | None = None
    origins: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def decided(self) -> dict[str, Mapping[str, Any]]:
        """The decisions by what they have set."""
        return {what: self.origin(what) for what in DECIDED if getattr(self, what) is not None}

    def origin(self, what: str) -> Mapping[str, Any]:
        return self.origins.get(what) or {"by": self.by, "reason": self.reason, "at": self.at}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The latest delivery of one item. `data` is the session's while it is open, later what is kept of it. `attempt` on the
    item: named by the number of the delivery that began it, so that none is ever named again.

    `marks`: by element that decides a status, its value, when it was set, and by which commit of which run."""

    item: str
    number: int
    attempt: int
    opened: float
    data: Mapping[str, str]
    kept: Mapping[str, str] | None = None
    session: Mapping[str, str] | None = None
    applied: int = 0
    elapsed: float = 0.0
    counted: float = 0.0
    open: bool = True
    terminated: bool = False
    resumed: bool = False
    marks: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    corrected: Correction | None = None
    said: Said = field(default_factory=Said)

    def lasted(self) -> float:
        """Seconds of the session: what its content says, else what was measured."""
        told = seconds(self.data.get("cmi.session_time", self.data.get("cmi.core.session_time")))
        return self.elapsed if told is None else told


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Of an attempt, or of the registration: what was once completed stays so; success and score are the latest known."""

    completion: str = "unknown"
    success: str = "unknown"
    scaled: float | None = None
    raw: float | None = None
    min: float | None = None
    max: float | None = None
    progress: float | None = None
    completed_at: float | None = None
    passed_at: float | None = None

    def followed_by(self, later: Result) -> Result:
        """What both have reached together."""
        done = "completed" in (self.completion, later.completion)
        scored = later if later.scaled is not None else self
        return Result(
            completion="completed" if done else later.completion if later.completion != "unknown" else self.completion,
            success=later.success if later.success != "unknown" else self.success,
            scaled=scored.scaled,
            raw=scored.raw,
            min=scored.min,
            max=scored.max,
            progress=later.progress if later.progress is not None else self.progress,
            completed_at=self.completed_at or later.completed_at,
            passed_at=self.passed_at or later.passed_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """`window` counts the player windows: only the latest may write; `move` is the last
    navigation request that it has made. `number` counts the deliveries, `latest` is the item of the last one; `ordinal` the
    attempts on the course, `seconds` is the time spent in sessions that have ended.
    `result` is what this attempt has reached, `earlier` what those before it had since the last reset.
    `corrected` is about the course as a whole; `causes` hold by item, in JSON, which rule set its statuses and when."""

    state: State
    runs: dict[str, Run] | Rows[Run] = field(default_factory=dict)
    current: str | None = None
    window: int = 0
    move: int = 0
    number: int = 0
    latest: str | None = None
    ordinal: int = 0
    seconds: float = 0.0
    ended: bool = True
    started: bool = False
    result: Result = Result()
    earlier: Result = Result()
    said: Said = field(default_factory=Said)
    stores: Mapping[str, str] = field(default_factory=dict)
    preference: Mapping[str, str] = field(default_factory=dict)
    corrected: Correction | None = None
    causes: dict[str, str] | Rows[str] = field(default_factory=dict)

    @property
    def standing(self) -> Result:
        """What the registration has reached, over all attempts."""
        return self.earlier.followed_by(self.result)

    @property
    def begun(self) -> bool:
        """Whether there is something to keep of it."""
        return self.started or bool(self.runs) or self.corrected is not None

    @property
    def run(self) -> Run | None:
        """The run of the item that the learner is in."""
        return self.runs.get(self.current) if self.current else None

    def spent(self) -> float:
        run = self.run
        return self.seconds + (run.lasted() if run and run.open and not run.terminated else 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`delivered`: a new run has begun; `changed`: what may be chosen next has to be worked out again."""

    attempt: Attempt
    events: tuple[Event, ...] = ()
    delivered: bool = False
    changed: bool = True
    exception: str | None = None
    trace: tuple[str, ...] = ()
    refused: tuple[tuple[str, int], ...] = ()
