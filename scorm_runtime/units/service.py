"""Units in order: load, decide (pure), save with revision and outbox, deliver. One standard's rules are its `Conduct`."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
from pymongo.database import Database

import access
from access import Credentials
from lrs import LRS, SESSION, Owner
from package_importer import Catalogue
from package_importer.course import Item, Standard
from scorm_runtime import errors
from scorm_runtime.cmi5 import launch as cmi5_launch
from scorm_runtime.cmi5 import vocabulary
from scorm_runtime.cmi5.conduct import Cmi5
from scorm_runtime.partitions import Partitions
from scorm_runtime.presence import Presence
from scorm_runtime.registrations import Registrations
from scorm_runtime.settings import Settings
from scorm_runtime.tincan import TinCan
from scorm_runtime.units import report, store, waking
from scorm_runtime.units.attempt import Attempt, Mode, Plan, Said, Session, Step
from scorm_runtime.units.conduct import Address, Conduct
from scorm_runtime.units.outbox import SCOPES, Outbox

PREFIX = "unit."
"""Tokens of units begin so: no token of a SCORM launch does."""
PLACES_KEPT = 30  # seconds
SCHEME = re.compile("[A-Za-z][A-Za-z0-9+.-]*:")
CONDUCTS: Mapping[str, Conduct] = {Standard.CMI5: Cmi5(), Standard.TIN_CAN: TinCan()}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLaunch:
    url: str
    session: str
    expires: datetime
    mode: str
    own_window: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPlace:
    """Where the files of one launch are."""

    course: str
    version: int
    expires: datetime


class Units:
    """One per process; threads share it. `after` runs what may follow the answer; by default a thread of its own does."""

    def __init__(
        self,
        db: Database[Any],
        catalogue: Catalogue,
        lrs: LRS,
        credentials: Credentials,
        registrations: Registrations,
        settings: Settings | None = None,
        *,
        clock: Callable[[], float] = time.time,
        after: Callable[[Callable[[], object]], object] | None = None,
    ) -> None:
        self.db = db
        self.catalogue = catalogue
        self.lrs = lrs
        self.credentials = credentials
        self.registrations = registrations
        self.settings = settings or Settings()
        self.partitions = Partitions(db, self.settings.content_url)
        self.clock = clock
        self.outbox = Outbox(db, lrs, clock, self.settings.idle, after)
        self.presence = Presence(catalogue, clock, self.outbox.after)
        self._plan = lru_cache(maxsize=256)(self._read_plan)
        self._place = lru_cache(maxsize=4096)(self._read_place)

    def ensure_indexes(self) -> None:
        store.ensure_indexes(self.db)

    def handles(self, course_id: str) -> bool:
        return self.catalogue.get(course_id).standard in CONDUCTS

    def check_actor(self, course_id: str, actor: Mapping[str, Any]) -> None:
        conduct = CONDUCTS.get(self.catalogue.get(course_id).standard)
        if conduct is not None:
            conduct.learner(actor)

    def begin(self, registration: str, *, tenant: int = 1, language: str | None = None) -> Attempt:
        """What a registration is worth from its start; does nothing where that was done."""
        found = self.registrations.get(registration, tenant)
        attempt = store.by_registration(self.db, found.uuid) or self._create(found)
        if language:
            self.prefer(attempt, language)
        return attempt

    def launch(
        self,
        registration: str,
        *,
        tenant: int = 1,
        item: str | None = None,
        mode: str | None = None,
        return_url: str | None = None,
        language: str | None = None,
    ) -> UnitLaunch:
        """An address that opens the content; other sessions end where the standard says so."""
        attempt = self.begin(registration, tenant=tenant, language=language)
        token, fetch = PREFIX + secrets.token_urlsafe(32), PREFIX + secrets.token_urlsafe(32)
        home = self.partitions.home(attempt.store, attempt.registration)
        sid = str(uuid.uuid4())
        for lost in store.tries():
            attempt = self._newest((store.by_registration(self.db, attempt.registration) if lost else None) or attempt)
            plan, conduct = self.plan(attempt), self.conduct(attempt)
            unit = _chosen(plan, conduct, attempt, item)
            session = self._session(plan, attempt, unit, sid, token, fetch, _mode(conduct, plan, attempt, unit, mode), return_url)
            step = self._opened(plan, conduct, attempt, session)
            if saved := self.outbox.save(attempt, step):
                break
        else:
            raise errors.Busy("The attempt is being changed by others all the time. Try again.")
        self._write_documents(plan, conduct, saved, session)
        self.outbox.deliver(saved)
        parts = Address(endpoint=self.settings.endpoint, fetch=f"{home.origin}/play/{fetch}/fetch")
        if conduct.token_in_address:
            parts = replace(parts, token=self._credential(saved, session))
        return UnitLaunch(
            url=conduct.address(plan, saved, session, parts),
            session=sid,
            expires=_moment(session.expires),
            mode=session.mode.lower(),
            own_window=unit.au is not None and unit.au.launch_method == "OwnWindow",
        )

    def fetch(self, token: str) -> str | None:
        """The credential of a launch, once: what follows `Basic`. None: it was given before, or the session is over."""
        key = hash_of(token)
        for _ in store.tries():
            attempt = store.by_key(self.db, key)
            session = _find(attempt, lambda one: one.fetch_key == key)
            if attempt is None or session is None:
                raise errors.LaunchNotFound("This link is not known.")
            now = self.clock()
            if session.fetched is not None or not session.live or session.expires < now:
                return None
            fetched = replace(session, fetched=now, seen=now)
            if saved := store.save(self.db, attempt, attempt.with_session(fetched), self.settings.idle):
                return self._credential(saved, fetched)
        raise errors.Busy("The attempt is being changed by others all the time. Try again.")

    def waive(self, registration: str, item: str, reason: str, *, tenant: int = 1) -> dict[str, Any]:
        """Somebody grants a unit that was not done."""
        standard = self.catalogue.get(self.registrations.get(registration, tenant).course).standard
        if standard not in CONDUCTS:
            raise errors.NotOfStandard(
                f"Units are waived in courses that report by themselves; in a SCORM course an item is corrected ({standard}).",
                standard=str(standard),
            )
        attempt = self.begin(registration, tenant=tenant)
        for lost in store.tries():
            attempt = (store.by_registration(self.db, attempt.registration) if lost else None) or attempt
            plan, conduct = self.plan(attempt), self.conduct(attempt)
            unit = _unit(plan, item)
            if attempt.unit(item).waived:
                raise errors.AlreadyWaived("This unit was waived before.", item=item)
            if conduct.met(plan, attempt, unit):
                raise errors.AlreadySatisfied("This unit has been done; there is nothing to waive.", item=item)
            step = conduct.waive(plan, attempt, unit, str(uuid.uuid4()), reason, self.clock())
            if saved := self.outbox.save(attempt, step):
                self.outbox.deliver(saved)
                return {"registration": saved.registration, "item": item, "reason": reason}
        raise errors.Busy("The attempt is being changed by others all the time. Try again.")

    def abandon(self, session: str, *, tenant: int = 1) -> dict[str, Any]:
        """Ends a session from outside."""
        for _ in store.tries():
            attempt, found = self._by_session(session, tenant)
            if not found.live:
                raise errors.SessionEnded(f"This session is {found.phase}.", session=session, state=str(found.phase))
            step = self.conduct(attempt).close(self.plan(attempt), attempt, found, self.clock())
            if saved := self.outbox.save(attempt, step):
                self.outbox.deliver(saved)
                return report.session(saved, saved.sessions[session], [])
        raise errors.Busy("The attempt is being changed by others all the time. Try again.")

    def session(self, session: str, *, tenant: int = 1) -> dict[str, Any]:
        """The life of a session, with what its content was refused and why."""
        attempt, found = self._by_session(session, tenant)
        return report.session(attempt, found, store.refused(self.db, attempt.registration, session))

    def report(self, registration: str, *, tenant: int = 1) -> dict[str, Any]:
        """A registration with what has been reached, unit by unit."""
        attempt = self.begin(registration, tenant=tenant)
        described = self.registrations.describe(self.registrations.get(registration, tenant))
        return described | report.registration(self.plan(attempt), self.conduct(attempt), attempt)

    def place(self, token: str) -> UnitPlace:
        """Asked for each file, so remembered."""
        place = self._place(hash_of(token), int(self.clock() // PLACES_KEPT))
        if place.expires < _moment(self.clock()):
            raise errors.LaunchExpired("This link has expired. Ask for a new one.")
        return place

    def sweep(self) -> int:
        """Ends sessions that fell silent and sends what a crash left in an outbox. How many attempts needed it."""
        return waking.sweep(self)

    def prefer(self, attempt: Attempt, language: str, *, guessed: bool = False) -> None:
        """cmi5 11: content opens in the learner's language. What is only `guessed` replaces nothing."""
        if not self.conduct(attempt).prefers:
            return
        actor = self.conduct(attempt).learner(attempt.actor)
        owner = Owner(store=attempt.store, kind="agent-profile", agent=actor)
        kept = self.lrs.documents.get(owner, vocabulary.PREFERENCES)
        if kept and guessed:
            return
        try:
            known = orjson.loads(kept.body) if kept else {}
        except orjson.JSONDecodeError:
            known = {}
        document = cmi5_launch.preferences(language, known if isinstance(known, dict) else {})
        if document != known:
            self.lrs.documents.put(owner, vocabulary.PREFERENCES, orjson.dumps(document), "application/json")

    def plan(self, attempt: Attempt) -> Plan:
        return self._plan(attempt.course, attempt.version)

    def conduct(self, attempt: Attempt) -> Conduct:
        return CONDUCTS[self.plan(attempt).course.standard]

    def _credential(self, attempt: Attempt, session: Session) -> str:
        credential, secret = self.credentials.issue(
            name=f"Session {session.id}",
            scopes=SCOPES,
            limits={
                "registration": attempt.registration,
                "agent": dict(self.conduct(attempt).learner(attempt.actor)),
                **({"activity": session.activity} if self.conduct(attempt).keeps_apart else {}),
                SESSION: session.id,
            },
            expires=_moment(session.expires),
            store=attempt.store,
            authority=self.outbox.speaker(attempt, own=False).authority,
        )
        return access.token(credential.key, secret)

    def _create(self, found: Any) -> Attempt:
        entry = self.catalogue.get(found.course)
        attempt = Attempt(
            registration=found.uuid,
            store=found.store,
            course=found.course,
            version=entry.version,
            actor=orjson.loads(found.actor),
            actor_key=found.actor_key,
        )
        conduct = self.conduct(attempt)
        conduct.learner(attempt.actor)
        now = self.clock()
        step = conduct.begin(self.plan(attempt), attempt, str(uuid.uuid4()), now)
        made = self.outbox.create(step)
        if made is None:
            return store.by_registration(self.db, found.uuid) or attempt
        self.outbox.deliver(made)
        return made

    def _newest(self, attempt: Attempt) -> Attempt:
        """A launch gets the newest version, unless sessions of an older one go on; what was reached stays, by the units' ids."""
        if attempt.live and self.conduct(attempt).overlapping:
            return attempt
        return replace(attempt, version=self.catalogue.get(attempt.course).version)

    def _session(
        self, plan: Plan, attempt: Attempt, unit: Item, sid: str, token: str, fetch: str, mode: str, return_url: str | None
    ) -> Session:
        now, home = self.clock(), self.partitions.home(attempt.store, attempt.registration)
        launch = unit.launch or ""
        foreign = unit.resource is not None and unit.resource.href == launch and SCHEME.match(launch) is not None
        return Session(
            id=sid,
            key=hash_of(home.bound(token)),
            fetch_key=hash_of(home.bound(fetch)),
            item=unit.identifier,
            activity=self.conduct(attempt).activity(plan, unit),
            mode=mode,
            address=launch if foreign else f"{home.origin}/play/{token}/content/{launch}",
            launched=now,
            expires=now + self.settings.launch_lifetime,
            seen=now,
            return_url=return_url,
        )

    def _opened(self, plan: Plan, conduct: Conduct, attempt: Attempt, session: Session) -> Step:
        said: list[Said] = []
        for other in () if conduct.overlapping else attempt.live:
            step = conduct.close(plan, attempt, other, self.clock())
            attempt = step.attempt
            said += step.said
        step = conduct.open(plan, attempt, session, self.clock())
        return Step(attempt=step.attempt, said=(*said, *step.said))

    def _write_documents(self, plan: Plan, conduct: Conduct, attempt: Attempt, session: Session) -> None:
        """Who launched at the same time may have written later, but for a session that is over: the living one's remain."""
        documents = conduct.documents(plan, session)
        owner = Owner(
            store=attempt.store,
            kind="state",
            agent=conduct.learner(attempt.actor),
            activity=session.activity,
            registration=attempt.registration,
        )
        for name, value in documents.items():
            self.lrs.documents.put(owner, name, orjson.dumps(value), "application/json")
        if not documents:
            return
        now = store.by_registration(self.db, attempt.registration)
        for other in now.live if now else ():
            if other.id != session.id and other.item == session.item:
                for name, value in conduct.documents(plan, other).items():
                    self.lrs.documents.put(owner, name, orjson.dumps(value), "application/json")

    def _by_session(self, session: str, tenant: int) -> tuple[Attempt, Session]:
        attempt = store.by_session(self.db, session.lower())
        if attempt is None or attempt.store != tenant:
            raise errors.SessionNotFound("There is no such session.", session=session)
        return attempt, attempt.sessions[session.lower()]

    def _read_plan(self, course_id: str, version: int) -> Plan:
        course = self.catalogue.course(course_id, version)
        items = {item.identifier: item for item in course.root.walk()}
        return Plan(course=course, activity_id=self.catalogue.get(course_id).activity_id, items=items)

    def _read_place(self, key: str, age: int) -> UnitPlace:
        attempt = store.by_key(self.db, key)
        session = _find(attempt, lambda one: one.key == key)
        if attempt is None or session is None:
            raise errors.LaunchNotFound("This link is not known. Ask for a new one.")
        return UnitPlace(course=attempt.course, version=attempt.version, expires=_moment(session.expires))


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _find(attempt: Attempt | None, wanted: Callable[[Session], bool]) -> Session | None:
    return next((one for one in attempt.sessions.values() if wanted(one)), None) if attempt else None


def _unit(plan: Plan, item: str) -> Item:
    found = plan.items.get(item)
    if found is None or found.launch is None:
        raise errors.ItemNotFound(f"The course has no unit {item!r}.", item=item)
    return found


def _chosen(plan: Plan, conduct: Conduct, attempt: Attempt, item: str | None) -> Item:
    """The unit asked for, else the first that is not done, else the first."""
    if item is not None:
        return _unit(plan, item)
    units = list(plan.units)
    return next((unit for unit in units if not conduct.met(plan, attempt, unit)), units[0])


def _mode(conduct: Conduct, plan: Plan, attempt: Attempt, unit: Item, asked: str | None) -> str:
    """Who goes back to what is done looks at it, unless another mode is asked for."""
    if asked is not None:
        return str(Mode(asked.capitalize()))
    return str(Mode.REVIEW if conduct.reviews and conduct.met(plan, attempt, unit) else Mode.NORMAL)
