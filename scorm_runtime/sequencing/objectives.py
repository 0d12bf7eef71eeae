"""The Tracking Model as the processes see it: statuses and measures, read and written through the maps of objectives."""

from __future__ import annotations

from typing import Any

from scorm_runtime.sequencing.state import NOTHING, Reached, Work
from scorm_runtime.sequencing.tree import LocalObjective, Node


def reached(work: Work, node: Node, objective: LocalObjective) -> Reached:
    record = work.records.get(node.index)
    return NOTHING if record is None else record.objectives.get(objective.position, NOTHING)


def _read_global(work: Work, objective: LocalObjective, value: str) -> Any:
    for target in objective.reads.get(value, ()):
        known = work.globals.get(target)
        if known is not None and (found := known.get(value)) is not None:
            return found
    return None


def read(work: Work, node: Node, objective: LocalObjective, value: str) -> Any:
    """A value of an objective: where a read map says so that of the global objective, be it unknown; else the activity's own."""
    if value in objective.reads:
        return _read_global(work, objective, value)
    record = work.records.get(node.index)
    if record is None or (work.rolling and record.stale_objectives):
        return None
    return getattr(record.objectives.get(objective.position, NOTHING), value)


def stirred(work: Work) -> set[int]:
    """The activities of which anything may be known: what they are asked of themselves, all others answer as in the beginning."""
    readers = work.tree.readers
    found = set(work.records)
    for target in work.globals:
        found.update(node.index for node in readers.get(target, ()))
    return found


def measure(work: Work, node: Node, objective: LocalObjective) -> float | None:
    """Objective Normalized Measure, `None` while Objective Measure Status is false."""
    found: float | None = read(work, node, objective, "measure")
    return found


def satisfied(work: Work, node: Node, objective: LocalObjective) -> bool | None:
    """Objective Satisfied Status, `None` while Objective Progress Status is false; follows the measure if it is defined to."""
    if not objective.satisfied_by_measure:
        found: bool | None = read(work, node, objective, "satisfied")
        return found
    score = measure(work, node, objective)
    if score is None or (objective.primary and not node.seq.measure_satisfaction_if_active and work.of(node).active):
        return None
    return score >= objective.minimum


def amount(work: Work, node: Node) -> float | None:
    """Attempt Completion Amount, `None` while its status is false; a mapped progress measure counts if it is known."""
    if "progress" in node.primary.reads:
        found: float | None = _read_global(work, node.primary, "progress")
        if found is not None:
            return found
    record = work.of(node)
    return None if work.rolling and record.stale_progress else record.amount


def completed(work: Work, node: Node) -> bool | None:
    """Attempt Completion Status, `None` while Attempt Progress Status is false; follows the amount if it is defined to."""
    if node.completed_by_measure:
        progress = amount(work, node)
        return None if progress is None else progress >= node.progress_minimum
    if "completion" in node.primary.reads:
        found: bool | None = _read_global(work, node.primary, "completion")
        return found
    record = work.records.get(node.index)
    return None if record is None or (work.rolling and record.stale_progress) else record.completion


def set_objective(work: Work, node: Node, objective: LocalObjective, **values: Any) -> None:
    """The activity's own values, and those of the global objectives that they are mapped to; `None` makes a value unknown."""
    known = reached(work, node, objective)
    changed = {name: v for name, v in values.items() if getattr(known, name) != v}
    if not changed:
        return
    work.change(node).objectives[objective.position] = known._replace(**changed)
    for name, v in changed.items():
        write_global(work, objective, name, v)
    if "measure" in changed and objective.satisfied_by_measure:
        write_global(work, objective, "satisfied", satisfied(work, node, objective))


def set_progress(work: Work, node: Node, **values: Any) -> None:
    """`completion` and `amount` of the attempt, and those of the global objectives that the primary objective writes."""
    known = work.of(node)
    changed = {name: v for name, v in values.items() if getattr(known, name) != v}
    if not changed:
        return
    record = work.change(node)
    for name, v in changed.items():
        setattr(record, name, v)
        write_global(work, node.primary, "progress" if name == "amount" else name, v)


def write_global(work: Work, objective: LocalObjective, name: str, value: Any) -> None:
    """The write maps of one value."""
    for target in objective.writes.get(name, ()):
        known = work.globals.get(target, {})
        if known.get(name) == value:
            continue
        rest = {n: v for n, v in known.items() if n != name}
        work.globals[target] = rest if value is None else {**rest, name: value}
        work.moved.add(target)
        work.say("UP.4: global objective '{}': {} is now {}", target, name, "unknown" if value is None else value)
