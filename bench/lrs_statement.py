"""What the CPU benchmarks send and read: a course player's report of a completed part, of 1.2 KB, as players write it.

The activities are few, so that a store that has warmed up knows their definitions."""

from __future__ import annotations

import random
import uuid
from typing import Any

SCHOOL = "https://school.example"
TYPES = "http://adlnet.gov/expapi/activities"


def statement(chance: random.Random) -> dict[str, Any]:
    learner, course, item = chance.randrange(2_000), chance.randrange(20), chance.randrange(10)
    raw = chance.randrange(101)
    return {
        "actor": {
            "objectType": "Agent",
            "name": f"Learner {learner}",
            "account": {"homePage": SCHOOL, "name": f"learner-{learner}"},
        },
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed", "display": {"en-US": "completed", "de-DE": "beendete"}},
        "object": {
            "objectType": "Activity",
            "id": f"{SCHOOL}/courses/{course}/items/{item}",
            "definition": {
                "type": f"{TYPES}/lesson",
                "name": {"en-US": f"Part {item} of course {course}"},
                "description": {"en-US": "What to do before, during and after an alarm, with a quiz."},
            },
        },
        "result": {
            "score": {"scaled": raw / 100, "raw": raw, "min": 0, "max": 100},
            "success": raw > 50,
            "completion": True,
            "duration": f"PT{chance.randrange(60)}M12.5S",
        },
        "context": {
            "registration": str(uuid.UUID(int=chance.getrandbits(128))),
            "platform": "Course player",
            "language": "en-US",
            "contextActivities": {
                "parent": [{"id": f"{SCHOOL}/courses/{course}", "objectType": "Activity"}],
                "grouping": [
                    {"id": f"{SCHOOL}/courses/{course}", "definition": {"type": f"{TYPES}/course"}, "objectType": "Activity"}
                ],
                "category": [{"id": "https://w3id.org/xapi/scorm", "objectType": "Activity"}],
            },
            "extensions": {f"{SCHOOL}/extensions/session": str(uuid.UUID(int=chance.getrandbits(128)))},
        },
        "timestamp": f"2026-03-{chance.randrange(1, 29):02}T10:15:{chance.randrange(60):02}.120Z",
    }
