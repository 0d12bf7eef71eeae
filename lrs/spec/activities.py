"""What is known about an Activity, from everything that statements said about it. 1.0.3 Communication 2.5, Data 2.4.4.1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]
_MAPS = ("name", "description", "extensions")


def defined(statement: Json) -> Iterator[Json]:
    """The Activities of a statement that come with a definition."""
    for part in _parts(statement):
        target = part["object"]
        if "definition" in target:
            yield target
        for named in part.get("context", {}).get("contextActivities", {}).values():
            yield from (activity for activity in named if "definition" in activity)


def _parts(statement: Json) -> Iterator[Json]:
    yield statement
    if statement["object"].get("objectType") == "SubStatement":
        yield statement["object"]


def merged(activity_id: str, definitions: Iterable[Json]) -> dict[str, Any]:
    """The Activity: language maps and extensions add up, all else is as the last one says."""
    whole: dict[str, Any] = {}
    for definition in definitions:
        for key, value in definition.items():
            whole[key] = {**whole.get(key, {}), **value} if key in _MAPS else value
    activity: dict[str, Any] = {"objectType": "Activity", "id": activity_id}
    if whole:
        activity["definition"] = whole
    return activity
