"""A session in its middle, and statements as they should be."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from package_importer.course import AssignableUnit
from scorm_runtime.cmi5 import vocabulary
from scorm_runtime.cmi5.session import Bounds
from scorm_runtime.units.attempt import Mode, Phase, Session

REGISTRATION = "7a8f0f62-3f0c-4f1f-9f0d-2b8f4d7f6c11"
SESSION = "0d3c1f0a-6f6c-4b0e-8a44-6a3b8f0f5e22"
ACTIVITY = "https://rollbook.example/courses/c/items/one"
PUBLISHER = "https://pub.example/one"
ACCOUNT = {"homePage": "https://people.example", "name": "ada"}
AU = AssignableUnit(url="a.html", move_on="CompletedAndPassed", mastery_score=0.8)
RESULTS: Mapping[str, dict[str, Any]] = {
    "completed": {"completion": True, "duration": "PT1M"},
    "passed": {"success": True, "duration": "PT1M", "score": {"scaled": 0.9, "raw": 9, "min": 0, "max": 10}},
    "failed": {"success": False, "duration": "PT1M", "score": {"scaled": 0.5}},
    "terminated": {"duration": "PT1M30S"},
}
JUDGED = ("completed", "passed", "failed")


def bounds(au: AssignableUnit = AU) -> Bounds:
    actor = {"objectType": "Agent", "account": ACCOUNT}
    return Bounds(actor=actor, registration=REGISTRATION, publisher=PUBLISHER, au=au)


def session(**changes: Any) -> Session:
    made: dict[str, Any] = {
        "id": SESSION,
        "key": "k",
        "fetch_key": "f",
        "item": PUBLISHER,
        "activity": ACTIVITY,
        "mode": Mode.NORMAL,
        "address": "https://content.example/a.html",
        "launched": 1000.0,
        "expires": 9000.0,
        "seen": 1000.0,
        "preferences": True,
        "phase": Phase.INITIALIZED,
        "said": {"initialized": "00000000-0000-4000-8000-000000000001"},
    }
    return Session(**{**made, **changes})


def statement(verb: str, change: Callable[[dict[str, Any]], object] | None = None) -> dict[str, Any]:
    """`verb` is a defined one, or `allowed`."""
    category = [] if verb == "allowed" else [{"id": vocabulary.CMI5}]
    if verb in JUDGED:
        category.append({"id": vocabulary.MOVE_ON})
    extensions: dict[str, Any] = {vocabulary.SESSION_ID: SESSION}
    if verb in ("passed", "failed"):
        extensions[vocabulary.MASTERY_SCORE] = 0.8
    made: dict[str, Any] = {
        "id": "00000000-0000-4000-8000-0000000000aa",
        "timestamp": "2027-01-15T08:00:00Z",
        "actor": {"objectType": "Agent", "account": ACCOUNT},
        "verb": {"id": vocabulary.VERBS.get(verb, "http://adlnet.gov/expapi/verbs/experienced")},
        "object": {"id": ACTIVITY},
        "context": {
            "registration": REGISTRATION,
            "contextActivities": {"category": category, "grouping": [{"id": PUBLISHER}]},
            "extensions": extensions,
        },
    }
    if verb in RESULTS:
        made["result"] = copy.deepcopy(RESULTS[verb])
    if change is not None:
        change(made)
    return made
