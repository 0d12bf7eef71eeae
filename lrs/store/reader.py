"""Lists of statements by sequence: one indexed read in index order on MongoDB, windows of known size on the embedded server.

The embedded server reads everything that the indexed part of a filter matches before it sorts and cuts off; so it is asked
for windows between two sequence numbers, from the near end on, each eight times as wide as the one before. The width that
filled a page is remembered for each filter: a page of a common verb and the short list of a rare agent both take one window
the second time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pymongo import ASCENDING, DESCENDING
from pymongo.collection import Collection
from pymongo.database import Database

from lrs.spec.index import INHERITED
from lrs.store.marks import Marks

Document = dict[str, Any]
_REMEMBERED = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Which rows: up to `limit` of a store with low < s < high that meet `wanted`, or inherit it, in the order of `s`.

    `wanted` are conditions on index keys, the most telling first; `residual` any others, which every row itself meets."""

    store: int
    low: int
    high: int
    ascending: bool
    limit: int
    fields: Mapping[str, int]
    wanted: Mapping[str, Any] = field(default_factory=dict)
    residual: Mapping[str, Any] = field(default_factory=dict)
    referring: bool = False

    def filters(self) -> list[Document]:
        """Own values, and inherited ones where the store has statements that refer to others."""
        filters = [dict(self.wanted)]
        if self.referring and any(key in INHERITED for key in self.wanted):
            inherited = {(f"x.{key}" if key in INHERITED else key): value for key, value in self.wanted.items()}
            filters.append({**inherited, "rf": {"$exists": True}})
        return filters


class Reader:
    def __init__(self, db: Database[Any], marks: Marks, windowed: bool | None) -> None:
        self._db = db
        self._rows: Collection[Document] = db["lrs_statements"]
        self._marks = marks
        self._windowed = windowed
        self._widths: OrderedDict[tuple[Any, ...], int] = OrderedDict()
        self._lock = threading.Lock()

    def rows(self, asked: Slice) -> list[Document]:
        if self._windowed is None:
            self._windowed = "secantusVersion" in self._db.client.admin.command("buildInfo")
        return self._windows(asked) if self._windowed else self._whole(asked)

    def _whole(self, asked: Slice) -> list[Document]:
        filters = asked.filters()
        if len(filters) == 1:
            return self._page(asked, filters[0], asked.low, asked.high, asked.limit)
        # Each branch has its own index with `s` behind the equalities: MongoDB merges them in order.
        branches = [{"t": asked.store, **one, "s": {"$gt": asked.low, "$lt": asked.high}, **asked.residual} for one in filters]
        cursor = self._rows.find({"$or": branches}, asked.fields).sort("s", ASCENDING if asked.ascending else DESCENDING)
        return list(cursor.limit(asked.limit))

    def _page(self, asked: Slice, own: Document, low: int, high: int, limit: int) -> list[Document]:
        bounds, order = {"$gt": low, "$lt": high}, ASCENDING if asked.ascending else DESCENDING
        if self._windowed:
            return self._narrow_page(asked, own, bounds, order, limit)
        condition = {"t": asked.store, **own, "s": bounds, **asked.residual}
        return list(self._rows.find(condition, asked.fields).sort("s", order).limit(limit).hint(index_for(own)))

    def _narrow_page(self, asked: Slice, own: Document, bounds: Document, order: int, limit: int) -> list[Document]:
        """The embedded server serves a filter from an index only if all of it lies in the index, and never when given a hint."""
        leading = {key: own[key] for key in (next(iter(own), None), "rf") if key in own}
        rest = {key: value for key, value in own.items() if key not in leading} | dict(asked.residual)
        stages: list[Document] = [{"$match": {"t": asked.store, **leading, "s": bounds}}]
        if rest:
            stages.append({"$match": rest})
        return list(self._rows.aggregate([*stages, {"$sort": {"s": order}}, {"$limit": limit}, {"$project": dict(asked.fields)}]))

    def _windows(self, asked: Slice) -> list[Document]:
        filters = asked.filters()
        shape = (asked.store, asked.ascending, asked.limit, *sorted(asked.wanted.items()))
        width = self._width(shape)
        got: list[Document] = []
        windows = self._marks.windows(asked.store, asked.low, asked.high, ascending=asked.ascending, width=width)
        for start, end in windows:
            found: dict[int, Document] = {}
            for own in filters:
                for row in self._page(asked, own, start, end, asked.limit - len(got)):
                    found[row["s"]] = row
            got += [found[seq] for seq in sorted(found, reverse=not asked.ascending)][: asked.limit - len(got)]
            if len(got) >= asked.limit:
                break
        self._remember(shape, self._needed(asked, got))
        return got

    def _needed(self, asked: Slice, got: list[Document]) -> int:
        """How many milestones wide the first window should have been."""
        low, high = asked.low, asked.high
        if len(got) >= asked.limit:
            low, high = (low, got[-1]["s"]) if asked.ascending else (got[-1]["s"], high)
        return self._marks.between(asked.store, low, high) + 1

    def _width(self, shape: tuple[Any, ...]) -> int:
        with self._lock:
            return self._widths.get(shape, 1)

    def _remember(self, shape: tuple[Any, ...], width: int) -> None:
        with self._lock:
            self._widths[shape] = width
            self._widths.move_to_end(shape)
            if len(self._widths) > _REMEMBERED:
                self._widths.popitem(last=False)


def index_for(wanted: Mapping[str, Any]) -> str:
    """Registration, agent, activity, verb: the first of the conditions chooses, and the planner is not asked."""
    first = next(iter(wanted), None)
    return "stored" if first is None else first.replace(".", "_")
