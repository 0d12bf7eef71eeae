"""Definitions of Activities as statements brought them, the last few of each; merged when somebody asks.

A definition that this process has seen costs nothing, a new one an append: no row is read and written back meanwhile."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from pymongo import UpdateOne
from pymongo.database import Database

from lrs.spec.activities import defined
from lrs.spec.index import token

_KEPT = 32
_LARGEST = 64 << 10
_REMEMBERED = 20_000


class Activities:
    def __init__(self, db: Database[Any]) -> None:
        self._rows = db["lrs_activities"]
        self._seen: OrderedDict[tuple[bytes, bytes], None] = OrderedDict()
        self._lock = threading.Lock()

    def learn(self, store: int, statements: Iterable[Mapping[str, Any]]) -> None:
        fresh: dict[bytes, tuple[str, list[bytes]]] = {}
        for statement in statements:
            for activity in defined(statement):
                key = _key(store, activity["id"])
                definition = orjson.dumps(activity["definition"])
                if len(definition) <= _LARGEST and self._is_new(key, definition):
                    fresh.setdefault(key, (activity["id"], []))[1].append(definition)
        if fresh:
            self._rows.bulk_write(
                [
                    UpdateOne(
                        {"_id": key},
                        {"$setOnInsert": {"t": store, "id": name}, "$push": {"d": {"$each": definitions, "$slice": -_KEPT}}},
                        upsert=True,
                    )
                    for key, (name, definitions) in fresh.items()
                ],
                ordered=False,
            )

    def definitions(self, store: int, activity_id: str) -> list[dict[str, Any]]:
        row = self._rows.find_one({"_id": _key(store, activity_id)})
        return [orjson.loads(definition) for definition in row["d"]] if row else []

    def _is_new(self, key: bytes, definition: bytes) -> bool:
        sight = (key, token(definition.decode()))
        with self._lock:
            if sight in self._seen:
                self._seen.move_to_end(sight)
                return False
            self._seen[sight] = None
            if len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)
            return True


def _key(store: int, activity_id: str) -> bytes:
    return store.to_bytes(4, "big") + token(activity_id)
