"""Attempt rows, and the place the fold has reached, in MongoDB.

Two rules of the embedded server shape this module (a real MongoDB loses nothing by them): an index serves a filter only
when every member of the filter is in it, so what the index cannot answer is a second `$match`; and a sort is never
served, so lists are read in two-sided windows along a dense number.

A row is replaced by comparing `seq`, which no two rows share: whoever folds from a row that has moved on changes nothing.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any, NamedTuple

from pymongo import ASCENDING, InsertOne, ReplaceOne, UpdateOne
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import BulkWriteError, ExecutionTimeout

from analytics.attempts import Row
from analytics.errors import QueryTooLarge
from analytics.parameters import RESOURCES, Selection
from analytics.sight import SECRET_BYTES
from analytics.values import INT64_MAXIMUM

ATTEMPTS = RESOURCES["attempts"].collection
INTERACTIONS = RESOURCES["interactions"].collection
VERBS = "analytics_verbs"
VOIDS = "analytics_voids"
CURSORS = "analytics_cursors"
CHANGES = "t_1_seq_1"
SECRETS = "analytics_secrets"
DUPLICATE_KEY = 11000
WINDOW_EXCESS = 4
WINDOW_FIRST: dict[str, Callable[[int], int]] = {"n": lambda target: max(target, 256), "seq": lambda _: 1_000 << 20}
QUERY_MILLISECONDS = 30_000
SELECTIVE = ("registration", "actor_key", "pseudonym")
WINDOW_SELECTIVE = 1 << 17  # one learner or one registration has few rows, wherever they lie


class RowMoved(Exception):
    """Another process changed a row between reading and writing it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far a store is folded: the last sequence number applied, and the numbers given last to a row of each kind."""

    seq: int = 0
    attempts: int = 0
    interactions: int = 0

    def highest(self, collection: str) -> int:
        return self.interactions if collection == INTERACTIONS else self.attempts


def ensure_indexes(db: Database[Any]) -> None:
    for resource in (RESOURCES["attempts"], RESOURCES["interactions"]):
        rows = db[resource.collection]
        rows.create_index([("t", ASCENDING), ("n", ASCENDING)], unique=True)
        _index_changes(rows)
        for name in (*resource.indexed, "pseudonym"):
            rows.create_index([("t", ASCENDING), (name, ASCENDING), ("n", ASCENDING)])


def _index_changes(rows: Collection[Any]) -> None:
    """No two rows share a number, but that is not for the index to say: in a unique one the embedded server holds on to the
    value that a row was inserted with when the row has another, and a rebuild could not insert it again."""
    if rows.index_information().get(CHANGES, {}).get("unique"):
        rows.drop_index(CHANGES)
    rows.create_index([("t", ASCENDING), ("seq", ASCENDING)], name=CHANGES)


def secret(db: Database[Any], store: int) -> bytes:
    """Of the store's pseudonyms; made when it is first asked for, and never again."""
    fresh = {"$setOnInsert": {"secret": secrets.token_bytes(SECRET_BYTES)}}
    db[SECRETS].update_one({"_id": store}, fresh, upsert=True)
    found = db[SECRETS].find_one({"_id": store})
    assert found is not None
    return bytes(found["secret"])


def known(db: Database[Any]) -> list[int]:
    """The stores that were ever folded."""
    return [int(found["_id"]) for found in db[CURSORS].find({}, {"_id": 1})]


def place(db: Database[Any], store: int) -> Place:
    found = db[CURSORS].find_one({"_id": store})
    return _place(found) if found else Place()


def _place(document: Mapping[str, Any]) -> Place:
    return Place(seq=document["seq"], attempts=document["attempts"], interactions=document["interactions"])


def take_lease(db: Database[Any], store: int, holder: str, now: float, length: float) -> Place | None:
    """None: somebody else has it. The lease only spares work; `seq` in the rows is what keeps them right."""
    found = _free(db, store, holder, now, length)
    if found is None:
        begin = {"$setOnInsert": {**asdict(Place()), "until": 0.0, "holder": ""}}
        if db[CURSORS].update_one({"_id": store}, begin, upsert=True).upserted_id is not None:
            found = _free(db, store, holder, now, length)
    if found is None:
        return None
    here = _place(found)
    return replace(
        here,
        attempts=_highest(db, ATTEMPTS, store, here.attempts),
        interactions=_highest(db, INTERACTIONS, store, here.interactions),
    )


def _free(db: Database[Any], store: int, holder: str, now: float, length: float) -> Mapping[str, Any] | None:
    mine = {"$set": {"holder": holder, "until": now + length}}
    found: Mapping[str, Any] | None = db[CURSORS].find_one_and_update({"_id": store, "until": {"$lte": now}}, mine)
    return found


def _highest(db: Database[Any], collection: str, store: int, known: int) -> int:
    """A holder that died may have written rows before it said so."""
    numbers = db[collection].find({"t": store, "n": {"$gt": known, "$lte": INT64_MAXIMUM}}, {"n": 1})
    return max((row["n"] for row in numbers), default=known)


