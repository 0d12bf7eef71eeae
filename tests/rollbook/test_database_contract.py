"""What we rely on from any server: run against the embedded one and against what ROLLBOOK_TEST_MONGODB_URI names."""

from __future__ import annotations

import threading
from typing import Any

import gridfs
import pytest
from bson import Binary
from pymongo import ASCENDING, ReturnDocument, UpdateOne
from pymongo.database import Database
from pymongo.errors import BulkWriteError, DuplicateKeyError

Db = Database[dict[str, Any]]


def test_a_unique_id_lets_one_of_many_racing_writers_win(db: Db) -> None:
    won: list[int] = []
    lost: list[int] = []

    def write(number: int) -> None:
        try:
            db.rows.insert_one({"_id": Binary(b"same"), "writer": number})
            won.append(number)
        except DuplicateKeyError:
            lost.append(number)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(16)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert (len(won), len(lost)) == (1, 15)


def test_an_unordered_insert_names_each_duplicate_and_stores_the_rest(db: Db) -> None:
    db.rows.insert_one({"_id": 2})

    with pytest.raises(BulkWriteError) as failure:
        db.rows.insert_many([{"_id": 1}, {"_id": 2}, {"_id": 3}], ordered=False)

    assert [(e["index"], e["code"]) for e in failure.value.details["writeErrors"]] == [(1, 11000)]
    assert sorted(r["_id"] for r in db.rows.find({})) == [1, 2, 3]


def test_a_compare_and_set_by_revision_has_one_winner(db: Db) -> None:
    db.rows.insert_one({"_id": 1, "revision": 0})

    first = db.rows.find_one_and_update(
        {"_id": 1, "revision": 0}, {"$set": {"revision": 1}}, return_document=ReturnDocument.AFTER
    )
    second = db.rows.find_one_and_update({"_id": 1, "revision": 0}, {"$set": {"revision": 1}})

    assert first == {"_id": 1, "revision": 1}
    assert second is None


def test_an_upsert_fills_only_what_is_missing(db: Db) -> None:
    for value in ("first", "second"):
        db.rows.update_one({"_id": "x"}, {"$setOnInsert": {"value": value}}, upsert=True)

    assert db.rows.find_one({"_id": "x"}) == {"_id": "x", "value": "first"}


def test_a_two_sided_range_behind_an_equality_prefix_is_read_in_order(db: Db) -> None:
    db.rows.create_index([("t", ASCENDING), ("tag", ASCENDING), ("s", ASCENDING)])
    db.rows.insert_many([{"t": 1, "tag": ["a", "b"][n % 2 :], "s": n} for n in range(100)])

    found = list(db.rows.find({"t": 1, "tag": "a", "s": {"$gt": 10, "$lte": 20}}).sort("s", -1).limit(3))

    assert [row["s"] for row in found] == [20, 18, 16]


def test_a_partial_unique_index_binds_only_its_rows(db: Db) -> None:
    db.rows.create_index([("name", ASCENDING)], unique=True, partialFilterExpression={"name": {"$exists": True}})
    db.rows.insert_many([{"a": 1}, {"a": 2}, {"name": "x"}])

    with pytest.raises(DuplicateKeyError):
        db.rows.insert_one({"name": "x"})


def test_a_bulk_write_of_upserts_is_one_request(db: Db) -> None:
    result = db.rows.bulk_write([UpdateOne({"_id": n % 3}, {"$max": {"seen": n}}, upsert=True) for n in range(9)], ordered=False)

    assert result.upserted_count == 3
    assert sorted((r["_id"], r["seen"]) for r in db.rows.find({})) == [(0, 6), (1, 7), (2, 8)]


def test_keys_may_hold_dots_and_dollars_in_nested_values(db: Db) -> None:
    value = {"http://example.org/a.b": {"$plain": 1}}
    db.rows.insert_one({"_id": 1, "value": value})

    assert next(db.rows.find({"_id": 1}))["value"] == value


def test_gridfs_keeps_what_it_was_given(db: Db) -> None:
    files = gridfs.GridFS(db)
    content = bytes(range(256)) * 4096

    key = files.put(content)

    assert files.get(key).read() == content


def test_sixty_four_bit_integers_and_milliseconds_come_back(db: Db) -> None:
    db.rows.insert_one({"_id": 2**62})

    assert next(db.rows.find({"_id": 2**62}))["_id"] == 2**62
