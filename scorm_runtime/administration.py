"""What administrators do to an attempt: a new one, reset, re-roll, correct; each with a reason, in the log and as statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from scorm_runtime import attempt as way
from scorm_runtime import errors, explain, judgement, openings
from scorm_runtime.datamodel.launch import ENTRY
from scorm_runtime.datamodel.status import scaled
from scorm_runtime.events import Authority, Event, Said, Score, item_events
from scorm_runtime.memory import DECIDED, Attempt, Correction, Plan, Result, Run, Step
from scorm_runtime.sequencing import engine, reroll
from scorm_runtime.tracking import Tracking

STATUSES = ("completion", "success", "scaled")
SCORE = ("scaled", "raw", "min", "max")
"""Set together: a raw score of one decision says nothing beside the scaled one of another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a correction sets; `item` None: the course."""

    item: str | None = None
    completion: str | None = None
    success: str | None = None
    scaled: float | None = None
    raw: float | None = None
    min: float | None = None
    max: float | None = None
    progress: float | None = None


def anew(plan: Plan, attempt: Attempt, now: float) -> Step:
    """The attempt there is becomes history, the next launch begins another."""
    if not attempt.begun:
        raise errors.NothingToKeep("Nobody has opened the course since the last attempt was put aside.")
    return Step(attempt=openings.afresh(plan, attempt, attempt.state.seed))


def reset(plan: Plan, attempt: Attempt, now: float) -> Step:
    """As at the beginning: what attempts so far have reached is their own affair. Also where the next one is still to come."""
    if not attempt.begun and not attempt.ordinal:
        raise errors.NothingToKeep("Nobody has opened the course yet.")
    return Step(attempt=replace(openings.afresh(plan, attempt, attempt.state.seed), earlier=Result()))


def rerolled(plan: Plan, attempt: Attempt, now: float, by: Authority) -> Step:
    """Every status again, from the run-time data and by the rules that hold now."""
    before = attempt
    found = {
        item: _judged(plan, run) for item, run in attempt.runs.items() if item in plan.items and not plan.items[item].children
    }
    attempt = replace(attempt, state=reroll.rerolled(plan.tree, attempt.state, found))
    events: list[Event] = []
    for item in found:
        run = attempt.runs[item]
        status = engine.status(plan.tree, attempt.state, item)
        said = _unsaid(run.said, status.completion, status.success)
        news, said = item_events(item, run.attempt, said, {}, (), status, now)
        attempt = replace(attempt, runs=attempt.runs | {item: replace(run, said=said)})
        events.extend(news)
    attempt, course = _course_again(plan, attempt, now)
    return Step(attempt=attempt, events=_signed([*events, *course], by), changed=before.state is not attempt.state)


def _judged(plan: Plan, run: Run) -> Tracking:
    """Of a run that has ended: its data are those that were kept, whose `entry` says whether it was suspended."""
    suspended = run.data.get(ENTRY[plan.model.standard]) == "resume"
    over = not run.open or run.terminated
    return judgement.tracking(plan, run, terminated=over and not suspended, suspend=over and suspended)


def _unsaid(said: Said, completion: str, success: str) -> Said:
    """What no longer holds may be told again."""
    return replace(
        said,
        completion=said.completion if completion == "completed" else "",
        success=said.success if success == said.success else "",
    )


def _course_again(plan: Plan, attempt: Attempt, now: float) -> tuple[Attempt, tuple[Event, ...]]:
    """The course's result from nothing but what its items have reached; times of what still holds stay."""
    old = attempt.result
    root = judgement.reached(plan, attempt)
    attempt = replace(attempt, result=Result(), said=_unsaid(attempt.said, root.completion, root.success))
    attempt, events = way.roll_up(plan, attempt, now, final=False)
    new = attempt.result
    kept = replace(
        new,
        completed_at=old.completed_at if old.completed_at and new.completed_at else new.completed_at,
        passed_at=old.passed_at if old.passed_at and new.passed_at else new.passed_at,
    )
    return replace(attempt, result=kept if plan.credit else old), events


