"""Attempts on units in Mongo: one document per registration, with its sessions, a revision and an outbox.

A save is one compare-and-set on the revision. Beside it the document has what is written without one: `seen` (when content
last asked anything), `prefers` (sessions that have read the learner's preferences) and `refused`, by session, what content
did not get. `wake` is when somebody has to look: at an outbox that was not emptied, at a session that fell silent.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import orjson
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from scorm_runtime.units.attempt import Attempt, Pending, Session, Unit

ATTEMPTS = "unit_attempts"
VISITS = "unit_visits"
"""Links to the player, by registration (`visits`)."""
REFUSED_KEPT = 100
SESSIONS_KEPT = 50
OUTBOX_AFTER = 10.0  # seconds after which a statement that is still in an outbox was left there by a crash
TRIES = 12
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WITHOUT_LOG = {"refused": 0}


def ensure_indexes(db: Database[Any]) -> None:
    db[ATTEMPTS].create_index("keys", name="keys")
    db[ATTEMPTS].create_index("ids", name="ids")
    db[ATTEMPTS].create_index("wake", name="wake", sparse=True)
    db[VISITS].create_index("visits.key", name="key")


def by_registration(db: Database[Any], registration: str) -> Attempt | None:
    return _attempt(db[ATTEMPTS].find_one({"_id": registration}, WITHOUT_LOG))


def by_key(db: Database[Any], key: str) -> Attempt | None:
    """The attempt with a session whose token, of either kind, has this hash."""
    return _attempt(db[ATTEMPTS].find_one({"keys": key}, WITHOUT_LOG))


def by_session(db: Database[Any], session: str) -> Attempt | None:
    return _attempt(db[ATTEMPTS].find_one({"ids": session}, WITHOUT_LOG))


def create(db: Database[Any], attempt: Attempt, idle: float) -> Attempt | None:
    """None: it is there already."""
    fields = _fields(attempt, idle)
    outbox = [asdict(one) for one in attempt.outbox]
    fixed = {"store": attempt.store, "course": attempt.course, "actor": _text(attempt.actor), "actor_key": attempt.actor_key}
    try:
        db[ATTEMPTS].insert_one({
            "_id": attempt.registration, **fixed, **{key: value for key, value in fields.items() if value is not None},
            "outbox": outbox, "revision": 1,
        })  # fmt: skip
    except DuplicateKeyError:
        return None
    return replace(attempt, revision=1)


def save(db: Database[Any], old: Attempt, new: Attempt, idle: float) -> Attempt | None:
    """None: somebody else was faster. The outbox only grows here, so that what was emptied meanwhile stays so."""
    new = replace(_pruned(new), revision=old.revision + 1)
    same = {"$eq": ["$revision", old.revision]}
    known = {one.id for one in old.outbox}
    added = [asdict(one) for one in new.outbox if one.id not in known]
    gone = [one.id for one in old.outbox if one.id not in {kept.id for kept in new.outbox}]
    values: dict[str, Any] = {key: _literal(value) for key, value in _fields(new, idle).items()}
    kept: Any = {"$ifNull": ["$outbox", []]}
    if gone:
        kept = _left(kept, gone)
    values["outbox"] = {"$concatArrays": [kept, {"$literal": added}]} if added else kept
    values["revision"] = new.revision
    update = {key: {"$cond": [same, value, f"${key}"]} for key, value in values.items()}
    done = db[ATTEMPTS].update_one({"_id": old.registration}, [{"$set": update}])
    return new if done.modified_count else None


def delivered(db: Database[Any], attempt: Attempt, ids: Iterable[str], idle: float) -> None:
    """These statements are stored. May be repeated, at any time."""
    left = _left({"$ifNull": ["$outbox", []]}, list(ids))
    calm = _literal(_wake(replace(attempt, outbox=()), idle))
    empty = {"$eq": [{"$size": "$outbox"}, 0]}
    same = {"$eq": ["$revision", attempt.revision]}
    db[ATTEMPTS].update_one(
        {"_id": attempt.registration},
        [{"$set": {"outbox": left}}, {"$set": {"wake": {"$cond": [{"$and": [empty, same]}, calm, "$wake"]}}}],
    )


def seen(db: Database[Any], registration: str, now: float) -> None:
    db[ATTEMPTS].update_one({"_id": registration}, {"$max": {"seen": now}})


def prefers(db: Database[Any], registration: str, session: str) -> None:
    db[ATTEMPTS].update_one({"_id": registration}, {"$addToSet": {"prefers": session}})


def refuse(db: Database[Any], registration: str, session: str, row: Mapping[str, Any]) -> None:
    push = {f"refused.{session}": {"$each": [dict(row)], "$slice": -REFUSED_KEPT}}
    db[ATTEMPTS].update_one({"_id": registration}, {"$push": push})


def refused(db: Database[Any], registration: str, session: str) -> list[dict[str, Any]]:
    found = db[ATTEMPTS].find_one({"_id": registration}, {f"refused.{session}": 1}) or {}
    return list((found.get("refused") or {}).get(session, ()))


def waking(db: Database[Any], now: float, limit: int = 200) -> list[Attempt]:
    rows = db[ATTEMPTS].find({"wake": {"$gt": EPOCH, "$lte": _moment(now)}}, WITHOUT_LOG).limit(limit)
    return [attempt for row in rows if (attempt := _attempt(row))]


def tries() -> Iterator[int]:
    """How many races were lost. Who lost one waits a little, and not as long as the others who did."""
    for lost in range(TRIES):
        if lost:
            time.sleep(secrets.randbelow(min(200, 5 * 2**lost)) / 1000)
        yield lost


def _left(outbox: Any, ids: Sequence[str]) -> Any:
    return {"$filter": {"input": outbox, "as": "one", "cond": {"$not": [{"$in": ["$$one.id", {"$literal": list(ids)}]}]}}}


def _literal(value: Any) -> Any:
    return "$$REMOVE" if value is None else {"$literal": value}


def _pruned(attempt: Attempt) -> Attempt:
    """The oldest sessions that have ended are forgotten; their statements are not."""
    surplus = len(attempt.sessions) - SESSIONS_KEPT
    if surplus <= 0:
        return attempt
    over = [key for key, session in attempt.sessions.items() if not session.live][:surplus]
    return replace(attempt, sessions={key: session for key, session in attempt.sessions.items() if key not in over})


def _fields(attempt: Attempt, idle: float) -> dict[str, Any]:
    return {
        "version": attempt.version,
        "body": _text({
            "units": {item: asdict(unit) for item, unit in attempt.units.items()},
            "sessions": [asdict(session) for session in attempt.sessions.values()],
            "satisfied": dict(attempt.satisfied),
        }),
        "keys": [key for session in attempt.sessions.values() for key in (session.key, session.fetch_key)],
        "ids": list(attempt.sessions),
        "wake": _wake(attempt, idle),
    }  # fmt: skip


def _wake(attempt: Attempt, idle: float) -> datetime | None:
    times = [one.at + OUTBOX_AFTER for one in attempt.outbox]
    times += [session.over(idle) for session in attempt.live]
    return _moment(min(times)) if times else None


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _text(value: Any) -> str:
    return orjson.dumps(value).decode()


def _attempt(found: Mapping[str, Any] | None) -> Attempt | None:
    if found is None:
        return None
    body = orjson.loads(found["body"])
    last, prefers = found.get("seen", 0.0), found.get("prefers", ())
    sessions = [_session(row, last, prefers) for row in body["sessions"]]
    return Attempt(
        registration=found["_id"],
        store=found["store"],
        course=found["course"],
        version=found["version"],
        actor=orjson.loads(found["actor"]),
        actor_key=found["actor_key"],
        revision=found["revision"],
        units={item: Unit(**unit) for item, unit in body["units"].items()},
        sessions={session.id: session for session in sessions},
        satisfied=body["satisfied"],
        outbox=tuple(Pending(**one) for one in found.get("outbox", ())),
    )


def _session(row: dict[str, Any], last: float, prefers: Sequence[str]) -> Session:
    session = Session(**row)
    if session.id in prefers and not session.preferences:
        session = replace(session, preferences=True)
    if session.live and last > session.seen:
        session = replace(session, seen=last)
    return session
