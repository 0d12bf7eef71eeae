"""A learner's way through a course: SCORM 2004 RTE 2.1 (temporal model), SN 4.5-4.8; SCORM 1.2 RTE 3.2.

An `Attempt` is everything that is remembered of one registration. The functions take one and return another, with
what happened as `Event`s; ids, times and storage are the caller's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from package_importer.course import Item, Standard
from scorm_runtime import errors, judgement
from scorm_runtime.datamodel import api, launch
from scorm_runtime.events import Event, Said, course_events, item_events, left_events
from scorm_runtime.memory import Attempt, Commit, Plan, Result, Run, Step
from scorm_runtime.sequencing import engine
from scorm_runtime.sequencing.engine import Kind, Request
from scorm_runtime.tracking import Tracking

LEAVING = (Kind.SUSPEND_ALL, Kind.ABANDON, Kind.ABANDON_ALL)
ENDS_COURSE = ("time-out", "logout")


def open_window(
    plan: Plan,
    attempt: Attempt,
    now: float,
    *,
    item: str | None = None,
    pending: Mapping[int, Sequence[Commit]] | None = None,
) -> Step:
    """A player window opens: what the one before could not send is applied, then the course starts or is resumed."""
    before = settled(plan, attempt, now, pending or {})
    events = [*before.events]
    attempt = replace(before.attempt, window=attempt.window + 1, move=0, started=True)
    request = _opening(plan, attempt, item)
    step = navigate(plan, attempt, request, now)
    if step.exception and request.kind is Kind.CHOICE and len(plan.tree.leaves) == 1:
        request = _opening(plan, attempt, None)
        step = navigate(plan, attempt, request, now)
    if step.exception and request.kind is Kind.RESUME_ALL:
        step = navigate(plan, attempt, Request(kind=Kind.START), now)
    begins = not step.delivered and _begins(plan, attempt)
    events.append(Event(verb="launched", time=now, attempt=step.attempt.ordinal + begins))
    return replace(step, events=(*events, *step.events))


def _begins(plan: Plan, attempt: Attempt) -> bool:
    """Whether the next delivery begins an attempt on the course: one that was suspended goes on, wherever it does."""
    return attempt.ended and engine.suspended(plan.tree, attempt.state) is None


def settled(plan: Plan, attempt: Attempt, now: float, pending: Mapping[int, Sequence[Commit]]) -> Step:
    """What earlier windows left behind is applied, and what they left open is suspended."""
    events: list[Event] = []
    for number, commits in sorted(pending.items()):
        try:
            step = late(plan, attempt, number, commits, now)
        except errors.CommitGap:  # of another time, as after a restored backup: no reason to keep the learner out
            continue
        attempt, events = step.attempt, [*events, *step.events]
    if engine.current(plan.tree, attempt.state) is not None:
        step = navigate(plan, attempt, Request(kind=Kind.SUSPEND_ALL), now)
        attempt, events = step.attempt, [*events, *step.events]
    return Step(attempt=attempt, events=tuple(events))


def _opening(plan: Plan, attempt: Attempt, item: str | None) -> Request:
    if item:
        return Request(kind=Kind.CHOICE, target=item)
    if engine.suspended(plan.tree, attempt.state):
        return Request(kind=Kind.RESUME_ALL)
    return Request(kind=Kind.START)


def commit(plan: Plan, attempt: Attempt, number: int, commits: Sequence[Commit], now: float) -> Step:
    """Commits of the run in progress; those that were applied before are passed over."""
    run = _heard(plan, attempt, _open_run(attempt, number), bool(commits))
    before, first = judgement.tracking(plan, run, gone=run.terminated), run.applied == 0
    run, changes, refused = _apply(plan, run, commits, now)
    after = judgement.tracking(plan, run, gone=run.terminated)
    events, said = item_events(run.item, run.attempt, run.said, run.data, changes, after, _when(run, commits, now))
    run = replace(run, said=said)
    attempt = _with_run(attempt, run)
    more: tuple[Event, ...] = ()
    changed = _status_of(before) != _status_of(after)
    if changed:
        attempt = replace(attempt, state=engine.record(plan.tree, attempt.state, run.item, after))
    if changed or first:  # what a delivery has recorded is rolled up by the first commit
        attempt, more = roll_up(plan, attempt, now, final=False)
    return Step(attempt=attempt, events=(*events, *more), changed=changed, refused=refused)


def finish(
    plan: Plan,
    attempt: Attempt,
    number: int,
    commits: Sequence[Commit],
    now: float,
    *,
    terminated: bool = True,
    suspend: bool = False,
) -> Step:
    """The SCO has called Terminate (or is gone without: `terminated` False): its data become tracking data.

    `suspend`: the whole course is about to be suspended, whatever the SCO has said in cmi.exit.
    """
    run = _open_run(attempt, number)
    if run.terminated:
        return commit(plan, attempt, number, commits, now)
    run = _heard(plan, attempt, run, bool(commits) or terminated)
    run, changes, refused = _apply(plan, run, commits, now)
    tracking = judgement.tracking(plan, run, terminated=terminated, suspend=suspend, gone=True)
    spent = run.lasted()
    suspended = suspend or tracking.exit == "suspend"
    time = _when(run, commits, now)
    news, said = item_events(run.item, run.attempt, run.said, run.data, changes, tracking, time)
    left, said = left_events(run.item, run.attempt, said, run.data, tracking, spent, time, suspended=suspended)
    kept = _finished(plan, run, suspend=suspend, terminated=terminated)
    marks = judgement.ended(run.marks) if terminated and not suspended else run.marks
    run = replace(run, terminated=True, session=run.data, data=kept, said=said, counted=spent, marks=marks)
    attempt = replace(
        _with_run(attempt, run),
        state=engine.record(plan.tree, attempt.state, run.item, tracking),
        seconds=attempt.seconds + spent,
        stores={**attempt.stores, **launch.shared(run.session or {})},
        preference={**attempt.preference, **launch.preference(run.session or {})},
    )
    attempt, course = roll_up(plan, attempt, now, final=False)
    return Step(attempt=attempt, events=(*news, *left, *course), refused=refused)


def late(plan: Plan, attempt: Attempt, number: int, commits: Sequence[Commit], now: float) -> Step:
    """Commits that a window left behind. Taken as long as no newer run has begun, else they are void."""
    run = attempt.runs.get(attempt.latest) if attempt.latest else None
    if run is None or run.number != number or not any(c.n > run.applied for c in commits):
        return Step(attempt=attempt, changed=False)
    if run.open and not run.terminated:
        return commit(plan, attempt, number, commits, now)
    if run.session is None:
        return Step(attempt=attempt, changed=False)
    reopened = replace(run, data=run.session, session=None, terminated=False, open=True)
    before = run.counted
    step = finish(plan, replace(_with_run(attempt, reopened), current=run.item), number, commits, now, terminated=False)
    result = replace(step.attempt, seconds=step.attempt.seconds - before, current=attempt.current)
    closed = replace(result.runs[run.item], open=run.open)
    if engine.suspended(plan.tree, attempt.state):
        closed = replace(closed, data=_finished(plan, closed, suspend=True, terminated=False))
    told = tuple(event for event in step.events if event.verb not in ("suspended", "terminated"))
    return replace(step, attempt=_with_run(result, closed), events=told)


def navigate(plan: Plan, attempt: Attempt, request: Request, now: float) -> Step:
    """A navigation request of the learner, or of a SCO that has ended."""
    events: tuple[Event, ...] = ()
    run = attempt.run
    if run and run.open and request.kind in (Kind.ABANDON, Kind.ABANDON_ALL):
        attempt = _abandoned(attempt, run)
    elif run and run.open and not run.terminated:
        step = finish(plan, attempt, run.number, (), now, terminated=False, suspend=request.kind is Kind.SUSPEND_ALL)
        attempt, events = step.attempt, step.events
    if request.kind not in LEAVING:
        request = demanded(plan, attempt) or request
    done = engine.navigate(plan.tree, attempt.state, request, now)
    if not done.valid:
        return Step(attempt=replace(attempt, state=done.state), events=events, exception=done.exception, trace=done.trace)
    fresh = done.delivered is not None and _begins(plan, attempt)
    attempt = replace(attempt, state=done.state, ended=done.ended)
    if fresh:
        # adl.data that is not global to the system lives as long as one attempt on the course (CTS DDM).
        kept = attempt.stores if plan.course.shared_data_global_to_system else {}
        attempt = replace(attempt, ordinal=attempt.ordinal + 1, said=Said(), stores=kept)
        if plan.credit:
            attempt = replace(attempt, result=Result(), earlier=attempt.standing)
    attempt, more = _leave(plan, attempt, request, done.delivered, now)
    attempt, course = roll_up(plan, attempt, now, final=done.ended)
    step = Step(attempt=attempt, events=(*events, *more, *course), exception=done.exception, trace=done.trace)
    return _deliver(plan, step, done.delivered, done.new_attempt, now) if done.delivered else step


def demanded(plan: Plan, attempt: Attempt) -> Request | None:
    """RTE 4.2.8: cmi.exit "time-out" and "logout" end the attempt on the course, whatever else was asked for."""
    run = attempt.run
    if run is None or not run.open or not run.terminated or run.session is None:
        return None
    said = judgement.tracking(plan, replace(run, data=run.session)).exit
    return Request(kind=Kind.EXIT_ALL) if said in ENDS_COURSE else None


def _abandoned(attempt: Attempt, run: Run) -> Attempt:
    """SN TB.2.3-6: nothing that this session has set is kept, also when its SCO has called Terminate before."""
    taken_back = replace(run, data=run.kept or {}, session=None, terminated=True, counted=0.0)
    return replace(_with_run(attempt, taken_back), seconds=attempt.seconds - run.counted)


def _leave(
    plan: Plan, attempt: Attempt, request: Request, delivered: str | None, now: float
) -> tuple[Attempt, tuple[Event, ...]]:
    """The run in progress is over; what the sequencer itself made of it (UP.4) is told."""
    run = attempt.run
    if run is None or not run.open:
        return replace(attempt, current=None), ()
    if request.kind is Kind.SUSPEND_ALL and run.session is not None:
        run = replace(run, data=_finished(plan, run, suspend=True, terminated=True))
    events: tuple[Event, ...] = ()
    if run.item != delivered and request.kind not in LEAVING:
        status = engine.status(plan.tree, attempt.state, run.item)
        events, said = item_events(run.item, run.attempt, run.said, {}, (), status, now)
        run = replace(run, said=said)
    return replace(_with_run(attempt, replace(run, open=False)), current=None), events


def _deliver(plan: Plan, step: Step, item_id: str, new_attempt: bool, now: float) -> Step:
    """RTE 2.1: a new attempt starts with fresh run-time data, a suspended one goes on with what was kept."""
    attempt, item = step.attempt, plan.items[item_id]
    last = attempt.runs.get(item_id)
    # SCORM 1.2 has no attempts of its own: what a SCO has stored stays its data for as long as the learner is registered.
    goes_on = last is not None and (not new_attempt or plan.course.standard is Standard.SCORM_12)
    previous = last.data if last and goes_on else None
    data = initial_data(plan, attempt, item, previous) if previous or (item.resource and item.resource.sco) else {}
    resumed = previous is not None and (
        data.get("cmi.entry", data.get("cmi.core.entry")) == "resume" if data else not new_attempt
    )
    run = Run(
        item=item_id,
        number=attempt.number + 1,
        attempt=last.attempt if last and (resumed or not last.number) else attempt.number + 1,
        opened=now,
        data=data,
        kept=previous,
        resumed=resumed,
        said=last.said if last and goes_on else Said(),
        marks=last.marks if last and goes_on else {},
        corrected=last.corrected if last else None,
    )
    if attempt.latest and (left := attempt.runs[attempt.latest]).session is not None:
        attempt = _with_run(attempt, replace(left, session=None))
    attempt = replace(_with_run(attempt, run), current=item_id, number=run.number, latest=item_id)
    if (goes_on and new_attempt and data) or judgement.known_at_launch(plan, run):
        attempt = replace(attempt, state=engine.record(plan.tree, attempt.state, item_id, judgement.tracking(plan, run)))
    event = Event(verb="resumed" if resumed else "initialized", item=item_id, attempt=run.attempt, time=now)
    return replace(step, attempt=attempt, events=(*step.events, event), delivered=True)


def _heard(plan: Plan, attempt: Attempt, run: Run, spoke: bool) -> Run:
    """An asset that talks to the API is a SCO from then on, whatever the manifest calls it (CTS SX-08a)."""
    if run.data or not spoke:
        return run
    return replace(run, data=initial_data(plan, attempt, plan.items[run.item], run.kept))


def initial_data(plan: Plan, attempt: Attempt, item: Item, previous: Mapping[str, str] | None) -> dict[str, str]:
    known = engine.status(plan.tree, attempt.state, item.identifier)
    return launch.initial_data(
        plan.model,
        plan.course,
        item,
        learner_id=plan.learner_id,
        learner_name=plan.learner_name,
        mode=plan.mode,
        credit="credit" if plan.mode == "normal" and plan.credit else "no-credit",
        previous=previous,
        objectives=known.objectives,
        mapped=known.mapped,
        preference=attempt.preference,
        stores=stores(attempt, item),
    )


def stores(attempt: Attempt, item: Item) -> list[launch.Store]:
    """The item's `adl.data` rows."""
    return [
        launch.Store(id=row.target, value=attempt.stores.get(row.target), read=row.read, write=row.write)
        for row in item.shared_data
    ]