def corrected(plan: Plan, attempt: Attempt, now: float, wanted: Wanted, by: Authority) -> Step:
    """The item's or the course's status is what was decided, until it is corrected again or the attempt is put aside."""
    item = None if wanted.item is None else plan.items.get(wanted.item)
    if wanted.item is not None and (item is None or item.children):
        raise errors.ItemNotFound(f"The course has no item {wanted.item!r} that can be launched.", item=wanted.item)
    correction = _correction(wanted, now, by)
    if item is None:
        return _course_corrected(plan, attempt, correction, now, by)
    run = attempt.runs.get(item.identifier) or _untouched(plan, attempt, item.identifier, now)
    run = replace(run, corrected=_joined(run.corrected, correction))
    attempt = replace(attempt, runs=attempt.runs | {run.item: run})
    attempt = replace(attempt, state=engine.record(plan.tree, attempt.state, run.item, _judged(plan, run)))
    status = engine.status(plan.tree, attempt.state, run.item)
    for name in STATUSES:
        if getattr(correction, name) is not None and getattr(status, name) != getattr(correction, name):
            _refuse(plan, attempt, run, name)
    news, said = item_events(run.item, run.attempt, _unsaid(run.said, status.completion, status.success), {}, (), status, now)
    attempt = replace(attempt, runs=attempt.runs | {run.item: replace(run, said=said)})
    events = [*news, *_scored(news, correction, now, run.item, run.attempt)]
    attempt, course = way.roll_up(plan, attempt, now, final=False)
    return Step(attempt=attempt, events=_signed([*events, *course], by))


def _course_corrected(plan: Plan, attempt: Attempt, correction: Correction, now: float, by: Authority) -> Step:
    attempt = replace(attempt, corrected=_joined(attempt.corrected, correction))
    root = judgement.reached(plan, attempt)
    said = _unsaid(attempt.said, root.completion, root.success)
    result, earlier = attempt.result, attempt.earlier
    if correction.completion is not None:
        result = replace(result, completion=correction.completion, completed_at=None)
        earlier = replace(earlier, completion="unknown", completed_at=None)
    if correction.success is not None:
        result = replace(result, success=correction.success, passed_at=None)
        earlier = replace(earlier, success="unknown", passed_at=None)
    attempt = replace(attempt, said=said, result=result, earlier=earlier)
    attempt, events = way.roll_up(replace(plan, credit=True), attempt, now, final=False)
    told = [*events, *_scored(events, correction, now, None, attempt.ordinal)]
    return Step(attempt=attempt, events=_signed(told, by))


def _correction(wanted: Wanted, now: float, by: Authority) -> Correction:
    share = wanted.scaled if wanted.scaled is not None else scaled(wanted.raw, wanted.min, wanted.max)
    return Correction(
        by=by.name,
        reason=by.reason,
        at=round(now, 3),
        completion=wanted.completion,
        success=wanted.success,
        scaled=share,
        raw=wanted.raw,
        min=wanted.min,
        max=wanted.max,
        progress=wanted.progress,
    )


def _joined(old: Correction | None, new: Correction) -> Correction:
    """What the new one leaves open stays as it was decided before."""
    if old is None:
        return new
    kept: dict[str, Any] = {}
    for what in DECIDED:
        if getattr(new, what) is None:
            kept |= {name: getattr(old, name) for name in (SCORE if what == "scaled" else (what,))}
    origins = {what: (old if what in kept else new).origin(what) for what in DECIDED}
    after = replace(new, **kept)
    return replace(after, origins={what: origin for what, origin in origins.items() if getattr(after, what) is not None})


def _untouched(plan: Plan, attempt: Attempt, item: str, now: float) -> Run:
    """Of an item that was never opened: its first delivery is still to come, in the attempt that this begins."""
    empty: Mapping[str, str] = {ENTRY[plan.model.standard]: "ab-initio"} if plan.items[item].resource else {}
    return Run(item=item, number=0, attempt=attempt.number + 1, opened=now, data=empty, open=False, terminated=True)


def _refuse(plan: Plan, attempt: Attempt, run: Run, name: str) -> None:
    """A status that follows from something else is not set: what it follows from is said."""
    asked = replace(attempt, runs=attempt.runs | {run.item: replace(run, corrected=None)})
    rules = {"completion": explain.completion, "success": explain.success, "scaled": explain.score}
    reason = rules[name](plan, asked, plan.items[run.item])
    raise errors.NotCorrectable(
        f"The {name} of this item cannot be set by itself. {reason.text}", item=run.item, rule=reason.rule
    )


def _scored(told: Any, correction: Correction, now: float, item: str | None, attempt: int) -> list[Event]:
    """A score that no other statement of the correction carries."""
    own = [event for event in told if event.item == item and event.score is not None]
    if correction.scaled is None or own:
        return []
    score = Score(scaled=correction.scaled, raw=correction.raw, min=correction.min, max=correction.max)
    return [Event(verb="scored", time=now, item=item, attempt=attempt, score=score)]


def _signed(events: list[Event], by: Authority) -> tuple[Event, ...]:
    return tuple(replace(event, authority=by) for event in events)
