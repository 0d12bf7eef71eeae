"""Hears at once that another process changed a credential.

One thread for each process. Where the server has change streams (replica sets and the embedded server) the
thread waits on one; else it reads the revision number of the collection each second. A watcher is healthy
while the server has answered it within `PATIENCE` seconds: who keeps things in memory on its word must not
use them while it is not. So a change is heard after milliseconds (stream) or a second (polling), and never
trusted away for longer than `PATIENCE`, whatever breaks.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from pymongo import ReadPreference
from pymongo.database import Database
from pymongo.errors import InvalidOperation, OperationFailure, PyMongoError

from access.models import COLLECTION, REVISIONS

INTERVAL = 1.0
PATIENCE = 2.5
# Not a replica set; no such command or stage; not allowed to. Everything else passes.
NO_CHANGE_STREAMS = frozenset({40573, 59, 40324, 13, 115, 20})
# Keys that do not exist are never remembered, so a new one is no news.
PIPELINE = [{"$match": {"operationType": {"$ne": "insert"}}}]

log = logging.getLogger(__name__)


class Watcher:
    """`forget(key)` is called for each changed key, `forget(None)` when any may have changed."""

    def __init__(self, db: Database[dict[str, Any]], forget: Callable[[str | None], None], *, streams: bool = True) -> None:
        self._db = db
        self._forget = forget
        self._streams = streams
        self._answered = float("-inf")
        self._stop = threading.Event()
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def healthy(self) -> bool:
        return time.monotonic() - self._answered < PATIENCE

    def ensure_started(self) -> None:
        if self._thread is None:
            with self._start:
                if self._thread is None and not self._stop.is_set():
                    self._thread = threading.Thread(target=self._run, name="access-watcher", daemon=True)
                    self._thread.start()

    def stop(self) -> None:
        """Returns at once; the thread ends with the answer it waits for."""
        self._stop.set()
        self._answered = float("-inf")

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                if self._streams:
                    self._follow()
                else:
                    self._poll()
            except InvalidOperation:
                return  # the client was closed: the process is done with this database
            except OperationFailure as error:
                if self._streams and error.code in NO_CHANGE_STREAMS:
                    self._streams = False
                    continue
                log.warning("watching credentials: %s", error)
            except PyMongoError as error:
                log.warning("watching credentials: %s", error)
            self._answered = float("-inf")
            self._stop.wait(INTERVAL)

    def _follow(self) -> None:
        """Returns when the stream ends, as it does when the collection is dropped."""
        with self._db[COLLECTION].watch(PIPELINE, max_await_time_ms=int(INTERVAL * 1000)) as stream:
            self._forget(None)
            self._answer(time.monotonic())
            while stream.alive and not self._stop.is_set():
                change = stream.try_next()
                if change is not None:
                    self._forget(change.get("documentKey", {}).get("_id"))
                self._answer(time.monotonic())

    def _poll(self) -> None:
        revisions = self._db.get_collection(REVISIONS, read_preference=ReadPreference.PRIMARY)
        known: Any = self  # equal to nothing that the server says
        while not self._stop.is_set():
            asked = time.monotonic()
            found = revisions.find_one({"_id": COLLECTION})
            if found != known:
                known = found
                self._forget(None)
            self._answer(asked)
            self._stop.wait(INTERVAL)

    def _answer(self, when: float) -> None:
        if not self._stop.is_set():
            self._answered = when


def announce(db: Database[dict[str, Any]]) -> None:
    """Tells those who poll; called after the change itself was acknowledged."""
    db[REVISIONS].update_one({"_id": COLLECTION}, {"$inc": {"n": 1}}, upsert=True)
