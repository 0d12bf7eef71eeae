"""A learner who comes to the player of a course of units: what is shown, and what is opened from there.

A visit is a link to the player. It opens units as often as the learner likes; each is a launch of its own.
"""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from package_importer.course import Course, Item, Standard
from scorm_runtime import errors
from scorm_runtime.units import report, store
from scorm_runtime.units.attempt import Attempt, Plan
from scorm_runtime.units.service import UnitLaunch, Units, hash_of

PREFIX = "visit."
"""Tokens of visits begin so: no other token does."""
LAST_WORDS = 60.0  # seconds in which content that was taken away may still say something
KEPT = 8  # visits of one registration that stay known
WEB = re.compile("https?:|(?![A-Za-z][A-Za-z0-9+.-]*:)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """`key` is the hash of its token, `id` what its windows know each other by. `item`: what is to be opened first."""

    key: str
    id: str
    item: str | None
    mode: str
    return_url: str | None
    expires: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """A link to the player, once the token in it is shown."""

    url: str
    session: str
    expires: datetime


class Visits:
    def __init__(self, units: Units) -> None:
        self.units = units
        self.db = units.db
        self.clock = units.clock

    def begin(
        self,
        registration: str,
        *,
        tenant: int = 1,
        item: str | None = None,
        mode: str | None = None,
        return_url: str | None = None,
        language: str | None = None,
    ) -> Player:
        attempt = self.units.begin(registration, tenant=tenant, language=language)
        if item is not None and not any(unit.identifier == item for unit in self.units.plan(attempt).units):
            raise errors.ItemNotFound(f"The course has no unit {item!r}.", item=item)
        if mode not in (None, "normal") and not self.units.conduct(attempt).reviews:
            raise errors.InvalidRequest("/mode", mode, "must be normal: this content knows no other mode")
        token, home = PREFIX + secrets.token_urlsafe(32), self.units.partitions.home(tenant, attempt.registration)
        expires = self.clock() + self.units.settings.launch_lifetime
        visit = Visit(
            key=hash_of(home.bound(token)),
            id=str(uuid.uuid4()),
            item=item,
            mode=mode or "normal",
            return_url=return_url,
            expires=expires,
        )
        push = {"$push": {"visits": {"$each": [asdict(visit)], "$slice": -KEPT}}, "$set": {"store": tenant}}
        self.db[store.VISITS].update_one({"_id": attempt.registration}, push, upsert=True)
        return Player(url=f"{home.origin}/play/{token}/", session=visit.id, expires=datetime.fromtimestamp(expires, UTC))

    def course(self, token: str) -> tuple[str, Visit, Course]:
        """What the page says before its script runs: registration, visit, course."""
        registration, visit, attempt = self._visit(token)
        return registration, visit, self.units.plan(attempt).course

    def outline(self, token: str) -> dict[str, Any]:
        _, visit, attempt = self._visit(token)
        return self._outline(visit, attempt)

    def open(self, token: str, item: str, mode: str, language: str | None = None) -> dict[str, Any]:
        """A unit's address, and the outline with it open. `language`: what the browser speaks."""
        registration, visit, attempt = self._visit(token)
        if language and not attempt.sessions:
            self.units.prefer(attempt, language, guessed=True)
        back = f"{self.units.partitions.home(attempt.store, registration).origin}/returned/{visit.id}"
        launch: UnitLaunch = self.units.launch(registration, tenant=attempt.store, item=item, mode=mode, return_url=back)
        now = store.by_registration(self.db, registration) or attempt
        return {"url": launch.url, "session": launch.session, "outline": self._outline(visit, now)}

    def left(self, token: str, session: str) -> dict[str, Any]:
        """The page has taken a unit away. Content that cannot say that it ends is over soon; other content says so itself."""
        registration, visit, attempt = self._visit(token)
        for lost in store.tries():
            attempt = (store.by_registration(self.db, registration) if lost else None) or attempt
            found = attempt.sessions.get(session)
            if found is None or not found.live or self.units.conduct(attempt).terminates:
                return self._outline(visit, attempt)
            soon = replace(found, expires=min(found.expires, self.clock() + LAST_WORDS))
            if saved := store.save(self.db, attempt, attempt.with_session(soon), self.units.settings.idle):
                return self._outline(visit, saved)
        raise errors.Busy("The attempt is being changed by others all the time. Try again.")

    def retake(self, token: str) -> Player:
        """The course from its start, under a registration of its own: what was reached stays with the old one."""
        _, visit, attempt = self._visit(token)
        made, _ = self.units.registrations.register(attempt.course, attempt.actor, str(uuid.uuid4()), tenant=attempt.store)
        return self.begin(made.uuid, tenant=attempt.store, return_url=visit.return_url)

    def _visit(self, token: str) -> tuple[str, Visit, Attempt]:
        key = hash_of(token)
        found = self.db[store.VISITS].find_one({"visits.key": key})
        visit = next((Visit(**one) for one in found["visits"] if one["key"] == key), None) if found else None
        if found is None or visit is None:
            raise errors.LaunchNotFound("This link is not known. Ask for a new one.")
        if visit.expires < self.clock():
            raise errors.LaunchExpired("This link has expired. Ask for a new one.")
        self.units.presence.check(self.units.registrations.get(found["_id"], found["store"]).course, at_once=True)
        return found["_id"], visit, self.units.begin(found["_id"], tenant=found["store"])

    def _outline(self, visit: Visit, attempt: Attempt) -> dict[str, Any]:
        plan = self.units.plan(attempt)
        told = report.registration(plan, self.units.conduct(attempt), attempt)
        last = max(attempt.sessions.values(), key=lambda one: one.launched, default=None)
        result = {name: told[name] for name in ("completion", "success", "score", "seconds")}
        return {
            "entries": list(_entries(plan, told["tree"], 0)),
            "last": last and {"session": last.id, "item": last.item, "live": last.live, "phase": str(last.phase)},
            "start": {"item": visit.item, "mode": visit.mode} if visit.item else None,
            "choice": plan.course.standard is Standard.CMI5,
            "return_url": visit.return_url,
            "result": {**result, "suspended": bool(attempt.sessions) and told["completion"] != "completed"},
        }


def _entries(plan: Plan, branch: Mapping[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    item = plan.items[branch["item"]]
    leaf = item.launch is not None
    yield {
        "id": item.identifier,
        "title": item.title,
        "depth": depth,
        "leaf": leaf,
        "enabled": leaf,
        "status": _status(branch),
        "place": _place(item),
        "done": leaf and bool(branch["satisfied"]) and branch["completion"] != "not attempted",
    }
    for child in branch.get("children", ()):
        yield from _entries(plan, child, depth + 1)


def _status(branch: Mapping[str, Any]) -> str:
    """One word for a status mark; of a block only whether it is done."""
    if "children" not in branch and branch["success"] in ("passed", "failed"):
        return str(branch["success"])
    return str(branch["completion"])


def _place(item: Item) -> str:
    """Where a unit is shown: programs of other schemes than the web's are followed by a link."""
    if not WEB.match(item.launch or ""):
        return "link"
    return "own" if item.au is not None and item.au.launch_method == "OwnWindow" else "frame"
