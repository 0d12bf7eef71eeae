"""How many rows a selection has in all, whatever the page."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pymongo.database import Database

from analytics import store
from analytics.parameters import Selection
from analytics.store import Place

SAMPLES, SAMPLE_WIDTH = 10, 1_000
# `$count` makes the embedded server read rows whole, at four times the cost.
COUNT: Mapping[str, Any] = {"$group": {"_id": None, "count": {"$sum": 1}}}


def count(db: Database[Any], store_id: int, selection: Selection, reached: Place, kind: str) -> int:
    """`exact` looks at every row that an index finds, `estimate` at no more than ten thousand."""
    selection = _whole(selection)
    top = reached.highest(selection.resource.collection)
    selective = any(name in selection.among for name in store.SELECTIVE)
    if kind == "exact" or selective or top <= SAMPLES * SAMPLE_WIDTH:
        return _counted(store.grouped(db, store_id, selection, [COUNT]))
    step = (top - SAMPLE_WIDTH) / (SAMPLES - 1)
    found = sum(_sampled(db, store_id, selection, round(number * step)) for number in range(SAMPLES))
    return round(found * top / (SAMPLES * SAMPLE_WIDTH))


def _whole(selection: Selection) -> Selection:
    """The list from its beginning, along the rows' numbers."""
    if selection.order == "n":
        return selection
    bounds: dict[str, int] = {"$gt": selection.begin} | ({} if selection.until is None else {"$lte": selection.until})
    return replace(selection, order="n", rest=(*selection.rest, {"seq": bounds}))


def _sampled(db: Database[Any], store_id: int, selection: Selection, lower: int) -> int:
    prefix, rest = store.index_part(selection)
    found = 0
    for value in prefix[1] if prefix else ("",):
        leading = {prefix[0]: value} if prefix else {}
        window: Mapping[str, Any] = {"t": store_id, **leading, "n": {"$gt": lower, "$lte": lower + SAMPLE_WIDTH}}
        stages: list[Mapping[str, Any]] = [{"$match": window}, *({"$match": one} for one in rest), COUNT]
        found += _counted(db[selection.resource.collection].aggregate(stages))
    return found


def _counted(rows: Iterable[Any]) -> int:
    return sum(int(row["count"]) for row in rows)
