"""What happened to a learner that is worth a statement: run-time data against what was said of them before.

Each fact is told once. `Said` is the memory of that, kept with the run (of an item) or the attempt (on the course).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from scorm_runtime.tracking import ObjectiveTracking, Tracking

INTERACTION = re.compile(r"cmi\.interactions\.(\d+)\.")
SUCCESS = ("passed", "failed")
ROW = ("id", "type", "learner_response", "student_response", "result", "latency", "weighting", "description")


class Status(Protocol):
    """The part that tracking data, objectives and activities have in common."""

    @property
    def completion(self) -> str: ...
    @property
    def success(self) -> str: ...
    @property
    def scaled(self) -> float | None: ...
    @property
    def raw(self) -> float | None: ...
    @property
    def min(self) -> float | None: ...
    @property
    def max(self) -> float | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    scaled: float | None = None
    raw: float | None = None
    min: float | None = None
    max: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One row of `cmi.interactions`, in the words of its own standard."""

    id: str
    type: str | None
    response: str | None
    result: str | None
    patterns: tuple[str, ...] = ()
    latency: str | None = None
    weighting: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Who has decided something about a learner, as a name and as an xAPI Agent; what they did, and why."""

    name: str
    agent: Mapping[str, Any]
    action: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`item` None: the course itself. `attempt`: which attempt on the item, or the course. `authority`: it did not happen to
    the learner, somebody has decided it."""

    verb: str
    time: float
    item: str | None = None
    attempt: int = 1
    completion: bool | None = None
    success: bool | None = None
    score: Score | None = None
    duration: float | None = None
    objective: str | None = None
    interaction: Interaction | None = None
    comment: str | None = None
    authority: Authority | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    completion: str = ""
    success: str = ""
    score: tuple[float | None, ...] = ()
    interactions: Mapping[str, str] = field(default_factory=dict)
    objectives: Mapping[str, tuple[str | float | None, ...]] = field(default_factory=dict)
    comments: int = 0


def item_events(
    item: str, attempt: int, said: Said, data: Mapping[str, str], changes: Iterable[str], status: Status, time: float
) -> tuple[tuple[Event, ...], Said]:
    """Answers given, and a completion or success that is new."""
    events: list[Event] = []
    rows = dict.fromkeys(match[1] for name in changes if (match := INTERACTION.match(name)))
    answers = dict(said.interactions)
    for row in rows:
        interaction = read_interaction(data, row)
        digest = repr(interaction)
        if interaction and answers.get(row) != digest:
            answers[row] = digest
            events.append(Event(verb="responded", item=item, attempt=attempt, time=time, interaction=interaction))
    said = replace(said, interactions=answers)
    news, said = _news(said, status)
    events.extend(replace(event, item=item, attempt=attempt, time=time) for event in news)
    return tuple(events), said


def left_events(
    item: str,
    attempt: int,
    said: Said,
    data: Mapping[str, str],
    tracking: Tracking,
    spent: float,
    time: float,
    *,
    suspended: bool,
) -> tuple[tuple[Event, ...], Said]:
    """A session of an item has ended: its objectives, a score nobody has told yet, comments, and the end itself."""
    events: list[Event] = []
    objectives = dict(said.objectives)
    for objective in tracking.objectives:
        fresh, objectives[objective.id] = _objective_news(objectives.get(objective.id, ()), objective)
        events.extend(fresh)
    score = score_of(tracking)
    if score and _key(score) != said.score:
        events.append(Event(verb="scored", time=time, score=score))
        said = replace(said, score=_key(score))
    comments = read_comments(data)
    events.extend(Event(verb="commented", time=time, comment=text) for text in comments[said.comments :])
    events.append(
        Event(
            verb="suspended" if suspended else "terminated",
            time=time,
            completion=_completion(tracking),
            success=_success(tracking),
            score=score,
            duration=spent,
        )
    )
    said = replace(said, objectives=objectives, comments=len(comments))
    return tuple(replace(event, item=item, attempt=attempt, time=time) for event in events), said


