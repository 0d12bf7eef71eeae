"""One save of everything a step has changed: attempt, outbox, log, and the attempt before it if a new one has begun.

At most three round trips, mostly two: the entries of the log lie in the attempt's document until there are some to move
on together, before the compare-and-set. What may be written twice comes first, so that a crash loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
from pymongo.database import Database

from scorm_runtime import causes, history, journal, learner, store
from scorm_runtime.journal import Act
from scorm_runtime.memory import Attempt, Plan, Step
from scorm_runtime.sequencing import engine
from scorm_runtime.statements import Subject, statement
from scorm_runtime.store import Record, Session

ANEW = ("attempt", "reset")
TOGETHER = 10
LONGEST = 24_000
SWEPT_EVERY = 50


class Ledger:
    """`activity` gives a course's activity id; `kept` is how many log entries of a registration stay at least; `after` runs
    what may follow an answer."""

    def __init__(
        self, db: Database[Any], activity: Callable[[str], str], kept: int, after: Callable[[Callable[[], object]], object]
    ) -> None:
        self.db = db
        self.after = after
        self.activity = activity
        self.kept = kept

    def save(
        self,
        old: Record,
        plan: Plan,
        before: Attempt,
        done: Step,
        act: Act,
        now: float,
        sessions: tuple[Session, ...] | None = None,
    ) -> Record | None:
        """None: somebody else was faster. `before` is the attempt as `old` has it; `sessions` replace those it has."""
        new = self._after(old, plan, before, done, act, now)
        new = new if sessions is None else replace(new, sessions=sessions)
        if len(new.entries) == 1 and old.entries:
            history.write(self.db, old.registration, old.entries, old.journal.logged)
        if new.journal.archived > old.journal.archived:
            history.keep(self.db, old.registration, new.journal.archived, archived(old, act, now))
        saved = store.save(self.db, old, new, datetime.fromtimestamp(now, UTC))
        last = new.journal.logged
        if saved is not None and last > self.kept and last % SWEPT_EVERY == 0:
            self.after(lambda: history.forget(self.db, old.registration, last, self.kept))
        return saved

    def put_aside(self, record: Record, now: float) -> Record:
        """The record, whose attempt becomes history since its course has a newer version."""
        counts = replace(record.journal, archived=record.journal.archived + 1, first=record.events + 1, began=None)
        history.keep(self.db, record.registration, counts.archived, archived(record, Act(kind="version"), now))
        return replace(record, journal=counts)

    def with_learner(self, record: Record, plan: Plan, attempt: Attempt) -> Attempt:
        """What the learner has brought along from other courses."""
        if record.learner:
            store.save_learner(self.db, record.store, record.actor_key, record.learner)
        known = store.learner(self.db, record.store, record.actor_key)
        attempt = replace(attempt, preference={**attempt.preference, **known["preference"]})
        if plan.course.shared_data_global_to_system:
            brought = {target: text for target, text in known["stores"].items() if text}
            attempt = replace(attempt, stores={**attempt.stores, **brought})
        if plan.course.objectives_global_to_system and known["objectives"]:
            globals_ = {key: orjson.loads(text) for key, text in known["objectives"].items()}
            merged = {**engine.state_globals(attempt.state), **globals_}
            attempt = replace(attempt, state=engine.with_globals(plan.tree, attempt.state, merged))
        return attempt

    def _after(self, old: Record, plan: Plan, before: Attempt, done: Step, act: Act, now: float) -> Record:
        attempt, changes = causes.noted(plan, before, done.attempt, now)
        subject = self._subject(old, plan) if done.events else None
        told = [
            orjson.dumps(statement(subject, number, event)).decode()
            for number, event in enumerate(done.events, start=old.events + 1)
            if subject is not None
        ]
        counts = old.journal
        if act.kind == "reset":
            counts = replace(counts, forgiven=attempt.ordinal)
        if anew(before, attempt, act):
            counts = replace(counts, archived=counts.archived + 1, first=old.events + 1, began=None)
        began = counts.began if counts.began is not None or not attempt.started else now
        counts = replace(counts, logged=counts.logged + 1, began=began)
        entry = journal.entry(counts.logged, act, before, replace(done, attempt=attempt), changes, now, done.events)
        new = replace(
            old,
            attempt=store.attempt_json(attempt),
            events=old.events + len(told),
            outbox=(*old.outbox, *told),
            learner=learner.merged(old.learner, learner.changes(plan, before, attempt)),
            terms=plan.overrides.json() | ({} if plan.credit else {"credit": False}),
            journal=counts,
            entries=_with(old.entries, orjson.dumps(entry).decode()),
        )
        return store.hold(new, now)

    def _subject(self, record: Record, plan: Plan) -> Subject:
        return Subject(
            registration=record.registration,
            actor=record.actor,
            activity_id=self.activity(record.course),
            course=plan.course,
            items=plan.items,
        )


def _with(entries: tuple[str, ...], entry: str) -> tuple[str, ...]:
    """The entries that stay in the document; the new one alone where the others are to move on."""
    full = len(entries) >= TOGETHER or sum(map(len, entries)) > LONGEST
    return (entry,) if full else (*entries, entry)


def anew(before: Attempt, after: Attempt, act: Act) -> bool:
    """Whether an attempt has become history."""
    return (act.kind in ANEW and before.begun) or (bool(before.runs) and after.ordinal > before.ordinal > 0)


def archived(record: Record, act: Act, now: float) -> Mapping[str, Any]:
    """What is kept of an attempt that another one follows."""
    return {
        "attempt": record.attempt,
        "version": record.version,
        "terms": record.terms,
        "first": record.journal.first,
        "last": record.events,
        "began": record.journal.began,
        "archived": now,
        "by": act.by,
        "reason": act.reason,
        "kind": act.kind,
    }
