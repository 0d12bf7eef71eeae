"""The conditions of a selection, tested on a row in memory as the database tests them on its rows."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from analytics.attempts import Row

Test = Callable[[Any, Any], bool]


def fits(row: Row, conditions: Sequence[Mapping[str, Any]]) -> bool:
    return all(_fits(row, condition) for condition in conditions)


def _fits(row: Row, condition: Mapping[str, Any]) -> bool:
    for name, wanted in condition.items():
        if name == "$or":
            if not any(_fits(row, one) for one in wanted):
                return False
        elif not isinstance(wanted, dict):
            if not _among(row.get(name), (wanted,)):
                return False
        elif not all(TESTS[operator](row.get(name), operand) for operator, operand in wanted.items()):
            return False
    return True


def _among(found: Any, wanted: Any) -> bool:
    return any(one in wanted for one in found) if isinstance(found, list) else found in wanted


TESTS: dict[str, Test] = {
    "$eq": lambda found, wanted: bool(found == wanted),
    "$ne": lambda found, wanted: bool(found != wanted),
    "$in": _among,
    "$nin": lambda found, wanted: not _among(found, wanted),
    "$exists": lambda found, wanted: (found is not None) == wanted,
    "$gt": lambda found, wanted: found is not None and found > wanted,
    "$gte": lambda found, wanted: found is not None and found >= wanted,
    "$lt": lambda found, wanted: found is not None and found < wanted,
    "$lte": lambda found, wanted: found is not None and found <= wanted,
}
