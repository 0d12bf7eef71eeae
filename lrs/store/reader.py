"""Lists of statements by sequence: one indexed read in index order on MongoDB, windows of known size on the embedded server."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from pymongo import ASCENDING, DESCENDING
from pymongo.collection import Collection
from pymongo.database import Database

from lrs.spec.index import INHERITED
from lrs.store.marks import Marks

Document = dict[str, Any]
_REMEMBERED = 4096


class Reader:
    def __init__(self, db: Database[Any], marks: Marks, windowed: bool | None) -> None:
        self._db = db
        self._rows: Collection[Document] = db["lrs_statements"]
        self._marks = marks
        self._windowed = windowed
        self._widths: OrderedDict[tuple[Any, ...], int] = OrderedDict()
        self._lock = threading.Lock()

    def rows(
        self,
        store: int,
        wanted: Mapping[str, Any],
        *,
        low: int,
        high: int,
        ascending: bool,
        limit: int,
        fields: Mapping[str, int],
        referring: bool = False,
        residual: Mapping[str, Any] | None = None,
    ) -> list[Document]:
        """Up to `limit` documents with low < s < high that meet all of `wanted`, or inherit all of it, in the order of `s`."""
        filters = [dict(wanted)]
        if referring and any(key in INHERITED for key in wanted):
            filters.append({(f"x.{key}" if key in INHERITED else key): value for key, value in wanted.items()})
        residual = residual or {}
        if not self._is_windowed():
            own = (
                filters[0]
                if len(filters) == 1
                else {"$or": [{"t": store, **one, "s": {"$gt": low, "$lt": high}} for one in filters]}
            )
            condition = {"t": store, **own, "s": {"$gt": low, "$lt": high}, **residual}
            hint = index_for(wanted) if len(filters) == 1 else None
            return self._page(condition, ascending, limit, fields, hint)
        return self._windows(store, filters, low, high, ascending, limit, fields, residual)

    def _is_windowed(self) -> bool:
        if self._windowed is None:
            self._windowed = "secantusVersion" in self._db.client.admin.command("buildInfo")
        return self._windowed

    def _page(
        self, condition: Document, ascending: bool, limit: int, fields: Mapping[str, int], hint: str | None
    ) -> list[Document]:
        cursor = self._rows.find(condition, fields).sort("s", ASCENDING if ascending else DESCENDING).limit(limit)
        return list(cursor.hint(hint) if hint else cursor)

    def _windows(
        self,
        store: int,
        filters: list[Document],
        low: int,
        high: int,
        ascending: bool,
        limit: int,
        fields: Mapping[str, int],
        residual: Mapping[str, Any],
    ) -> list[Document]:
        shape = (store, ascending, *sorted(filters[0].items()))
        got: list[Document] = []
        width = passed = self._width(shape)
        for start, end, width in self._marks.windows(store, low, high, ascending=ascending, width=width):
            found: dict[int, Document] = {}
            for one in filters:
                condition = {"t": store, **one, "s": {"$gt": start, "$lt": end}, **residual}
                for row in self._page(condition, ascending, limit - len(got), fields, index_for(one)):
                    found[row["s"]] = row
            got += [found[seq] for seq in sorted(found, reverse=not ascending)][: limit - len(got)]
            if len(got) >= limit:
                break
            passed += width
        self._remember(shape, passed, len(got) >= limit)
        return got

    def _width(self, shape: tuple[Any, ...]) -> int:
        """In milestones; what filled a page of this filter the last time."""
        with self._lock:
            return self._widths.get(shape, 1)

    def _remember(self, shape: tuple[Any, ...], width: int, filled: bool) -> None:
        with self._lock:
            self._widths[shape] = max(1, width // 4) if filled and width > 1 else width
            self._widths.move_to_end(shape)
            if len(self._widths) > _REMEMBERED:
                self._widths.popitem(last=False)


def index_for(wanted: Mapping[str, Any]) -> str:
    """The most telling condition chooses: registration, agent, activity, verb; `wanted` comes in that order."""
    first = next(iter(wanted), None)
    return "stored" if first is None else first.replace(".", "_")
