"""Sequence numbers of stored statements, and the moment through which the store is complete.

A number is (milliseconds << 20) | (writer << 12) | counter: the order of storing, over all processes. Every process is a
writer with a row in one document. A row promises with `m` that its writer will store nothing at or before that time any
more; a row without `m` is idle, and must be made active before its writer takes a number. The store is consistent through
the least promise, or through now when all are idle. Clocks are the database server's: machines need not agree on the time."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from pymongo import ReturnDocument
from pymongo.database import Database
from pymongo.errors import InvalidOperation, PyMongoError

from lrs.errors import Unavailable

WRITERS = 256
_ROW = "writers"  # _id of the one document
_LEASE = 10.0  # seconds after which an active row that is not refreshed belongs to a dead process
_REUSE = 60.0  # seconds after which an idle row may be taken over
_REFRESH = 0.1  # how often an active row moves its promise
_LINGER = 0.5  # how long a row stays active after its last statement
_TICK = 0.02
_PAUSE = 0.5  # after the database did not answer
_AHEAD = 1000  # milliseconds that numbers of another process may be ahead of our clock
RECENT = 0.02  # seconds for which readers in a row share one answer of `through`
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Through:
    """`ms`: everything stored then or before is visible. `referring`: stores with StatementRefs."""

    ms: int
    now: int
    referring: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Consecutive sequence numbers of one writer."""

    first: int  # (ms << 12) | counter
    count: int
    writer: int

    def __getitem__(self, ordinal: int) -> int:
        linear = self.first + ordinal
        return ((linear >> 12) << 20) | (self.writer << 12) | (linear & 0xFFF)


