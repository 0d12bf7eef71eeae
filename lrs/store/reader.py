"""Lists of statements by sequence: one indexed read in index order on MongoDB, windows of known size on the embedded server.

The embedded server takes an index only for a $match that asks for nothing else than the index has, and reads all that it matches
before it sorts and cuts off. So the condition that chooses the index has a stage of its own, and there it is asked for windows
between two sequence numbers, from the near end on, each eight times as wide as the one before. Where the first does not fill the
page and there are several conditions, the one that chooses is the one that fewest rows of the second window meet. The width that
filled a page and the condition are remembered for each filter: a page of a common verb and the short list of a rare agent both
take one window the second time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pymongo import ASCENDING, DESCENDING
from pymongo.collection import Collection
from pymongo.database import Database

from lrs.spec.index import INHERITED
from lrs.store.marks import Marks
from lrs.store.references import HEIRS

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

    @property
    def inherited(self) -> bool:
        """Whether a statement may meet the conditions through one that it refers to."""
        return self.referring and any(key in INHERITED for key in self.wanted)

    @property
    def order(self) -> Document:
        return {"$sort": {"s": ASCENDING if self.ascending else DESCENDING}}

    def stages(self, low: int, high: int, limit: int) -> list[Document]:
        """The pipeline of one window, over statements and over those that inherit."""
        chosen = dict(list(self.wanted.items())[:1])
        others = {**dict(list(self.wanted.items())[1:]), **self.residual}
        found: list[Document] = [{"$match": {"t": self.store, **chosen, "s": {"$gt": low, "$lt": high}}}]
        found += [{"$match": others}] if others else []
        return [*found, self.order, {"$limit": limit}, {"$project": dict(self.fields)}]


class Reader:
    def __init__(self, db: Database[Any], marks: Marks, windowed: bool | None) -> None:
        self._db = db
        self._rows: Collection[Document] = db["lrs_statements"]
        self._marks = marks
        self._windowed = windowed
        self._remembered: OrderedDict[tuple[Any, ...], tuple[int, str | None]] = OrderedDict()
        self._lock = threading.Lock()

    def rows(self, asked: Slice) -> list[Document]:
        if self._windowed is None:
            self._windowed = "secantusVersion" in self._db.client.admin.command("buildInfo")
        if self._windowed:
            return self._windows(asked)
        return self._whole(asked)

    def _whole(self, asked: Slice) -> list[Document]:
        """All in one question."""
        stages = asked.stages(asked.low, asked.high, asked.limit)
        if asked.inherited:  # a statement may both be found itself and inherit: hence twice the limit
            inherited = {"$unionWith": {"coll": HEIRS, "pipeline": stages}}
            stages = [*stages, inherited, asked.order, {"$limit": 2 * asked.limit}]
        rows = self._rows.aggregate(stages, batchSize=2 * asked.limit, hint=index_for(asked.wanted)).to_list()
        return _each_once(rows)[: asked.limit] if asked.inherited else rows

    def _window(self, asked: Slice, low: int, high: int, limit: int) -> list[Document]:
        """One by one: in `$unionWith` the embedded server uses no index."""
        stages = asked.stages(low, high, limit)
        rows = self._rows.aggregate(stages, batchSize=2 * limit).to_list()
        if not asked.inherited:
            return rows
        rows += self._db[HEIRS].aggregate(stages, batchSize=2 * limit)
        rows.sort(key=lambda row: row["s"], reverse=not asked.ascending)
        return _each_once(rows)[:limit]

    def _windows(self, asked: Slice) -> list[Document]:
        shape = (asked.store, asked.ascending, asked.limit, *asked.wanted.items())
        width, first = self._known(shape, asked.limit)
        asked = chosen_by(asked, first)
        got: list[Document] = []
        windows = self._marks.windows(asked.store, asked.low, asked.high, ascending=asked.ascending, width=width)
        for count, (start, end) in enumerate(windows):
            if count == 1 and first is None and len(asked.wanted) > 1:
                first = self._rarest(asked, start, end)
                asked = chosen_by(asked, first)
            got += self._window(asked, start, end, asked.limit - len(got))
            if len(got) >= asked.limit:
                break
        self._remember(shape, self._needed(asked, got), first)
        return got

    def _rarest(self, asked: Slice, low: int, high: int) -> str:
        """The condition that fewest rows between two numbers meet; the earlier of those that are equal."""
        # One by one, as above.
        number: Document = {"$group": {"_id": None, "n": {"$sum": 1}}}
        counts = dict.fromkeys(asked.wanted, 0)
        for key, value in asked.wanted.items():
            within = {"$match": {"t": asked.store, key: value, "s": {"$gt": low, "$lt": high}}}
            counts[key] = sum(row["n"] for row in self._rows.aggregate([within, number]))
        return min(counts, key=lambda key: counts[key])

    def _needed(self, asked: Slice, got: list[Document]) -> int:
        """How many milestones wide the first window should have been."""
        low, high = asked.low, asked.high
        if len(got) >= asked.limit:
            low, high = (low, got[-1]["s"]) if asked.ascending else (got[-1]["s"], high)
        return self._marks.between(asked.store, low, high) + 1

    def _known(self, shape: tuple[Any, ...], limit: int) -> tuple[int, str | None]:
        with self._lock:
            return self._remembered.get(shape, (limit // self._marks.every + 2, None))

    def _remember(self, shape: tuple[Any, ...], width: int, first: str | None) -> None:
        with self._lock:
            self._remembered[shape] = (width, first)
            self._remembered.move_to_end(shape)
            if len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)


def _each_once(rows: Iterable[Document]) -> list[Document]:
    return list({row["s"]: row for row in rows}.values())


def chosen_by(asked: Slice, first: str | None) -> Slice:
    """The same rows, found by another of the conditions."""
    if first is None or first == next(iter(asked.wanted)):
        return asked
    return replace(asked, wanted={first: asked.wanted[first], **asked.wanted})


def index_for(wanted: Mapping[str, Any]) -> str:
    """Registration, agent, activity, verb: the first of the conditions chooses, and the planner is not asked."""
    return next(iter(wanted), "stored")
