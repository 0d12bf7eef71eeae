"""Milestones in the sequence, for servers that cannot stop reading early (the embedded one): windows of known size.

One is set after every so many statements, not exactly: a missing one makes a window wider, never a page wrong. A row that is
read and not shown costs the embedded server some 8 microseconds, so milestones are about as far apart as a page is long."""

from __future__ import annotations

import bisect
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

from pymongo import ReplaceOne
from pymongo.database import Database

EVERY = 100
_FRESH = 1.0  # seconds
_ALL = 100_000  # in one answer
_OVERLAP = 400  # milestones read again: other processes write theirs a little later


class Marks:
    """Sequence numbers of milestones by store, kept in memory and fetched on as they come."""

    def __init__(self, db: Database[Any], every: int = EVERY) -> None:
        self.every = every
        self._rows = db["lrs_marks"]
        self._lock = threading.Lock()
        self._known: dict[int, list[int]] = {}
        self._looked: dict[int, float] = {}
        self._since: dict[int, int] = {}
        self._waiting: list[dict[str, Any]] = []

    def passed(self, store: int, numbers: Sequence[int]) -> None:
        """Statements were stored with these sequence numbers."""
        with self._lock:
            since = self._since.get(store, 0)
            self._since[store] = (since + len(numbers)) % self.every
            fresh = numbers[self.every - since - 1 :: self.every]
            self._waiting += [{"_id": f"{store}:{seq}", "t": store, "s": seq} for seq in fresh]
            if fresh and store in self._known:
                self._known[store] = sorted([*self._known[store], *fresh])  # a new list: somebody may be reading the old one

    def write(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, []
        if waiting:
            self._rows.bulk_write([ReplaceOne({"_id": row["_id"]}, row, upsert=True) for row in waiting])

    def windows(self, store: int, low: int, high: int, *, ascending: bool, width: int) -> Iterator[tuple[int, int]]:
        """Exclusive bounds that cover (low, high) from its near end on: `width` milestones, then eight times as many."""
        marks = self._marks(store)
        inner = marks[bisect.bisect_right(marks, low) : bisect.bisect_left(marks, high)]
        if not ascending:
            inner = inner[::-1]
        far, near, at = (high, low, -1) if ascending else (low, high, -1)
        width = max(width, 1)  # a page that lay between two milestones needed none
        while True:
            at += width
            edge = inner[at] if at < len(inner) else far
            if ascending:
                yield near, (edge if edge == far else edge + 1)
            else:
                yield (edge if edge == far else edge - 1), near
            if edge == far:
                return
            near = edge
            width *= 8

    def between(self, store: int, low: int, high: int) -> int:
        with self._lock:
            known = self._known.get(store, [])
            return bisect.bisect_left(known, high) - bisect.bisect_right(known, low)

    def _marks(self, store: int) -> list[int]:
        now = time.monotonic()
        with self._lock:
            known = self._known.setdefault(store, [])
            if now - self._looked.get(store, -_FRESH) < _FRESH:
                return known
            self._looked[store] = now
            last = known[-_OVERLAP] if len(known) > _OVERLAP else 0
        asked = self._rows.find({"t": store, "s": {"$gt": last, "$lt": 2**63 - 1}}, {"s": 1}, batch_size=_ALL)
        fresh = [row["s"] for row in asked]
        with self._lock:
            known = sorted({*self._known[store], *fresh})
            self._known[store] = known
        return known
