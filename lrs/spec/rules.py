"""What the standard demands of a Statement and no schema can say. Runs after the schema, so shapes are known to be right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lrs.errors import InvalidStatement
from lrs.spec.formats import check_timestamp
from lrs.spec.json_text import pointer

VOIDED = "http://adlnet.gov/expapi/verbs/voided"
_COMPONENTS = ("choices", "scale", "source", "target", "steps")

Place = tuple[str | int, ...]


def check(statement: Mapping[str, Any], version: str, place: Place = ()) -> None:
    for key in ("timestamp", "stored"):
        if key in statement:
            _timestamp(statement[key], version, (*place, key))
    result = statement.get("result")
    if result and "score" in result:
        _score(result["score"], (*place, "result", "score"))
    target = statement["object"]
    if "definition" in target:
        _components(target["definition"], (*place, "object", "definition"))
    if target.get("objectType") == "SubStatement":
        check(target, version, (*place, "object"))


def _timestamp(text: str, version: str, place: Place) -> None:
    try:
        check_timestamp(text, version)
    except ValueError as error:
        raise _refused(place, text, f"A timestamp is a date and time that exists ({error}).") from error


def _score(score: Mapping[str, Any], place: Place) -> None:
    """1.0.3 Data 2.4.5.1: raw lies between min and max, min is less than max."""
    low, high, raw = score.get("min"), score.get("max"), score.get("raw")
    if low is not None and high is not None and low >= high:
        raise _refused((*place, "min"), low, f"min is less than max, which is {high}.")
    if raw is not None and low is not None and raw < low:
        raise _refused((*place, "raw"), raw, f"raw is not less than min, which is {low}.")
    if raw is not None and high is not None and raw > high:
        raise _refused((*place, "raw"), raw, f"raw is not more than max, which is {high}.")


def _components(definition: Mapping[str, Any], place: Place) -> None:
    """1.0.3 Data 2.4.4.1: "Within an array of interaction components, all id values MUST be distinct." """
    for key in _COMPONENTS:
        seen = set()
        for ordinal, component in enumerate(definition.get(key, ())):
            if component["id"] in seen:
                raise _refused((*place, key, ordinal, "id"), component["id"], f"The ids in {key} are distinct.")
            seen.add(component["id"])


def _refused(place: Place, found: Any, rule: str) -> InvalidStatement:
    return InvalidStatement(
        f"{pointer(place)}: {rule} Found {found!r}.", pointer=pointer(place), found=str(found)[:120], rule=rule
    )
