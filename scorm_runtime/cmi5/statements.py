"""The statements that an LMS makes: launched, abandoned, waived, satisfied. cmi5 9.3.1, 9.3.6, 9.3.7, 9.3.9, 9.6.

Ids are uuid5 of the registration and what happened, so that each can be said only once.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from lrs.spec.formats import is_iri, is_language
from package_importer.course import Item, Text
from scorm_runtime.cmi5 import vocabulary
from scorm_runtime.statements import duration, timestamp
from scorm_runtime.units.attempt import Attempt, Plan, Said, Session

CATEGORY = "urn:rollbook:standard:cmi5"


def launched(plan: Plan, attempt: Attempt, session: Session, now: float) -> Said:
    item = plan.items[session.item]
    assert item.au is not None
    extensions: dict[str, Any] = {
        vocabulary.LAUNCH_MODE: session.mode,
        vocabulary.LAUNCH_URL: session.address,
        vocabulary.MOVE_ON_RULE: item.au.move_on,
    }
    if item.au.mastery_score is not None:
        extensions[vocabulary.MASTERY_SCORE] = item.au.mastery_score
    if item.au.launch_parameters is not None:
        extensions[vocabulary.LAUNCH_PARAMETERS] = item.au.launch_parameters
    made = _statement(plan, attempt, "launched", item, session.id, now, key=session.id)
    made["context"]["extensions"] |= extensions
    return Said(statement=made, own=True)


def abandoned(plan: Plan, attempt: Attempt, session: Session, now: float) -> Said:
    """9.5.4.2: the duration is the time from launched to the last that was heard of the session."""
    made = _statement(plan, attempt, "abandoned", plan.items.get(session.item), session.id, now, key=session.id)
    made["object"] = {"id": session.activity, **made["object"]}
    made["context"]["contextActivities"]["grouping"] = [{"id": session.item}, {"id": plan.activity_id}]
    made["result"] = {"duration": duration(max(0.0, session.seen - session.launched))}
    return Said(statement=made, own=True)


def waived(plan: Plan, attempt: Attempt, item: Item, session: str, reason: str, now: float) -> Said:
    made = _statement(plan, attempt, "waived", item, session, now, key=item.identifier)
    made["result"] = {"success": True, "completion": True, "extensions": {vocabulary.REASON: reason}}
    made["context"]["contextActivities"]["category"].append({"id": vocabulary.MOVE_ON})
    return Said(statement=made, own=True)


def satisfied(plan: Plan, attempt: Attempt, item: Item, session: str, now: float) -> Said:
    return Said(statement=_statement(plan, attempt, "satisfied", item, session, now, key=item.identifier), own=True)


def course(plan: Plan, attempt: Attempt, verb: str, cause: str, session: str, result: Mapping[str, Any], now: float) -> Said:
    """An allowed statement about the course; `cause` is what it follows from, so that it is not said twice."""
    made = _statement(plan, attempt, verb, plan.course.root, session, now, key=f"course {cause}")
    made["context"]["contextActivities"]["category"] = [{"id": CATEGORY}]
    made["result"] = dict(result)
    return Said(statement=made, own=True)


def _statement(
    plan: Plan, attempt: Attempt, verb: str, item: Item | None, session: str, now: float, *, key: str
) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid5(uuid.UUID(attempt.registration), f"{verb} {key}")),
        "actor": _actor(attempt.actor),
        "verb": {"id": vocabulary.VERBS.get(verb, vocabulary.SCORED), "display": {"en-US": verb}},
        "object": _object(plan, item) if item else {},
        "context": {
            "registration": attempt.registration,
            "contextActivities": {
                "category": [{"id": vocabulary.CMI5}],
                "grouping": _grouping(plan, item) if item else [],
            },
            "extensions": {vocabulary.SESSION_ID: session},
        },
        "timestamp": timestamp(now),
    }


def _actor(actor: Mapping[str, Any]) -> dict[str, Any]:
    """9.2: the learner of the launch. The name, which no launch address carries, is known here."""
    name = {"name": actor["name"]} if actor.get("name") else {}
    return {"objectType": "Agent", **name, "account": actor["account"]}


def _object(plan: Plan, item: Item) -> dict[str, Any]:
    if item is plan.course.root:
        kind: str | None = vocabulary.COURSE
    else:
        kind = vocabulary.BLOCK if item.au is None else item.au.activity_type
    definition: dict[str, Any] = {"type": kind} if kind and is_iri(kind) else {}
    for key, texts in (("name", item.titles), ("description", item.descriptions)):
        if named := _languages(texts):
            definition[key] = named
    return {"id": plan.iri(item), "objectType": "Activity", "definition": definition}


def _grouping(plan: Plan, item: Item) -> list[dict[str, Any]]:
    """9.6.2.3: the publisher's id; and the course, for who looks for all that belongs to it."""
    course = [] if item is plan.course.root else [{"id": plan.activity_id}]
    return [{"id": item.identifier}, *course]


def _languages(texts: tuple[Text, ...]) -> dict[str, str]:
    return {text.language if is_language(text.language) else "und": text.text for text in texts}