def course_events(
    said: Said, root: Status, detail: Status, seconds: float, time: float, *, final: bool
) -> tuple[tuple[Event, ...], Said]:
    """What the course as a whole has newly reached; `detail` is where raw scores are found if the root has none."""
    score = score_of(root)
    if score and score.raw is None:
        score = replace(score, raw=detail.raw, min=detail.min, max=detail.max)
    news, after = _news(said, root, score)
    if final and not news and score and _key(score) != said.score:
        news = (Event(verb="scored", time=time, score=score),)
        after = replace(after, score=_key(score))
    return tuple(replace(event, time=time, duration=seconds) for event in news), after


def _news(said: Said, status: Status, score: Score | None = None) -> tuple[tuple[Event, ...], Said]:
    score = score or score_of(status)
    events = []
    completion, success = _completion(status), _success(status)
    if status.completion == "completed" and said.completion != "completed":
        events.append(Event(verb="completed", time=0.0, completion=True, success=success, score=score))
        said = replace(said, completion="completed")
    if status.success in SUCCESS and said.success != status.success:
        events.append(Event(verb=status.success, time=0.0, completion=completion, success=success, score=score))
        said = replace(said, success=status.success)
    if events and score:
        said = replace(said, score=_key(score))
    return tuple(events), said


def _objective_news(
    before: tuple[str | float | None, ...], now: ObjectiveTracking
) -> tuple[list[Event], tuple[str | float | None, ...]]:
    key = (now.completion, now.success, now.scaled, now.raw)
    if key == tuple(before):
        return [], key
    old = tuple(before) or ("unknown", "unknown", None, None)
    score = score_of(now)
    events = []
    if now.completion == "completed" != old[0]:
        events.append(Event(verb="completed", time=0.0, completion=True, score=score, objective=now.id))
    if now.success in SUCCESS and now.success != old[1]:
        success = now.success == "passed"
        events.append(Event(verb=now.success, time=0.0, success=success, score=score, objective=now.id))
    if not events and score and key[2:] != old[2:]:
        events.append(Event(verb="scored", time=0.0, score=score, objective=now.id))
    return events, key


def score_of(status: Status) -> Score | None:
    if status.scaled is None and status.raw is None:
        return None
    return Score(scaled=status.scaled, raw=status.raw, min=status.min, max=status.max)


def _key(score: Score) -> tuple[float | None, ...]:
    return (score.scaled, score.raw)


def _completion(status: Status) -> bool | None:
    return {"completed": True, "incomplete": False}.get(status.completion)


def _success(status: Status) -> bool | None:
    return {"passed": True, "failed": False}.get(status.success)


def read_interaction(data: Mapping[str, str], row: str) -> Interaction | None:
    """None while it has no id, or neither a response nor a result."""
    cell = {name: data.get(f"cmi.interactions.{row}.{name}") for name in ROW}
    response = cell["learner_response"] if cell["learner_response"] is not None else cell["student_response"]
    if not cell["id"] or (response is None and cell["result"] is None):
        return None
    return Interaction(
        id=cell["id"],
        type=cell["type"],
        response=response,
        result=cell["result"],
        patterns=_patterns(data, f"cmi.interactions.{row}.correct_responses."),
        latency=cell["latency"],
        weighting=cell["weighting"],
        description=cell["description"],
    )


def _patterns(data: Mapping[str, str], prefix: str) -> tuple[str, ...]:
    found: list[str] = []
    while (pattern := data.get(f"{prefix}{len(found)}.pattern")) is not None:
        found.append(pattern)
    return tuple(found)


def read_comments(data: Mapping[str, str]) -> Sequence[str]:
    """SCORM 2004: rows; SCORM 1.2: one text that grows."""
    if text := data.get("cmi.comments"):
        return [text]
    rows: list[str] = []
    while (text := data.get(f"cmi.comments_from_learner.{len(rows)}.comment")) is not None:
        rows.append(text)
    return rows
