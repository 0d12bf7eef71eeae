"""Between content and the Learning Record Store: every request of a session's credential passes here.

What the session may do is read from its attempt for each request, so that its end holds at once in every process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

from access import Caller
from lrs import SESSION, Asked, LRSError, NotPermitted, Unavailable
from lrs.spec.agents import ifi
from package_importer import CourseNotFound
from scorm_runtime.cmi5 import vocabulary
from scorm_runtime.errors import CourseRemoved
from scorm_runtime.units import store
from scorm_runtime.units.attempt import Attempt, Session, Step
from scorm_runtime.units.conduct import Refusal
from scorm_runtime.units.service import Units

Json = Mapping[str, Any]
TOUCHED = 15.0  # seconds between two notes of when a session was last seen
CRASHED = 2.0  # seconds after which a statement in the outbox is not just being stored by another thread
REMEMBERED = 10_000


class SessionGate:
    """`lrs.Gate`. A statement that changes nothing costs one round trip, one that does two."""

    def __init__(self, units: Units) -> None:
        self.units = units
        self._seen: dict[str, float] = {}

    def ask(self, caller: Caller, asked: Asked) -> None:
        attempt, session = self._load(caller)
        try:
            self._own(caller, asked, apart=self.units.conduct(attempt).keeps_apart)
            self.units.conduct(attempt).touch(session, asked.method, asked.resource, asked.name, asked.body, asked.content_type)
        except Refusal as refusal:
            self._refuse(attempt, session, refusal, what=f"{asked.method} {asked.resource}")
        preferences = asked.resource == "agent-profile" and asked.name == vocabulary.PREFERENCES
        if preferences and asked.method == "GET" and not session.preferences:
            store.prefers(self.units.db, attempt.registration, session.id)
        self._touch(attempt, session)

    @contextmanager
    def statements(self, caller: Caller, given: Sequence[Json]) -> Iterator[list[tuple[Caller, Json]]]:
        units = self.units
        old, saved, step = self._judged(caller, given)
        try:
            yield [(units.outbox.speaker(old, own=True) if one.own else caller, one.statement) for one in step.said]
        except LRSError as error:
            if error.status < 500 and saved is not None:
                units.outbox.undo(saved, [one.id for one in step.said if one.vital])
            raise
        if saved is not None:
            units.outbox.sent(saved)

    def _judged(self, caller: Caller, given: Sequence[Json]) -> tuple[Attempt, Attempt | None, Step]:
        units = self.units
        for _ in store.tries():
            attempt, session = self._load(caller)
            if self._left_behind(attempt, given):
                units.outbox.deliver(attempt)
            try:
                step = units.conduct(attempt).judge(units.plan(attempt), attempt, session, given, units.clock())
            except Refusal as refusal:
                self._refuse(attempt, session, refusal, given)
            if step.attempt is attempt:
                self._touch(attempt, session)
                return attempt, None, step
            if saved := units.outbox.save(attempt, step):
                return attempt, saved, step
        raise Unavailable("The attempt is being changed by others all the time. Try again.")

    def _left_behind(self, attempt: Attempt, given: Sequence[Json]) -> bool:
        """A crash came between saving and storing; what it left comes first, also when it is sent again."""
        if not attempt.outbox:
            return False
        ids = {str(one.get("id", "")).lower() for one in given}
        now = self.units.clock()
        return any(one.id.lower() in ids or now - one.at > CRASHED for one in attempt.outbox)

    def _load(self, caller: Caller) -> tuple[Attempt, Session]:
        attempt = store.by_registration(self.units.db, caller.limits["registration"])
        session = attempt.sessions.get(caller.limits[SESSION]) if attempt else None
        if attempt is not None and not self._has_course(attempt):
            raise NotPermitted("The course of this session was removed.", reason="course-removed")
        if attempt is None or session is None:
            raise NotPermitted("The session of this credential is over.", reason="session-ended", requirement="cmi5 8.1.2")
        return attempt, session

    def _has_course(self, attempt: Attempt) -> bool:
        try:
            self.units.presence.check(attempt.course)
            self.units.plan(attempt)
        except (CourseNotFound, CourseRemoved):
            return False
        return True

    def _own(self, caller: Caller, asked: Asked, *, apart: bool) -> None:
        """Content reads and writes documents of its own learner, and if they are kept `apart`, of its unit and registration."""
        agent, limits = asked.key.get("agent"), caller.limits
        if agent is not None and ifi(agent) != ifi(limits["agent"]):
            raise Refusal("other-agent", "8.1.2", "Content has access to its own learner's documents.", found=ifi(agent))
        activity = asked.key.get("activity")
        if apart and activity is not None and activity != limits["activity"]:
            raise Refusal("other-activity", "8.1.2", "Content has access to its own activity's documents.", found=activity)
        registration = asked.key.get("registration")
        if registration is not None and registration.lower() != limits["registration"]:
            raise Refusal(
                "other-registration", "8.1.2", "Content has access to its own registration's documents.", found=registration
            )
        if apart and asked.resource == "state" and asked.name is None and registration is None:
            raise Refusal("registration-missing", "8.1.2", "Content lists the documents of its own registration.")

    def _refuse(
        self, attempt: Attempt, session: Session, refusal: Refusal, given: Sequence[Json] = (), what: str = ""
    ) -> NoReturn:
        at = refusal.at or 0
        one = given[at] if given else {}
        place = f"/{at}" if len(given) > 1 else ""
        pointer = place + refusal.pointer
        row = {
            "time": self.units.clock(),
            "reason": refusal.reason,
            "requirement": f"{self.units.conduct(attempt).name} {refusal.requirement}",
            "message": str(refusal),
            "pointer": pointer,
            "found": str(refusal.found)[:200] if refusal.found is not None else None,
            "request": what or "statements",
            "statement": str(one.get("id", ""))[:40] or None,
            "verb": str(one["verb"]["id"])[:200] if one else None,
        }
        db, registration = self.units.db, attempt.registration
        self.units.outbox.after(lambda: store.refuse(db, registration, session.id, row))
        raise NotPermitted(
            str(refusal), reason=refusal.reason, requirement=row["requirement"], pointer=pointer, found=row["found"]
        ) from refusal

    def _touch(self, attempt: Attempt, session: Session) -> None:
        now = self.units.clock()
        if now - max(self._seen.get(session.id, 0.0), session.seen) < TOUCHED:
            return
        if len(self._seen) > REMEMBERED:
            self._seen.clear()
        self._seen[session.id] = now
        self.units.outbox.after(lambda: store.seen(self.units.db, attempt.registration, now))
