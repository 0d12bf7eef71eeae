"""The steps of the runtime in order: load, decide (pure), save with revision and outbox, deliver.

A commit costs two round trips to the database: one read, one compare-and-set. Its statements, and those of an opening,
leave from the outbox right after the answer; those of a navigation leave before it. What a crash leaves in an outbox,
`flush_outbox` sends.
"""

from __future__ import annotations

import hashlib
import secrets
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Any, Unpack

import orjson
from pymongo.database import Database

from lrs import LRS
from package_importer import Catalogue
from package_importer.course import Course, Item, Standard
from scorm_runtime import administration, course_settings, errors, launches, openings, outline, restart, store
from scorm_runtime import attempt as way
from scorm_runtime.course_settings import CourseSettings
from scorm_runtime.datamodel import export, model_for
from scorm_runtime.journal import Act
from scorm_runtime.ledger import ANEW, Ledger
from scorm_runtime.memory import Attempt, Commit, Plan, Step
from scorm_runtime.moves import Move, finish
from scorm_runtime.outbox import Outbox
from scorm_runtime.overrides import adapted
from scorm_runtime.partitions import Partitions
from scorm_runtime.presence import Presence
from scorm_runtime.registrations import Registrations, learner_id
from scorm_runtime.sequencing import engine
from scorm_runtime.sequencing.engine import Tree
from scorm_runtime.settings import Settings
from scorm_runtime.store import PageWishes, Record, Session

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
        self.partitions = Partitions(db, self.settings.content_url)
        self.clock = clock
        self.outbox = Outbox(db, lrs, clock, after)
        self.registrations = Registrations(catalogue, clock)
        self.courses = CourseSettings(db, catalogue, self.settings)
        activity = lru_cache(maxsize=1024)(lambda course: catalogue.get(course).activity_id)
        self.ledger = Ledger(db, activity, self.settings.log_kept, self.outbox.after)
        self.presence = Presence(catalogue, clock, self.outbox.after)
        self._tree = lru_cache(maxsize=64)(self._read_tree)
        self._place = lru_cache(maxsize=4096)(self._read_place)

    def launch(
        self,
        registration: str,
        *,
        tenant: int = 1,
        item: str | None = None,
        mode: str = "normal",
        attempt: str = "resume",
        **page: Unpack[PageWishes],
    ) -> Launch:
        """A link that opens the player, once the token in it is shown; the token is kept nowhere."""
        found = self.registrations.get(registration, tenant)
        entry = self.catalogue.get(found.course)
        course = self.catalogue.course(found.course, entry.version)
        if course.standard not in PLAYED:
            raise errors.NotLaunchable(f"The player does not launch {course.standard} yet.", standard=str(course.standard))
        if item is not None and item not in {one.identifier for one in course.root.walk()}:
            raise errors.ItemNotFound(f"The course has no item {item!r}.", item=item)
        token, home = secrets.token_urlsafe(32), self.partitions.home(tenant, found.uuid)
        expires = self._now() + timedelta(seconds=self.settings.launch_lifetime)
        session = Session(
            key=_key(home.bound(token)),
            id=str(uuid.uuid4()),
            mode=mode,
            item=item,
            expires=expires,
            version=entry.version,
            launched=self.clock(),
            **page,
        )
        decided, kept = self.courses.of(found.course), self.settings.sessions_kept
        self._update(
            lambda: self.record(found.uuid, tenant, create=True),
            lambda record: launches.launched(record, session, decided, attempt, kept),
        )
        return Launch(url=f"{home.origin}/play/{token}/", session=session.id, expires=expires)

    def place(self, token: str, version: int | None = None) -> Place:
        """Asked for each file, so remembered. `version`: the attempt's, where that is another than the link's."""
        place = self._place(_key(token), version, int(self.clock() // PLACES_KEPT))
        if place.expires < self._now():
            raise errors.LaunchExpired("This link has expired. Ask for a new one.")
        return place

    def opening(self, token: str) -> tuple[Session, Record, Course, Tree]:
        """What a player page says before its script runs."""
        record, session = self._session(_key(token), at_once=True)
        course, tree, _ = self._tree(record.course, (session.version if session.fresh else None) or record.version)
        return session, record, course, tree

    def open_window(self, token: str, pending: Mapping[int, Sequence[Commit]], *, again: bool = False) -> dict[str, Any]:
        """A player page has loaded; it is the only one that may write from now on. `again`: not where it was left."""
        key = _key(token)
        left = Act(kind="open", commits=[one for rows in pending.values() for one in rows])
        record, session = self._session(key, at_once=True)
        fresh = session.fresh or (again and restart.offered(session, record, self.courses.of(record.course)))
        if fresh or (pending and session.mode == "normal" and record.attempt is not None and launches.idle(record)):
            self.change(lambda: self._session(key)[0], partial(way.settled, pending=pending), left)
        if fresh:
            self.change(lambda: self._session(key)[0], administration.anew, Act(kind="attempt"), fresh=True)
        if session.mode == "normal":
            self.renew(lambda: self._session(key)[0])
        record, session, plan, step = self._step(
            key,
            None,
            lambda plan, attempt, item, now: way.open_window(plan, attempt, now, item=item, pending=pending),
            act=left,
            opens=True,
        )
        self.outbox.soon(record)
        answer = self._answer(record, plan, session, step)
        if step.exception and answer["state"] == "ended":
            answer["state"] = "idle"  # nothing could be started by itself: the learner chooses
        answer |= {
            "registration": record.registration,
            "course": {"title": plan.course.title, "standard": plan.course.standard, "language": plan.course.language},
            "outline": outline.outline(plan),
            "table": export.table(plan.model),
            "mode": session.mode,
            "return_url": session.return_url,
            "own_window": session.window == "new",
            "strict": plan.strict,
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
            _key(token),
            window,
            lambda plan, attempt, item, now: way.commit(plan, attempt, number, commits, now),
            act=Act(kind="commit", commits=commits),
        )
        self.outbox.soon(record)
        return self._answer(record, plan, session, step)

    def finish(self, token: str, window: int, move: Move) -> dict[str, Any]:
        """A SCO has ended, the learner goes elsewhere, or both: one step, saved once."""
        record, session, plan, step = self._step(
            _key(token),
            window,
            lambda plan, attempt, item, now: finish(plan, attempt, move, now),
            act=Act(kind="navigate" if move.request else "terminate", commits=move.commits, request=move.request),
        )
        self.outbox.deliver(record)
        return self._answer(record, plan, session, step)

    def report(self, registration: str, *, tenant: int = 1, cmi: bool = False) -> dict[str, Any]:
        """A registration with what has been reached, item by item."""
        found, record = self.registrations.get(registration, tenant), self.record(registration, tenant)
        plan = self.plan(record)
        reached = outline.report(plan, self.attempt(record, plan), record.sessions, self.clock(), cmi=cmi)
        return self.registrations.describe(found) | reached

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

    def _session(self, key: str, *, at_once: bool = False) -> tuple[Record, Session]:
        record = store.by_session(self.db, key)
        session = next((one for one in record.sessions if one.key == key), None) if record else None
        if record is None or session is None:
            raise errors.LaunchNotFound("This link is not known. Ask for a new one.")
        if session.expires < self._now():
            raise errors.LaunchExpired("This link has expired. Ask for a new one.")
        self.presence.check(record.course, at_once=at_once)
        return record, session

    def _load(self, key: str, *, opens: bool = False) -> tuple[Record, Session, Plan, Attempt]:
        record, session = self._session(key)
        plan = self.plan(record, session.mode, fresh=opens)
        kept = record.attempt if session.mode == "normal" else record.scratch
        if kept is not None and not (opens and session.mode != "normal"):
            attempt = store.read_attempt(plan.tree, kept)
        elif session.mode == "review" and record.attempt is not None:
            attempt = store.read_attempt(plan.tree, record.attempt)
        else:
            attempt = self.attempt(replace(record, attempt=None), plan)
        return record, session, plan, attempt

    def renew(self, load: Callable[[], Record]) -> None:
        """Who is not in the middle of a course gets its newest version."""
        record = load()
        if launches.idle(record) and self.catalogue.get(record.course).version != record.version:
            self._update(load, self._newest)

    def _newest(self, record: Record) -> Record:
        version = self.catalogue.get(record.course).version
        if version == record.version or not launches.idle(record):
            return record
        if record.attempt is None:
            return replace(record, version=version)
        old = store.read_attempt(self._tree(record.course, record.version)[1], record.attempt)
        fresh = openings.moved(old, self._tree(record.course, version)[1], _seed(record.registration))
        if old.begun:
            record = self.ledger.put_aside(record, self.clock())
        return replace(record, version=version, attempt=store.attempt_json(fresh))

    def _step(
        self,
        key: str,
        window: int | None,
        step: Callable[[Plan, Attempt, str | None, float], Step],
        *,
        act: Act,
        opens: bool = False,
    ) -> tuple[Record, Session, Plan, Step]:
        for _ in _tries():
            record, session, plan, attempt = self._load(key, opens=opens)
            if window is not None:
                _check_window(attempt, window)
            now, before = self.clock(), attempt
            if opens and session.mode == "normal":
                attempt = self.ledger.with_learner(record, plan, attempt)
            done = step(plan, attempt, session.item, now)
            sessions = launches.followed(record.sessions, key, done.attempt, now, opens=opens)
            if session.mode != "normal":  # nothing is left behind but the way to go on
                scratch = replace(record, scratch=store.attempt_json(done.attempt), sessions=sessions)
                saved = store.save(self.db, record, scratch, self._now())
            else:
                openings.check_limit(plan.overrides, before.ordinal, done.attempt.ordinal, record.journal)
                saved = self.ledger.save(record, plan, before, done, act, now, sessions)
            if saved is not None:
                return saved, session, plan, done
        raise errors.Busy("The attempt is being changed by others all the time. Try again.")

    def change(
        self, load: Callable[[], Record], step: Callable[[Plan, Attempt, float], Step], act: Act, *, fresh: bool = False
    ) -> tuple[Record, Plan, Step]:
        """A step that no player makes. `fresh`: by what is decided for the course now. No session begins twice anew by it."""
        for _ in _tries():
            record = load()
            plan = self.plan(record, fresh=fresh)
            before, now = self.attempt(record, plan), self.clock()
            done = step(plan, before, now)
            begun = act.kind in ANEW
            sessions = tuple(launches.left(replace(one, fresh=False), now) if begun else one for one in record.sessions)
            if saved := self.ledger.save(record, plan, before, done, act, now, sessions):
                self.outbox.deliver(saved)
                return saved, plan, done
        raise errors.Busy("The attempt is being changed by others all the time. Try again.")

    def attempt(self, record: Record, plan: Plan) -> Attempt:
        """What is remembered, or the beginning."""
        if record.attempt is None:
            return Attempt(state=engine.initial(plan.tree, seed=_seed(record.registration)))
        return store.read_attempt(plan.tree, record.attempt)

    def record(self, registration: str, tenant: int = 1, *, create: bool = False) -> Record:
        """The document; what it would be where there is none yet, unless it is to be created."""
        found = self.registrations.get(registration, tenant)
        if known := store.by_registration(self.db, found.uuid):
            return known
        version = self.catalogue.get(found.course).version
        return self._create(found.uuid, tenant, version) if create else _unstarted(found, version)

    def _read_tree(self, course_id: str, version: int, decided: str = "{}") -> tuple[Course, Tree, dict[str, Item]]:
        """The course as it is played, `decided` being what its settings say otherwise than the package."""
        course = adapted(self.catalogue.course(course_id, version), course_settings.read(decided, {}))
        return course, Tree(course), {item.identifier: item for item in course.root.walk()}

    def _read_place(self, key: str, version: int | None, age: int) -> Place:
        record, session = self._session(key)
        if version not in (None, record.version):
            raise errors.FileNotInPackage("No attempt of this link is on that version of the course.")
        return Place(course=record.course, version=version or session.version or record.version, expires=session.expires)

    def plan(self, record: Record, mode: str = "normal", *, fresh: bool = False) -> Plan:
        """`fresh`: by what is decided for the course now, else by what was when its attempt was last opened."""
        overrides = course_settings.read(orjson.dumps(record.terms).decode(), self.courses.server)
        credit = record.terms.get("credit", True)
        if fresh:
            overrides = self.courses.of(record.course)
            credit = openings.credited(overrides, store.standing(record))
        course, tree, items = self._tree(record.course, record.version, orjson.dumps(overrides.json()).decode())
        return Plan(
            course=course,
            tree=tree,
            model=model_for(course.standard, course.edition),
            items=items,
            learner_id=learner_id(record.actor),
            learner_name=str(record.actor.get("name") or ""),
            mode=mode,
            strict=overrides.of("strict"),
            mastery_override=overrides.of("mastery_override"),
            auto_continue=overrides.of("auto_continue"),
            overrides=overrides,
            credit=credit,
        )

    def _answer(self, record: Record, plan: Plan, session: Session, step: Step) -> dict[str, Any]:
        folder = "" if session.version in (None, record.version) else f"../content-{record.version}/"
        return outline.answer(plan, step, look_ahead=step.changed or step.delivered, folder=folder)


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
