"""Axes: round ticks, and numbers, times and durations as people write them."""

import math
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from analytics.columns import Column

STEPS = (1, 2, 2.5, 5, 10)
BUCKETS = {
    "hour": "%Y-%m-%d %H:%M",
    "day": "%Y-%m-%d",
    "week": "%Y-%m-%d",
    "month": "%Y-%m",
    "quarter": "%Y-%m",
    "year": "%Y",
}
DURATIONS = ((86_400, "d"), (3_600, "h"), (60, "min"))
NONE = "–"
CLOSE, LEAST = 1e-9, 1e-300


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers that begin at or below `low` and end at or above `high`, at most `most` or one more."""
    low, high = min(low, high), max(low, high)
    if high - low <= CLOSE * max(abs(low), abs(high)):  # written with 12 digits they would be the same
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low < LEAST:
        high = low + 1.0
    rough = (high - low) / max(most - 1, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((one * power for one in STEPS if one * power >= rough * (1 - 1e-9)), 10 * power)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [float(f"{number * step:.12g}") for number in range(first, last + 1)]


def axis(low: float, high: float, unit: str | None) -> list[float]:
    """Ticks that are round in the unit in which they are written."""
    length = next((one for one, _ in DURATIONS if unit == "s" and max(abs(low), abs(high)) >= one), 1)
    return [mark * length for mark in ticks(low / length, high / length)]


def text(column: Column, value: Any, every: str | None = None, zone: str = "UTC") -> str:
    """A value of the column; `every` and `zone`: what its times are the beginnings of, and where."""
    if value is None:
        return NONE
    if column.kind == "time":
        return moment(int(value), every, zone)
    if column.kind == "boolean":
        return "yes" if value else "no"
    if column.kind in ("integer", "number"):
        return amount(float(value), column.unit)
    return " ".join(value) if isinstance(value, list) else str(value)


def moment(value: int, every: str | None, zone: str) -> str:
    at = datetime.fromtimestamp(value / 1000, UTC).astimezone(ZoneInfo(zone))
    if every == "quarter":
        return f"{at.year} Q{(at.month + 2) // 3}"
    return at.strftime(BUCKETS.get(every or "", "%Y-%m-%d %H:%M"))


def amount(value: float, unit: str | None = None) -> str:
    if unit == "0..1":
        return f"{_plain(value * 100, 1)} %"
    if unit == "s":
        for length, name in DURATIONS:
            if abs(value) >= length:
                return f"{_plain(value / length, 1)} {name}"
        return f"{_plain(value, 1)} s"
    return _plain(value, 0 if abs(value) >= 1_000 else 3)


def _plain(value: float, digits: int) -> str:
    """Thousands apart, no noughts at the end."""
    if abs(value) >= 1e15:
        return f"{value:.3g}"
    made = f"{value:,.{digits}f}"
    made = made.rstrip("0").rstrip(".") if "." in made else made
    return made.replace("-", "−") if made not in ("-0", "") else "0"
