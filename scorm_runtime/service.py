"""The steps of the runtime in order: load, decide (pure), save with revision and outbox, deliver.

A commit costs two round trips to the database: one read, one compare-and-set. Its statements leave from the outbox right
after the answer; those of a navigation leave before it. What a crash leaves in an outbox, `flush_outbox` sends.
"""

from __future__ import annotations

import hashlib
import secrets
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import orjson
from pymongo.database import Database

from lrs import LRS
from package_importer import Catalogue
from package_importer.course import Course, Standard
from scorm_runtime import attempt as way
from scorm_runtime import errors, outline, store
from scorm_runtime.datamodel import export, model_for
from scorm_runtime.memory import Attempt, Commit, Plan, Step
from scorm_runtime.outbox import Outbox
from scorm_runtime.registrations import Registrations, learner_id
from scorm_runtime.sequencing import engine
from scorm_runtime.sequencing.engine import Kind, Request, Tree
from scorm_runtime.settings import Settings
from scorm_runtime.statements import Subject, statement
from scorm_runtime.store import Record, Session

PLAYED = (Standard.SCORM_12, Standard.SCORM_2004)
TRIES = 12
PLACES_KEPT = 30  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    url: str
    session: str
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the files of one launch are."""

    course: str
    version: int
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The end of a run, a navigation request, or both. `number` counts a window's requests, so that one is never done twice."""

    run: int
    commits: Sequence[Commit] = ()
    terminated: bool = False
    request: Request | None = None
    number: int = 0


