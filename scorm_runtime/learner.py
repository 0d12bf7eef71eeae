"""What belongs to a learner over all courses, and what a step of one course changes of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from scorm_runtime.memory import Attempt, Plan
from scorm_runtime.sequencing import engine

Learner = Mapping[str, Mapping[str, str]]


def changes(plan: Plan, before: Attempt, after: Attempt) -> dict[str, dict[str, str]]:
    """By kind and id: JSON of global objectives, texts of shared stores and preferences. An objective that is gone is empty."""
    found: dict[str, dict[str, str]] = {}
    if plan.course.objectives_global_to_system:
        old, new = engine.state_globals(before.state), engine.state_globals(after.state)
        moved = {key: orjson.dumps(value).decode() for key, value in new.items() if old.get(key) != value}
        found["objectives"] = moved | dict.fromkeys(old.keys() - new.keys(), "{}")
    if plan.course.shared_data_global_to_system:
        moved = {key: value for key, value in after.stores.items() if before.stores.get(key) != value}
        found["stores"] = moved | dict.fromkeys(before.stores.keys() - after.stores.keys(), "")
    found["preference"] = {key: value for key, value in after.preference.items() if before.preference.get(key) != value}
    return {kind: rows for kind, rows in found.items() if rows}


def merged(one: Learner, other: Learner) -> dict[str, dict[str, str]]:
    return {kind: {**one.get(kind, {}), **other.get(kind, {})} for kind in (*one, *(k for k in other if k not in one))}
