"""Schedules: exports that are made again and again.

When one is due, an export is made whose id follows from the schedule and the time: however many processes see it, there
is one. A schedule that was not looked at for a while runs once for all the times it missed, or not at all.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from pymongo import ASCENDING
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from access import Caller
from analytics import exports, timing
from analytics.attempts import Row
from analytics.errors import ExportsFull, RevisionChanged, RevisionRequired, ScheduleUnknown
from analytics.exports import Wanted
from analytics.saved import LAST_NAME
from analytics.timing import Timing

SCHEDULES = "analytics_schedules"
NAMESPACE = uuid.UUID("5f0c3c1e-6f57-4d0b-9c0e-0b6a5f6f7c11")
RUNS_KEPT = 20
LATE = 600_000
MISSED = ("run", "skip")
CHANGEABLE = ("description", "asked", "form", "timing", "missed", "keep", "paused")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a schedule says. `missed`: what becomes of times that passed unseen. `keep`: how many results."""

    description: str
    asked: Mapping[str, Any]
    form: str
    timing: Timing
    missed: str
    keep: int
    paused: bool

    def row(self) -> Row:
        when = {name: getattr(self.timing, name) for name in Timing.__slots__}
        return {name: getattr(self, name) for name in CHANGEABLE} | {"asked": _text(self.asked), "timing": when}


def ensure_indexes(db: Database[Any]) -> None:
    db[SCHEDULES].create_index([("t", ASCENDING), ("name", ASCENDING)], unique=True)
    db[SCHEDULES].create_index([("t", ASCENDING), ("name", ASCENDING), ("tag", ASCENDING)])
    db[SCHEDULES].create_index([("active", ASCENDING), ("next", ASCENDING)])


def find(db: Database[Any], store: int, name: str) -> Row | None:
    row = db[SCHEDULES].find_one({"t": store, "name": name})
    return None if row is None else row | {"asked": orjson.loads(row["asked"])}


def get(db: Database[Any], store: int, name: str) -> Row:
    """Raises ScheduleUnknown."""
    found = find(db, store, name)
    if found is None:
        raise ScheduleUnknown(name)
    return found


def page(db: Database[Any], store: int, after: str, limit: int) -> list[Row]:
    wanted = {"t": store, "name": {"$gt": after, "$lte": LAST_NAME}}
    found = db[SCHEDULES].find(wanted).sort("name", ASCENDING).limit(limit)
    return [row | {"asked": orjson.loads(row["asked"])} for row in found]


def asking(db: Database[Any], store: int, query: str) -> list[str]:
    """The names of those that ask the saved query."""
    found = db[SCHEDULES].find({"t": store, "asked": _text({"saved": query})}, {"name": 1})
    return sorted(row["name"] for row in found)


def _text(asked: Mapping[str, Any]) -> str:
    return orjson.dumps(asked, option=orjson.OPT_SORT_KEYS).decode()


def put(db: Database[Any], store: int, name: str, plan: Plan, *, by: Caller, now: int, tag: str | None) -> Row:
    """As saved.put. It runs from then on as the credential that said so last."""
    old = db[SCHEDULES].find_one({"t": store, "name": name})
    said = plan.row() | {"by": by.key, "by_name": by.name}
    if old is not None and tag in (None, old["tag"]) and said == {key: old.get(key) for key in said}:
        return get(db, store, name)
    if tag is None and old is not None:
        raise RevisionRequired(name)
    if tag is not None and (old is None or old["tag"] != tag):
        raise RevisionChanged(name)
    revision = old["revision"] + 1 if old else 1
    row: Row = {"t": store, "name": name, **said, "revision": revision, "tag": f"{revision}-{uuid.uuid4().hex[:8]}"}
    row |= {"created": old["created"] if old else now, "updated": now, "runs": old["runs"] if old else []}
    if not plan.paused:
        row |= {"active": True, "next": timing.after(plan.timing, now)}
    try:
        if old is None:
            db[SCHEDULES].insert_one({"_id": f"{store}/{name}", **row})
        elif not db[SCHEDULES].replace_one({"t": store, "name": name, "tag": old["tag"]}, row).matched_count:
            raise RevisionChanged(name)
    except DuplicateKeyError:
        raise RevisionChanged(name) from None
    return get(db, store, name)


def delete(db: Database[Any], store: int, name: str, *, tag: str | None) -> None:
    """Its results stay until they expire."""
    found = get(db, store, name)
    tag = tag or found["tag"]
    if not db[SCHEDULES].delete_one({"t": store, "name": name, "tag": tag}).deleted_count:
        raise RevisionChanged(name)


def run_due(db: Database[Any], now: int, who: Callable[[str], Caller | None]) -> int:
    """Makes the exports that are due; how many."""
    due = list(db[SCHEDULES].find({"active": True, "next": {"$gt": 0, "$lte": now}}))
    return sum(_run(db, row, now, who) for row in due)


def _run(db: Database[Any], row: Row, now: int, who: Callable[[str], Caller | None]) -> bool:
    when = Timing(**row["timing"])
    due = timing.latest(when, now)
    passed = timing.missed(when, row["next"], due)
    if who(row["by"]) is None:
        _change(db, row, {"$set": {"paused": True, "paused_because": "credential"}, "$unset": {"active": 1, "next": 1}})
        return False
    skip = row["missed"] == "skip" and now - due > LATE
    run: Row = {"due": due, "missed": passed + skip, "export": None}
    if not skip:
        run["export"] = str(uuid.uuid5(NAMESPACE, f"{row['_id']} {row['created']} {due}"))
        who_for = {"by": row["by"], "by_name": row["by_name"], "schedule": row["name"], "due": due}
        wanted = Wanted(asked=orjson.loads(row["asked"]), form=row["form"], **who_for)
        try:
            exports.create(db, row["t"], wanted, now, run["export"])
        except ExportsFull:
            return False  # it stays due
    following = timing.after(when, now)
    goes_on = {"$set": {"next": following}} if following is not None else {"$unset": {"active": 1, "next": 1}}
    if _change(db, row, {**goes_on, "$push": {"runs": {"$each": [run], "$slice": -RUNS_KEPT}}}):
        _forget(db, [*row["runs"], run], row["keep"])
    return not skip


def _change(db: Database[Any], row: Row, change: dict[str, Any]) -> bool:
    """Only in the state that was read, so that of several processes one notes the run."""
    unseen = {"t": row["t"], "name": row["name"], "tag": row["tag"]}
    found = db[SCHEDULES].find_one_and_update(unseen | {"next": row["next"]}, change)
    return found is not None


def _forget(db: Database[Any], runs: list[Row], keep: int) -> None:
    """All results but the last `keep`; those of runs that are no longer listed expire."""
    old = [run["export"] for run in runs if run["export"] is not None][:-keep]
    for row in exports.several(db, old).values():
        if row["state"] in ("done", "failed"):
            exports.delete(db, row)
