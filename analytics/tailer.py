"""Keeps attempt rows current: statements are folded in stored order, by one process of a store at a time.

Nothing is lost or counted twice when the process dies at any point: rows carry the number of the last statement
in them, and the place in the store is moved on only after the rows are written.
"""

import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from pymongo.database import Database

from analytics import attempts, counting, exports, folding, reads, saved, schedules, sight, store
from analytics.attempts import Row
from analytics.folding import Statements
from analytics.parameters import RESOURCES, Selection
from analytics.store import Place, RowMoved

LEASE_SECONDS = 2.5
UNSETTLED_SECONDS = 15.0
BATCH_FIRST, BATCH_LEAST, BATCH_MOST = 250, 100, 1_000
POLL_SECONDS = (0.001, 0.02)


class Fresh(NamedTuple):
    """`ms`: the rows are complete through then. `asked`: the database's clock when that was asked. UTC milliseconds."""

    ms: int
    asked: int

    @property
    def lag(self) -> int:
        return max(self.asked - self.ms, 0)


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
        """As `fresh`; the UTC milliseconds through which the rows are complete."""
        return self.fresh(store_id, wait).ms

    def fresh(self, store_id: int = 1, wait: float = 3.0) -> Fresh:
        """Makes the rows show what was stored before this call.

        Waits, at most `wait` seconds, for statements still on their way and for another process that is folding.
        """
        deadline = time.monotonic() + wait
        through = self.lrs.through()
        asked, pause = through.now, POLL_SECONDS[0]
        while through.ms < asked and time.monotonic() < deadline:
            time.sleep(pause)
            pause = min(pause * 2, POLL_SECONDS[1])
            through = self.lrs.through()
        while (waiting := self._waiting(store_id)) is not None and attempts.seq_ms(waiting) <= asked:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            if not self._fold(store_id, left):
                time.sleep(pause)
                pause = min(pause * 2, POLL_SECONDS[1])
        # What came later may be waiting still: it is not asked for, and while it keeps coming there is always some.
        complete = through.ms if waiting is None else min(through.ms, attempts.seq_ms(waiting) - 1)
        return Fresh(complete if waiting is None or complete >= asked else self._folded(store_id), asked)

    def _folded(self, store_id: int) -> int:
        """Through when the rows are complete, whatever is waiting."""
        return max(attempts.seq_ms(store.place(self.db, store_id).seq) - 1, 0)

    def rebuild(self, store_id: int = 1, progress: Callable[[int], None] | None = None) -> int:
        """The rows again from the statements; `progress` hears the number folded so far.

        A writer that died a moment ago holds up for some seconds what was stored since: that is waited for."""
        holder, asked, until = uuid.uuid4().hex, self.lrs.through().now, time.monotonic() + UNSETTLED_SECONDS
        with self._folding:
            while store.take_lease(self.db, store_id, holder, self.clock(), LEASE_SECONDS) is None:
                time.sleep(POLL_SECONDS[1])
            store.forget(self.db, store_id, holder)
            store.release_lease(self.db, store_id, holder)
        folded = 0
        while (self.lrs.through().ms < asked and time.monotonic() < until) or self._behind(store_id):
            if done := self.catch_up(store_id, budget=1.0):
                folded += done
            else:  # another process is at it, or something is on its way
                time.sleep(POLL_SECONDS[1])
            if progress is not None:
                progress(folded)
        return folded

    def stores(self) -> list[int]:
        """Those that have rows, or may have."""
        return sorted(store.known(self.db)) or [1]

    def rows(self, store_id: int = 1) -> dict[str, int]:
        """How many rows there are now in each list that is kept."""
        reached = store.place(self.db, store_id)
        shown = (Selection(resource=one, rest=one.shows) for one in (RESOURCES["attempts"], RESOURCES["interactions"]))
        return {one.resource.name: counting.count(self.db, store_id, one, reached, "exact") for one in shown}

    def batches(
        self, store_id: int, selection: Selection, fields: Iterable[str], reached: Place, *, target: int
    ) -> Iterator[list[Row]]:
        return store.batches(self.db, store_id, selection, fields, reached, target=target)

    def grouped(self, store_id: int, selection: Selection, stages: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
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

    def lag(self) -> float:
        """That of the store that is furthest behind."""
        return max(self.lag_of(store_id) for store_id in self.stores())

    def lag_of(self, store_id: int) -> float:
        """Seconds since the moment through which the rows are complete; 0 when nothing is on its way."""
        waiting, through = self._waiting(store_id), self.lrs.through()
        complete = through.ms if waiting is None else min(through.ms, attempts.seq_ms(waiting))
        return max(through.now - complete, 0) / 1000

    def place(self, store_id: int) -> Place:
        return store.place(self.db, store_id)

    def _behind(self, store_id: int) -> bool:
        return self._waiting(store_id) is not None

    def _waiting(self, store_id: int) -> int | None:
        """The number of the first statement that is not folded."""
        waiting = self.lrs.tail(store_id, store.place(self.db, store_id).seq, 1)
        return waiting[0].seq if waiting else None

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
                # Who is up to date pauses: statements that trickle in are not worth a round each.
                if ended >= deadline or len(batch) < size:
                    break
                # Well within the lease on the slowest machine, and few round trips on a quick one.
                size = max(size // 2, BATCH_LEAST) if ended - began > LEASE_SECONDS / 2 else min(size * 2, BATCH_MOST)
                began = ended
        except RowMoved:
            pass  # somebody took the lease over and is ahead of us
        finally:
            store.release_lease(self.db, store_id, holder)
        return folded
