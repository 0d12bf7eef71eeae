"""A player's message that a SCO has ended, that the learner goes elsewhere, or both: one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scorm_runtime import attempt as way
from scorm_runtime import openings, overrides
from scorm_runtime.memory import Attempt, Commit, Plan, Step
from scorm_runtime.sequencing.engine import Kind, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The end of a run, a navigation request, or both. `number` counts a window's requests, so that one is never done twice."""

    run: int
    commits: Sequence[Commit] = ()
    terminated: bool = False
    request: Request | None = None
    number: int = 0


def finish(plan: Plan, attempt: Attempt, move: Move, now: float) -> Step:
    run = attempt.run
    if move.request and move.number <= attempt.move:
        return Step(attempt=attempt, delivered=_unseen(attempt, move))
    asked = overrides.left(plan.overrides, move.request) if move.request else None
    step, ends = Step(attempt=attempt, delivered=not asked and _unseen(attempt, move)), False
    if run and run.open and run.number == move.run and not run.terminated:
        if asked is None or asked.kind not in (Kind.ABANDON, Kind.ABANDON_ALL):
            suspend = asked is not None and asked.kind is Kind.SUSPEND_ALL
            step = way.finish(plan, attempt, move.run, move.commits, now, terminated=move.terminated, suspend=suspend)
            ends = move.terminated and asked is None
    elif move.commits:
        step = way.late(plan, attempt, move.run, move.commits, now)
    request = asked or way.demanded(plan, step.attempt) or (openings.after_item(plan, step.attempt) if ends else None)
    if request is None:
        return step
    moved = way.navigate(plan, replace(step.attempt, move=max(move.number, attempt.move)), request, now)
    return replace(moved, events=(*step.events, *moved.events), refused=step.refused)


def _unseen(attempt: Attempt, move: Move) -> bool:
    """Whether something was delivered to a window that has not heard of it."""
    run = attempt.run
    return bool(run and run.open and not run.applied and run.number != move.run)
