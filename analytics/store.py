"""Attempt rows, and the place the fold has reached, in MongoDB.

Two rules of the embedded server shape this module (a real MongoDB loses nothing by them): an index serves a filter only
when every member of the filter is in it, so what the index cannot answer is a second `$match`; and a sort is never
served, so lists are read in two-sided windows along a dense number.

A row is replaced by comparing `seq`, which no two rows share: whoever folds from a row that has moved on changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo import ASCENDING, InsertOne, ReplaceOne
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from analytics.attempts import Row
from analytics.parameters import INDEXED, INT64_MAXIMUM, Selection

ATTEMPTS = "analytics_attempts"
CURSORS = "analytics_cursors"
DUPLICATE_KEY = 11000
WINDOW_FIRST = {"n": 256, "seq": 1_000 << 20}
WINDOW_SELECTIVE = 1 << 17  # one learner or one registration has few rows, wherever they lie


class RowMoved(Exception):
    """Another process changed a row between reading and writing it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far a store is folded: the last sequence number applied, and the number the latest row has."""

    seq: int = 0
    n: int = 0


def ensure_indexes(db: Database[Any]) -> None:
    attempts = db[ATTEMPTS]
    attempts.create_index([("t", ASCENDING), ("n", ASCENDING)], unique=True)
    attempts.create_index([("t", ASCENDING), ("seq", ASCENDING)], unique=True)
    for name in INDEXED:
        attempts.create_index([("t", ASCENDING), (name, ASCENDING), ("n", ASCENDING)])


def place(db: Database[Any], store: int) -> Place:
    found = db[CURSORS].find_one({"_id": store})
    return Place(seq=found["seq"], n=found["n"]) if found else Place()


def take_lease(db: Database[Any], store: int, holder: str, now: float, length: float) -> Place | None:
    """None: somebody else has it. The lease only spares work; `seq` in the rows is what keeps them right."""
    cursors = db[CURSORS]
    cursors.update_one({"_id": store}, {"$setOnInsert": {"seq": 0, "n": 0, "until": 0.0, "holder": ""}}, upsert=True)
    found = cursors.find_one_and_update(
        {"_id": store, "until": {"$lte": now}}, {"$set": {"holder": holder, "until": now + length}}
    )
    if found is None:
        return None
    numbers = db[ATTEMPTS].find({"t": store, "n": {"$gt": found["n"], "$lte": INT64_MAXIMUM}}, {"n": 1})
    highest = max((row["n"] for row in numbers), default=found["n"])  # written by a holder that died before saying so
    return Place(seq=found["seq"], n=highest)


def advance(db: Database[Any], store: int, holder: str, to: Place, until: float) -> bool:
    """False: the lease was lost meanwhile."""
    change = {"$set": {"seq": to.seq, "n": to.n, "until": until}}
    return bool(db[CURSORS].update_one({"_id": store, "holder": holder}, change).matched_count)


def release_lease(db: Database[Any], store: int, holder: str) -> None:
    db[CURSORS].update_one({"_id": store, "holder": holder}, {"$set": {"until": 0.0, "holder": ""}})


def forget(db: Database[Any], store: int, holder: str) -> None:
    """Every row of the store goes, and the fold begins again at its first statement."""
    db[ATTEMPTS].delete_many({"t": store})
    db[CURSORS].update_one({"_id": store, "holder": holder}, {"$set": {"seq": 0, "n": 0}})


def read(db: Database[Any], ids: Iterable[bytes]) -> dict[bytes, Row]:
    return {row["_id"]: row for row in db[ATTEMPTS].find({"_id": {"$in": list(ids)}})}


def write(db: Database[Any], store: int, changed: Sequence[tuple[Row | None, Row]]) -> None:
    """Each pair is the row as it was read (None: there was none) and as it is to be."""
    operations: list[InsertOne[Row] | ReplaceOne[Row]] = [
        InsertOne(new) if old is None else ReplaceOne({"t": store, "seq": old["seq"]}, new) for old, new in changed
    ]
    if not operations:
        return
    try:
        result = db[ATTEMPTS].bulk_write(operations, ordered=False)
    except BulkWriteError as error:
        if any(one["code"] != DUPLICATE_KEY for one in error.details["writeErrors"]):
            raise
        raise RowMoved from error
    if result.matched_count + result.inserted_count != len(operations):
        raise RowMoved


def batches(
    db: Database[Any], store: int, selection: Selection, fields: Iterable[str], reached: Place, *, target: int
) -> Iterator[list[Row]]:
    """The selected rows in order, a window at a time; a batch may be empty. `target`: rows wanted at once."""
    order, position = selection.order, selection.after
    prefix, rest = _index_part(selection)
    if prefix is not None and not prefix[1]:
        return
    top = reached.n if order == "n" else min(reached.seq, selection.until or reached.seq)
    width = WINDOW_SELECTIVE if prefix and prefix[0] != "activity" else WINDOW_FIRST[order]
    projection = dict.fromkeys(("n", "seq", *fields), 1) | {"_id": 0}
    while position < top:
        upper = min(position + width, top)
        window = {order: {"$gt": position, "$lte": upper}}
        found: list[Row] = []
        for value in prefix[1] if prefix else ("",):
            first = {"t": store, **({prefix[0]: value} if prefix else {}), **window}
            found += db[ATTEMPTS].aggregate(
                [{"$match": first}, *({"$match": one} for one in rest), {"$project": projection}], batchSize=target
            )
        found.sort(key=lambda row: int(row[order]))
        yield found
        position = upper
        if len(found) < target // 2:
            width *= 8 if len(found) < target // 8 else 2
        elif len(found) > 2 * target:
            width = max(width // 4, 1)


def _index_part(selection: Selection) -> tuple[tuple[str, tuple[str, ...]] | None, list[Mapping[str, Any]]]:
    """The equality that leads the index, and what is left to test."""
    rest: list[Mapping[str, Any]] = [{"statements": {"$gt": 0}}, *selection.rest]
    leading = next((name for name in INDEXED if name in selection.among), None) if selection.order == "n" else None
    rest += [{name: {"$in": list(values)}} for name, values in selection.among.items() if name != leading]
    return (leading, selection.among[leading]) if leading else None, rest
