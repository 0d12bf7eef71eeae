"""Which statuses a step has changed, and by which rule: kept with the attempt, since what is known later may no longer say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import orjson

from scorm_runtime import explain
from scorm_runtime.journal import Change
from scorm_runtime.memory import Attempt, Plan
from scorm_runtime.rows import Rows
from scorm_runtime.sequencing import engine
from scorm_runtime.sequencing.tree import Node
from scorm_runtime.sequencing.why import Reason

COURSE = ""
EXPLAINED: dict[str, Callable[..., Reason]] = {
    "completion": explain.completion,
    "success": explain.success,
    "scaled": explain.score,
}
RESULT: dict[str, Callable[..., Reason]] = {"completion": explain.course_completion, "success": explain.course_success}


def noted(plan: Plan, before: Attempt, after: Attempt, now: float) -> tuple[Attempt, tuple[Change, ...]]:
    """The attempt with what set its new statuses, and these."""
    changes: list[Change] = []
    for node in _moved(plan, before, after):
        old, new = (engine.status(plan.tree, one.state, node.id) for one in (before, after))
        for what, explained in EXPLAINED.items():
            if getattr(old, what) != getattr(new, what):
                reason = explained(plan, after, plan.items[node.id])
                changes.append(_change(node.id, what, getattr(old, what), reason))
    for what, explained in RESULT.items():
        old = getattr(before.standing, what)
        if old != getattr(after.standing, what):
            changes.append(_change(None, what, old, explained(plan, after)))
    if not changes:
        return after, ()
    run = after.runs.get(before.current or "") or after.run
    return replace(after, causes=_with(after, run, changes, now)), tuple(changes)


def _moved(plan: Plan, before: Attempt, after: Attempt) -> Iterable[Node]:
    """The activities that may have another status: their records are others, or global objectives that they read."""
    old, new = before.state, after.state
    if old is new:
        return ()
    known = old.records
    moved = {i for i, record in new.records.items() if known.get(i) is not record} | (known.keys() - new.records.keys())
    if old.globals != new.globals:
        for target in old.globals.keys() | new.globals.keys():
            if old.globals.get(target) != new.globals.get(target):
                moved |= {node.index for node in plan.tree.readers.get(target, ())}
    return (plan.tree.nodes[index] for index in sorted(moved, reverse=True))


def _change(item: str | None, what: str, before: Any, reason: Reason) -> Change:
    return Change(item=item, what=what, before=before, after=reason.value, rule=reason.rule, text=reason.text)


def _with(attempt: Attempt, run: Any, changes: Iterable[Change], now: float) -> dict[str, str] | Rows[str]:
    found: dict[str, str] = {}
    for change in changes:
        key = change.item or COURSE
        rows = orjson.loads(found.get(key) or attempt.causes.get(key, "{}"))
        rows[change.what] = {
            "value": change.after,
            "at": round(now, 3),
            "run": run.number if run else None,
            "commit": run.applied if run else None,
            "rule": change.rule,
            "text": change.text,
        }
        found[key] = orjson.dumps(rows).decode()
    return attempt.causes | found


def of(attempt: Attempt, item: str | None, what: str, value: Any) -> dict[str, Any] | None:
    """What set the status, if it is still that one."""
    found: dict[str, Any] | None = orjson.loads(attempt.causes.get(item or COURSE, "{}")).get(what)
    return found if found is not None and found["value"] == value else None
