"""A registration of units as the API tells it: the shape is the same as for SCORM."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from package_importer.course import Item
from scorm_runtime.statements import duration, timestamp
from scorm_runtime.units.attempt import Attempt, Plan, Session, Unit
from scorm_runtime.units.conduct import Conduct


def registration(plan: Plan, conduct: Conduct, attempt: Attempt) -> dict[str, Any]:
    units = [attempt.unit(item.identifier) for item in (plan.course.root, *plan.units)]
    tree = _branch(plan, conduct, attempt, plan.course.root)
    if whole := conduct.whole(plan, attempt):
        tree |= _whole(tree, whole)
    spent = sum(unit.seconds for unit in attempt.units.values())
    satisfied = tree["satisfied"]
    times = [time for unit in units for time in (unit.completed_at, unit.passed_at, unit.waived_at) if time is not None]
    passed = [unit.passed_at for unit in units if unit.passed_at is not None]
    return {
        "title": plan.course.title,
        "standard": str(plan.course.standard),
        "state": _state(attempt, satisfied=satisfied),
        "suspended": False,
        "attempts": 1 if attempt.sessions else 0,
        "completion": tree["completion"],
        "success": tree["success"],
        "score": tree["score"],
        "progress": tree["progress"],
        "seconds": round(spent, 2),
        "duration": duration(spent),
        "completed": timestamp(max(times)) if satisfied and times else None,
        "passed": timestamp(max(passed)) if tree["success"] == "passed" and passed else None,
        "tree": tree,
        "sessions": [_row(one) for one in attempt.sessions.values()],
    }


def session(attempt: Attempt, one: Session, refused: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        **_row(one),
        "registration": attempt.registration,
        "course": attempt.course,
        "activity": one.activity,
        "fetched": _time(one.fetched),
        "seen": _time(one.seen),
        "expires": _time(one.expires),
        "said": dict(one.said),
        "refused": [{**row, "time": timestamp(row["time"])} for row in refused],
    }


def _row(one: Session) -> dict[str, Any]:
    return {
        "session": one.id,
        "item": one.item,
        "mode": one.mode.lower(),
        "state": str(one.phase),
        "launched": _time(one.launched),
        "ended": _time(one.ended),
        "seconds": round(one.seconds, 2),
    }


def _time(value: float | None) -> str | None:
    return None if value is None else timestamp(value)


def _state(attempt: Attempt, *, satisfied: bool) -> str:
    if attempt.live:
        return "running"
    if not attempt.sessions:
        return "not started"
    return "ended" if satisfied else "idle"


def _branch(plan: Plan, conduct: Conduct, attempt: Attempt, item: Item) -> dict[str, Any]:
    made: dict[str, Any] = {"item": item.identifier, "title": item.title}
    if item.launch is not None:
        return made | _leaf(attempt.unit(item.identifier), met=conduct.met(plan, attempt, item))
    children = [_branch(plan, conduct, attempt, child) for child in item.children]
    return made | _cluster(children) | {"children": children}


def _whole(tree: Mapping[str, Any], unit: Unit) -> dict[str, Any]:
    """What is known of a course beside its units."""
    done = bool(unit.completed)
    return {
        "completion": "completed" if done else tree["completion"] if tree["completion"] != "completed" else "incomplete",
        "success": "passed" if unit.passed else "failed" if unit.failed else "unknown",
        "score": dict(unit.score) if unit.score else None,
        "progress": 1.0 if done else tree["progress"],
        "satisfied": done,
    }


def _leaf(unit: Unit, *, met: bool) -> dict[str, Any]:
    begun = unit.attempts > 0
    completed = bool(unit.completed or unit.waived)
    success = "passed" if unit.passed or unit.waived else "failed" if unit.failed else "unknown"
    return {
        "completion": "completed" if completed else "incomplete" if begun else "not attempted",
        "success": success,
        "score": dict(unit.score) if unit.score else None,
        "progress": 1.0 if completed else unit.progress,
        "attempts": unit.attempts,
        "suspended": False,
        "objectives": [],
        "satisfied": met,
        "waived": unit.reason or None,
    }


def _cluster(children: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Satisfied is completed; passed: all parts that are judged; the score is the mean of the parts' scaled ones."""
    satisfied = all(child["satisfied"] for child in children)
    begun = any(child["completion"] != "not attempted" for child in children)
    judged = [child["success"] for child in children if child["success"] != "unknown"]
    success = "failed" if "failed" in judged else "passed" if judged and satisfied else "unknown"
    scaled = [child["score"]["scaled"] for child in children if child["score"] and "scaled" in child["score"]]
    return {
        "completion": "completed" if satisfied else "incomplete" if begun else "not attempted",
        "success": success,
        "score": _mean(children, scaled),
        "progress": round(sum(child["satisfied"] for child in children) / len(children), 4) if children else None,
        "attempts": int(begun),
        "suspended": False,
        "objectives": [],
        "satisfied": satisfied,
        "waived": None,
    }


def _mean(children: Sequence[Mapping[str, Any]], scaled: Sequence[float]) -> dict[str, float] | None:
    if len(children) == 1:
        found: dict[str, float] | None = children[0]["score"]
        return found
    return {"scaled": round(sum(scaled) / len(scaled), 4)} if scaled else None