class Sequence:
    """One per process and database; notices a fork and starts over."""

    def __init__(self, db: Database[Any], attended: Callable[[], None] = lambda: None) -> None:
        self._attended = attended  # called now and then while statements are being stored, outside of requests
        self._rows = db.get_collection("lrs_writers", codec_options=db.codec_options.with_options(tz_aware=True, tzinfo=UTC))
        self._forget()

    def _forget(self) -> None:
        self._process = os.getpid()
        self._lock = threading.RLock()
        self._owner = uuid4().hex
        self._writer: int | None = None
        self._active = False
        self._offset = 0.0  # server milliseconds minus our monotonic ones
        self._beat = 0.0  # monotonic time of the last refresh
        self._used = 0.0
        self._last = 0  # linear number given last
        self._floor = 0  # milliseconds: later numbers lie behind it
        self._flying: dict[int, int] = {}  # ticket -> first millisecond
        self._ticket = 0
        self._referring: frozenset[int] = frozenset()
        self._thread: threading.Thread | None = None

    @contextmanager
    def writing(self, count: int, after: int = 0) -> Iterator[Numbers]:
        """Numbers for statements about to be stored; until the block ends the store is not consistent beyond them.

        They lie behind the millisecond `after`, too, which another process may have given, unless its clock is far ahead.
        """
        if self._process != os.getpid():
            self._forget()
        with self._lock:
            if not self._active or time.monotonic() - self._beat > _LEASE / 2:
                self._activate()
            now = self._now()
            ms = max(now, self._floor + 1, min(after + 1, now + _AHEAD))
            first = max(self._last + 1, ms << 12)
            self._last = first + count - 1
            self._ticket += 1
            ticket = self._ticket
            self._flying[ticket] = first >> 12
            numbers = Numbers(first=first, count=count, writer=self._writer or 0)
        try:
            yield numbers
        finally:
            with self._lock:
                self._flying.pop(ticket, None)
                self._used = time.monotonic()

    @property
    def latest(self) -> int:
        """The millisecond of the last number that this process has given."""
        return self._last >> 12

    def through(self) -> Through:
        """How far the store is complete, in one round trip."""
        if self._process != os.getpid():
            self._forget()
        found = list(self._rows.aggregate([{"$match": {"_id": _ROW}}, {"$set": {"now": "$$NOW"}}]))
        document: dict[str, Any] = found[0] if found else self._begin()
        now = _ms(document["now"])
        ms = now - 1
        own = str(self._writer)
        for name, row in document.get("w", {}).items():
            if row.get("m") is None or now - _ms(row["at"]) > _LEASE * 1000 or (name == own and row["o"] == self._owner):
                continue
            ms = min(ms, _ms(row["m"]))
        with self._lock:
            ms = min([ms, *(started - 1 for started in self._flying.values())])
            self._floor = max(self._floor, ms)
            self._referring |= frozenset(int(store) for store in document.get("referring", ()))
        return Through(ms=ms, now=now, referring=self._referring)

    def refer(self, store: int) -> None:
        """From now on, and before the first StatementRef is stored, readers of this store look at inherited values too."""
        if store not in self._referring:
            self._begin()
            self._rows.update_one({"_id": _ROW}, {"$addToSet": {"referring": store}})
            time.sleep(2 * RECENT)  # once in the life of a store: until no reader relies on an older answer
            with self._lock:
                self._referring |= {store}

    def _begin(self) -> dict[str, Any]:
        made = self._rows.find_one_and_update(
            {"_id": _ROW},
            [{"$set": {"now": "$$NOW"}}],
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return dict(made or {})

    def _now(self) -> int:
        return int(time.monotonic() * 1000 + self._offset)

    def _activate(self) -> None:
        """Called under the lock: from its return on, readers know that numbers after the server's present are on their way."""
        asked = time.monotonic()
        found = None if self._writer is None else self._renew(self._writer, self._owner)
        while found is None:
            asked = time.monotonic()
            found = self._claim()
        self._set_clock(found["now"], asked)
        self._floor = max(self._floor, _ms(found["now"]))
        self._beat = self._used = time.monotonic()
        self._active = True
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._attend, args=(self._process,), name="lrs-sequence", daemon=True)
            self._thread.start()

    def _set_clock(self, told: datetime, asked: float) -> None:
        """The server said the time between our question and now: what fits best of that to what we knew before."""
        least, most = _ms(told) - time.monotonic() * 1000, _ms(told) + 1 - asked * 1000
        self._offset = min(max(self._offset, least), most)

    def _renew(self, writer: int, owner: str | None) -> dict[str, Any] | None:
        row = f"w.{writer}"
        condition = {f"{row}.o": owner} if owner is not None else {row: {"$exists": False}}
        fields = {"now": "$$NOW", f"{row}.o": self._owner, f"{row}.m": "$$NOW", f"{row}.at": "$$NOW"}
        renewed: dict[str, Any] | None = self._rows.find_one_and_update(
            {"_id": _ROW, **condition}, [{"$set": fields}], return_document=ReturnDocument.AFTER
        )
        return renewed

    def _claim(self) -> dict[str, Any] | None:
        """Takes a writer number that nobody uses; `None` when another process was faster."""
        document = self._begin()
        now, rows = document["now"], document.get("w", {})
        spare = (now - timedelta(seconds=_REUSE), now - timedelta(seconds=6 * _REUSE))
        for writer in range(WRITERS):
            row = rows.get(str(writer))
            if row is None or row["at"] < spare[row.get("m") is not None]:
                claimed = self._renew(writer, row["o"] if row else None)
                self._writer = writer if claimed else None
                return claimed
        raise Unavailable(
            f"All {WRITERS} writer numbers are in use; one becomes free {_REUSE:.0f} seconds after its process ends."
        )

    def _attend(self, process: int) -> None:
        """Moves the promise of the active row, and takes it back when nothing was stored for a while."""
        while process == os.getpid() == self._process:
            time.sleep(_TICK)
            try:
                self._attended()
                if not self._refresh():
                    return
            except InvalidOperation:
                return  # the client was closed: the process is done with this database
            except PyMongoError:
                time.sleep(_PAUSE)

    def _refresh(self) -> bool:
        with self._lock:
            if not self._flying and time.monotonic() - self._used > _LINGER:
                self._active = False
                self._rows.update_one({"_id": _ROW, f"w.{self._writer}.o": self._owner}, {"$set": {f"w.{self._writer}.m": None}})
                self._thread = None
                return False
            if time.monotonic() - self._beat < _REFRESH:
                return True
            promise = min([self._now(), *(started - 1 for started in self._flying.values())])
            self._floor = max(self._floor, promise)
            started = time.monotonic()
        row = f"w.{self._writer}"
        moved = self._rows.find_one_and_update(
            {"_id": _ROW, f"{row}.o": self._owner},
            [{"$set": {"now": "$$NOW", f"{row}.m": _EPOCH + timedelta(milliseconds=promise), f"{row}.at": "$$NOW"}}],
            return_document=ReturnDocument.AFTER,
        )
        with self._lock:
            if moved is None:
                self._active, self._writer = False, None
            elif self._active:
                self._beat = started
                self._set_clock(moved["now"], started)
        return True


def _ms(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)
