"""From an attempt's outbox into the Learning Record Store and the learner's own record, exactly once.

Statements keep their ids, so that sending them twice stores them once; the outbox is emptied after they are stored.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from pymongo.database import Database

from access import Caller
from lrs import LRS, LRSError
from scorm_runtime import store
from scorm_runtime.store import Record

PASSING = 500
"""From this status on the fault is the service's, not the statement's."""
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
        self.after = after or ThreadPoolExecutor(max_workers=1, thread_name_prefix="statements").submit

    def soon(self, record: Record) -> None:
        if record.outbox or record.learner:
            self.after(lambda: self._deliver_newest(record.registration))

    def deliver(self, record: Record) -> None:
        """A statement that the LRS refuses is logged and laid aside for a person to look at; it holds up no other."""
        if not record.outbox and not record.learner:
            return
        if record.learner:
            store.save_learner(self.db, record.store, record.actor_key, record.learner)
        refused: list[str] = []
        if record.outbox:
            try:
                refused = self._send(record)
            except LRSError as error:
                log.error("statements of registration %s are sent later: %s", record.registration, error)
                return
        store.delivered(self.db, record, refused)

    def _send(self, record: Record) -> list[str]:
        """All at once; one by one if they are not taken so. What is refused; raises if nothing can be taken at present."""
        caller = Caller(key="rollbook-player", name="Rollbook player", scopes=frozenset(("all",)), store=record.store)
        try:
            self.lrs.store([orjson.loads(text) for text in record.outbox], caller=caller)
            return []
        except LRSError as error:
            if error.status >= PASSING:
                raise
        refused = []
        for text in record.outbox:
            try:
                self.lrs.store(orjson.loads(text), caller=caller)
            except LRSError as error:
                if error.status >= PASSING:
                    raise
                log.error("a statement of registration %s was refused: %s %s", record.registration, error, error.detail)
                refused.append(text)
        return refused

    def flush(self, older_than: float) -> int:
        """How many attempts had something to send."""
        count = 0
        before = datetime.fromtimestamp(self.clock(), UTC) - timedelta(seconds=older_than)
        for record in store.undelivered(self.db, before):
            self.deliver(record)
            count += 1
        return count

    def _deliver_newest(self, registration: str) -> None:
        if record := store.by_registration(self.db, registration):
            self.deliver(record)
