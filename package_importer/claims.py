"""Leases in the database: what one process of many does alone, and how many do the same at once."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError, PyMongoError

from package_importer.errors import ImporterBusy

CLAIMS = "import_claims"
LEASE = 60.0
"""Seconds after which the claim of a process that died is free again; a living one renews it in time."""
PAUSE = 0.1


class Claims:
    def __init__(self, db: Database[dict[str, Any]], *, patience: float, lease: float = LEASE) -> None:
        self._rows = db[CLAIMS]
        self._patience = patience
        self._lease = lease

    @contextmanager
    def held(self, *keys: str, patience: float | None = None) -> Iterator[None]:
        """Holds one of the keys while the block runs; raises ImporterBusy when none becomes free in time."""
        token, until = secrets.token_hex(8), time.monotonic() + (self._patience if patience is None else patience)
        while (key := self._taken(keys, token)) is None:
            if time.monotonic() >= until:
                raise ImporterBusy("Other imports are running; try again in a minute.")
            time.sleep(PAUSE)
        done = threading.Event()
        renewing = threading.Thread(target=self._renew, args=(key, token, done), daemon=True)
        renewing.start()
        try:
            yield
        finally:
            done.set()
            renewing.join()
            self._rows.delete_one({"_id": key, "token": token})

    def _taken(self, keys: tuple[str, ...], token: str) -> str | None:
        for key in keys:
            now = datetime.now(UTC)
            claim = {"token": token, "until": now + timedelta(seconds=self._lease)}
            if self._rows.update_one({"_id": key, "until": {"$lt": now}}, {"$set": claim}).matched_count:
                return key
            try:
                self._rows.insert_one({"_id": key, **claim})
            except DuplicateKeyError:
                continue
            return key
        return None

    def _renew(self, key: str, token: str, done: threading.Event) -> None:
        while not done.wait(self._lease / 4):
            until = datetime.now(UTC) + timedelta(seconds=self._lease)
            try:
                self._rows.update_one({"_id": key, "token": token}, {"$set": {"until": until}})
            except PyMongoError:
                continue  # the next turn is early enough
