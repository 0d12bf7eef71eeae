"""What the service says of a Tin Can course as a whole, so that it has completion, success and score of its own.

The unit of the root remembers what was said.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from scorm_runtime.statements import duration, timestamp
from scorm_runtime.units.attempt import Attempt, Plan, Said, Unit

ADL = "http://adlnet.gov/expapi/verbs/"
COURSE = "http://adlnet.gov/expapi/activities/course"
CATEGORY = "urn:rollbook:standard:tincan"


def told(plan: Plan, attempt: Attempt, reached: Unit, now: float) -> tuple[Attempt, list[Said]]:
    """What is new of the course, each thing once. `reached` names, for each, the content's statement behind it."""
    root = plan.course.root.identifier
    known = attempt.unit(root)
    verbs = [verb for verb in ("completed", "passed", "failed") if getattr(reached, verb) and not getattr(known, verb)]
    if not verbs and reached.score and reached.score != known.score:
        verbs = ["scored"]
    if not verbs:
        return attempt, []
    said = [statement(plan, attempt, verb, getattr(reached, verb), now, reached) for verb in verbs]
    ids = dict(zip(verbs, (one.id for one in said), strict=True))
    if "completed" in ids:
        known = replace(known, completed=ids["completed"], completed_at=now)
    if "passed" in ids:
        known = replace(known, passed=ids["passed"], passed_at=now, failed="")
    if "failed" in ids:
        known = replace(known, failed=ids["failed"], passed="", passed_at=None)
    if reached.score != known.score:
        known = replace(known, score=reached.score, scored=said[-1].id)
    return attempt.with_unit(root, known), said


def statement(plan: Plan, attempt: Attempt, verb: str, cause: str, now: float, reached: Unit | None = None) -> Said:
    """The same cause never makes two."""
    course, titles = plan.course, plan.course.root.titles
    made: dict[str, Any] = {
        "id": str(uuid.uuid5(uuid.UUID(attempt.registration), f"course {verb} {cause}")),
        "actor": dict(attempt.actor),
        "verb": {"id": ADL + verb, "display": {"en-US": verb}},
        "object": {
            "id": plan.activity_id,
            "objectType": "Activity",
            "definition": {"type": COURSE, "name": {(titles[0].language if titles else "") or "und": course.title}},
        },
        "context": {
            "registration": attempt.registration,
            "platform": "Rollbook",
            "contextActivities": {
                "grouping": [{"id": course.identifier}],
                "category": [{"id": CATEGORY}],
            },
        },
        "timestamp": timestamp(now),
    }
    if reached is not None:
        made["result"] = _result(attempt, verb, reached)
    return Said(statement=made, own=True)


def mean(scores: Sequence[Mapping[str, float] | None]) -> dict[str, float] | None:
    """The only score there can be, else the mean of the scaled ones."""
    if len(scores) == 1:
        return dict(scores[0]) if scores[0] else None
    known = [score["scaled"] for score in scores if score and "scaled" in score]
    return {"scaled": sum(known) / len(known)} if known else None


def _result(attempt: Attempt, verb: str, reached: Unit) -> dict[str, Any]:
    spent = sum(unit.seconds for unit in attempt.units.values()) + sum(one.seen - one.launched for one in attempt.live)
    result: dict[str, Any] = {"duration": duration(max(0.0, spent))}
    if verb != "scored":
        result["completion"] = bool(reached.completed)
    if reached.passed or reached.failed:
        result["success"] = bool(reached.passed)
    if reached.score:
        result["score"] = dict(reached.score)
    return result
