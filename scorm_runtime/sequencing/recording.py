"""RTE 4.2 and SN 4.2.1: run-time data of a SCO become tracking data, and tracking data can be read back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from scorm_runtime.sequencing.rollup import overall_rollup
from scorm_runtime.sequencing.rules import check_activity
from scorm_runtime.sequencing.state import (
    State,
    Work,
    amount,
    completed,
    measure,
    reached,
    read,
    satisfied,
    set_objective,
    set_progress,
)
from scorm_runtime.sequencing.tree import LocalObjective, Node, Tree
from scorm_runtime.tracking import Completion, ObjectiveTracking, Success, Tracking

SATISFIED: dict[Success, bool | None] = {"passed": True, "failed": False, "unknown": None}
SUCCESS: dict[bool | None, Success] = {True: "passed", False: "failed", None: "unknown"}
COMPLETION: dict[bool | None, Completion] = {True: "completed", False: "incomplete", None: "unknown"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What an activity is known to have reached, read through the objective maps.

    `objectives` fill `cmi.objectives` of a new attempt, the primary first; those without an ID are left out.
    `began`: when the attempt did, seconds since the epoch; `experienced`: seconds spent in it. `available`: it is among the
    children selected for its parent and neither disabled nor out of attempts."""

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
    began: int
    experienced: float
    objectives: tuple[ObjectiveTracking, ...]


def record(tree: Tree, state: State, item_id: str, tracking: Tracking) -> State:
    """Run-time data of the delivered activity become its tracking data, and are rolled up. May be repeated."""
    node = tree.by_id[item_id]
    work = Work(tree, state)
    own = work.change(node)
    own.exit = "" if tracking.exit == "normal" else tracking.exit
    own.experienced = tracking.total_time
    if node.seq.tracked:
        own.completion_by_content = tracking.completion_by_content
        set_progress(work, node, completion=_completion(tracking), amount=tracking.progress)
    _set(work, node, node.primary, tracking)
    for row in tracking.objectives:
        objective = node.by_id.get(" ".join(row.id.split()))
        if objective is not None:
            _set(work, node, objective, row)
    overall_rollup(work, node)
    return work.value()


def _completion(row: Tracking | ObjectiveTracking) -> bool | None:
    """Not attempted counts as incomplete if the content says so."""
    if row.completion == "not attempted":
        return False if row.completion_by_content else None
    return row.completion == "completed" if row.completion != "unknown" else None


def _set(work: Work, node: Node, objective: LocalObjective, row: Tracking | ObjectiveTracking) -> None:
    """Values that only repeat what a read map gave are not the content's own."""
    values: dict[str, Any] = {"raw": row.raw, "min": row.min, "max": row.max}
    if node.seq.tracked:
        values |= {"satisfied": SATISFIED[row.success], "measure": row.scaled}
        values |= {"completion": _completion(row), "progress": row.progress}
        if row.success_by_content:
            values["by_content"] = True
    own = reached(work, node, objective)
    fresh = {
        name: value
        for name, value in values.items()
        if not (name in objective.reads and getattr(own, name) is None and read(work, node, objective, name) == value)
        and not (value is None and isinstance(row, ObjectiveTracking) and objective.primary)
    }
    set_objective(work, node, objective, **fresh)


T = TypeVar("T")


def status(tree: Tree, state: State, item_id: str) -> Status:
    """The status of any activity of the course."""
    node = tree.by_id[item_id]
    work = Work(tree, state)
    known, primary = work.of(node), node.primary
    own = _objective(work, node, primary, primary.id or "")
    return Status(
        completion=_or_unknown(node, COMPLETION[completed(work, node)], "unknown"),
        success=own.success,
        scaled=own.scaled,
        raw=own.raw,
        min=own.min,
        max=own.max,
        progress=own.progress,
        attempts=known.attempts,
        active=known.active,
        suspended=known.suspended,
        available=all(work.is_available(step) and check_activity(work, step) is None for step in node.path),
        began=known.began,
        experienced=known.experienced,
        objectives=tuple(_objective(work, node, o, o.id) for o in node.objectives if o.id is not None),
    )


def _or_unknown(node: Node, value: T, otherwise: T) -> T:
    return value if node.seq.tracked else otherwise


def _objective(work: Work, node: Node, objective: LocalObjective, name: str) -> ObjectiveTracking:
    completion = completed(work, node) if objective.primary else read(work, node, objective, "completion")
    progress = amount(work, node) if objective.primary else read(work, node, objective, "progress")
    return ObjectiveTracking(
        id=name,
        success=_or_unknown(node, SUCCESS[satisfied(work, node, objective)], "unknown"),
        scaled=_or_unknown(node, measure(work, node, objective), None),
        completion=_or_unknown(node, COMPLETION[completion], "unknown"),
        progress=_or_unknown(node, progress, None),
        raw=read(work, node, objective, "raw"),
        min=read(work, node, objective, "min"),
        max=read(work, node, objective, "max"),
    )
