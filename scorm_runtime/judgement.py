"""What a run and a course have reached: the standard's rules first, then what was decided for the course, then corrections."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from scorm_runtime import overrides
from scorm_runtime.datamodel.status import outcome
from scorm_runtime.memory import Attempt, Commit, Correction, Plan, Result, Run
from scorm_runtime.overrides import ItemRule
from scorm_runtime.sequencing import engine
from scorm_runtime.sequencing.engine import Status
from scorm_runtime.tracking import Tracking

DECISIVE = re.compile(
    r"cmi\.(core\.)?(completion_status|success_status|lesson_status|progress_measure|exit|score\.(scaled|raw|min|max))"
    r"|cmi\.objectives\.\d+\.(success_status|completion_status|status|progress_measure|score\.scaled)"
)
MARKS_KEPT = 200
ENDED = "(ended)"
VALUES = ("scaled", "raw", "min", "max", "progress")


def marked(run: Run, data: Mapping[str, str], commit: Commit, now: float) -> Mapping[str, Sequence[Any]]:
    """By element that decides a status: its value, when it was set, and by which commit of which run."""
    set_now = [name for name in commit.changes if DECISIVE.fullmatch(name)]
    if not set_now:
        return run.marks
    time = round(max(run.opened, now - commit.age), 3)
    found = {name: [data[name], time, run.number, commit.n] for name in set_now if name in data}
    rest = {name: mark for name, mark in run.marks.items() if name not in set_now}
    return dict([*rest.items(), *found.items()][-MARKS_KEPT:])


def ended(marks: Mapping[str, Sequence[Any]]) -> Mapping[str, Sequence[Any]]:
    """A session of the attempt has ended and was not suspended."""
    return {**marks, ENDED: []}


def tracking(plan: Plan, run: Run, *, terminated: bool = False, suspend: bool = False, gone: bool = False) -> Tracking:
    """Of the run as it goes on, unless its session has ended: by Terminate, to be suspended, or `gone` without a word."""
    found = Tracking()
    if run.data:
        item = plan.items[run.item]
        found = outcome(
            plan.model,
            item,
            run.data,
            mode=plan.mode,
            terminated=terminated,
            suspend=suspend,
            mastery_override=plan.mastery_override,
            running=not (terminated or suspend or gone),
            before=run.kept,
        )
        over = ENDED in run.marks or (terminated and not suspend and found.exit != "suspend")
        found = overrides.judged(plan.overrides, item, found, ended=over)
    return corrected(found, run.corrected)


def known_at_launch(plan: Plan, run: Run) -> bool:
    """Whether an item has a status before its content has said anything."""
    rule = plan.overrides.of("item_completion_rule", run.item)
    return run.corrected is not None or (rule != ItemRule.CONTENT and bool(run.data))


def corrected(found: Tracking, correction: Correction | None) -> Tracking:
    if correction is None:
        return found
    changes: dict[str, Any] = {name: value for name in VALUES if (value := getattr(correction, name)) is not None}
    if correction.completion is not None:
        changes |= {"completion": correction.completion, "completion_by_content": True}
    if correction.success is not None:
        changes |= {"success": correction.success, "success_by_content": True}
    return replace(found, **changes)


def reached(plan: Plan, attempt: Attempt) -> Status:
    """The status of the course as a whole."""
    root = engine.status(plan.tree, attempt.state, plan.course.root.identifier)
    done = overrides.course_done(plan.overrides, root, lambda: parts(plan, attempt))
    if done is not None:
        root = replace(root, completion="completed" if done else "incomplete")
    correction = attempt.corrected
    if correction is None:
        return root
    names = (*VALUES, "completion", "success")
    changes: dict[str, Any] = {name: value for name in names if (value := getattr(correction, name)) is not None}
    return replace(root, **changes)


def parts(plan: Plan, attempt: Attempt) -> list[Status]:
    """The statuses of what can be launched, has been selected, and is tracked or at least has been visited."""
    leaves = (item for item in plan.leaves() if item.launch is not None and item.sequencing.tracked)
    found = (engine.status(plan.tree, attempt.state, item.identifier) for item in leaves)
    return [status for status in found if status.available or status.attempts]


def result(old: Result, root: Status, detail: Any, now: float) -> Result:
    """The registration's result: a completion stays, success and score are the latest known."""
    made = replace(
        old,
        completion="completed" if "completed" in (old.completion, root.completion) else root.completion,
        success=root.success if root.success != "unknown" else old.success,
        progress=root.progress if root.progress is not None else old.progress,
        completed_at=old.completed_at or (now if root.completion == "completed" else None),
        passed_at=old.passed_at or (now if root.success == "passed" else None),
    )
    return replace(made, scaled=root.scaled, raw=detail.raw, min=detail.min, max=detail.max) if root.scaled is not None else made