def advance(db: Database[Any], store: int, holder: str, to: Place, until: float) -> bool:
    """False: the lease was lost meanwhile."""
    change = {"$set": {**asdict(to), "until": until}}
    return bool(db[CURSORS].update_one({"_id": store, "holder": holder}, change).matched_count)


def release_lease(db: Database[Any], store: int, holder: str) -> None:
    db[CURSORS].update_one({"_id": store, "holder": holder}, {"$set": {"until": 0.0, "holder": ""}})


def forget(db: Database[Any], store: int, holder: str) -> None:
    """Every row of the store goes, and the fold begins again at its first statement."""
    for collection in (ATTEMPTS, INTERACTIONS):
        db[collection].delete_many({"t": store})
    db[VOIDS].delete_many({"t": store})
    db[VERBS].delete_one({"_id": store})
    db[CURSORS].update_one({"_id": store, "holder": holder}, {"$set": asdict(Place())})


def read(db: Database[Any], ids: Iterable[bytes]) -> dict[bytes, Row]:
    return {row["_id"]: row for row in db[ATTEMPTS].find({"_id": {"$in": list(ids)}})}


def write(db: Database[Any], store: int, changed: Sequence[tuple[Row | None, Row]]) -> None:
    """Each pair is the row as it was read (None: there was none) and as it is to be."""
    operations: list[InsertOne[Row] | ReplaceOne[Row]] = [
        InsertOne(new) if old is None else ReplaceOne({"t": store, "seq": old["seq"]}, new) for old, new in changed
    ]
    _write_all(db, ATTEMPTS, operations)


def _write_all(db: Database[Any], collection: str, operations: Sequence[InsertOne[Row] | ReplaceOne[Row]]) -> None:
    if not operations:
        return
    try:
        result = db[collection].bulk_write(operations, ordered=False)
    except BulkWriteError as error:
        if any(one["code"] != DUPLICATE_KEY for one in error.details["writeErrors"]):
            raise
        raise RowMoved from error
    if result.matched_count + result.inserted_count != len(operations):
        raise RowMoved


def void_interactions(db: Database[Any], tombstones: Sequence[Row]) -> list[Row]:
    """A row that is there stays as a mark for loaders, with the number of its voiding; returns the tombstones of the others."""
    if not tombstones:
        return []
    ids = [row["_id"] for row in tombstones]
    known = {row["_id"] for row in db[INTERACTIONS].find({"_id": {"$in": ids}}, {"_id": 1})}
    marks = [UpdateOne({"_id": row["_id"]}, {"$set": {"voided": True, "seq": row["seq"]}}) for row in tombstones]
    if known:
        db[INTERACTIONS].bulk_write(marks, ordered=False)
    return [row for row in tombstones if row["_id"] not in known]


def write_interactions(db: Database[Any], rows: Sequence[Row]) -> None:
    """What is there already stays as it is."""
    if not rows:
        return
    try:
        db[INTERACTIONS].bulk_write([InsertOne(row) for row in rows], ordered=False)
    except BulkWriteError as error:
        if any(one["code"] != DUPLICATE_KEY for one in error.details["writeErrors"]):
            raise
        known = db[INTERACTIONS].find({"_id": {"$in": [row["_id"] for row in rows]}}, {"_id": 1})
        if sum(1 for _ in known) < len(rows):  # a number was taken, not the row
            raise RowMoved from error


def first_voids(db: Database[Any], store: int, voids: Mapping[str, int], voided: Iterable[str]) -> dict[str, int]:
    """Of all these statements, the numbers of those that voided them first; `voids` are noted where they are that."""
    ids = {f"{store}/{one}": one for one in (*voids, *voided)}
    if not ids:
        return {}
    notes = [
        UpdateOne({"_id": f"{store}/{one}"}, {"$setOnInsert": {"t": store, "seq": seq}}, upsert=True)
        for one, seq in voids.items()
    ]
    if notes:
        db[VOIDS].bulk_write(notes, ordered=False)
    return {ids[row["_id"]]: int(row["seq"]) for row in db[VOIDS].find({"_id": {"$in": list(ids)}})}


def verbs(db: Database[Any], store: int) -> Row | None:
    return db[VERBS].find_one({"_id": store})


def write_verbs(db: Database[Any], store: int, old: Row | None, counts: Row) -> None:
    """There is one document for each store: that the comparison scans them costs nothing."""
    operation = InsertOne(counts | {"_id": store}) if old is None else ReplaceOne({"_id": store, "seq": old["seq"]}, counts)
    _write_all(db, VERBS, [operation])


