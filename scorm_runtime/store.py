"""Attempts in Mongo: one document per registration, with its launches, a revision and an outbox.

Run-time data and sequencing state are kept as JSON text: their keys hold dots and dollars, and nothing queries them.
Every save names the revision it has read, so that two processes never overwrite each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypedDict

import orjson
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from scorm_runtime import history
from scorm_runtime.events import Said
from scorm_runtime.journal import Journal
from scorm_runtime.memory import Attempt, Correction, Result, Run
from scorm_runtime.rows import Rows, escape, unescape, written
from scorm_runtime.sequencing.engine import State, Tree

REGISTRATIONS = "registrations"
ATTEMPTS = "runtime_attempts"
LEARNERS = "runtime_learners"
PLAIN = ("current", "window", "move", "number", "latest", "ordinal", "seconds", "ended", "started")
NESTED = ("attempt", "scratch", "runs", "causes")
LEARNER_KINDS = ("objectives", "stores", "preference")
REFUSED_KEPT = 100
SENDING = 10.0  # seconds that an outbox is for one to send
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PageWishes(TypedDict, total=False):
    """What a launch says about the player page: see `Session`."""

    return_url: str | None
    window: str
    resume: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One launch. `key` is the hash of its token; the token itself is never stored.

    `window`: content is shown in a "frame" of the page or in a "new" window. `resume`: a suspended attempt goes on "now",
    or the learner is asked ("ask") and may start again. `fresh`: another attempt begins when it is opened. `version` of the
    course is what its files lie under; None: the attempt's, as links of old had it. `opened`: when its player last was, `ended`:
    when that was over.
    """

    key: str
    id: str
    mode: str
    item: str | None
    expires: datetime
    return_url: str | None = None
    window: str = "frame"
    resume: str = "now"
    fresh: bool = False
    version: int | None = None
    launched: float | None = None
    opened: float | None = None
    ended: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The document. `attempt` and `scratch` (browse and review) stay JSON until a tree is at hand to read them.

    `refused` are statements that the Learning Record Store would not have. `terms`: what was decided for the course when the
    attempt was last opened, and whether it is for credit. `entries`: the newest entries of the log, in JSON. Until `sending` the
    outbox is for one to send: for whoever has the record with `holds`. `told` is `LRS.latest` of what was sent last.
    """

    registration: str
    store: int
    course: str
    version: int
    actor: Mapping[str, Any]
    actor_key: str
    revision: int = 0
    events: int = 0
    attempt: Mapping[str, Any] | None = None
    scratch: Mapping[str, Any] | None = None
    sessions: tuple[Session, ...] = ()
    outbox: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    learner: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    terms: Mapping[str, Any] = field(default_factory=dict)
    journal: Journal = field(default_factory=Journal)
    entries: tuple[str, ...] = ()
    sending: float | None = None
    holds: bool = field(default=False, compare=False)
    told: int = 0


def result(record: Record) -> Result | None:
    """What its latest attempt has reached; None: nobody has opened it."""
    return None if record.attempt is None else Result(**orjson.loads(record.attempt["result"]))


def standing(record: Record) -> Result | None:
    """What the registration has reached over all attempts; None: nobody has opened it."""
    latest = result(record)
    if latest is None or record.attempt is None:
        return None
    return Result(**orjson.loads(record.attempt.get("earlier", "{}"))).followed_by(latest)


def ensure_indexes(db: Database[Any]) -> None:
    db[REGISTRATIONS].create_index([("store", 1), ("course", 1), ("actor_key", 1)], name="pair")
    db[ATTEMPTS].create_index("sessions.key", name="session")
    db[ATTEMPTS].create_index("due", name="due", sparse=True)
    history.ensure_indexes(db)


def by_registration(db: Database[Any], registration: str) -> Record | None:
    return _record(db[ATTEMPTS].find_one({"_id": registration}))


def by_session(db: Database[Any], key: str) -> Record | None:
    return _record(db[ATTEMPTS].find_one({"sessions.key": key}))


def create(db: Database[Any], record: Record) -> bool:
    """False: it is there already."""
    try:
        db[ATTEMPTS].insert_one({"_id": record.registration, **_document(record, datetime.now(UTC))})
    except DuplicateKeyError:
        return False
    return True


def save(db: Database[Any], old: Record, new: Record, now: datetime) -> Record | None:
    """One compare-and-set of what differs; None: somebody else was faster.

    The comparison is in the update, not in the filter: the embedded server finds a row by `_id` alone, and reads them all
    for `_id` and anything else.
    """
    new = replace(new, revision=old.revision + 1)
    same = {"$eq": ["$revision", old.revision]}
    differing = _differences(_document(old, now), _document(new, now), "")
    update = {path: {"$cond": [same, value, f"${path}"]} for path, value in differing.items()}
    done = db[ATTEMPTS].update_one({"_id": old.registration}, [{"$set": update}])
    return new if done.modified_count else None


def _differences(before: Mapping[str, Any], after: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Expressions by path. What is nested in both is there in every later revision, too."""
    found: dict[str, Any] = {prefix + key: "$$REMOVE" for key in before.keys() - after.keys()}
    for key, value in after.items():
        old = before.get(key)
        if old is value:
            continue
        if isinstance(old, Mapping) and isinstance(value, Mapping) and key in NESTED:
            found |= _differences(old, value, f"{prefix}{key}.")
        elif old != value or key not in before:
            found[prefix + key] = {"$literal": value}
    return found


