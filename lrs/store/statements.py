"""Statements in MongoDB: written once, whole batches or nothing, the unique key deciding conflicts.

A document is the index entry of `lrs.spec.index` with `_id` (store and statement id), `s` sequence, `t` store, `raw` the
statement as JSON bytes. `v` is true for a voided statement. A statement that is referred to or voided before it
arrives leaves a placeholder at its key (`p`), which it finds by the duplicate-key error when it comes: nobody has to look
for it otherwise. `r` says that others refer to it; `c` and a negative `s` belong to `lrs.store.batches`."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import BulkWriteError, DuplicateKeyError

from lrs.errors import Conflict, Unavailable
from lrs.spec.index import statement_id
from lrs.spec.statement import same
from lrs.store import batches
from lrs.store.references import References

Document = dict[str, Any]
_DUPLICATE = 11000
_SETTLING = 5.0  # seconds to get past other writers of the same statements


@dataclass(frozen=True, slots=True)
class Met:
    """What is at the keys of some statements."""

    unknown: list[Document] = field(default_factory=list)  # nothing
    awaited: list[Document] = field(default_factory=list)  # a placeholder
    known: list[Document] = field(default_factory=list)  # rows of others with the same statements
    refused: list[int] = field(default_factory=list)  # numbers of rows that were taken back and not deleted yet
    referred: set[bytes] = field(default_factory=set)  # keys that others refer to


class Statements:
    def __init__(self, db: Database[Any]) -> None:
        self._rows = db["lrs_statements"]
        self._references = References(db)
        self._client = db.client
        self._transactions: bool | None = None

    def insert(self, documents: Sequence[Document]) -> list[Document]:
        """Stores what is new and returns it; statements already there are passed over, a different one is a Conflict."""
        try:
            self._insert_new(documents)
            new = list(documents)
        except (DuplicateKeyError, BulkWriteError) as error:
            _only_duplicates(error)
            new = self._insert_unknown(documents)
        self._references.apply(documents)
        return new

    def _insert_new(self, documents: Sequence[Document]) -> None:
        if len(documents) == 1:
            self._rows.insert_one(documents[0])
        elif self._in_transactions():
            with self._client.start_session() as session:
                session.with_transaction(lambda session: self._rows.insert_many(documents, session=session))
        else:
            batches.insert(self._rows, documents)

    def _in_transactions(self) -> bool:
        """The embedded server has them too, but stands still for minutes when those of many documents fill its cache."""
        if self._transactions is None:
            hello = self._client.admin.command("hello")
            able = "setName" in hello or hello.get("msg") == "isdbgrid"
            self._transactions = able and "secantusVersion" not in self._client.admin.command("buildInfo")
        return self._transactions

    def _insert_unknown(self, documents: Sequence[Document]) -> list[Document]:
        """Some key is taken: by the same statement, by another one, by a placeholder, or by what is being taken back."""
        until = time.monotonic() + _SETTLING
        done: list[Document] = []  # stored by this call
        referred: set[bytes] = set()
        try:
            while True:
                met = self._meet(documents, done)
                referred |= met.referred
                if self._fill(met, done) and self._rely_on(met.known):
                    break
                if time.monotonic() > until:
                    raise Unavailable("Other requests with the same statements were in the way; try again.")
        except Exception:
            batches.take_back(self._rows, done)
            raise
        for document in documents:
            if document["_id"] in referred:
                self._references.arrived(document)
        return done

    def _meet(self, documents: Sequence[Document], done: list[Document]) -> Met:
        wanted = {"_id": {"$in": [document["_id"] for document in documents]}}
        existing = {row["_id"]: row for row in self._rows.find(wanted, {"raw": 1, "p": 1, "s": 1, "c": 1, "r": 1})}
        stored = {document["s"] for document in done}
        met = Met(referred={key for key, row in existing.items() if row.get("r") or row.get("p")})
        for document in documents:
            row = existing.get(document["_id"])
            if row is None:
                met.unknown.append(document)
            elif row.get("p"):
                met.awaited.append(document)
            elif row["s"] < 0:
                met.refused.append(row["s"])
                met.unknown.append(document)
            elif row["s"] == document["s"]:
                if row["s"] not in stored:
                    done.append(document)
            elif same(orjson.loads(row["raw"]), orjson.loads(document["raw"])):
                met.known.append(row)
            else:
                raise _conflict(document)
        return met

    def _fill(self, met: Met, done: list[Document]) -> bool:
        """Inserts the unknown and puts the awaited in their places; False, to look again, if others were faster."""
        if met.refused:
            batches.bury(self._rows, met.unknown[0]["t"], met.refused)
        try:
            if self._in_transactions() and met.awaited:
                with self._client.start_session() as session:
                    session.with_transaction(lambda session: self._fill_in(met, session))
                done += [*met.unknown, *met.awaited]
                return True
            if met.unknown:
                self._insert_new(met.unknown)
                done += met.unknown
        except (DuplicateKeyError, BulkWriteError) as error:
            _only_duplicates(error)
            return False
        for document in met.awaited:
            if not batches.place(self._rows, document):
                return False
            done.append(document)
        return True

    def _fill_in(self, met: Met, session: ClientSession) -> None:
        if met.unknown:
            self._rows.insert_many(met.unknown, session=session)
        for document in met.awaited:
            if not batches.place(self._rows, document, session):
                raise DuplicateKeyError("The place was taken meanwhile.", _DUPLICATE)

    def _rely_on(self, known: Sequence[Document]) -> bool:
        """What others have stored may belong to a batch that is about to be taken back, unless batches are transactions."""
        unclaimed = [row for row in known if not row.get("c")]
        if self._in_transactions() or not unclaimed:
            return True
        store = int.from_bytes(unclaimed[0]["_id"][:4], "big")
        return batches.claim(self._rows, store, [row["s"] for row in unclaimed])

    def one(self, key: bytes, wanted: Mapping[str, Any] | None = None) -> Document | None:
        """The row at a key if it is a statement and meets the conditions; they are looked at here, as `_id` is all it takes."""
        row: Document | None = self._rows.find_one({"_id": key})
        if row is None or row.get("p") or row["s"] < 0:
            return None
        return row if all(_meets(row.get(name), value) for name, value in (wanted or {}).items()) else None


def _only_duplicates(error: DuplicateKeyError | BulkWriteError) -> None:
    if isinstance(error, BulkWriteError) and any(one["code"] != _DUPLICATE for one in error.details["writeErrors"]):
        raise error


def _meets(found: Any, value: Any) -> bool:
    return value in found if isinstance(found, list) and not isinstance(value, list) else bool(found == value)


def _conflict(document: Document) -> Conflict:
    known = statement_id(document["_id"])
    return Conflict(
        f"Another statement with the id {known} is stored.",
        statement=known,
        rule="A statement never changes (1.0.3 Data 2.3.1; IEEE 9274.1.1 4.2).",
    )
