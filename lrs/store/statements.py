"""Statements in MongoDB: written once, whole batches or nothing, the unique key deciding conflicts.

A document is the index entry of `lrs.spec.index` with `_id` (store and statement id), `s` sequence, `t` store, `raw` the
statement as JSON bytes, `f` facts. `v` marks a voided statement. A statement that is referred to or voided before it arrives
leaves a placeholder at its key (`p`), which it finds by the duplicate-key error when it comes: nobody has to look for it
otherwise. `x` holds what a StatementRef inherits from its targets (1.0.3 Communication 2.1.3)."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import BulkWriteError, DuplicateKeyError

from lrs.errors import Conflict
from lrs.spec.index import INHERITED, statement_id
from lrs.spec.statement import same

Document = dict[str, Any]
_DUPLICATE = 11000
_SETTLING = 2.0  # seconds to wait for another writer's unfinished batch, where there are no transactions


class Statements:
    def __init__(self, db: Database[Any]) -> None:
        self.rows = db["lrs_statements"]
        self._client = db.client
        self._transactions: bool | None = None

    def insert(self, documents: Sequence[Document]) -> list[Document]:
        """Stores what is new and returns it; statements already there are passed over, a different one is a Conflict."""
        try:
            self._insert_new(documents)
            new = list(documents)
        except (DuplicateKeyError, BulkWriteError) as error:
            if isinstance(error, BulkWriteError) and any(one["code"] != _DUPLICATE for one in error.details["writeErrors"]):
                raise
            new = self._insert_unknown(documents)
        self._apply(documents)
        return new

    def _insert_new(self, documents: Sequence[Document]) -> None:
        if len(documents) == 1:
            self.rows.insert_one(documents[0])
        elif self._has_transactions():
            with self._client.start_session() as session:
                session.with_transaction(lambda session: self.rows.insert_many(documents, session=session))
        else:
            self._insert_or_undo(documents)

    def _insert_or_undo(self, documents: Sequence[Document]) -> None:
        try:
            self.rows.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            failed = {one["index"] for one in error.details["writeErrors"]}
            self.rows.delete_many({"_id": {"$in": [one["_id"] for at, one in enumerate(documents) if at not in failed]}})
            raise

    def _has_transactions(self) -> bool:
        if self._transactions is None:
            hello = self._client.admin.command("hello")
            self._transactions = "setName" in hello or hello.get("msg") == "isdbgrid"
        return self._transactions

    def _insert_unknown(self, documents: Sequence[Document]) -> list[Document]:
        """Some key is taken: by the same statement, by another one, or by a placeholder."""
        until = time.monotonic() + _SETTLING
        while True:
            keys = [document["_id"] for document in documents]
            existing = {row["_id"]: row for row in self.rows.find({"_id": {"$in": keys}}, {"raw": 1, "p": 1, "v": 1})}
            unknown, awaited = [], []
            for document in documents:
                row = existing.get(document["_id"])
                if row is None:
                    unknown.append(document)
                elif row.get("p"):
                    awaited.append({**document, "v": True} if row.get("v") and not document.get("vd") else document)
                elif not same(orjson.loads(row["raw"]), orjson.loads(document["raw"])):
                    raise _conflict(document)
            if not unknown and not awaited:
                return []
            try:
                if self._fill(unknown, awaited):
                    return unknown + awaited
            except (DuplicateKeyError, BulkWriteError):
                if time.monotonic() > until:
                    raise

    def _fill(self, unknown: Sequence[Document], awaited: Sequence[Document]) -> bool:
        """Inserts the unknown and replaces the placeholders of the awaited, in one; False if one was filled meanwhile."""
        if not awaited:
            self._insert_new(unknown)
            return True
        if len(awaited) + len(unknown) > 1 and self._has_transactions():
            with self._client.start_session() as session:
                filled = session.with_transaction(lambda session: self._replace(unknown, awaited, session))
        else:
            filled = self._replace(unknown, awaited, None)
        for document in awaited if filled else ():
            self._inherit_from(document)
        return filled

    def _replace(self, unknown: Sequence[Document], awaited: Sequence[Document], session: ClientSession | None) -> bool:
        for document in awaited:
            if not self.rows.replace_one({"_id": document["_id"], "p": True}, document, session=session).matched_count:
                if session is not None:
                    session.abort_transaction()
                return False
        if unknown:
            self.rows.insert_many(unknown, session=session)
        return True

    def _apply(self, documents: Sequence[Document]) -> None:
        """Voids and inherits for the statements that refer to others; may be repeated."""
        referring = [document for document in documents if "rf" in document]
        if not referring:
            return
        keys = [document["_id"][:4] + document["rf"] for document in referring]
        voided = {key for key, document in zip(keys, referring, strict=True) if document.get("vd")}
        updates = [UpdateOne({"_id": key}, {"$setOnInsert": {"p": True}}, upsert=True) for key in set(keys) - voided]
        # IEEE 4.2.5: a voiding statement cannot be voided; the upsert of one that exists fails on its key, which is right.
        updates += [
            UpdateOne({"_id": key, "vd": {"$ne": True}}, {"$set": {"v": True}, "$setOnInsert": {"p": True}}, upsert=True)
            for key in voided
        ]
        try:
            self.rows.bulk_write(updates, ordered=False)
        except BulkWriteError as error:
            if any(one["code"] != _DUPLICATE for one in error.details["writeErrors"]):
                raise
        targets = {row["_id"]: row for row in self.rows.find({"_id": {"$in": keys}}, _TOKENS)}
        for key, document in zip(keys, referring, strict=True):
            if key in targets and not targets[key].get("p"):
                self._inherit(document, targets[key])

    def _inherit_from(self, target: Document) -> None:
        """A target has arrived after statements that refer to it."""
        for document in self.rows.find({"t": target["t"], "rf": target["_id"][4:]}, _TOKENS):
            self._inherit(document, target)

    def _inherit(self, document: Mapping[str, Any], target: Mapping[str, Any]) -> None:
        """The referring statement gets what its target has and has inherited; so does whatever refers to it."""
        waiting, seen = [(document, target)], set()
        while waiting:
            heir, source = waiting.pop()
            if heir["_id"] in seen:
                continue
            seen.add(heir["_id"])
            gained = inherited(source)
            self.rows.update_one(
                {"_id": heir["_id"]}, {"$addToSet": {f"x.{key}": {"$each": values} for key, values in gained.items()}}
            )
            whole = {**heir, "x": {key: [*gained.get(key, ()), *heir.get("x", {}).get(key, ())] for key in INHERITED}}
            waiting += [(row, whole) for row in self.rows.find({"t": heir["t"], "rf": heir["_id"][4:]}, _TOKENS)]

    def one(self, key: bytes, *, voided: bool, conditions: Mapping[str, Any]) -> Document | None:
        """Two matches, because the embedded server looks a key up only when nothing else is asked with it."""
        rest = {"p": {"$exists": False}, "v": {"$exists": voided}, **conditions}
        return next(iter(self.rows.aggregate([{"$match": {"_id": key}}, {"$match": rest}])), None)


_TOKENS = dict.fromkeys(("t", "p", "rf", "x", *INHERITED), 1)


def inherited(source: Mapping[str, Any]) -> dict[str, list[bytes]]:
    gained: dict[str, list[bytes]] = {}
    for key in INHERITED:
        own = source.get(key, [])
        values = list(dict.fromkeys([*(own if isinstance(own, list) else [own]), *source.get("x", {}).get(key, ())]))
        if values:
            gained[key] = values
    return gained


def _conflict(document: Document) -> Conflict:
    known = statement_id(document["_id"])
    return Conflict(
        f"Another statement with the id {known} is stored.",
        statement=known,
        rule="A statement never changes (IEEE 9274.1.1 4.2).",
    )
