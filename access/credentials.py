"""Keys and secrets: made, checked, listed and revoked."""

import os
import secrets
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from mongoengine import NotUniqueError
from pymongo import ReadPreference
from pymongo.database import Database

from access import hashing
from access.caller import Caller
from access.creation import KEY_RULE, SESSION_PREFIX, fault, key_is_right
from access.errors import Busy, CredentialNotFound, InvalidRequest, KeyTaken
from access.memory import Entry, Memory, entry
from access.models import Credential
from access.scopes import SCOPES, unknown
from access.watcher import announce

PURGE_AFTER = timedelta(days=1)
CHECKS_AT_ONCE = 2
CHECK_SECONDS = 2.0
WRITE = {"w": "majority", "j": True}
_living: "weakref.WeakSet[Credentials]" = weakref.WeakSet()


class Credentials:
    """The credentials of every store; thread-safe, and a forked child begins with an empty memory."""

    def __init__(
        self,
        db: Database[dict[str, Any]],
        *,
        cost: tuple[int, int, int] = hashing.SCRYPT_COST,
        streams: bool = True,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`streams=False`: poll for changes even where the server has change streams."""
        self._db = db
        self._cost = cost
        self._streams = streams
        self._clock = clock
        # What an unknown key is checked against, so that it costs what a wrong secret costs.
        self._decoys = (hashing.decoy(None), hashing.decoy(cost))
        self.begin()
        _living.add(self)

    def begin(self) -> None:
        """Forgets everything; also what a forked child does first."""
        self._memory = Memory(self._db, streams=self._streams)
        self._checks = threading.BoundedSemaphore(CHECKS_AT_ONCE)
        weakref.finalize(self, self._memory.watcher.stop)

    def close(self) -> None:
        self._memory.watcher.stop()

    def verify(self, key: str, secret: str) -> Caller | None:
        """Who the pair stands for; None for an unknown, revoked or expired key and for a wrong secret, all after the same work.

        A pair that was checked before costs no slow hash, and no round trip while the watcher is healthy.
        """
        self._memory.watcher.ensure_started()
        mac = self._memory.mac(key, secret)
        proven = self._memory.proofs.get(mac)
        if proven is not None:
            known = self._memory.entry(key) or self._read(key)
            if known is not None and known.secret_hash == proven:
                return self._caller(known)
        # Read even if remembered: an unknown key costs a round trip here, so a known one must, too.
        known = self._read(key)
        stored = known.secret_hash if known else self._decoys[not key.startswith(SESSION_PREFIX)]
        if not self._matches(mac, secret, stored) or known is None:
            return None
        return self._caller(known)

    def create(
        self,
        *,
        name: str,
        scopes: Iterable[str],
        key: str | None = None,
        secret: str | None = None,
        store: int = 1,
        authority: Mapping[str, Any] | None = None,
        expires: datetime | None = None,
    ) -> tuple[Credential, str]:
        """The credential and its secret, which nobody can read again."""
        key = key if key is not None else f"key-{secrets.token_hex(10)}"
        secret = secret if secret is not None else secrets.token_urlsafe(32)
        scopes = list(scopes)
        _check(key, secret, scopes)
        document = self._document("key", key, name, scopes, store)
        document.secret_hash = hashing.scrypt(secret, self._cost)
        document.authority = dict(authority) if authority else None
        document.expires = expires
        self._insert(document)
        return document, secret

    def issue(
        self,
        *,
        name: str,
        scopes: Iterable[str],
        limits: Mapping[str, Any],
        expires: datetime,
        store: int = 1,
        authority: Mapping[str, Any] | None = None,
    ) -> tuple[Credential, str]:
        """A credential for one launch: narrowed to `limits`, useless after `expires`, deleted a day later."""
        secret = secrets.token_urlsafe(32)
        document = self._document("session", SESSION_PREFIX + secrets.token_urlsafe(16), name, list(scopes), store)
        document.secret_hash = hashing.sha256(secret)
        document.authority = dict(authority) if authority else None
        document.limits = dict(limits)
        document.expires = expires
        document.purge = expires + PURGE_AFTER
        self._insert(document)
        return document, secret

    def ensure(self, *, key: str, secret: str, name: str, scopes: Iterable[str], store: int = 1) -> Credential:
        """The credential that settings name: made if it is missing, given the secret and scopes if they differ.

        One that was revoked stays revoked: see `revoked` of the answer.
        """
        scopes = list(scopes)
        _check(key, secret, scopes)
        found = self._find(key)
        if found is None:
            try:
                return self.create(name=name, scopes=scopes, key=key, secret=secret, store=store)[0]
            except KeyTaken:  # another process was faster
                found = self.get(key)
        if found.revoked is None and not (hashing.matches(secret, found.secret_hash) and sorted(found.scopes) == sorted(scopes)):
            found.secret_hash = hashing.scrypt(secret, self._cost)
            found.scopes = scopes
            found.save(write_concern=WRITE)
            self._changed(key)
        return found

    def get(self, key: str, *, store: int | None = None) -> Credential:
        found = self._find(key)
        if found is None or (store is not None and found.store != store):
            raise CredentialNotFound(f"There is no credential with the key {key!r}.", detail={"found": key})
        return found

    def caller(self, key: str) -> Caller | None:
        """Who the key stands for now, for work that was asked for earlier; None: it was revoked or has expired."""
        known = self._read(key)
        return None if known is None else self._caller(known)

    def list(self, *, store: int = 1, after: str = "", limit: int = 100) -> list[Credential]:
        """Those that people manage, revoked ones included, by key; the ones of launches are not listed."""
        rows = Credential.objects(store=store, kind="key", order__gt=after, order__lt="\x7f")
        return list(rows.order_by("order").limit(limit))

    def revoke(self, key: str, *, store: int | None = None) -> None:
        """Takes effect in this process now, in the others when their watchers hear of it; repeating it does nothing."""
        self.get(key, store=store)
        first = [{"$set": {"revoked": {"$ifNull": ["$revoked", self._clock()]}}}]
        Credential.objects(pk=key).update_one(__raw__=first, write_concern=WRITE)
        self._changed(key)

    def _read(self, key: str) -> Entry | None:
        """From the database, and remembered."""
        generation, read = self._memory.generation, time.monotonic()
        found = self._find(key)
        if found is None:
            return None
        fresh = entry(found, generation=generation, read=read)
        self._memory.keep(fresh)
        return fresh

    def _caller(self, known: Entry) -> Caller | None:
        if known.revoked or (known.expires is not None and known.expires <= self._clock()):
            return None
        return known.caller

    def _matches(self, mac: bytes, secret: str, stored: str) -> bool:
        """Checks, and remembers the answer; only so many slow checks run at once."""
        if (told := self._memory.told(mac, stored)) is not None:
            return told
        if not hashing.is_slow(stored):
            return self._memory.tell(mac, stored, hashing.matches(secret, stored))
        if not self._checks.acquire(timeout=CHECK_SECONDS):
            raise Busy
        try:
            # Requests of one client that waited here together need one check between them.
            if (told := self._memory.told(mac, stored)) is not None:
                return told
            return self._memory.tell(mac, stored, hashing.matches(secret, stored))
        finally:
            self._checks.release()

    def _find(self, key: str) -> Credential | None:
        found: Credential | None = Credential.objects(pk=key).read_preference(ReadPreference.PRIMARY).first()
        return found

    def _document(self, kind: str, key: str, name: str, scopes: Iterable[str], store: int) -> Credential:
        return Credential(key=key, order=key, kind=kind, name=name, scopes=scopes, store=store, created=self._clock())

    def _insert(self, document: Credential) -> None:
        try:
            document.save(force_insert=True, write_concern=WRITE)
        except NotUniqueError:
            message = f"The key {document.key!r} is taken, if only by a revoked credential."
            raise KeyTaken(message, detail={"pointer": "/key", "found": document.key}) from None

    def _changed(self, key: str) -> None:
        self._memory.forget(key)
        announce(self._db)


def _check(key: str, secret: str, scopes: Iterable[str]) -> None:
    """What holds for every credential, however it is made."""
    faults = [] if key_is_right(key) else [fault("/key", key, f"must be {KEY_RULE}")]
    if not secret:
        faults.append(fault("/secret", "", "cannot be empty"))
    faults += [fault("/scopes", scope, f"must be one of {', '.join(SCOPES)}") for scope in unknown(scopes)]
    if faults:
        raise InvalidRequest(faults)


def _begin_in_child() -> None:
    for credentials in list(_living):
        credentials.begin()


os.register_at_fork(after_in_child=_begin_in_child)
