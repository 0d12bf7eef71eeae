"""What a launch finds, and how it is going to open: mode, a new attempt or the one there is, or not at all. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from scorm_runtime import openings, overrides
from scorm_runtime.overrides import Overrides
from scorm_runtime.store import Record, Session, result

ATTEMPTS = ("resume", "new")


def launched(record: Record, session: Session, decided: Overrides, asked: str, kept: int) -> Record:
    """The record with one session more; `asked` is one of ATTEMPTS. Raises AttemptsUsed."""
    reached = result(record)
    normal = session.mode == "normal"
    wanted = asked == "new" or overrides.begins_anew(decided, done=reached is not None and openings.done(reached))
    fresh = normal and wanted and record.attempt is not None and record.attempt["started"]
    mode = openings.mode(decided, session.mode, reached, fresh=fresh)
    if mode == "normal":
        ordinal = record.attempt["ordinal"] if record.attempt else 0
        goes_on = record.attempt is not None and not fresh and unfinished(record.attempt)
        openings.check_limit(decided, ordinal, ordinal if goes_on else ordinal + 1, record.journal)
    return replace(record, sessions=(*record.sessions, replace(session, mode=mode, fresh=fresh))[-kept:])


def unfinished(attempt: Mapping[str, Any]) -> bool:
    return not attempt["ended"] or "suspended" in orjson.loads(attempt["state"])
