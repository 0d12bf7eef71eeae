"""Batches without transactions: what was stored of a refused batch is taken back, unless somebody else counts on it.

Another client may have sent a statement of the refused batch too, and found it stored. It claims the row (`c`) before it
answers; taking back moves a row out of the sequence (to minus its number) only if it is not claimed. Each is one atomic
update of one document, so exactly one of them wins. Rows are named by their sequence numbers, which are never given twice:
nobody can claim or delete what another writer has stored at the same key meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError

Document = dict[str, Any]
PLACEHOLDER: Mapping[str, Any] = {"_id": "$_id", "p": True, "v": "$v"}
_TAKE_BACK: list[Document] = [
    {
        "$replaceWith": {
            "$switch": {
                "branches": [
                    {"case": {"$eq": ["$c", True]}, "then": "$$ROOT"},
                    {"case": {"$eq": ["$r", True]}, "then": PLACEHOLDER},
                ],
                "default": {"$mergeObjects": ["$$ROOT", {"s": {"$subtract": [0, "$s"]}}]},
            }
        }
    }
]


def insert(rows: Collection[Document], documents: Sequence[Document]) -> None:
    """All of them, or none and the error."""
    try:
        rows.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        failed = {one["index"] for one in error.details["writeErrors"]}
        take_back(rows, [one for at, one in enumerate(documents) if at not in failed])
        raise


def take_back(rows: Collection[Document], documents: Sequence[Document]) -> None:
    """Out of the sequence at once, then deleted; what others refer to becomes a placeholder again."""
    if documents:
        store = documents[0]["t"]
        rows.update_many(_rows(store, [one["s"] for one in documents]), _TAKE_BACK)
        bury(rows, store, [-one["s"] for one in documents])


def bury(rows: Collection[Document], store: int, numbers: Sequence[int]) -> None:
    """Deletes what was taken back and whose own writer may have died before it could."""
    rows.delete_many(_rows(store, numbers))


def claim(rows: Collection[Document], store: int, numbers: Sequence[int]) -> bool:
    """Whether all of them are stored and stay; when not, whoever asks has to look again."""
    return rows.update_many(_rows(store, numbers), {"$set": {"c": True}}).matched_count == len(numbers)


def place(rows: Collection[Document], document: Document, session: ClientSession | None = None) -> bool:
    """Puts a statement where a placeholder is. What voided the place stays, but a voiding statement cannot be voided."""
    voided = {} if "vd" in document else {"v": "$v"}
    whole = {"$mergeObjects": [voided, {"$literal": {**document, "r": True}}]}
    change: list[Document] = [{"$replaceWith": {"$cond": [{"$eq": ["$p", True]}, whole, "$$ROOT"]}}]
    found: Mapping[str, Any] | None = rows.find_one_and_update(
        {"_id": document["_id"]}, change, {"s": 1}, return_document=ReturnDocument.AFTER, session=session
    )
    return found is not None and found.get("s") == document["s"]


def _rows(store: int, numbers: Sequence[int]) -> Document:
    return {"t": store, "s": {"$in": list(numbers)}}