def batches(
    db: Database[Any], store: int, selection: Selection, fields: Iterable[str], reached: Place, *, target: int
) -> Iterator[list[Row]]:
    """The selected rows in order, a window at a time; a batch may be empty. `target`: rows wanted at once."""
    order, position = selection.order, selection.after
    prefix, rest = index_part(selection)
    if prefix is not None and not prefix[1]:
        return
    collection = selection.resource.collection
    top = reached.highest(collection) if order == "n" else min(reached.seq, selection.until or reached.seq)
    width = WINDOW_SELECTIVE if prefix and prefix[0] in SELECTIVE else WINDOW_FIRST[order](target)
    projection = dict.fromkeys(("n", "seq", *fields), 1) | {"_id": 0}
    while position < top:
        upper = min(position + width, top)
        found, upper = _window(db, store, selection, (position, upper), _Read(prefix, rest, projection, target * WINDOW_EXCESS))
        yield found
        position = upper
        if len(found) < target // 2:
            width *= 8 if len(found) < target // 8 else 2
        elif len(found) > 2 * target:
            width = max(width // 4, 1)


class _Read(NamedTuple):
    prefix: tuple[str, tuple[str, ...]] | None
    rest: list[Mapping[str, Any]]
    projection: dict[str, Any]
    most: int


def _window(db: Database[Any], store: int, selection: Selection, bounds: tuple[int, int], read: _Read) -> tuple[list[Row], int]:
    """The rows within the bounds, and how far they go: a crowded window ends early, so that memory stays bounded."""
    order, (lower, upper) = selection.order, bounds
    look = _plain if tuple(read.rest) == selection.resource.shows else _tested
    found: dict[int, Row] = {}  # a row that has two of the values comes once
    for value in read.prefix[1] if read.prefix else ("",):
        leading = {read.prefix[0]: value} if read.prefix else {}
        window = {"t": store, **leading, order: {"$gt": lower, "$lte": upper}}
        rows, last = look(db, selection, window, read)
        upper = min(upper, last)
        found.update((row[order], row) for row in rows)
    return [found[number] for number in sorted(found) if number <= upper], upper


def _plain(db: Database[Any], selection: Selection, window: dict[str, Any], read: _Read) -> tuple[list[Row], int]:
    """Where nothing is tested but what the resource shows, that is tested here: the embedded server takes a third of the
    time for a bare look-up in an index."""
    order, upper = selection.order, window[selection.order]["$lte"]
    shows = selection.resource.shows
    needed = {name: 1 for condition in shows for name in condition}
    found = db[selection.resource.collection].find(window, read.projection | needed, batch_size=read.most)
    rows = list(islice(found, read.most + 1))
    if len(rows) <= read.most:
        return shown(rows, shows), upper
    # Only a crowded window is sorted: that costs the embedded server more than the rows themselves.
    found.close()
    rows = list(db[selection.resource.collection].find(window, read.projection | needed).sort(order, ASCENDING).limit(read.most))
    return shown(rows, shows), int(rows[-1][order])


def _tested(db: Database[Any], selection: Selection, window: dict[str, Any], read: _Read) -> tuple[list[Row], int]:
    order = selection.order
    stages: list[Mapping[str, Any]] = [
        {"$match": window},
        *({"$match": one} for one in read.rest),
        {"$sort": {order: 1}},
        {"$limit": read.most},
        {"$project": read.projection},
    ]
    rows = list(db[selection.resource.collection].aggregate(stages, batchSize=read.most))
    return rows, int(rows[-1][order]) if len(rows) == read.most else window[order]["$lte"]


def shown(rows: list[Row], shows: Iterable[Mapping[str, Mapping[str, Any]]]) -> list[Row]:
    """Those that a resource shows: its conditions are `$gt` of a number and `$exists`."""
    for name, test in ((name, test) for condition in shows for name, test in condition.items()):
        if "$gt" in test:
            least = test["$gt"]
            rows = [row for row in rows if row.get(name, least) > least]
        else:
            rows = [row for row in rows if (name in row) == test["$exists"]]
    return rows


def index_part(selection: Selection) -> tuple[tuple[str, tuple[str, ...]] | None, list[Mapping[str, Any]]]:
    """The equality that leads the index, and what is left to test."""
    rest: list[Mapping[str, Any]] = list(selection.rest)
    leading = (
        next((name for name in selection.resource.indexed if name in selection.among), None) if selection.order == "n" else None
    )
    rest += [{name: {"$in": list(values)}} for name, values in selection.among.items() if name != leading]
    return (leading, selection.among[leading]) if leading else None, rest


def grouped(db: Database[Any], store: int, selection: Selection, stages: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    """The selected rows through these stages; `maxTimeMS` ends what takes too long, where the server minds it.

    Raises QueryTooLarge.
    """
    prefix, rest = index_part(replace(selection, order="n"))
    first: dict[str, Any] = {"t": store, "n": {"$gt": 0, "$lte": INT64_MAXIMUM}}
    if prefix is not None:
        first[prefix[0]] = prefix[1][0] if len(prefix[1]) == 1 else {"$in": list(prefix[1])}
    pipeline: list[Mapping[str, Any]] = [{"$match": first}, *({"$match": one} for one in rest), *stages]
    try:
        yield from db[selection.resource.collection].aggregate(pipeline, maxTimeMS=QUERY_MILLISECONDS, allowDiskUse=True)
    except ExecutionTimeout:
        reason = f"takes longer than {QUERY_MILLISECONDS // 1000} seconds"
        raise QueryTooLarge(reason, None, ("course", *selection.resource.equalities)) from None