class Service:
    """One per process; threads share it. `after` runs what may follow the answer; by default a thread of its own does."""

    def __init__(
        self,
        db: Database[Any],
        catalogue: Catalogue,
        lrs: LRS,
        settings: Settings | None = None,
        *,
        clock: Callable[[], float] = time.time,
        after: Callable[[Callable[[], object]], object] | None = None,
    ) -> None:
        self.db = db
        self.catalogue = catalogue
        self.settings = settings or Settings()
        self.clock = clock
        self.outbox = Outbox(db, lrs, clock, after)
        self.registrations = Registrations(catalogue, clock)
        self._tree = lru_cache(maxsize=64)(self._read_tree)
        self._activity = lru_cache(maxsize=1024)(lambda course: catalogue.get(course).activity_id)
        self._place = lru_cache(maxsize=4096)(self._read_place)

    def launch(
        self,
        registration: str,
        *,
        tenant: int = 1,
        item: str | None = None,
        mode: str = "normal",
        return_url: str | None = None,
    ) -> Launch:
        """A link that opens the player, once the token in it is shown; the token is kept nowhere."""
        found = self.registrations.get(registration, tenant)
        entry = self.catalogue.get(found.course)
        course = self.catalogue.course(found.course, entry.version)
        if course.standard not in PLAYED:
            raise errors.NotLaunchable(f"The player does not launch {course.standard} yet.", standard=str(course.standard))
        if item is not None and item not in {one.identifier for one in course.root.walk()}:
            raise errors.ItemNotFound(f"The course has no item {item!r}.", item=item)
        token = secrets.token_urlsafe(32)
        expires = self._now() + timedelta(seconds=self.settings.launch_lifetime)
        session = Session(key=_key(token), id=str(uuid.uuid4()), mode=mode, item=item, return_url=return_url, expires=expires)
        self._update(
            lambda: store.by_registration(self.db, registration) or self._create(registration, tenant, entry.version),
            lambda record: replace(self._newest(record), sessions=(*record.sessions, session)[-self.settings.sessions_kept :]),
        )
        return Launch(url=f"{self.settings.content_url.rstrip('/')}/play/{token}/", session=session.id, expires=expires)

    def place(self, token: str) -> Place:
        """Asked for each file, so remembered."""
        place = self._place(_key(token), int(self.clock() // PLACES_KEPT))
        if place.expires < self._now():
            raise errors.LaunchExpired("This link has expired. Ask for a new one.")
        return place

    def opening(self, token: str) -> tuple[Session, Record, Course]:
        """What a player page says before its script runs."""
        record, session = self._session(_key(token))
        course, _ = self._tree(record.course, record.version)
        return session, record, course

    def open_window(self, token: str, pending: Mapping[int, Sequence[Commit]]) -> dict[str, Any]:
        """A player page has loaded; it is the only one that may write from now on."""
        key = _key(token)
        record, session, plan, step = self._step(
            key,
            None,
            lambda plan, attempt, item, now: way.open_window(plan, attempt, now, item=item, pending=pending),
            opens=True,
        )
        self.outbox.deliver(record)
        answer = self._answer(plan, session, step)
        if step.exception and answer["state"] == "ended":
            answer["state"] = "idle"  # nothing could be started by itself: the learner chooses
        answer |= {
            "registration": record.registration,
            "course": {"title": plan.course.title, "standard": plan.course.standard, "language": plan.course.language},
            "table": export.table(plan.model),
            "mode": session.mode,
            "return_url": session.return_url,
            "strict": self.settings.strict,
            "autosave": self.settings.autosave,
            "check_in": self.settings.check_in,
            "expires": session.expires.timestamp() - self.clock(),
        }
        return answer

    def commit(self, token: str, window: int, number: int, commits: Sequence[Commit]) -> dict[str, Any]:
        """Also the check-in of an idle window: without commits nothing is saved."""
        if not commits:
            record, session, plan, attempt = self._load(_key(token))
            _check_window(attempt, window)
            return {"saved": attempt.run.applied if attempt.run else 0}
        record, session, plan, step = self._step(
            _key(token), window, lambda plan, attempt, item, now: way.commit(plan, attempt, number, commits, now)
        )
        self.outbox.soon(record)
        return self._answer(plan, session, step)

    def finish(self, token: str, window: int, move: Move) -> dict[str, Any]:
        """A SCO has ended, the learner goes elsewhere, or both: one step, saved once."""
        record, session, plan, step = self._step(
            _key(token), window, lambda plan, attempt, item, now: _finish(plan, attempt, move, now)
        )
        self.outbox.deliver(record)
        return self._answer(plan, session, step)

    def report(self, registration: str, *, tenant: int = 1, cmi: bool = False) -> dict[str, Any]:
        """A registration with what has been reached, item by item."""
        found = self.registrations.get(registration, tenant)
        record = store.by_registration(self.db, registration)
        made = self.registrations.describe(found)
        if record is None or record.attempt is None:
            entry = self.catalogue.get(found.course)
            plan = self._plan(record or _unstarted(found, entry.version), "normal")
            return made | outline.report(plan, self._first(plan, 0), cmi=cmi)
        plan = self._plan(record, "normal")
        return made | outline.report(plan, store.read_attempt(plan.tree, record.attempt), cmi=cmi)

    def flush_outbox(self, older_than: float = 10.0) -> int:
        """Sends what a crash left behind; safe to run anywhere at any time. How many attempts had something to send."""
        return self.outbox.flush(older_than)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.clock(), UTC)

    def _create(self, registration: str, tenant: int, version: int) -> Record:
        record = _unstarted(self.registrations.get(registration, tenant), version)
        if not store.create(self.db, record):
            return store.by_registration(self.db, registration) or record
        return record

    def _update(self, load: Callable[[], Record], change: Callable[[Record], Record]) -> Record:
        for _ in _tries():
            old = load()
            if saved := store.save(self.db, old, change(old), self._now()):
                return saved
        raise errors.Busy("The attempt is being changed by others all the time. Try again.")

    def _session(self, key: str) -> tuple[Record, Session]:
        record = store.by_session(self.db, key)
        session = next((one for one in record.sessions if one.key == key), None) if record else None
        if record is None or session is None:
            raise errors.LaunchNotFound("This link is not known. Ask for a new one.")
        if session.expires < self._now():
            raise errors.LaunchExpired("This link has expired. Ask for a new one.")
        return record, session

    def _load(self, key: str, *, opens: bool = False) -> tuple[Record, Session, Plan, Attempt]:
        record, session = self._session(key)
        plan = self._plan(record, session.mode)
        kept = record.attempt if session.mode == "normal" else record.scratch
        if kept is not None and not (opens and session.mode != "normal"):
            attempt = store.read_attempt(plan.tree, kept)
        elif session.mode == "review" and record.attempt is not None:
            attempt = store.read_attempt(plan.tree, record.attempt)
        else:
            attempt = self._first(plan, _seed(record.registration))
        return record, session, plan, attempt

    def _newest(self, record: Record) -> Record:
        """Who is not in the middle of a course gets its newest version."""
        version = self.catalogue.get(record.course).version
        idle = record.attempt is None or (record.attempt["ended"] and record.attempt["current"] is None)
        if version == record.version or not idle:
            return record
        if record.attempt is None:
            return replace(record, version=version)
        _, before = self._tree(record.course, record.version)
        old = store.read_attempt(before, record.attempt)
        if engine.suspended(before, old.state):
            return record
        _, tree = self._tree(record.course, version)
        state = engine.initial(tree, globals=engine.state_globals(old.state), seed=_seed(record.registration))
        fresh = replace(old, state=state, runs={})
        return replace(record, version=version, attempt=store.attempt_json(fresh))

    def _step(
        self,
        key: str,
        window: int | None,
        step: Callable[[Plan, Attempt, str | None, float], Step],
        *,
        opens: bool = False,
    ) -> tuple[Record, Session, Plan, Step]:
        for _ in _tries():
            record, session, plan, attempt = self._load(key, opens=opens)
            if window is not None:
                _check_window(attempt, window)
            if opens and session.mode == "normal":
                attempt = self._with_learner(record, plan, attempt)
            done = step(plan, attempt, session.item, self.clock())
            if saved := store.save(self.db, record, self._changed(record, session, plan, attempt, done), self._now()):
                return saved, session, plan, done
        raise errors.Busy("The attempt is being changed by others all the time. Try again.")

    def _changed(self, record: Record, session: Session, plan: Plan, before: Attempt, done: Step) -> Record:
        kept = store.attempt_json(done.attempt)
        if session.mode != "normal":
            return replace(record, scratch=kept)
        outbox = []
        if done.events:
            subject = self._subject(record, plan)
            outbox = [
                orjson.dumps(statement(subject, number, event)).decode()
                for number, event in enumerate(done.events, start=record.events + 1)
            ]
        return replace(
            record,
            attempt=kept,
            events=record.events + len(outbox),
            outbox=(*record.outbox, *outbox),
            learner=_merged(record.learner, _learner_changes(plan, before, done.attempt)),
        )

    def _with_learner(self, record: Record, plan: Plan, attempt: Attempt) -> Attempt:
        """What the learner has brought along from other courses."""
        if record.learner:
            store.save_learner(self.db, record.store, record.actor_key, record.learner)
        known = store.learner(self.db, record.store, record.actor_key)
        attempt = replace(attempt, preference={**attempt.preference, **known["preference"]})
        if plan.course.shared_data_global_to_system:
            attempt = replace(attempt, stores={**attempt.stores, **known["stores"]})
        if plan.course.objectives_global_to_system and known["objectives"]:
            globals_ = {key: orjson.loads(text) for key, text in known["objectives"].items()}
            merged = {**engine.state_globals(attempt.state), **globals_}
            attempt = replace(attempt, state=engine.with_globals(plan.tree, attempt.state, merged))
        return attempt

    def _read_tree(self, course_id: str, version: int) -> tuple[Course, Tree]:
        course = self.catalogue.course(course_id, version)
        return course, Tree(course)

    def _read_place(self, key: str, age: int) -> Place:
        record, session = self._session(key)
        return Place(course=record.course, version=record.version, expires=session.expires)

    def _plan(self, record: Record, mode: str) -> Plan:
        course, tree = self._tree(record.course, record.version)
        return Plan(
            course=course,
            tree=tree,
            model=model_for(course.standard, course.edition),
            items={item.identifier: item for item in course.root.walk()},
            learner_id=learner_id(record.actor),
            learner_name=str(record.actor.get("name") or ""),
            mode=mode,
            strict=self.settings.strict,
            mastery_override=self.settings.mastery_override,
        )

    def _first(self, plan: Plan, seed: int) -> Attempt:
        return Attempt(state=engine.initial(plan.tree, seed=seed))

    def _subject(self, record: Record, plan: Plan) -> Subject:
        return Subject(
            registration=record.registration,
            actor=record.actor,
            activity_id=self._activity(record.course),
            course=plan.course,
            items=plan.items,
        )

    def _answer(self, plan: Plan, session: Session, step: Step) -> dict[str, Any]:
        return outline.answer(plan, step, look_ahead=step.changed or step.delivered)


def _finish(plan: Plan, attempt: Attempt, move: Move, now: float) -> Step:
    run = attempt.run
    if move.request and move.number <= attempt.move:
        return Step(attempt=attempt, delivered=bool(run and run.open and not run.applied and run.number != move.run))
    kind = move.request.kind if move.request else None
    step = Step(attempt=attempt)
    if run and run.open and run.number == move.run and not run.terminated:
        if kind not in (Kind.ABANDON, Kind.ABANDON_ALL):
            suspend = kind is Kind.SUSPEND_ALL
            step = way.finish(plan, attempt, move.run, move.commits, now, terminated=move.terminated, suspend=suspend)
    elif move.commits:
        step = way.late(plan, attempt, move.run, move.commits, now)
    request = move.request or way.demanded(plan, step.attempt)
    if request is None:
        return step
    moved = way.navigate(plan, replace(step.attempt, move=max(move.number, attempt.move)), request, now)
    return replace(moved, events=(*step.events, *moved.events), refused=step.refused)


def _check_window(attempt: Attempt, window: int) -> None:
    if attempt.window != window:
        raise errors.Superseded("This course has been opened in another window.")


def _tries() -> Iterator[None]:
    """Who lost a race waits a little, and not as long as the others who did: about a second in all."""
    for lost in range(TRIES):
        if lost:
            time.sleep(secrets.randbelow(min(200, 5 * 2**lost)) / 1000)
        yield


def _key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _seed(registration: str) -> int:
    return int(registration.replace("-", "")[:12], 16)


def _unstarted(found: Any, version: int) -> Record:
    return Record(
        registration=found.uuid,
        store=found.store,
        course=found.course,
        version=version,
        actor=orjson.loads(found.actor),
        actor_key=found.actor_key,
    )


def _learner_changes(plan: Plan, before: Attempt, after: Attempt) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    if plan.course.objectives_global_to_system:
        old, new = engine.state_globals(before.state), engine.state_globals(after.state)
        found["objectives"] = {key: orjson.dumps(value).decode() for key, value in new.items() if old.get(key) != value}
    if plan.course.shared_data_global_to_system:
        found["stores"] = {key: value for key, value in after.stores.items() if before.stores.get(key) != value}
    found["preference"] = {key: value for key, value in after.preference.items() if before.preference.get(key) != value}
    return {kind: rows for kind, rows in found.items() if rows}


def _merged(one: Mapping[str, Mapping[str, str]], other: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    return {kind: {**one.get(kind, {}), **other.get(kind, {})} for kind in (*one, *(k for k in other if k not in one))}