def hold(record: Record, now: float) -> Record:
    """The record with its outbox for whoever saves it, unless it is empty or somebody else sends it at this moment. A time
    further ahead than anybody may take is of a clock that was wrong."""
    taken = record.sending is not None and now < record.sending <= now + SENDING
    if taken or not (record.outbox or record.learner):
        return record
    return replace(record, sending=now + SENDING, holds=True)


def delivered(db: Database[Any], record: Record, refused: Sequence[str] = (), told: int = 0) -> Record | None:
    """The outbox as `record` has it was sent, but for the refused; what came into it since then is still to be sent by
    whoever holds it: that record."""
    sent = set(record.outbox)
    now: Record | None = record
    while now is not None:
        rest = tuple(text for text in now.outbox if text not in sent)
        learner = {} if now.learner == record.learner else now.learner
        kept = tuple(dict.fromkeys((*now.refused, *refused)))[-REFUSED_KEPT:]
        mine, more = now.sending == record.sending, bool(rest or learner)
        new = replace(now, outbox=rest, refused=kept, learner=learner, told=max(now.told, told), holds=mine and more)
        if saved := save(db, now, replace(new, sending=None) if mine and not more else new, datetime.now(UTC)):
            return saved if saved.holds else None
        now = by_registration(db, record.registration)
    return None


def let_go(db: Database[Any], record: Record) -> None:
    """Nothing can be sent at present: the next who comes may try."""
    now: Record | None = record
    while now is not None and now.sending == record.sending:
        if save(db, now, replace(now, sending=None), datetime.now(UTC)):
            return
        now = by_registration(db, record.registration)


def unsent(db: Database[Any], registration: str) -> set[str]:
    """What is in the outbox now, without the rest of the document."""
    return set((db[ATTEMPTS].find_one({"_id": registration}, {"outbox": 1}) or {}).get("outbox", ()))


def undelivered(db: Database[Any], before: datetime, limit: int = 500) -> Iterator[Record]:
    for document in db[ATTEMPTS].find({"due": {"$gt": EPOCH, "$lte": before}}).limit(limit):
        if record := _record(document):
            yield record


def learner(db: Database[Any], store: int, actor_key: str) -> dict[str, dict[str, str]]:
    """What belongs to the learner over all courses: `objectives`, `stores`, `preference`; JSON texts by id."""
    found = db[LEARNERS].find_one({"_id": f"{store} {actor_key}"}) or {}
    return {kind: {unescape(key): text for key, text in (found.get(kind) or {}).items()} for kind in LEARNER_KINDS}


