"""The life of a session, and which statements content may say in it: cmi5 7.1.3, 9.1 to 9.7, 10.2.1, 11.

launched -> initialized -> terminated; abandoned ends every session that did not end itself. Statements with the category
"cmi5" are *defined*: five verbs, each with its rules. All others are *allowed* (9.3): they say nothing about the session.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from lrs.spec.agents import ifi
from package_importer.course import AssignableUnit
from scorm_runtime.cmi5 import vocabulary
from scorm_runtime.datamodel.durations import seconds
from scorm_runtime.units.attempt import Attempt, Mode, Phase, Session, Unit
from scorm_runtime.units.conduct import Refusal

Json = Mapping[str, Any]
UTC_OFFSETS = ("Z", "z", "+00:00", "-00:00", "+0000", "+00")
PLACES = Decimal("0.0001")  # of a mastery score: 13.1.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """A row of 9.3 and 9.5: what the result of a defined statement must and must not have, where it is allowed."""

    completion: bool | None = None
    success: bool | None = None
    score: bool = False
    duration: bool = False
    move_on: bool = False
    modes: tuple[str, ...] = tuple(Mode)


VERBS: Mapping[str, Verb] = {
    "initialized": Verb(),
    "completed": Verb(completion=True, duration=True, move_on=True, modes=(Mode.NORMAL,)),
    "passed": Verb(success=True, score=True, duration=True, move_on=True, modes=(Mode.NORMAL,)),
    "failed": Verb(success=False, score=True, duration=True, move_on=True, modes=(Mode.NORMAL,)),
    "terminated": Verb(duration=True),
}
DEFINED: Mapping[str, str] = {vocabulary.VERBS[name]: name for name in VERBS}
JUDGING = ("passed", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What every statement of a session is compared with."""

    actor: Json
    registration: str
    publisher: str
    au: AssignableUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a statement that is accepted changes; `verb` is None for an allowed one."""

    session: Session
    unit: Unit
    verb: str | None = None
    known: bool = False


def judge(bounds: Bounds, session: Session, unit: Unit, statement: Json, now: float) -> Verdict:
    """Raises a Refusal. A statement that was accepted before is known again by its id, also after the session's end."""
    verb = DEFINED.get(statement["verb"]["id"])
    if verb is not None and "id" in statement and session.said.get(verb) == statement["id"].lower():
        return Verdict(session=session, unit=unit, verb=verb, known=True)
    _alive(session)
    for rule in ALWAYS:
        rule(bounds, session, statement)
    categories = _ids(statement, "category")
    if vocabulary.CMI5 not in categories:
        return _allowed(session, unit, categories)
    if verb is None:
        raise Refusal(
            "verb-not-defined", "9.3", "A cmi5 defined statement has one of the five verbs of content.",
            pointer="/verb/id", found=statement["verb"]["id"],
        )  # fmt: skip
    _object(session, statement)
    _result(verb, statement)
    _category(verb, categories)
    _order(session, unit, verb)
    if session.mode not in VERBS[verb].modes:
        raise Refusal("mode", "10.2.2", f"In the launch mode {session.mode} nothing is completed, passed or failed.", found=verb)
    if verb in JUDGING:
        _mastery(bounds.au, verb, statement)
    return _accepted(session, unit, verb, statement, now)


def ended(session: Session) -> Refusal:
    return Refusal(
        "session-ended", "9.3", f"This session is {session.phase}; nothing more is accepted of it.", found=session.phase
    )


def _alive(session: Session) -> None:
    """9.3.8: "The AU MUST NOT ... after the terminated statement"; 9.3.6 for one that was abandoned."""
    if not session.live:
        raise ended(session)


def _prepared(bounds: Bounds, session: Session, statement: Json) -> None:
    if not session.preferences:
        raise Refusal("preferences-not-read", "11", "The learner preferences are read before the first statement is sent.")


def _identified(bounds: Bounds, session: Session, statement: Json) -> None:
    if "id" not in statement:
        raise Refusal("id-missing", "9.1", "A statement brings its own id.", pointer="/id")
    time = statement.get("timestamp")
    if time is None:
        raise Refusal("timestamp-missing", "9.7", "A statement brings its own timestamp.", pointer="/timestamp")
    if not time.endswith(UTC_OFFSETS):
        raise Refusal("timestamp-not-utc", "9.7", "A timestamp is in UTC.", pointer="/timestamp", found=time)


