"""From an attempt's outbox into the Learning Record Store and the learner's own record, in order and exactly once.

Statements keep their ids, so that sending them twice stores them once; the outbox is emptied after they are stored. Two
who send the same statements at once could mix up their order: so the save that fills an outbox also takes it for its
process, for ten seconds. What comes into it meanwhile is sent by whoever has it; after a crash, by whoever comes later.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import orjson
from pymongo.database import Database

from access import Caller
from lrs import LRS, LRSError
from scorm_runtime import store
from scorm_runtime.store import Record

PASSING = 500
"""From this status on the fault is the service's, not the statement's."""
PATIENCE = 1.0  # seconds that an answer waits for somebody else who is sending
PAUSE = 0.01
log = logging.getLogger("rollbook.runtime")


class Outbox:
    """`after` runs what may follow an answer; by default a thread of its own does."""

    def __init__(
        self,
        db: Database[Any],
        lrs: LRS,
        clock: Callable[[], float],
        after: Callable[[Callable[[], object]], object] | None = None,
    ) -> None:
        self.db = db
        self.lrs = lrs
        self.clock = clock
        self._held: dict[str, Record] = {}
        self.after = after or ThreadPoolExecutor(max_workers=1, thread_name_prefix="statements").submit

    def soon(self, record: Record) -> None:
        if record.holds:
            self._held[record.registration] = record
            self.after(lambda: self._begin(record.registration))

    def deliver(self, record: Record) -> None:
        """At its end the statements are stored: by us, or by whoever was about to when we came."""
        ours = self._held.pop(record.registration, None)  # our own process has not come to it yet
        if record.holds or ours is not None:
            self._empty(record)
            return
        waiting, patience, pause = set(record.outbox), time.monotonic() + PATIENCE, PAUSE
        while waiting and time.monotonic() < patience:
            time.sleep(pause)
            waiting &= store.unsent(self.db, record.registration)
            pause *= 2

    def _begin(self, registration: str) -> None:
        if record := self._held.pop(registration, None):
            self._empty(record)

    def _empty(self, record: Record) -> None:
        """A statement that the LRS refuses is logged and laid aside for a person to look at; it holds up no other."""
        full: Record | None = record
        while full is not None:
            if full.learner:
                store.save_learner(self.db, full.store, full.actor_key, full.learner)
            refused: list[str] = []
            if full.outbox:
                try:
                    refused = self._send(full)
                except LRSError as error:
                    log.error("statements of registration %s are sent later: %s", full.registration, error)
                    store.let_go(self.db, full)
                    return
            full = store.delivered(self.db, full, refused, self.lrs.latest)

    def _send(self, record: Record) -> list[str]:
        """All at once; one by one if they are not taken so. What is refused; raises if nothing can be taken at present."""
        caller = Caller(key="rollbook-player", name="Rollbook player", scopes=frozenset(("all",)), store=record.store)
        try:
            self.lrs.store([orjson.loads(text) for text in record.outbox], caller=caller, after=record.told)
            return []
        except LRSError as error:
            if error.status >= PASSING:
                raise
        refused = []
        for text in record.outbox:
            try:
                self.lrs.store(orjson.loads(text), caller=caller, after=record.told)
            except LRSError as error:
                if error.status >= PASSING:
                    raise
                log.error("a statement of registration %s was refused: %s %s", record.registration, error, error.detail)
                refused.append(text)
        return refused

    def flush(self, older_than: float) -> int:
        """How many attempts had something to send that nobody else was sending."""
        count, before = 0, datetime.fromtimestamp(self.clock() - older_than, UTC)
        for record in store.undelivered(self.db, before):
            now = self.clock()
            held = store.hold(record, now)
            if held.holds and (saved := store.save(self.db, record, held, datetime.fromtimestamp(now, UTC))):
                self._empty(saved)
                count += 1
        return count
