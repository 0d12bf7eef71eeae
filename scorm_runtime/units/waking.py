"""What happens to attempts when nobody asks: sessions that fell silent end, and what a crash left in an outbox is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from package_importer import CourseNotFound
from scorm_runtime.units import store
from scorm_runtime.units.attempt import Attempt, Phase, Step

if TYPE_CHECKING:
    from scorm_runtime.units.service import Units


def sweep(units: Units) -> int:
    """How many attempts needed it. Several processes may do it at once."""
    attempts = store.waking(units.db, units.clock())
    for attempt in attempts:
        _wake(units, attempt)
    return len(attempts)


def _wake(units: Units, attempt: Attempt) -> None:
    now = units.clock()
    if any(one.at + store.OUTBOX_AFTER <= now for one in attempt.outbox):
        units.outbox.deliver(attempt)
        attempt = store.by_registration(units.db, attempt.registration) or attempt
    if saved := units.outbox.save(attempt, _silent_ended(units, attempt, now)):
        units.outbox.deliver(saved)


def _silent_ended(units: Units, attempt: Attempt, now: float) -> Step:
    try:
        plan, conduct = units.plan(attempt), units.conduct(attempt)
    except CourseNotFound:
        return Step(attempt=_left_alone(attempt, now))
    step = Step(attempt=attempt)
    for session in attempt.live:
        if session.over(units.settings.idle) <= now:
            closed = conduct.close(plan, step.attempt, session, now)
            step = Step(attempt=closed.attempt, said=(*step.said, *closed.said))
    return step


def _left_alone(attempt: Attempt, now: float) -> Attempt:
    """The course was removed: its sessions end, and nobody can say of what."""
    ended = {one.id: replace(one, phase=Phase.ABANDONED, ended=now) for one in attempt.live}
    return replace(attempt, sessions={**attempt.sessions, **ended})
