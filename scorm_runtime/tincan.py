"""Tin Can content: how it is launched, what its statements may say, and what they tell of completion and score.

The Tin Can launch guideline of Rustici Software (endpoint, auth, actor, registration, activity_id in the query) is all that
content and system agree on. What follows is therefore lenient: whatever content says of its learner is stored; what it says
of its activity, or of the package, is read. Content tells nobody that it ends: a session ends when it has been silent long
enough, or with its link.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote

import orjson

from lrs.spec.agents import ifi
from package_importer.course import Item
from scorm_runtime import tincan_news as news
from scorm_runtime.datamodel.status import number
from scorm_runtime.errors import InvalidRequest
from scorm_runtime.units.attempt import Attempt, Mode, Phase, Plan, Said, Session, Step, Unit
from scorm_runtime.units.conduct import Address, Refusal

ADL = "http://adlnet.gov/expapi/verbs/"
STREAMS = "http://activitystrea.ms/"
VOIDED = ADL + "voided"
SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"
COMPLETING = frozenset((ADL + "completed", STREAMS + "schema/1.0/complete", STREAMS + "complete"))
PASSING = frozenset((ADL + "passed", ADL + "mastered"))
FAILING = frozenset((ADL + "failed",))
PARAMETERS = ("endpoint", "auth", "actor", "registration", "activity_id")
SCORE = ("scaled", "raw", "min", "max")


class TinCan:
    """The rules for a package with a tincan.xml."""

    name = "Tin Can"
    overlapping = True  # nothing says one at a time, and a window that is closed late still has its last words
    token_in_address = True
    reviews = False
    """Content knows no modes: going there again is going there."""
    terminates = False
    prefers = False
    keeps_apart = False

    def learner(self, actor: Mapping[str, Any]) -> Mapping[str, Any]:
        return actor

    def begin(self, plan: Plan, attempt: Attempt, session: str, now: float) -> Step:
        return Step(attempt=attempt)

    def activity(self, plan: Plan, item: Item) -> str:
        """Content names its activity as its tincan.xml does."""
        return item.identifier

    def met(self, plan: Plan, attempt: Attempt, item: Item) -> bool:
        unit = attempt.unit(item.identifier)
        return bool(unit.completed or unit.passed)

    def whole(self, plan: Plan, attempt: Attempt) -> Unit | None:
        return package_status(plan, attempt)

    def waive(self, plan: Plan, attempt: Attempt, item: Item, session: str, reason: str, now: float) -> Step:
        """As if the content had said that it was done."""
        unit = replace(attempt.unit(item.identifier), waived=session, waived_at=now, reason=reason)
        unit = replace(unit, completed=unit.completed or session, completed_at=unit.completed_at or now)
        unit = replace(unit, passed=unit.passed or session, passed_at=unit.passed_at or now, failed="")
        attempt = attempt.with_unit(item.identifier, unit)
        attempt, said = news.told(plan, attempt, package_status(plan, attempt), now)
        return Step(attempt=attempt, said=tuple(said))

    def open(self, plan: Plan, attempt: Attempt, session: Session, now: float) -> Step:
        if session.mode != Mode.NORMAL:
            raise InvalidRequest("/mode", session.mode.lower(), "must be normal: Tin Can content knows no other mode")
        unit = attempt.unit(session.item)
        after = attempt.with_session(session).with_unit(session.item, replace(unit, attempts=unit.attempts + 1))
        return Step(attempt=after, said=(news.statement(plan, attempt, "launched", session.id, now),))

    def close(self, plan: Plan, attempt: Attempt, session: Session, now: float) -> Step:
        spent = max(0.0, session.seen - session.launched)
        ended = replace(session, phase=Phase.TERMINATED, ended=now, seconds=spent)
        unit = attempt.unit(session.item)
        return Step(attempt=attempt.with_session(ended).with_unit(session.item, replace(unit, seconds=unit.seconds + spent)))

    def judge(self, plan: Plan, attempt: Attempt, session: Session, statements: Sequence[Mapping[str, Any]], now: float) -> Step:
        said: list[Said] = []
        before = attempt
        _check_alive(session)
        for place, statement in enumerate(statements):
            try:
                _check(statement, attempt)
            except Refusal as refusal:
                refusal.at = place
                raise
            stored = registered(_named(statement, session, place, now), attempt.registration)
            known = attempt
            attempt = _told(plan, attempt, stored, now)
            said.append(Said(statement=stored, vital=attempt is not known))
        if attempt is before:
            return Step(attempt=before, said=tuple(said))
        attempt, said_too = news.told(plan, attempt, package_status(plan, attempt), now)
        return Step(attempt=attempt, said=(*said, *said_too))

    def documents(self, plan: Plan, session: Session) -> Mapping[str, Any]:
        return {}

    def touch(self, session: Session, method: str, resource: str, name: str | None, body: bytes, content_type: str) -> None:
        """Every document of its learner is the content's own."""
        _check_alive(session)

    def address(self, plan: Plan, attempt: Attempt, session: Session, parts: Address) -> str:
        return launch_url(
            session.address,
            endpoint=parts.endpoint,
            auth=f"Basic {parts.token}",
            actor=attempt.actor,
            registration=attempt.registration,
            activity_id=session.item,
        )