def _no_voiding(bounds: Bounds, session: Session, statement: Json) -> None:
    if statement["verb"]["id"] == vocabulary.VOIDED:
        raise Refusal("voiding", "6.3", "Content does not void statements.", pointer="/verb/id")


def _actor(bounds: Bounds, session: Session, statement: Json) -> None:
    actor = statement["actor"]
    if actor.get("objectType", "Agent") != "Agent":
        raise Refusal("actor-not-agent", "9.2", "The actor is an Agent.", pointer="/actor/objectType", found=actor["objectType"])
    if "account" not in actor or ifi(actor) != ifi(bounds.actor):
        raise Refusal(
            "actor-differs", "9.2", "The actor is the learner of the launch, by account.", pointer="/actor", found=ifi(actor)
        )


def _context(bounds: Bounds, session: Session, statement: Json) -> None:
    """10.2.1: what the context template holds is in every statement."""
    context = statement.get("context")
    if context is None:
        raise Refusal("context-missing", "9.6", "A statement has a context.", pointer="/context")
    registration = context.get("registration")
    if registration is None or registration.lower() != bounds.registration:
        raise Refusal(
            "registration-differs", "9.6.1", "The registration is the one of the launch.",
            pointer="/context/registration", found=registration,
        )  # fmt: skip
    found = context.get("extensions", {}).get(vocabulary.SESSION_ID)
    if found != session.id:
        raise Refusal(
            "session-differs", "9.6.3.1", "The context has the session id of the launch data.",
            pointer="/context/extensions", found=found,
        )  # fmt: skip
    if bounds.publisher not in _ids(statement, "grouping"):
        raise Refusal(
            "grouping-missing", "10.2.1", "The context has what the context template has: the publisher's id as grouping.",
            pointer="/context/contextActivities/grouping", found=bounds.publisher,
        )  # fmt: skip


ALWAYS: tuple[Callable[[Bounds, Session, Json], None], ...] = (_prepared, _identified, _no_voiding, _actor, _context)


def _allowed(session: Session, unit: Unit, categories: list[str]) -> Verdict:
    if session.phase != Phase.INITIALIZED:
        raise Refusal("not-initialized", "9.3", "The first statement of a session is initialized.")
    if vocabulary.MOVE_ON in categories:
        raise Refusal(
            "moveon-category", "9.6.2.2", "Only completed, passed and failed have the category moveon.",
            pointer="/context/contextActivities/category",
        )  # fmt: skip
    return Verdict(session=session, unit=unit)


def _object(session: Session, statement: Json) -> None:
    target = statement["object"]
    if target.get("objectType", "Activity") != "Activity" or target.get("id") != session.activity:
        raise Refusal(
            "object-differs", "9.4", "The object is the activity of the launch.", pointer="/object/id", found=target.get("id")
        )


def _result(name: str, statement: Json) -> None:
    verb, result = VERBS[name], statement.get("result", {})
    if result.get("completion") is not verb.completion:
        needed = "has completion true" if verb.completion else "has no completion"
        raise Refusal("completion", "9.5.3", f"{name} {needed}.", pointer="/result/completion", found=result.get("completion"))
    if result.get("success") is not verb.success:
        needed = "has no success" if verb.success is None else f"has success {str(verb.success).lower()}"
        raise Refusal("success", "9.5.2", f"{name} {needed}.", pointer="/result/success", found=result.get("success"))
    if "score" in result:
        if not verb.score:
            raise Refusal("score", "9.5.1", f"{name} has no score.", pointer="/result/score")
        _score(result["score"])
    if verb.duration and "duration" not in result:
        raise Refusal("duration", "9.5.4.1", f"{name} has a duration.", pointer="/result/duration")


def _score(score: Json) -> None:
    if "raw" in score and not ("min" in score and "max" in score):
        raise Refusal("score-bounds", "9.5.1", "A raw score comes with min and max.", pointer="/result/score", found=score["raw"])
    scaled = score.get("scaled")
    if scaled is not None and not 0 <= scaled <= 1:
        raise Refusal("score-scaled", "9.5.1", "A scaled score is 0 to 1.", pointer="/result/score/scaled", found=scaled)


