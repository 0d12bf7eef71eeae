"""From an attempt's outbox into the Learning Record Store, in order and once.

Statements keep their ids, so that sending them twice stores them once. What the store will not have is taken back out of
the attempt: it is as if it had never been said.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import groupby
from typing import Any

import orjson
from pymongo.database import Database

from access import Caller
from lrs import LRS, LRSError
from scorm_runtime.units import store
from scorm_runtime.units.attempt import Attempt, Pending, Said, Step, without

SCOPES = ("statements/write", "statements/read", "state", "profile", "define")
"""What the credential of a launch holds; its limits narrow it further."""
PASSING = 500
"""From this status on the fault is the service's, not the statement's."""
log = logging.getLogger("rollbook.units")


class Outbox:
    """`after` runs what may follow an answer; by default a thread of its own does."""

    def __init__(
        self,
        db: Database[Any],
        lrs: LRS,
        clock: Callable[[], float],
        idle: float,
        after: Callable[[Callable[[], object]], object] | None = None,
    ) -> None:
        self.db = db
        self.lrs = lrs
        self.clock = clock
        self.idle = idle
        self.after = after or ThreadPoolExecutor(max_workers=1, thread_name_prefix="units").submit

    def create(self, step: Step) -> Attempt | None:
        """None: there is one already."""
        return store.create(self.db, replace(step.attempt, outbox=self._pending(step.said)), self.idle)

    def save(self, old: Attempt, step: Step) -> Attempt | None:
        """One compare-and-set of the attempt and of what has to be said of it; None: somebody else was faster."""
        return store.save(self.db, old, replace(step.attempt, outbox=(*old.outbox, *self._pending(step.said))), self.idle)

    def deliver(self, attempt: Attempt) -> None:
        for own, rows in groupby(attempt.outbox, key=lambda one: one.own):
            group = list(rows)
            try:
                self.lrs.store([orjson.loads(one.text) for one in group], caller=self.speaker(attempt, own=own))
            except LRSError as error:
                log.error("statements of registration %s were not stored: %s %s", attempt.registration, error, error.detail)
                if error.status < PASSING:
                    self.undo(attempt, [one.id for one in group])
                return
        self.sent(attempt)

    def sent(self, attempt: Attempt) -> None:
        """What is in the outbox has been stored."""
        ids = [one.id for one in attempt.outbox]
        if ids:
            self.after(lambda: store.delivered(self.db, attempt, ids, self.idle))

    def undo(self, attempt: Attempt, ids: Sequence[str]) -> None:
        for _ in store.tries():
            found = store.by_registration(self.db, attempt.registration)
            if found is None or store.save(self.db, found, without(found, ids), self.idle):
                return

    def speaker(self, attempt: Attempt, *, own: bool) -> Caller:
        """Who says a statement: the service, or whoever had the launches of the registration."""
        if own:
            return Caller(key="rollbook-player", name="Rollbook player", scopes=frozenset(("all",)), store=attempt.store)
        home = f"{self.lrs.settings.authority_home}/registrations"
        return Caller(
            key=f"registration {attempt.registration}",
            name="Content",
            scopes=frozenset(SCOPES),
            store=attempt.store,
            authority={
                "objectType": "Agent",
                "name": "Content of a launch",
                "account": {"homePage": home, "name": attempt.registration},
            },
        )

    def _pending(self, said: Sequence[Said]) -> tuple[Pending, ...]:
        now = self.clock()
        return tuple(
            Pending(id=one.id, text=orjson.dumps(one.statement).decode(), own=one.own, at=now) for one in said if one.vital
        )
