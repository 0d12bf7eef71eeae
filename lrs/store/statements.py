"""Statements in MongoDB: written once, whole batches or nothing, the unique key deciding conflicts.

A document is the index entry of `lrs.spec.index` with `_id` (store and statement id), `s` sequence, `t` store, `raw` the
statement as JSON bytes, `f` facts. `v` is true for a voided statement. A statement that is referred to or voided before it
arrives leaves a placeholder at its key (`p`), which it finds by the duplicate-key error when it comes: nobody has to look
for it otherwise."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import BulkWriteError, DuplicateKeyError

from lrs.errors import Conflict
from lrs.spec.index import statement_id
from lrs.spec.statement import same
from lrs.store.references import References

Document = dict[str, Any]
_DUPLICATE = 11000
_SETTLING = 2.0  # seconds to wait for another writer's unfinished batch
_PAUSE = 0.05  # in which a batch that was refused is taken back, where there are no transactions


class Statements:
    def __init__(self, db: Database[Any]) -> None:
        self._rows = db["lrs_statements"]
        self._references = References(db)
        self._client = db.client
        self._transactions: bool | None = None
        self._embedded: bool | None = None

    def insert(self, documents: Sequence[Document]) -> list[Document]:
        """Stores what is new and returns it; statements already there are passed over, a different one is a Conflict."""
        try:
            self._insert_new(documents)
            new = list(documents)
        except (DuplicateKeyError, BulkWriteError) as error:
            if isinstance(error, BulkWriteError) and any(one["code"] != _DUPLICATE for one in error.details["writeErrors"]):
                raise
            new = self._insert_unknown(documents)
        self._references.apply(documents)
        return new

    def _insert_new(self, documents: Sequence[Document]) -> None:
        if len(documents) == 1:
            self._rows.insert_one(documents[0])
        elif self._has_transactions() and not self._is_embedded():
            with self._client.start_session() as session:
                session.with_transaction(lambda session: self._rows.insert_many(documents, session=session))
        else:
            self._insert_or_undo(documents)

    def _insert_or_undo(self, documents: Sequence[Document]) -> None:
        try:
            self._rows.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            failed = {one["index"] for one in error.details["writeErrors"]}
            self._rows.delete_many({"_id": {"$in": [one["_id"] for at, one in enumerate(documents) if at not in failed]}})
            raise

    def _has_transactions(self) -> bool:
        if self._transactions is None:
            hello = self._client.admin.command("hello")
            self._transactions = "setName" in hello or hello.get("msg") == "isdbgrid"
        return self._transactions

    def _is_embedded(self) -> bool:
        """The embedded server stands still for minutes when transactions of many documents fill its cache."""
        if self._embedded is None:
            self._embedded = "secantusVersion" in self._client.admin.command("buildInfo")
        return self._embedded

    def _insert_unknown(self, documents: Sequence[Document]) -> list[Document]:
        """Some key is taken: by the same statement, by another one, or by a placeholder."""
        until, settled = time.monotonic() + _SETTLING, self._has_transactions() and not self._is_embedded()
        while True:
            keys = [document["_id"] for document in documents]
            existing = {row["_id"]: row for row in self._rows.find({"_id": {"$in": keys}}, {"raw": 1, "p": 1, "s": 1})}
            unknown, awaited = [], []
            for document in documents:
                row = existing.get(document["_id"])
                if row is None:
                    unknown.append(document)
                elif row.get("p"):
                    awaited.append(document)
                elif not same(orjson.loads(row["raw"]), orjson.loads(document["raw"])):
                    raise _conflict(document)
            if not unknown and not awaited:
                if settled or not _is_fresh(existing, documents):
                    return []
                settled = True
                time.sleep(_PAUSE)
                continue
            try:
                if self._fill(unknown, awaited):
                    return unknown + awaited
            except (DuplicateKeyError, BulkWriteError):
                if time.monotonic() > until:
                    raise

    def _fill(self, unknown: Sequence[Document], awaited: Sequence[Document]) -> bool:
        """Inserts the unknown, then puts the awaited in their places; False, to look again, if a place was taken meanwhile."""
        if unknown:
            self._insert_new(unknown)
        if not awaited:
            return True
        if self._has_transactions():
            with self._client.start_session() as session:
                filled = session.with_transaction(lambda session: self._place(awaited, session))
        else:
            filled = self._place(awaited, None)
        for document in awaited if filled else ():
            self._references.arrived(document)
        return filled

    def _place(self, awaited: Sequence[Document], session: ClientSession | None) -> bool:
        for document in awaited:
            found = self._rows.find_one({"_id": document["_id"]}, {"p": 1}, session=session)
            if found is None or not found.get("p"):
                return False
            fields = {key: value for key, value in document.items() if key != "_id"}
            # What voided the place stays: `v` is not among the fields. A voiding statement cannot be voided.
            taken = {"$unset": {"p": "", **({"v": ""} if "vd" in document else {})}}
            condition = {"_id": document["_id"]} if session is not None else {"_id": document["_id"], "p": True}
            if not self._rows.update_one(condition, {"$set": fields, **taken}, session=session).matched_count:
                return False
        return True

    def one(self, key: bytes, wanted: Mapping[str, Any] | None = None) -> Document | None:
        """The row at a key if it is a statement and meets the conditions; they are looked at here, as `_id` is all it takes."""
        row: Document | None = self._rows.find_one({"_id": key})
        if row is None or row.get("p"):
            return None
        return row if all(_meets(row.get(name), value) for name, value in (wanted or {}).items()) else None


def _is_fresh(existing: Mapping[bytes, Document], documents: Sequence[Document]) -> bool:
    """Whether some of them may belong to a batch that is not through yet."""
    newest = max((row["s"] for row in existing.values()), default=0)
    return bool((documents[0]["s"] >> 20) - (newest >> 20) < _SETTLING * 1000)


def _meets(found: Any, value: Any) -> bool:
    return value in found if isinstance(found, list) and not isinstance(value, list) else bool(found == value)


def _conflict(document: Document) -> Conflict:
    known = statement_id(document["_id"])
    return Conflict(
        f"Another statement with the id {known} is stored.",
        statement=known,
        rule="A statement never changes (IEEE 9274.1.1 4.2).",
    )
