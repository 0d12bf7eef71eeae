"""The learner, asked whether to go on or to start again, has chosen to start again."""

from __future__ import annotations

from dataclasses import replace

from scorm_runtime.datamodel.launch import ENTRY
from scorm_runtime.events import Said
from scorm_runtime.memory import Attempt, Plan
from scorm_runtime.sequencing import engine
from scorm_runtime.sequencing.engine import Kind, Request, State, Tree


def unfinished(tree: Tree, state: State) -> bool:
    """Whether a new window would go on with an attempt."""
    return engine.suspended(tree, state) is not None or engine.current(tree, state) is not None


def start_again(plan: Plan, attempt: Attempt, now: float) -> Attempt:
    """The suspended attempt ends as if it had been resumed and left, so that the next one counts as a new attempt.

    The same attempt where there is nothing to end, or where the sequencing would start no other (an attempt limit).
    """
    if engine.suspended(plan.tree, attempt.state) is None:
        return attempt
    state = _after(plan, attempt.state, Kind.RESUME_ALL, now)
    state = _after(plan, state, Kind.EXIT_ALL, now) if state else None
    if state is None or engine.navigate(plan.tree, state, Request(kind=Kind.START), now).exception:
        return attempt
    # SCORM 1.2 knows no attempts, it goes on with what a SCO has stored: for a new start it has stored nothing.
    empty = {ENTRY[plan.model.standard]: "ab-initio"}
    runs = {
        item: replace(run, data=empty if run.data else {}, kept=None, session=None, open=False, said=Said())
        for item, run in attempt.runs.items()
    }
    return replace(attempt, state=state, runs=runs, current=None, ended=True)


def _after(plan: Plan, state: State, kind: Kind, now: float) -> State | None:
    done = engine.navigate(plan.tree, state, Request(kind=kind), now)
    return None if done.exception or not done.valid else done.state
