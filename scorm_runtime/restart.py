"""Who is asked whether to go on where the course was left, or to start again."""

from __future__ import annotations

from scorm_runtime import launches, openings
from scorm_runtime.errors import AttemptsUsed
from scorm_runtime.overrides import Overrides
from scorm_runtime.store import Record, Session


def offered(session: Session, record: Record, decided: Overrides) -> bool:
    """Where the launch asks for the question, something has been left in the middle, and another attempt is allowed."""
    left = record.attempt
    if session.resume != "ask" or session.mode != "normal" or session.fresh or left is None or not launches.unfinished(left):
        return False
    try:
        openings.check_limit(decided, left["ordinal"], left["ordinal"] + 1, record.journal)
    except AttemptsUsed:
        return False
    return True
