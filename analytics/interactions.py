"""One row for each answer: a statement about a question, or one that says `answered`."""

import hashlib
from typing import Any

from analytics.attempts import Row
from analytics.facts import Facts, labels

ANSWERS = ("http://adlnet.gov/expapi/verbs/answered", "http://adlnet.gov/expapi/verbs/responded")
KEYS = ("id", "actor_key", "registration")
COPIED = (
    "id",
    "actor_key",
    "actor_name",
    "verb",
    "interaction_type",
    "response",
    "success",
    "score_scaled",
    "score_raw",
    "duration_s",
    "registration",
    "parent",
    "grouping",
    "source",
    "platform",
    "language",
)


def is_answer(facts: Facts) -> bool:
    about_activity = facts.get("object_kind") == "Activity" and "actor_key" in facts and "id" in facts
    return about_activity and (bool(facts.get("question")) or facts.get("verb") in ANSWERS)


def row_id(store: int, facts: Facts) -> bytes:
    return hashlib.sha256(f"{store}\x00{facts['id']}".encode()).digest()[:16]


def tombstone(store: int, seq: int, facts: Facts) -> Row:
    """Of an answer that was voided by the statement with this number: what a loader needs to find its row."""
    named: Row = {name: facts[name] for name in KEYS if name in facts}
    return {"_id": row_id(store, facts), "t": store, "seq": seq, "activity": facts["object"], "voided": True, **named}


def row(store: int, seq: int, facts: Facts) -> Row:
    """Its labels name everything the question is part of, so that a course finds its questions."""
    made: dict[str, Any] = {name: facts[name] for name in COPIED if name in facts}
    return {
        "_id": row_id(store, facts),
        "t": store,
        "seq": seq,
        "activity": facts["object"],
        "activity_name": facts.get("object_name"),
        "activity_type": facts.get("object_type"),
        "timestamp": facts.get("timestamp", seq >> 20),
        "stored": seq >> 20,
        "labels": labels(facts),
        **made,
    }
