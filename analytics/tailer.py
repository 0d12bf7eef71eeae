"""Keeps attempt rows current: statements are folded in stored order, by one process of a store at a time.

Nothing is lost or counted twice when the process dies at any point: rows carry the number of the last statement
in them, and the place in the store is moved on only after the rows are written.
"""

import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

from pymongo.database import Database

from access import Caller
from analytics import attempts, store, vocabulary
from analytics.attempts import Folded, Key, Row
from analytics.facts import Facts, milliseconds
from analytics.facts import facts as facts_of
from analytics.parameters import Selection
from analytics.store import Place, RowMoved
from lrs import Page, StatementQuery, Stored

LEASE_SECONDS = 2.0
BATCH = 500
POLL_SECONDS = (0.001, 0.01)


class Through(Protocol):
    """`ms`: every statement stored then or before is visible. `now`: the clock that statements are numbered by."""

    @property
    def ms(self) -> int: ...
    @property
    def now(self) -> int: ...


class Statements(Protocol):
    """What is asked of the LRS."""

    def tail(self, store: int = 1, after_seq: int = 0, limit: int = 1000) -> list[Stored]: ...
    def find(self, query: StatementQuery, caller: Caller) -> Page: ...
    def get(self, statement_id: str, store: int = 1) -> dict[str, Any] | None: ...
    def through(self) -> Through: ...


class Attempts:
    """One per process, safe to share between threads."""

    def __init__(self, db: Database[Any], lrs: Statements, *, clock: Callable[[], float] = time.time) -> None:
        self.db = db
        self.lrs = lrs
        self.clock = clock
        self._folding = threading.Lock()

    def ensure_indexes(self) -> None:
        store.ensure_indexes(self.db)

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
        try:
            while batch := self.lrs.tail(store_id, here.seq, BATCH):
                here = Place(seq=batch[-1].seq, n=self._apply(store_id, here.n, batch))
                if not store.advance(self.db, store_id, holder, here, self.clock() + LEASE_SECONDS):
                    break
                folded += len(batch)
                if time.monotonic() >= deadline:
                    break
        except RowMoved:
            pass  # somebody took the lease over and is ahead of us
        finally:
            store.release_lease(self.db, store_id, holder)
        return folded

    def _apply(self, store_id: int, n: int, batch: Sequence[Stored]) -> int:
        """Writes the rows that these statements change; the highest row number afterwards."""
        news: dict[Key, list[Folded]] = defaultdict(list)
        voids: dict[Key, int] = {}
        for one in batch:
            facts = one.facts or facts_of(one.statement)
            if (key := attempts.key(facts)) is not None and not one.voided:
                news[key].append(Folded(one.seq, facts))
            elif (target := self._voids(store_id, facts, one.statement)) is not None:
                voids[target] = one.seq
        ids = {key: attempts.row_id(store_id, key) for key in (*news, *(voids.keys() - news.keys()))}
        known = store.read(self.db, ids.values())
        changed: list[tuple[Row | None, Row]] = []
        for key, row_id in ids.items():
            old = known.get(row_id)
            row = old or attempts.empty(key)
            if voids.get(key, 0) > row["seq"]:
                row = self._again(store_id, key, voids[key], row)
            row = attempts.fold(row, news.get(key, ()))
            if old is None and row["statements"]:
                n += 1
                changed.append((None, row | {"_id": row_id, "t": store_id, "n": n}))
            elif old is not None and row["seq"] > old["seq"]:
                changed.append((old, row))
        store.write(self.db, store_id, changed)
        return n

    def _voids(self, store_id: int, facts: dict[str, Any], statement: dict[str, Any]) -> Key | None:
        """The row that loses a statement by this one."""
        if facts.get("verb") != vocabulary.VOIDED or facts.get("object_kind") != "StatementRef":
            return None
        target = self.lrs.get(statement["object"]["id"], store_id)
        return attempts.key(facts_of(target)) if target is not None else None

    def _again(self, store_id: int, key: Key, seq: int, old: Row) -> Row:
        """The row as it is without what was voided, from the statements themselves, through `seq`."""
        row = attempts.fold(attempts.empty(key), self._history(store_id, key, seq))
        row["seq"] = seq
        return row | {name: old[name] for name in ("_id", "t", "n") if name in old}

    def _history(self, store_id: int, key: Key, seq: int) -> list[Folded]:
        """The row's statements through `seq`. The LRS tells their times, not their numbers: good enough for a row that
        gets the number of the voiding statement."""
        caller = Caller(key="analytics", name="analytics", scopes=frozenset({"all/read"}), store=store_id)
        found: list[Facts] = []
        stored: list[int] = []
        cursor: int | None = seq + 1
        while cursor is not None:
            query = StatementQuery(activity=key.activity, registration=key.registration, limit=BATCH, cursor=cursor)
            page = self.lrs.find(query, caller)
            for statement in page.statements:
                facts = facts_of(statement)
                if attempts.key(facts) == key:
                    found.append(facts)
                    stored.append((milliseconds(statement.get("stored")) or 0) << 20)
            cursor = page.last
        folded: list[Folded] = []
        last = 0
        for number, facts in zip(reversed(stored), reversed(found), strict=True):
            last = max(last + 1, number)
            folded.append(Folded(last, facts))
        return folded
