"""Hours, days, weeks, … by the clock of a time zone, in which queries put times.

The database tells only what the clock of the zone says at a moment, which is never in doubt; when a bucket begins is told
here: a midnight that a change of the clocks skips has a beginning, too, and the first and last years are no trap.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

EVERY = ("hour", "day", "week", "month", "quarter", "year")
FIRST, LAST, DAY = -62_135_596_800_000, 253_402_300_799_999, 86_400_000
"""The years that a date can have."""
HOUR = 3_600_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NO_PLACES = ("Factory", "localtime")


@cache
def zones() -> frozenset[str]:
    """Those that every server knows, too."""
    return frozenset(available_timezones()) - frozenset(NO_PLACES)


def expression(field: str, every: str, zone: str) -> dict[str, Any]:
    """What makes the database say which `every` of the zone a field's time lies in: a number for `begins`."""
    # Times around 1970 are kept as short integers, which are no dates to the database.
    at = {"date": {"$toDate": {"$toLong": f"${field}"}}, "timezone": zone}
    since_hour = {"$add": [_times({"$minute": at}, 60_000), _times({"$second": at}, 1_000), {"$millisecond": at}]}
    quarter = {"$floor": {"$divide": [{"$subtract": [{"$month": at}, 1]}, 3]}}
    number: dict[str, dict[str, Any]] = {
        "hour": {"$subtract": [f"${field}", since_hour]},
        "day": {"$add": [_times({"$year": at}, 1_000), {"$dayOfYear": at}]},
        "week": {"$add": [_times({"$isoWeekYear": at}, 100), {"$isoWeek": at}]},
        "month": {"$add": [_times({"$year": at}, 12), {"$month": at}, -1]},
        "quarter": {"$add": [_times({"$year": at}, 4), quarter]},
        "year": {"$year": at},
    }
    return {"$cond": [{"$gt": [f"${field}", None]}, number[every], None]}


def begins(number: float, every: str, zone: str) -> int:
    """When the bucket of that number begins. UTC milliseconds."""
    if every == "hour":
        return min(max(int(number), FIRST), LAST)
    try:
        return _midnight(DATES[every](int(number)), zone)
    except (ValueError, OverflowError):  # the zone's clock is in the year before the first, or after the last
        return FIRST if number <= _number(date.min, every) else LAST


@lru_cache(maxsize=4096)
def beginning(moment: int, every: str, zone: str) -> int:
    """When the hour, day, … that the moment lies in begins. UTC milliseconds."""
    known = datetime.fromtimestamp(min(max(moment, FIRST + DAY), LAST - DAY) // 1000, UTC).astimezone(ZoneInfo(zone))
    local = moment + round((known.utcoffset() or timedelta()).total_seconds() * 1000)
    if every == "hour":
        return begins(moment - local % HOUR, every, zone)
    if not FIRST <= local <= LAST:
        return FIRST if local < FIRST else LAST
    return begins(_number((EPOCH + timedelta(milliseconds=local)).date(), every), every, zone)


def _times(value: dict[str, Any], factor: int) -> dict[str, Any]:
    return {"$multiply": [value, factor]}


def _number(day: date, every: str) -> int:
    """As `expression` has it."""
    if every == "week":
        year, week, _ = day.isocalendar()
        return year * 100 + week
    return {
        "day": day.year * 1_000 + day.timetuple().tm_yday,
        "month": day.year * 12 + day.month - 1,
        "quarter": day.year * 4 + (day.month - 1) // 3,
        "year": day.year,
    }[every]


DATES: dict[str, Callable[[int], date]] = {
    "day": lambda number: date(number // 1_000, 1, 1) + timedelta(days=number % 1_000 - 1),
    "week": lambda number: date.fromisocalendar(number // 100, number % 100, 1),
    "month": lambda number: date(number // 12, number % 12 + 1, 1),
    "quarter": lambda number: date(number // 4, number % 4 * 3 + 1, 1),
    "year": lambda number: date(number, 1, 1),
}


def _midnight(day: date, zone: str) -> int:
    """Where a change of the clocks skips it, the moment of the change."""
    moment = round(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp() * 1000)
    return min(max(moment, FIRST), LAST)
