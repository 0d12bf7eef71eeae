"""Makes exports and starts what schedules ask for; runs in the background process of every host."""

import hashlib
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from pymongo.database import Database

from access import Caller
from analytics import exports, schedules
from analytics.attempts import Row
from analytics.errors import AnalyticsError, ExportFailed
from analytics.formats import FORMATS

HEARTBEAT_SECONDS = 1.0


class Answer(Protocol):
    """What the application answers: `rows` grows while `pieces` are read; `expected` is an estimate."""

    @property
    def pieces(self) -> Iterator[bytes]: ...
    @property
    def rows(self) -> int: ...
    @property
    def expected(self) -> int | None: ...
    @property
    def through(self) -> str | None: ...


Ask = Callable[[Caller, Row], AbstractContextManager[Answer]]
"""Asks the application what an export asks, as this caller. Raises ExportFailed."""
Who = Callable[[str], Caller | None]
"""Who the key of a credential stands for now; None: it was revoked or has expired."""


class _Stopped(Exception):
    """The lease is lost, or the process ends."""


class Exporter:
    """One per process."""

    def __init__(self, db: Database[Any], ask: Ask, who: Who, *, hours: int = 72, clock: Callable[[], float] = time.time) -> None:
        self.db = db
        self._ask = ask
        self._who = who
        self._kept = hours * 3_600_000
        self._clock = clock
        self._stop = threading.Event()

    def stop(self) -> None:
        """What is being made is given back, so that another process begins it again."""
        self._stop.set()

    def run(self) -> int:
        """Starts what schedules ask for and makes every export that waits; how many were made."""
        schedules.run_due(self.db, self._now(), self._who)
        made = 0
        while not self._stop.is_set() and (row := exports.claim(self.db, uuid.uuid4().hex, self._now())) is not None:
            self._make(row)
            made += 1
        return made

    def sweep(self) -> int:
        return exports.sweep(self.db, self._now())

    def _now(self) -> int:
        return int(self._clock() * 1000)

    def _make(self, row: Row) -> None:
        try:
            if row["tries"] > exports.TRIES:
                raise ExportFailed("tries", f"It was begun {exports.TRIES} times and never ended.")
            caller = self._who(row["by"])
            if caller is None:
                raise ExportFailed("credential", "The credential it was made for was revoked or has expired.")
            with self._ask(caller, row) as answer, self._held(row, answer) as held:
                result = self._write(row, answer, held)
            done = exports.finish(self.db, row, "done", self._now(), self._now() + self._kept, **result)
        except _Stopped:
            exports.give_back(self.db, row, self._now())
            done = False
        except AnalyticsError as error:
            problem = {"code": error.detail.get("reason", error.code), "detail": str(error)}
            exports.finish(self.db, row, "failed", self._now(), self._now() + self._kept, error=problem)
            done = False
        if not done:
            exports.remove_file(self.db, row["file"])

    def _write(self, row: Row, answer: Answer, held: threading.Event) -> dict[str, Any]:
        digest, size = hashlib.sha256(), 0
        with exports.new_file(self.db, row, f"{row['_id']}.{FORMATS[row['form']].suffix}") as file:
            for piece in answer.pieces:
                if self._stop.is_set() or not held.is_set():
                    file.abort()
                    raise _Stopped
                file.write(piece)
                digest.update(piece)
                size += len(piece)
                row["written"] = size
        if not held.is_set():
            raise _Stopped
        return {"rows": answer.rows, "bytes": size, "sha256": digest.hexdigest(), "through": answer.through}

    @contextmanager
    def _held(self, row: Row, answer: Answer) -> Iterator[threading.Event]:
        """Keeps the lease while the file is written, and tells how far it is; the event is cleared when it is lost."""
        held, ended = threading.Event(), threading.Event()
        held.set()

        def beat() -> None:
            while not ended.wait(HEARTBEAT_SECONDS):
                progress = {"rows": answer.rows, "bytes": row.get("written", 0), "expected": answer.expected}
                if not exports.renew(self.db, row, self._now(), **progress):
                    held.clear()
                    return

        thread = threading.Thread(target=beat, name="analytics-export-lease", daemon=True)
        thread.start()
        try:
            yield held
        finally:
            ended.set()
            thread.join()
