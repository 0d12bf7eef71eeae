"""Events as xAPI statements: ADL's "Experience API SCORM Profile" 1.0, sections 3.2, 5 and 6.

Ids are uuid5 of the registration and the event's number in it, so that a statement sent twice is the same statement.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from package_importer.course import Course, Item, Standard
from scorm_runtime import interactions
from scorm_runtime.datamodel.status import number as finite
from scorm_runtime.events import Event, Interaction, Score

VERB = "http://adlnet.gov/expapi/verbs/"
TYPE = "http://adlnet.gov/expapi/activities/"
CATEGORY = {"id": "https://w3id.org/xapi/scorm", "definition": {"type": TYPE + "profile"}}
PLATFORM = "Rollbook"
DECISION = "urn:rollbook:extension:decision"
STANDARDS = {Standard.SCORM_12: "urn:rollbook:standard:scorm12", Standard.SCORM_2004: "urn:rollbook:standard:scorm2004"}
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
DURATION = re.compile(r"P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Who learns what: the parts that all statements of a registration share. `activity_id` is the course's IRI."""

    registration: str
    actor: Mapping[str, Any]
    activity_id: str
    course: Course
    items: Mapping[str, Item]


def statement(subject: Subject, number: int, event: Event) -> dict[str, Any]:
    """The statement of one event; `number` counts the registration's events."""
    made: dict[str, Any] = {
        "id": statement_id(subject.registration, number),
        "actor": dict(subject.actor),
        "verb": {"id": VERB + event.verb, "display": {"en-US": event.verb}},
        "object": _object(subject, event),
        "context": _context(subject, event),
        "timestamp": timestamp(event.time),
    }
    if result := _result(subject, event):
        made["result"] = result
    return made


def statement_id(registration: str, number: int) -> str:
    return str(uuid.uuid5(uuid.UUID(registration), f"event {number}"))


def timestamp(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def duration(seconds: float) -> str:
    """ISO 8601 with a precision of 0.01 seconds, as the profile has it."""
    hundredths = max(0, round(seconds * 100))
    minutes, rest = divmod(hundredths, 6000)
    hours, minutes = divmod(minutes, 60)
    text = f"{rest / 100:.2f}".rstrip("0").rstrip(".")
    parts = (f"{hours}H" if hours else "", f"{minutes}M" if minutes else "")
    return "PT" + "".join(parts) + (f"{text}S" if text != "0" or not any(parts) else "")


def item_iri(activity_id: str, identifier: str) -> str:
    return f"{activity_id}/items/{quote(identifier, safe='')}"


def attempt_iri(subject: Subject, event: Event) -> str:
    """The activity that stands for one attempt, on an item or on the course."""
    base = item_iri(subject.activity_id, event.item) if event.item else subject.activity_id
    key = uuid.uuid5(uuid.UUID(subject.registration), f"attempt {event.attempt} {event.item or ''}")
    return f"{base}?attemptId={key}"


def _object(subject: Subject, event: Event) -> dict[str, Any]:
    if event.item is None:
        return _course(subject)
    base = item_iri(subject.activity_id, event.item)
    if event.interaction:
        return {
            "id": f"{base}/interactions/{quote(event.interaction.id, safe='')}",
            "definition": _question(subject, event.interaction),
        }
    if event.objective is not None:
        name = {"name": {"und": event.objective}} if event.objective else {}
        return {"id": f"{base}/objectives/{quote(event.objective, safe='')}", "definition": {"type": TYPE + "objective", **name}}
    return _item(subject, event.item)


def _course(subject: Subject) -> dict[str, Any]:
    definition: dict[str, Any] = {"type": TYPE + "course", **_named(subject, subject.course.title)}
    if subject.course.description:
        definition["description"] = {_language(subject): subject.course.description}
    return {"id": subject.activity_id, "definition": definition}


def _item(subject: Subject, identifier: str) -> dict[str, Any]:
    item = subject.items.get(identifier)
    kind = "module" if item and item.children else "lesson"
    return {
        "id": item_iri(subject.activity_id, identifier),
        "definition": {"type": TYPE + kind, **_named(subject, item.title if item else identifier)},
    }


def _named(subject: Subject, title: str) -> dict[str, Any]:
    return {"name": {_language(subject): title}} if title else {}


def _language(subject: Subject) -> str:
    language = subject.course.language or ""
    return language if LANGUAGE.fullmatch(language) else "und"


def _question(subject: Subject, row: Interaction) -> dict[str, Any]:
    kind = interactions.interaction_type(row.type)
    scorm12 = subject.course.standard is Standard.SCORM_12
    made: dict[str, Any] = {"type": TYPE + "cmi.interaction", "interactionType": kind}
    if row.patterns:
        made["correctResponsesPattern"] = [interactions.response(kind, text, scorm12=scorm12) for text in row.patterns]
    if row.description:
        language, text = interactions.localized(row.description)
        made["description"] = {language or _language(subject): text}
    return made


def _context(subject: Subject, event: Event) -> dict[str, Any]:
    attempt = {"id": attempt_iri(subject, event), "definition": {"type": TYPE + "attempt"}}
    course = [_course(subject)] if event.item else []
    standard = {"id": STANDARDS[subject.course.standard]}
    activities: dict[str, Any] = {"grouping": [*course, attempt], "category": [CATEGORY, standard]}
    if event.item and (event.interaction or event.objective is not None):
        activities["parent"] = [_item(subject, event.item)]
    made: dict[str, Any] = {"registration": subject.registration, "platform": PLATFORM, "contextActivities": activities}
    if by := event.authority:
        made |= {"instructor": dict(by.agent), "extensions": {DECISION: {"action": by.action, "reason": by.reason}}}
    return made


def _result(subject: Subject, event: Event) -> dict[str, Any]:
    if event.interaction:
        return _answer(subject, event.interaction)
    made: dict[str, Any] = {}
    if event.completion is not None:
        made["completion"] = event.completion
    if event.success is not None:
        made["success"] = event.success
    if event.score and (score := _score(event.score)):
        made["score"] = score
    if event.duration is not None:
        made["duration"] = duration(event.duration)
    if event.comment is not None:
        made["response"] = interactions.localized(event.comment)[1]
    return made


def _answer(subject: Subject, row: Interaction) -> dict[str, Any]:
    kind = interactions.interaction_type(row.type)
    scorm12 = subject.course.standard is Standard.SCORM_12
    made: dict[str, Any] = {}
    if row.response is not None:
        made["response"] = interactions.response(kind, row.response, scorm12=scorm12)
    success = {"correct": True, "incorrect": False, "wrong": False}.get(row.result or "")
    if success is not None:
        made["success"] = success
    elif (raw := finite(row.result)) is not None:
        made["score"] = {"raw": raw}
    spent = interactions.seconds(row.latency)
    if spent is not None:
        made["duration"] = duration(spent)
    elif row.latency and DURATION.fullmatch(row.latency):
        made["duration"] = row.latency
    return made


def _score(score: Score) -> dict[str, float]:
    """xAPI Data 2.4.5.1: scaled within -1..1, min below max, raw between them; bounds that break that are left out."""
    made: dict[str, float] = {}
    if score.scaled is not None and -1 <= score.scaled <= 1:
        made["scaled"] = score.scaled
    low, high = score.min, score.max
    if low is not None and high is not None and low >= high:
        low = high = None
    if score.raw is not None:
        made["raw"] = score.raw
        low = low if low is not None and low <= score.raw else None
        high = high if high is not None and high >= score.raw else None
    if low is not None:
        made["min"] = low
    if high is not None:
        made["max"] = high
    return made