def _open_run(attempt: Attempt, number: int) -> Run:
    run = attempt.run
    if run is None or not run.open or run.number != number:
        raise errors.RunClosed("The activity that sent this has ended.", run=number)
    return run


def _apply(
    plan: Plan, run: Run, commits: Iterable[Commit], now: float
) -> tuple[Run, tuple[str, ...], tuple[tuple[str, int], ...]]:
    data: Mapping[str, str] = run.data
    changed: dict[str, None] = {}
    refused: list[tuple[str, int]] = []
    rights = launch.permissions(stores_of(plan, run.item))
    for one in sorted(commits, key=lambda c: c.n):
        if one.n <= run.applied:
            continue
        if one.n != run.applied + 1:
            raise errors.CommitGap(f"Commit {one.n} follows {run.applied}.", expected=run.applied + 1, found=one.n)
        data, wrong = api.apply(plan.model, data, one.changes, strict=plan.strict, permissions=rights)
        refused.extend(wrong)
        changed.update(dict.fromkeys(one.changes))
        marks = judgement.marked(run, data, one, now)
        run = replace(run, applied=one.n, elapsed=max(run.elapsed, min(one.elapsed, now - run.opened)), marks=marks)
    return replace(run, data=data), tuple(changed), tuple(refused)


def stores_of(plan: Plan, item_id: str) -> list[launch.Store]:
    return [launch.Store(id=row.target, read=row.read, write=row.write) for row in plan.items[item_id].shared_data]


