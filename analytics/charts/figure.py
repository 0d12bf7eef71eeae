"""What a chart shows, whatever its kind: a value for each category, or for each category and series."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analytics.attempts import Row
from analytics.charts import scales
from analytics.charts.style import SERIES
from analytics.columns import Column

KINDS = ("bar", "line", "heat", "funnel")
MOST = {"bar": (50, SERIES), "line": (500, SERIES), "heat": (40, 40), "funnel": (50, 1)}
"""Categories and series that are drawn; the table has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    kind: str
    title: str
    measure: Column
    categories: tuple[str, ...]
    series: tuple[str, ...]
    values: Mapping[tuple[int, int], float]
    """By the numbers of category and series; absent where there is none."""
    places: tuple[float, ...]
    """Where the categories lie on an axis of time; by number where they are no times."""
    notes: tuple[str, ...]
    width: int = 720
    rtl: bool = False

    def label(self, value: float) -> str:
        return scales.amount(value, self.measure.unit) if self.measure.kind != "time" else scales.moment(int(value), None, "UTC")

    @property
    def description(self) -> str:
        """The chart in words: what it shows, how much, and its extremes."""
        if not self.values:
            return f"{_NAMES[self.kind]} of {self.measure.name}: nothing to show."
        least = min(self.values, key=lambda key: self.values[key])
        most = max(self.values, key=lambda key: self.values[key])
        of = f" in {len(self.series)} series" if len(self.series) > 1 else ""
        return (
            f"{_NAMES[self.kind]} of {self.measure.name}, {len(self.categories)} group{'s' * (len(self.categories) > 1)}{of}. "
            f"Highest: {self._place(most)}, {self.label(self.values[most])}. "
            f"Lowest: {self._place(least)}, {self.label(self.values[least])}."
        )

    def _place(self, key: tuple[int, int]) -> str:
        category, series = self.categories[key[0]], self.series[key[1]]
        return f"{category}, {series}" if series else category


_NAMES = {"bar": "Bar chart", "line": "Line chart", "heat": "Heat map", "funnel": "Funnel"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A column by which rows are grouped; of times, what they are the beginnings of."""

    column: Column
    every: str | None = None
    zone: str = "UTC"

    def text(self, value: Any) -> str:
        return scales.text(self.column, value, self.every, self.zone)


def figure(
    kind: str,
    title: str,
    groups: Sequence[Group],
    measure: Column,
    rows: Sequence[Row],
    *,
    notes: Sequence[str] = (),
    width: int = 720,
    rtl: bool = False,
) -> Figure:
    """Rows in the order of the answer; of a line, in the order of time."""
    first, second = (*groups, None, None)[:2]
    most = MOST[kind]
    found: dict[tuple[Any, Any], float] = {}
    for row in rows:
        value = row.get(measure.source)
        key = tuple(None if one is None else _plain(row.get(one.column.source)) for one in (first, second))
        if value is not None:
            found[key[0], key[1]] = float(value)
    ones: list[Any] = list(dict.fromkeys(None if first is None else _plain(row.get(first.column.source)) for row in rows))
    others: list[Any] = list(dict.fromkeys(None if second is None else _plain(row.get(second.column.source)) for row in rows))
    if kind == "line" and first is not None and first.column.kind == "time":
        ones = sorted(one for one in ones if one is not None)
    told = [*notes, *_cut(len(ones), most[0], "groups"), *_cut(len(others), most[1], "series")]
    ones, others = ones[: most[0]], others[: most[1]]
    timed = first is not None and first.column.kind == "time" and None not in ones
    return Figure(
        kind=kind,
        title=title,
        measure=measure,
        categories=tuple(first.text(one) if first is not None else measure.name for one in ones),
        series=tuple(second.text(one) if second is not None else "" for one in others),
        values={
            (at, beside): found[one, other]
            for at, one in enumerate(ones)
            for beside, other in enumerate(others)
            if (one, other) in found
        },
        places=tuple(float(one) for one in ones) if timed else tuple(float(at) for at in range(len(ones))),
        notes=tuple(told),
        width=width,
        rtl=rtl,
    )


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _cut(found: int, most: int, what: str) -> list[str]:
    return [f"The first {most} of {found:,} {what} are drawn; the table has all."] if found > most else []
