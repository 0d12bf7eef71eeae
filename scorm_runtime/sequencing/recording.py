"""Run-time data of a SCO become tracking data, and tracking data can be read back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from scorm_runtime.sequencing.objectives import (
    amount,
    completed,
    measure,
    read,
    satisfied,
    set_objective,
    set_progress,
    stirred,
    write_global,
)
from scorm_runtime.sequencing.rollup import overall_rollup
from scorm_runtime.sequencing.rules import check_activity
from scorm_runtime.sequencing.state import State, Work, first_on_path
from scorm_runtime.sequencing.tree import LocalObjective, Node, Tree, canonical
from scorm_runtime.tracking import Completion, ObjectiveTracking, Success, Tracking

SATISFIED: dict[Success, bool | None] = {"passed": True, "failed": False, "unknown": None}
SUCCESS: dict[bool | None, Success] = {True: "passed", False: "failed", None: "unknown"}
COMPLETION: dict[bool | None, Completion] = {True: "completed", False: "incomplete", None: "unknown"}


class Glance(NamedTuple):
    """The part of `Status` that a table of contents needs."""

    completion: str
    success: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What an activity is known to have reached, read through the objective maps.

    `objectives` fill `cmi.objectives` of a new attempt, the primary first; those without an ID are left out. `mapped` holds
    only what is known through read maps: in a resumed attempt it replaces what the rows said.
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
    mapped: tuple[ObjectiveTracking, ...]


def record(tree: Tree, state: State, item_id: str, tracking: Tracking) -> State:
    """Run-time data of the delivered activity become its tracking data, and are rolled up. May be repeated.

    An abandoned session takes back what was recorded of it."""
    node = tree.by_id[item_id]
    work = Work(tree, state)
    own = work.change(node)
    own.exit = "" if tracking.exit == "normal" else tracking.exit
    own.experienced = tracking.total_time
    if node.seq.tracked:
        rows = {canonical(row.id): row for row in tracking.objectives}
        primary = _merged(tracking, rows.pop(node.primary.id, None) if node.primary.id is not None else None)
        _record_progress(work, node, primary)
        _record_objective(work, node, node.primary, primary)
        for name, row in rows.items():
            if name in node.by_id:
                _record_objective(work, node, node.by_id[name], row)
    if not _as_recorded(work, state, node):
        overall_rollup(work, node)
    work.keep_before(state)
    return work.value()


def _as_recorded(work: Work, state: State, node: Node) -> bool:
    """RB.1.5: the same as the last time in this delivery changes nothing further up."""
    known = state.records.get(node.index)
    return node.index in state.before.records and known is not None and not work.moved and known.alike(work.of(node))


def _merged(sco: Tracking, row: ObjectiveTracking | None) -> ObjectiveTracking:
    """The primary objective: what the SCO says of itself, and what it does not say its row in `cmi.objectives` may."""
    if row is None:
        row = ObjectiveTracking(id="")
    completion = sco if sco.completion_by_content or sco.completion != "unknown" else row
    success = sco if sco.success_by_content or sco.success != "unknown" else row
    return ObjectiveTracking(
        id=row.id,
        success=success.success,
        success_by_content=success.success_by_content,
        completion=completion.completion,
        completion_by_content=completion.completion_by_content,
        scaled=row.scaled if sco.scaled is None else sco.scaled,
        progress=row.progress if sco.progress is None else sco.progress,
        raw=row.raw if sco.raw is None else sco.raw,
        min=row.min if sco.min is None else sco.min,
        max=row.max if sco.max is None else sco.max,
    )


def _completion(row: ObjectiveTracking) -> bool | None:
    """Not attempted counts as incomplete if the content says so."""
    if row.completion == "not attempted":
        return False if row.completion_by_content else None
    return row.completion == "completed" if row.completion != "unknown" else None


def _record_progress(work: Work, node: Node, row: ObjectiveTracking) -> None:
    """A status that the content calls unknown becomes so also for those who read it through a map."""
    completion = _completion(row)
    if row.completion_by_content:
        work.change(node).completion_by_content = True
        if completion is None and not node.completed_by_measure:
            write_global(work, node.primary, "completion", None)
    values: dict[str, Any] = {"completion": completion} if not node.completed_by_measure else {}
    if row.progress is not None:
        values["amount"] = row.progress
    set_progress(work, node, **values)
    _repeat(work, node.primary, {"completion": values.get("completion"), "progress": row.progress})


def _record_objective(work: Work, node: Node, objective: LocalObjective, row: ObjectiveTracking) -> None:
    success = SATISFIED[row.success]
    values: dict[str, Any] = {"satisfied": success, "measure": row.scaled, "raw": row.raw, "min": row.min, "max": row.max}
    if not objective.primary:
        values |= {"completion": _completion(row), "progress": row.progress}
        if row.completion_by_content and values["completion"] is None:
            write_global(work, objective, "completion", None)
    if row.success_by_content:
        values["by_content"] = True
        if success is None:
            write_global(work, objective, "satisfied", None)
    set_objective(work, node, objective, **{name: value for name, value in values.items() if value is not None or _own(name)})
    _repeat(work, objective, values)


def _repeat(work: Work, objective: LocalObjective, values: Mapping[str, Any]) -> None:
    """What the content says is written also if it says the same as before: others may have written in between."""
    for name, value in values.items():
        if value is not None and not (name == "satisfied" and objective.satisfied_by_measure):
            write_global(work, objective, name, value)


def _own(name: str) -> bool:
    """Statuses can become unknown again; a number that is not there has not been said."""
    return name in ("satisfied", "completion")


def status(tree: Tree, state: State, item_id: str) -> Status:
    """The status of any activity of the course."""
    node = tree.by_id[item_id]
    work = state.view
    known, primary = work.of(node), node.primary
    own = _objective(work, node, primary, primary.id or "")
    return Status(
        completion=COMPLETION[completed(work, node)],
        success=own.success,
        scaled=own.scaled,
        raw=own.raw,
        min=own.min,
        max=own.max,
        progress=own.progress,
        attempts=known.attempts,
        active=known.active,
        suspended=known.suspended,
        available=first_on_path(work, node, "unavailable", _unavailable) is None,
        began=known.began,
        experienced=known.experienced,
        objectives=tuple(_objective(work, node, o, o.id) for o in node.objectives if o.id is not None),
        mapped=tuple(_mapped(work, node, o, o.id) for o in node.objectives if o.id is not None and o.reads),
    )


def glances(tree: Tree, state: State) -> Iterator[tuple[Node, Glance]]:
    """What a table of contents shows of the activities of which anything may be known."""
    work = state.view
    for node in map(tree.nodes.__getitem__, stirred(work)):
        completion, success = completed(work, node), satisfied(work, node, node.primary)
        yield node, Glance(COMPLETION[completion], SUCCESS[success], work.of(node).attempts)


def _unavailable(work: Work, step: Node) -> str | None:
    return check_activity(work, step) if work.is_available(step) else "has not been selected"


def _objective(work: Work, node: Node, objective: LocalObjective, name: str) -> ObjectiveTracking:
    through = "completion" in objective.reads or not objective.primary
    completion = read(work, node, objective, "completion") if through else completed(work, node)
    progress = amount(work, node) if objective.primary else read(work, node, objective, "progress")
    return ObjectiveTracking(
        id=name,
        success=SUCCESS[satisfied(work, node, objective)],
        scaled=measure(work, node, objective),
        completion=COMPLETION[completion],
        progress=progress,
        raw=read(work, node, objective, "raw"),
        min=read(work, node, objective, "min"),
        max=read(work, node, objective, "max"),
    )


def _mapped(work: Work, node: Node, objective: LocalObjective, name: str) -> ObjectiveTracking:
    """What the objective reads from global ones, and nothing else."""
    found = {value: read(work, node, objective, value) for value in objective.reads}
    success = satisfied(work, node, objective) if "satisfied" in found or "measure" in found else None
    return ObjectiveTracking(
        id=name,
        success=SUCCESS[success],
        scaled=found.get("measure"),
        completion=COMPLETION[found.get("completion")],
        progress=found.get("progress"),
        raw=found.get("raw"),
        min=found.get("min"),
        max=found.get("max"),
    )
