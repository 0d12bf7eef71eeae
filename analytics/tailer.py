"""Keeps attempt rows current: statements are folded in stored order, by one process of a store at a time.

Nothing is lost or counted twice when the process dies at any point: rows carry the number of the last statement
in them, and the place in the store is moved on only after the rows are written.
"""

import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from pymongo.database import Database

from analytics import attempts, counting, exports, folding, reads, saved, schedules, sight, store
from analytics.attempts import Row
from analytics.folding import Statements
from analytics.parameters import Selection
from analytics.store import Place, RowMoved

LEASE_SECONDS = 2.5
BATCH_FIRST, BATCH_LEAST, BATCH_MOST = 250, 100, 1_000
POLL_SECONDS = (0.001, 0.02)


class Attempts:
    """One per process, safe to share between threads."""

    def __init__(self, db: Database[Any], lrs: Statements, *, clock: Callable[[], float] = time.time) -> None:
        self.db = db
        self.lrs = lrs
        self.clock = clock
        self._folding = threading.Lock()
        self._secrets: dict[int, bytes] = {}

    def ensure_indexes(self) -> None:
        store.ensure_indexes(self.db)
        reads.ensure_indexes(self.db)
        saved.ensure_indexes(self.db)
        exports.ensure_indexes(self.db)
        schedules.ensure_indexes(self.db)

    def catch_up(self, store_id: int = 1, budget: float = 60.0) -> int:
        """Folds what was stored since, for at most `budget` seconds; the number of statements folded.

        0 when there is nothing to do, and when another process is at it.
        """
        return self._fold(store_id, budget) if self._behind(store_id) else 0

    def current(self, store_id: int = 1, wait: float = 3.0) -> int:
        """Makes the rows show what was stored before this call; the UTC milliseconds through which they are complete.

        Waits, at most `wait` seconds, for statements still on their way and for another process that is folding.
        """
        deadline = time.monotonic() + wait
        through = self.lrs.through()
        asked, pause = through.now, POLL_SECONDS[0]
        while through.ms < asked and time.monotonic() < deadline:
            time.sleep(pause)
            pause = min(pause * 2, POLL_SECONDS[1])
            through = self.lrs.through()
        while self._behind(store_id):
            left = deadline - time.monotonic()
            if left <= 0:
                return max(attempts.seq_ms(store.place(self.db, store_id).seq) - 1, 0)
            if not self._fold(store_id, left):
                time.sleep(pause)
                pause = min(pause * 2, POLL_SECONDS[1])
        return through.ms

    def rebuild(self, store_id: int = 1, progress: Callable[[int], None] | None = None) -> int:
        """The rows again from the statements; `progress` hears the number folded so far."""
        holder = uuid.uuid4().hex
        with self._folding:
            while store.take_lease(self.db, store_id, holder, self.clock(), LEASE_SECONDS) is None:
                time.sleep(POLL_SECONDS[1])
            store.forget(self.db, store_id, holder)
            store.release_lease(self.db, store_id, holder)
        folded = 0
        while self._behind(store_id):
            folded += self.catch_up(store_id, budget=1.0)
            if progress is not None:
                progress(folded)
        return folded

    def batches(
        self, store_id: int, selection: Selection, fields: Iterable[str], reached: Place, *, target: int
    ) -> Iterator[list[Row]]:
        return store.batches(self.db, store_id, selection, fields, reached, target=target)

    def grouped(self, store_id: int, selection: Selection, stages: Sequence[Mapping[str, Any]]) -> list[Row]:
        return store.grouped(self.db, store_id, selection, stages)

    def secret(self, store_id: int) -> bytes:
        """Under which the store's pseudonyms are made."""
        if store_id not in self._secrets:
            self._secrets[store_id] = store.secret(self.db, store_id)
        return self._secrets[store_id]

    def count(self, store_id: int, selection: Selection, reached: Place, kind: str) -> int:
        return counting.count(self.db, store_id, selection, reached, kind)

    def verbs(self, store_id: int) -> list[Row]:
        counts = store.verbs(self.db, store_id)
        return counts["rows"] if counts else []

    def lag(self, store_id: int = 1) -> float:
        """Seconds since the oldest statement was stored that the rows do not show yet; 0 when they show all."""
        waiting = self.lrs.tail(store_id, store.place(self.db, store_id).seq, 1)
        return max(self.lrs.through().now - attempts.seq_ms(waiting[0].seq), 0) / 1000 if waiting else 0.0

    def place(self, store_id: int) -> Place:
        return store.place(self.db, store_id)

    def _behind(self, store_id: int) -> bool:
        return bool(self.lrs.tail(store_id, store.place(self.db, store_id).seq, 1))

    def _fold(self, store_id: int, budget: float) -> int:
        if not self._folding.acquire(blocking=False):
            return 0
        try:
            return self._fold_leased(store_id, budget)
        finally:
            self._folding.release()

    def _fold_leased(self, store_id: int, budget: float) -> int:
        holder, folded = uuid.uuid4().hex, 0
        deadline = time.monotonic() + budget
        here = store.take_lease(self.db, store_id, holder, self.clock(), LEASE_SECONDS)
        if here is None:
            return 0
        pseudonym = partial(sight.pseudonym, self.secret(store_id))
        try:
            size, began = BATCH_FIRST, time.monotonic()
            while batch := self.lrs.tail(store_id, here.seq, size):
                here = folding.apply(self.db, self.lrs, store_id, here, batch, pseudonym)
                if not store.advance(self.db, store_id, holder, here, self.clock() + LEASE_SECONDS):
                    break
                folded += len(batch)
                ended = time.monotonic()
                if ended >= deadline:
                    break
                # Well within the lease on the slowest machine, and few round trips on a quick one.
                size = max(size // 2, BATCH_LEAST) if ended - began > LEASE_SECONDS / 2 else min(size * 2, BATCH_MOST)
                began = ended
        except RowMoved:
            pass  # somebody took the lease over and is ahead of us
        finally:
            store.release_lease(self.db, store_id, holder)
        return folded
