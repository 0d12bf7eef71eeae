"""What one process remembers, so that a known credential costs neither a slow hash nor a round trip.

Two kinds of facts. That a secret matches a stored hash stays true for ever: it is remembered under a keyed
MAC of key and secret (the key of the MAC is random and dies with the process), never under the secret.
What the credential may do changes: it is remembered only while a watcher would hear of a change.
"""

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Generic, TypeVar

from pymongo.database import Database

from access.caller import Caller
from access.watcher import Watcher

ENTRIES = 10_000
MAX_AGE = 300.0
"""Seconds after which a credential is read again even if nobody said it changed."""

V = TypeVar("V")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A credential as it was read; `generation` and `read` say when."""

    caller: Caller
    secret_hash: str
    expires: datetime | None
    revoked: bool
    generation: int
    read: float


class Recent(Generic[V]):
    """The most recently used values, at most `ENTRIES`."""

    def __init__(self) -> None:
        self._values: OrderedDict[Any, V] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Any) -> V | None:
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
            return value

    def put(self, key: Any, value: V) -> None:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            if len(self._values) > ENTRIES:
                self._values.popitem(last=False)

    def drop(self, key: Any) -> None:
        with self._lock:
            if key is None:
                self._values.clear()
            else:
                self._values.pop(key, None)


class Memory:
    """`proofs` and `refusals`: MAC of key and secret -> the stored hash it was found to match, or not to match."""

    def __init__(self, db: Database[dict[str, Any]], *, streams: bool = True) -> None:
        self.proofs: Recent[str] = Recent()
        self.refusals: Recent[str] = Recent()
        self.watcher = Watcher(db, self.forget, streams=streams)
        self.generation = 0
        self._entries: Recent[Entry] = Recent()
        self._lock = threading.Lock()
        self._mac_key = os.urandom(32)

    def mac(self, key: str, secret: str) -> bytes:
        length = len(key).to_bytes(4, "big")
        return blake2b(length + f"{key}{secret}".encode(), key=self._mac_key, digest_size=32).digest()

    def told(self, mac: bytes, stored: str) -> bool | None:
        """Whether the pair is known to match the hash, or not to."""
        if self.proofs.get(mac) == stored:
            return True
        return False if self.refusals.get(mac) == stored else None

    def tell(self, mac: bytes, stored: str, matches: bool) -> bool:
        (self.proofs if matches else self.refusals).put(mac, stored)
        return matches

    def entry(self, key: str) -> Entry | None:
        """What is known without asking, and current."""
        if not self.watcher.healthy:
            return None
        entry = self._entries.get(key)
        return entry if entry is not None and time.monotonic() - entry.read < MAX_AGE else None

    def keep(self, entry: Entry) -> None:
        """Remembers an entry, unless something changed since its reading began."""
        with self._lock:
            if entry.generation == self.generation and self.watcher.healthy:
                self._entries.put(entry.caller.key, entry)

    def forget(self, key: str | None) -> None:
        with self._lock:
            self.generation += 1
            self._entries.drop(key)


def entry(document: Mapping[str, Any], *, generation: int, read: float) -> Entry:
    """A stored credential as an entry."""
    caller = Caller(
        key=document["key"],
        name=document["name"],
        scopes=frozenset(document["scopes"]),
        store=document["store"],
        authority=document["authority"] or None,
        limits=dict(document["limits"] or {}),
    )
    return Entry(
        caller=caller,
        secret_hash=document["secret_hash"],
        expires=document["expires"],
        revoked=document["revoked"] is not None,
        generation=generation,
        read=read,
    )