def launch_url(address: str, *, endpoint: str, auth: str, actor: Mapping[str, Any], registration: str, activity_id: str) -> str:
    """The address with the guideline's parameters; its own query comes first, its fragment stays at the end.

    Spaces are %20: much content reads a plus sign as one, and as much does not.
    """
    main, hash_sign, fragment = address.partition("#")
    path, _, query = main.partition("?")
    own = [part for part in query.split("&") if part and not {name for name, _ in parse_qsl(part, True)} & set(PARAMETERS)]
    values = (endpoint.rstrip("/") + "/", auth, orjson.dumps(actor).decode(), registration, activity_id)
    given = (f"{name}={quote(value, safe='')}" for name, value in zip(PARAMETERS, values, strict=True))
    return f"{path}?{'&'.join((*own, *given))}{hash_sign}{fragment}"


def registered(statement: Mapping[str, Any], registration: str) -> Mapping[str, Any]:
    """The statement as it is stored: with the registration also when content has left it out.

    Deviation: xAPI Data 2.4.6 leaves `context` to its author. The author is known here by a credential that stands for this
    registration alone, and without it nobody could tell the learner's attempts apart. A signed statement stays as it is.
    """
    context = statement.get("context", {})
    signed = any(_mapping(one).get("usageType") == SIGNATURE for one in _listed(statement.get("attachments")))
    if signed or not isinstance(context, Mapping) or "registration" in context:
        return statement
    return {**statement, "context": {**context, "registration": registration}}


def _named(statement: Mapping[str, Any], session: Session, place: int, now: float) -> Mapping[str, Any]:
    """With an id: what a statement has changed is remembered by it."""
    if "id" in statement:
        return statement
    key = f"{now!r} {place} {orjson.dumps(statement, option=orjson.OPT_SORT_KEYS).decode()}"
    return {"id": str(uuid.uuid5(uuid.UUID(session.id), key)), **statement}


def package_status(plan: Plan, attempt: Attempt) -> Unit:
    """The course by its activities, all of which count alike; what was said of the package itself comes first."""
    parts = [attempt.unit(item.identifier) for item in plan.units]
    own = attempt.unit(_package(plan))
    judged = [own] if own.passed or own.failed else parts
    failed = next((unit.failed for unit in judged if unit.failed), "")
    score = own.score or news.mean([part.score for part in parts])
    scored = own.scored if own.score else " ".join(part.scored for part in parts)
    return Unit(
        completed=own.completed or _all(part.completed for part in parts),
        passed="" if failed else _all(unit.passed for unit in judged),
        failed=failed,
        score=score,
        scored=scored,
    )


def _all(ids: Iterable[str]) -> str:
    """The last of them, if none is missing."""
    found = list(ids)
    return found[-1] if all(found) else ""


def _package(plan: Plan) -> str:
    return plan.course.identifier


def _check_alive(session: Session) -> None:
    if not session.live:
        raise Refusal("session-ended", "launch: auth", "The session of this launch is over.", found=str(session.phase))


def _check(statement: Mapping[str, Any], attempt: Attempt) -> None:
    """A launch speaks of its learner and its registration, and takes nothing back."""
    who = _mapping(statement.get("actor"))
    if who.get("objectType", "Agent") != "Agent" or ifi(who) != attempt.actor_key:
        message = "The actor must be the learner who was launched."
        raise Refusal("tincan-actor", "launch: actor", message, pointer="/actor", found=who)
    named = _mapping(statement.get("context")).get("registration")
    if named is not None and str(named).lower() != attempt.registration.lower():
        message = "The registration must be the one that was launched."
        pointer = "/context/registration"
        raise Refusal("tincan-registration", "launch: registration", message, pointer=pointer, found=named)
    if _mapping(statement.get("verb")).get("id") == VOIDED:
        message = "A launch may not void statements."
        raise Refusal("tincan-voiding", "launch: auth", message, pointer="/verb/id", found=VOIDED)


def _told(plan: Plan, attempt: Attempt, statement: Mapping[str, Any], now: float) -> Attempt:
    """The attempt after a statement; the same object if that was about something else, or nothing new."""
    about = _mapping(statement.get("object"))
    name = about.get("id")
    if about.get("objectType", "Activity") != "Activity" or not isinstance(name, str):
        return attempt
    if name != _package(plan) and not (name in plan.items and plan.items[name].launch is not None):
        return attempt
    before = attempt.unit(name)
    after = _judged(before, statement, now)
    return attempt if after == before else attempt.with_unit(name, after)


def _judged(unit: Unit, statement: Mapping[str, Any], now: float) -> Unit:
    """Completion, once reached, stays; success and score are the latest known. Who has passed has completed."""
    identifier = str(statement.get("id", ""))
    verb = _mapping(statement.get("verb")).get("id")
    result = _mapping(statement.get("result"))
    completion = result.get("completion", True if verb in COMPLETING | PASSING else None)
    success = result.get("success", True if verb in PASSING else False if verb in FAILING else None)
    if completion is True and not unit.completed:
        unit = replace(unit, completed=identifier, completed_at=now)
    if success is True and (not unit.passed or unit.failed):
        unit = replace(unit, passed=identifier, passed_at=now, failed="")
    if success is False and not unit.failed:
        unit = replace(unit, failed=identifier, passed="", passed_at=None)
    score = _score(_mapping(result.get("score")))
    return replace(unit, score=score, scored=identifier) if score and score != unit.score else unit


def _score(given: Mapping[str, Any]) -> dict[str, float]:
    """A score with `scaled` where it can be told."""
    read = {name: number(str(given[name])) for name in SCORE if type(given.get(name)) in (int, float)}
    score = {name: value for name, value in read.items() if value is not None}
    low, high = score.get("min", 0.0), score.get("max", 0.0)
    if "scaled" not in score and low <= score.get("raw", low - 1) <= high and low < high:
        score["scaled"] = (score["raw"] - low) / (high - low)
    return score if "scaled" in score or "raw" in score else {}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()
