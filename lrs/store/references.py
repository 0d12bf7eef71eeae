"""Statements that refer to others, and what they inherit from their targets: 1.0.3 Communication 2.1.3.

Each has a second row here (its heir), with the row's `_id`, `s`, `raw` and rights, `g` the key of its target, and under the
names of the index entry the values of its target, and of the target's target. Ordinary statements cost nothing for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import UpdateOne
from pymongo.database import Database

from lrs.spec.index import INHERITED
from lrs.store.batches import PLACEHOLDER

Document = dict[str, Any]
HEIRS = "lrs_heirs"
_COPIED = ("t", "s", "raw", "att", "au")
_TOKENS: dict[str, int] = dict.fromkeys(("p", "v", *INHERITED), 1)


def _mark(statement: Mapping[str, Any], placeholder: Mapping[str, Any]) -> list[Document]:
    """At the target, if it is stored and not being taken back (`s` tells), else at a placeholder in its stead."""
    there = {"$mergeObjects": ["$$ROOT", {"r": True, **statement}]}
    return [{"$replaceWith": {"$cond": [{"$gte": ["$s", 0]}, there, {**PLACEHOLDER, **placeholder}]}}]


_REFERRED = _mark({}, {})
_VOIDED = _mark({"v": {"$ne": ["$vd", True]}}, {"v": True})  # IEEE 4.2.5: a voiding statement cannot be voided


class References:
    def __init__(self, db: Database[Any]) -> None:
        self._rows = db["lrs_statements"]
        self._heirs = db[HEIRS]

    def apply(self, documents: Sequence[Document]) -> None:
        """Voids and inherits for those of the statements that refer to others; may be repeated.

        The heir and the mark at the target come before the target is read: whichever of the two arrives later sees the other."""
        targets = {document["_id"]: document["_id"][:4] + document["rf"] for document in documents if "rf" in document}
        if not targets:
            return
        referring = [document for document in documents if "rf" in document]
        voided = {targets[document["_id"]] for document in referring if document.get("vd")}
        self._heirs.bulk_write([UpdateOne({"_id": one["_id"]}, {"$set": _heir(one, targets)}, upsert=True) for one in referring])
        marks = {key: _VOIDED if key in voided else _REFERRED for key in targets.values()}
        self._rows.bulk_write([UpdateOne({"_id": key}, mark, upsert=True) for key, mark in marks.items()], ordered=False)
        found = {row["_id"]: row for row in self._rows.find({"_id": {"$in": [*targets, *targets.values()]}}, _TOKENS)}
        gone = [key for key, row in found.items() if row.get("v") is True and not row.get("p")]
        if gone:
            self._heirs.update_many({"_id": {"$in": gone}}, {"$set": {"v": True}})
        for key, target in targets.items():
            if target in found and not found[target].get("p"):
                self._hand_on(key, self._whole(found[target]))

    def arrived(self, target: Document) -> None:
        """A statement that others refer to came after them."""
        gained = self._whole(target)
        for heir in self._heirs.find({"g": target["_id"]}, {"_id": 1}):
            self._hand_on(heir["_id"], gained)

    def _whole(self, row: Mapping[str, Any]) -> dict[str, list[bytes]]:
        """What a statement has, and what it has inherited."""
        heir = self._heirs.find_one({"_id": row["_id"]}, _TOKENS) or {}
        both = {key: [*_listed(row.get(key)), *_listed(heir.get(key))] for key in INHERITED}
        return {key: list(dict.fromkeys(values)) for key, values in both.items() if values}

    def _hand_on(self, key: bytes, gained: Mapping[str, list[bytes]]) -> None:
        """To one heir, and to whatever refers to it, and so on; circles end where they began."""
        waiting, seen = [key], set()
        while waiting:
            heir = waiting.pop()
            if heir not in seen:
                seen.add(heir)
                self._heirs.update_one({"_id": heir}, {"$addToSet": {name: {"$each": values} for name, values in gained.items()}})
                waiting += [row["_id"] for row in self._heirs.find({"g": heir}, {"_id": 1})]


def _heir(document: Document, targets: Mapping[bytes, bytes]) -> Document:
    return {"g": targets[document["_id"]], **{key: document[key] for key in _COPIED if key in document}}


def _listed(value: Any) -> list[bytes]:
    return [] if value is None else value if isinstance(value, list) else [value]
