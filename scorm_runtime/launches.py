"""What a launch finds, and how it is going to open: mode, a new attempt or the one there is, or not at all. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from scorm_runtime import openings, overrides
from scorm_runtime.memory import Attempt
from scorm_runtime.overrides import Overrides
from scorm_runtime.store import Record, Session, result

ATTEMPTS = ("resume", "new")
Sessions = tuple[Session, ...]


def launched(record: Record, session: Session, decided: Overrides, asked: str, kept: int) -> Record:
    """The record with one session more; `asked` is one of ATTEMPTS, `session.version` the newest. Raises AttemptsUsed."""
    reached = result(record)
    normal = session.mode == "normal"
    wanted = asked == "new" or overrides.begins_anew(decided, done=reached is not None and openings.done(reached))
    fresh = normal and wanted and record.attempt is not None and record.attempt["started"]
    mode = openings.mode(decided, session.mode, reached, fresh=fresh)
    if mode == "normal":
        ordinal = record.attempt["ordinal"] if record.attempt else 0
        goes_on = record.attempt is not None and not fresh and unfinished(record.attempt)
        openings.check_limit(decided, ordinal, ordinal if goes_on else ordinal + 1, record.journal)
    version = session.version if mode == "normal" and (fresh or idle(record)) else record.version
    return replace(record, sessions=(*record.sessions, replace(session, mode=mode, fresh=fresh, version=version))[-kept:])


def followed(sessions: Sessions, key: str, attempt: Attempt, now: float, *, opens: bool) -> Sessions:
    """The sessions after a step of the one with this key. A player that opens is the only one; its end is that of the course."""
    made = []
    for one in sessions:
        if one.key == key:
            over = attempt.ended and attempt.run is None
            one = replace(one, opened=now if opens else one.opened, ended=(one.ended or now) if over else None)
        elif opens:
            one = left(one, now)
        made.append(one)
    return tuple(made)


def left(one: Session, now: float) -> Session:
    """Its player, if there is one, is no longer the one that plays."""
    return replace(one, ended=now) if one.opened is not None and one.ended is None else one


def idle(record: Record) -> bool:
    """Nobody is in the middle of an attempt: the next opening begins one."""
    return record.attempt is None or (not unfinished(record.attempt) and record.attempt["current"] is None)


def unfinished(attempt: Mapping[str, Any]) -> bool:
    return not attempt["ended"] or "suspended" in orjson.loads(attempt["state"])
