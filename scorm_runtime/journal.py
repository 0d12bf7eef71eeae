"""What is written down of each step for those who ask later: one entry, bounded, in JSON.

The newest entries lie in the attempt's own document, saved together with what they tell; later steps move them on to the log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from scorm_runtime.events import Event
from scorm_runtime.memory import Attempt, Commit, Step
from scorm_runtime.sequencing.engine import Request
from scorm_runtime.statements import timestamp

CALLS_KEPT = 200
COMMITS_KEPT = 50
TRACE_KEPT = 60
TRACE_LINE = 300
CHANGES_KEPT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Why a step is made: what the player or an administrator asked for."""

    kind: str
    commits: Sequence[Commit] = ()
    request: Request | None = None
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """Counts of a registration. `logged`: entries; `archived`: attempts that are history; `first`: the number of the event with
    which the current attempt began, `began` its time; `forgiven`: attempts that are no longer counted against a limit."""

    logged: int = 0
    archived: int = 0
    first: int = 1
    began: float | None = None
    forgiven: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A status of an item (of the course: None) that has become another, and by which rule."""

    item: str | None
    what: str
    before: Any
    after: Any
    rule: str
    text: str


def entry(
    number: int, act: Act, before: Attempt, step: Step, changes: Sequence[Change], now: float, events: Sequence[Event]
) -> dict[str, Any]:
    """One entry of the log as it is kept, calls as they came; what there is nothing of is left out."""
    after = step.attempt
    run = before.run or after.run
    made: dict[str, Any] = {
        "n": number,
        "time": timestamp(now),
        "kind": act.kind,
        "window": after.window,
        "run": run.number if run else None,
        "item": run.item if run else None,
        "commits": [_commit(one, now) for one in act.commits[-COMMITS_KEPT:]],
        "calls": [row for one in act.commits for row in one.calls][-CALLS_KEPT:],
        "refused": [{"element": element[:120], "error": code} for element, code in step.refused[:CHANGES_KEPT]],
        "request": _request(act.request),
        "delivered": after.current if step.delivered else None,
        "exception": step.exception,
        "trace": [line[:TRACE_LINE] for line in step.trace[-TRACE_KEPT:]],
        "changes": [_change(change) for change in changes[:CHANGES_KEPT]],
        "statements": len(events),
        "by": act.by,
        "reason": act.reason,
    }
    return {name: value for name, value in made.items() if value or name == "n"}


def told(text: str) -> dict[str, Any]:
    """An entry as those who ask get it."""
    kept: dict[str, Any] = orjson.loads(text)
    return kept | {"calls": [_call(row) for row in kept["calls"]]} if "calls" in kept else kept


def _commit(one: Commit, now: float) -> dict[str, Any]:
    return {"n": one.n, "time": timestamp(now - one.age), "elements": len(one.changes)}


def _call(row: Sequence[Any]) -> dict[str, Any]:
    """A row of static/js/runtime/calls.js in words."""
    seconds, call, element, value, code, *times = row
    made: dict[str, Any] = {"after": round(seconds / 1000, 3), "call": CALLS.get(call, call), "element": element, "value": value}
    if call.startswith("~"):
        made |= {"call": CALLS["~"], "leniency": call[1:]}
    if code:
        made["error"] = code
    return made | {"times": times[0]} if times else made


CALLS = {
    "I": "Initialize",
    "T": "Terminate",
    "C": "Commit",
    "G": "GetValue",
    "S": "SetValue",
    "~": "let through",
    "-": "earlier calls not kept",
}


def _request(request: Request | None) -> dict[str, Any] | None:
    if request is None:
        return None
    made: dict[str, Any] = {"kind": str(request.kind)}
    return made | {"target": request.target} if request.target else made


def _change(change: Change) -> dict[str, Any]:
    made: Mapping[str, Any] = {
        "item": change.item,
        "what": change.what,
        "before": change.before,
        "after": change.after,
        "rule": change.rule,
        "text": change.text,
    }
    return dict(made)