def _category(name: str, categories: list[str]) -> None:
    if VERBS[name].move_on != (vocabulary.MOVE_ON in categories):
        needed = "has" if VERBS[name].move_on else "does not have"
        raise Refusal(
            "moveon-category", "9.6.2.2", f"{name} {needed} the category moveon.", pointer="/context/contextActivities/category"
        )


def _order(session: Session, unit: Unit, verb: str) -> None:
    if session.phase == Phase.LAUNCHED and verb != "initialized":
        raise Refusal("not-initialized", "9.3", "The first statement of a session is initialized.", found=verb)
    if verb in session.said:
        raise Refusal("repeated", "9.3", f"{verb} is said once in a session.", found=verb)
    if verb in JUDGING and any(one in session.said for one in JUDGING):
        raise Refusal("passed-and-failed", "9.3", "A session has one of passed and failed, and once.", found=verb)
    if verb == "completed" and unit.completed:
        raise Refusal("completed-before", "9.3.3", "A unit is completed once in a registration.", found=verb)
    if verb == "passed" and unit.passed:
        raise Refusal("passed-before", "9.3.4", "A unit is passed once in a registration.", found=verb)
    if verb == "failed" and unit.passed:
        raise Refusal("failed-after-passed", "9.3.5", "A unit that is passed does not fail in the same registration.", found=verb)


def _mastery(au: AssignableUnit, verb: str, statement: Json) -> None:
    """9.3.4, 9.3.5, 9.6.3.2. A score within half a ten-thousandth below the mastery score is taken as either."""
    score = statement.get("result", {}).get("score")
    if au.mastery_score is None or score is None:
        return
    given = statement["context"]["extensions"].get(vocabulary.MASTERY_SCORE)
    if isinstance(given, bool) or not isinstance(given, int | float) or given != au.mastery_score:
        raise Refusal(
            "mastery-score", "9.6.3.2", "With a score comes the mastery score of the launch data.",
            pointer="/context/extensions", found=given,
        )  # fmt: skip
    scaled = score.get("scaled")
    if scaled is None:
        return
    if verb == "passed" and _rounded(scaled) < _rounded(au.mastery_score):
        raise Refusal(
            "passed-below-mastery", "9.3.4", f"The mastery score is {au.mastery_score}.",
            pointer="/result/score/scaled", found=scaled,
        )  # fmt: skip
    if verb == "failed" and scaled >= au.mastery_score:
        raise Refusal(
            "failed-at-mastery", "9.3.5", f"The mastery score is {au.mastery_score}.",
            pointer="/result/score/scaled", found=scaled,
        )  # fmt: skip


def _rounded(value: float) -> Decimal:
    return Decimal(str(value)).quantize(PLACES, ROUND_HALF_UP)


def _accepted(session: Session, unit: Unit, verb: str, statement: Json, now: float) -> Verdict:
    told = statement["id"].lower()
    result = statement.get("result", {})
    session = replace(session, said={**session.said, verb: told}, seen=now)
    if verb == "initialized":
        session = replace(session, phase=Phase.INITIALIZED)
    elif verb == "terminated":
        spent = seconds(result["duration"])
        length = now - session.launched if spent is None else spent
        session = replace(session, phase=Phase.TERMINATED, ended=now, seconds=length)
        unit = replace(unit, seconds=round(unit.seconds + length, 2))
    elif verb == "completed":
        unit = replace(unit, completed=told, completed_at=now)
    elif verb == "passed":
        unit = replace(unit, passed=told, passed_at=now)
    else:
        unit = replace(unit, failed=told)
    if score := result.get("score"):
        kept = {key: float(score[key]) for key in ("scaled", "raw", "min", "max") if key in score}
        unit = replace(unit, score=kept, scored=told)
    return Verdict(session=session, unit=unit, verb=verb)


def _ids(statement: Json, kind: str) -> list[str]:
    found = statement.get("context", {}).get("contextActivities", {}).get(kind, [])
    return [one["id"] for one in (found if isinstance(found, list) else [found])]


def abandoned(attempt: Attempt, session: Session, now: float) -> Attempt:
    spent = round(max(0.0, session.seen - session.launched), 2)
    unit = attempt.unit(session.item)
    attempt = attempt.with_unit(session.item, replace(unit, seconds=round(unit.seconds + spent, 2)))
    return attempt.with_session(replace(session, phase=Phase.ABANDONED, ended=now, seconds=spent))