def save_learner(db: Database[Any], store: int, actor_key: str, changes: Mapping[str, Mapping[str, str]]) -> None:
    values = {f"{kind}.{escape(key)}": text for kind, rows in changes.items() for key, text in rows.items()}
    if values:
        db[LEARNERS].update_one({"_id": f"{store} {actor_key}"}, {"$set": values}, upsert=True)


def attempt_json(attempt: Attempt) -> dict[str, Any]:
    made: dict[str, Any] = {name: getattr(attempt, name) for name in PLAIN}
    made["state"] = attempt.state.text()
    made["runs"] = written(attempt.runs, lambda run: orjson.dumps(run).decode())
    made["causes"] = written(attempt.causes, str)
    for name in ("result", "earlier", "said", "stores", "preference", "corrected"):
        value = getattr(attempt, name)
        if value is not None:
            made[name] = orjson.dumps(dict(value) if isinstance(value, Mapping) else value).decode()
    return made


def read_attempt(tree: Tree, value: Mapping[str, Any]) -> Attempt:
    return Attempt(
        state=State.of_text(tree, value["state"]),
        runs=Rows(value["runs"], _run),
        result=Result(**orjson.loads(value["result"])),
        earlier=Result(**orjson.loads(value.get("earlier", "{}"))),
        said=_said(orjson.loads(value["said"])),
        stores=orjson.loads(value["stores"]),
        preference=orjson.loads(value["preference"]),
        corrected=Correction(**orjson.loads(value["corrected"])) if "corrected" in value else None,
        causes=Rows(value["causes"], str),
        **{name: value[name] for name in PLAIN},
    )


def _run(text: str) -> Run:
    value = orjson.loads(text)
    corrected = value.get("corrected")
    return Run(**{**value, "said": _said(value["said"]), "corrected": Correction(**corrected) if corrected else None})


def _said(value: dict[str, Any]) -> Said:
    objectives = {key: tuple(row) for key, row in value["objectives"].items()}
    return Said(**{**value, "score": tuple(value["score"]), "objectives": objectives})


def _document(record: Record, now: datetime) -> dict[str, Any]:
    """A save sets only what differs of this, down to a single run."""
    made: dict[str, Any] = {
        "revision": record.revision,
        "store": record.store,
        "course": record.course,
        "version": record.version,
        "actor": orjson.dumps(record.actor).decode(),
        "actor_key": record.actor_key,
        "events": record.events,
        "sessions": [{name: getattr(session, name) for name in Session.__slots__} for session in record.sessions],
        "outbox": list(record.outbox),
        "learner": orjson.dumps(record.learner).decode(),
        "terms": orjson.dumps(record.terms).decode(),
        "journal": orjson.dumps(record.journal).decode(),
        "entries": list(record.entries),
    }
    if record.outbox or record.learner:
        made["due"] = now
    if record.sending is not None:
        made["sending"] = record.sending
    if record.told:
        made["told"] = record.told
    if record.refused:
        made["refused"] = list(record.refused)
    if record.attempt is not None:
        made["attempt"] = record.attempt
    if record.scratch is not None:
        made["scratch"] = record.scratch
    return made


def _record(found: dict[str, Any] | None) -> Record | None:
    if found is None:
        return None
    sessions: Sequence[dict[str, Any]] = found.get("sessions", ())
    return Record(
        registration=found["_id"],
        store=found["store"],
        course=found["course"],
        version=found["version"],
        actor=orjson.loads(found["actor"]),
        actor_key=found["actor_key"],
        revision=found["revision"],
        events=found.get("events", 0),
        attempt=found.get("attempt"),
        scratch=found.get("scratch"),
        sessions=tuple(Session(**{**one, "expires": _aware(one["expires"])}) for one in sessions),
        outbox=tuple(found.get("outbox", ())),
        refused=tuple(found.get("refused", ())),
        learner=orjson.loads(found.get("learner", "{}")),
        terms=orjson.loads(found.get("terms", "{}")),
        journal=Journal(**orjson.loads(found.get("journal", "{}"))),
        entries=tuple(found.get("entries", ())),
        sending=found.get("sending"),
        told=found.get("told", 0),
    )


def _aware(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)
