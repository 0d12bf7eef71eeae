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
Sight = tuple[int, str, int]  # store, activity, hash of a definition


class Activities:
    def __init__(self, db: Database[Any]) -> None:
        self._rows = db["lrs_activities"]
        self._seen: OrderedDict[Sight, None] = OrderedDict()
        self._lock = threading.Lock()

    def learn(self, store: int, statements: Iterable[Mapping[str, Any]]) -> None:
        brought = [(one["id"], orjson.dumps(one["definition"])) for statement in statements for one in defined(statement)]
        fresh: dict[str, list[bytes]] = {}
        with self._lock:
            for name, definition in brought:
                if not self._knows((store, name, hash(definition))) and len(definition) <= _LARGEST:
                    fresh.setdefault(name, []).append(definition)
        if fresh:
            self._rows.bulk_write(
                [
                    UpdateOne(
                        {"_id": _key(store, name)},
                        {"$setOnInsert": {"t": store, "id": name}, "$push": {"d": {"$each": definitions, "$slice": -_KEPT}}},
                        upsert=True,
                    )
                    for name, definitions in fresh.items()
                ],
                ordered=False,
            )

    def definitions(self, store: int, activity_id: str) -> list[dict[str, Any]]:
        row = self._rows.find_one({"_id": _key(store, activity_id)})
        return [orjson.loads(definition) for definition in row["d"]] if row else []

    def _knows(self, sight: Sight) -> bool:
        """Whether it was seen before; from now on it is. Called under the lock."""
        if sight in self._seen:
            self._seen.move_to_end(sight)
            return True
        self._seen[sight] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return False


def _key(store: int, activity_id: str) -> bytes:
    return store.to_bytes(4, "big") + token(activity_id)