def _when(run: Run, commits: Sequence[Commit], now: float) -> float:
    """When the last of it was said, by our clock: a browser's may be set right while it counts."""
    return max(run.opened, now - commits[-1].age) if commits else now


def _finished(plan: Plan, run: Run, *, suspend: bool, terminated: bool) -> dict[str, str]:
    data = run.session if run.session is not None else run.data
    if not data:
        return {}
    return launch.finish(
        plan.model,
        plan.items[run.item],
        data,
        mode=plan.mode,
        suspend=suspend,
        terminated=terminated,
        mastery_override=plan.mastery_override,
    )


def _status_of(tracking: Tracking) -> Tracking:
    return replace(tracking, session_time=None, total_time=0.0)


def _with_run(attempt: Attempt, run: Run) -> Attempt:
    return replace(attempt, runs=attempt.runs | {run.item: run})


def roll_up(plan: Plan, attempt: Attempt, now: float, *, final: bool) -> tuple[Attempt, tuple[Event, ...]]:
    """What the course as a whole has reached, and what of that is new."""
    if not plan.credit:
        return attempt, ()
    root = judgement.reached(plan, attempt)
    leaves = plan.tree.leaves
    alone = len(leaves) == 1 and attempt.corrected is None
    detail: Any = engine.status(plan.tree, attempt.state, leaves[0].id) if alone else root
    news, said = course_events(attempt.said, root, detail, attempt.spent(), now, final=final)
    events = tuple(replace(event, attempt=attempt.ordinal) for event in news)
    return replace(attempt, said=said, result=judgement.result(attempt.result, root, detail, now)), events
