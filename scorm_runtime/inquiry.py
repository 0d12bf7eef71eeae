"""What may be asked about a registration: its log, its explanation, its run-time data, its attempts; and what may be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from scorm_runtime import administration, errors, explanation, history, journal, openings, outline
from scorm_runtime import attempt as way
from scorm_runtime.administration import Wanted
from scorm_runtime.events import Authority
from scorm_runtime.journal import Act
from scorm_runtime.memory import Attempt, Plan, Step
from scorm_runtime.service import PLAYED, Service
from scorm_runtime.statements import statement_id, timestamp
from scorm_runtime.store import Record, read_attempt

STATEMENTS_NAMED = 1000


def log(service: Service, registration: str, tenant: int, *, below: int | None, limit: int) -> dict[str, Any]:
    """Newest first; `next` is the number below which the next page is."""
    record = _record(service, registration, tenant)
    top = record.journal.logged + 1
    start = top if below is None else min(below, top)
    newest = [journal.told(text) for text in reversed(record.entries)]
    here = [entry for entry in newest if start - limit <= entry["n"] < start]
    rest = here[-1]["n"] if here else start
    found = [*here, *history.entries(service.db, record.registration, below=rest, limit=limit - len(here))]
    return {"entries": found, "next": start - limit if found and start - limit > 1 else None}


def explained(service: Service, registration: str, tenant: int) -> dict[str, Any]:
    record = _record(service, registration, tenant)
    plan = service.plan(record)
    described = service.registrations.describe(service.registrations.get(registration, tenant))
    return described | explanation.explanation(plan, service.attempt(record, plan)) | {"version": record.version}


def run_time_data(service: Service, registration: str, tenant: int) -> dict[str, Any]:
    record = _record(service, registration, tenant)
    plan = service.plan(record)
    described = service.registrations.describe(service.registrations.get(registration, tenant))
    made = explanation.run_time_data(plan, service.attempt(record, plan))
    return described | {"version": record.version, "exported": timestamp(service.clock())} | made


def attempts(service: Service, registration: str, tenant: int, *, below: int | None, limit: int, ids: bool) -> dict[str, Any]:
    """Newest first: the attempt that is going on, then those that are history."""
    record = _record(service, registration, tenant)
    top = record.journal.archived + 2
    start = top if below is None else min(below, top)
    rows = [_current(service, record, ids=ids)] if start == top and record.attempt is not None else []
    taken = 1 if start == top else 0
    found = history.attempts(service.db, record.registration, below=start - taken, limit=limit - taken)
    rows += [_earlier(service, record, row, ids=ids) for row in found if row["number"] <= record.journal.archived]
    return {"attempts": rows, "next": start - limit if start - limit > 1 else None}


def _current(service: Service, record: Record, *, ids: bool) -> dict[str, Any]:
    plan = service.plan(record)
    counts, attempt = record.journal, service.attempt(record, plan)
    about = {
        "number": counts.archived + 1,
        "current": True,
        "version": record.version,
        "began": _time(counts.began),
        "ended": None,
    }
    state = {"state": outline.state(attempt) if attempt.started else "not started"}
    return about | state | outline.result(attempt, attempt.result) | _statements(record, counts.first, record.events, ids=ids)


def _earlier(service: Service, record: Record, row: Mapping[str, Any], *, ids: bool) -> dict[str, Any]:
    old = Record(
        registration=record.registration,
        store=record.store,
        course=record.course,
        version=row["version"],
        actor=record.actor,
        actor_key=record.actor_key,
        attempt=row["attempt"],
        terms=row["terms"],
    )
    plan = service.plan(old)
    attempt = read_attempt(plan.tree, row["attempt"])
    about = {
        "number": row["number"],
        "current": False,
        "version": row["version"],
        "began": _time(row["began"]),
        "ended": _time(row["archived"]),
        "state": "ended",
        "by": row["by"] or None,
        "reason": row["reason"] or None,
    }
    return about | outline.result(attempt, attempt.result) | _statements(record, row["first"], row["last"], ids=ids)


def _statements(record: Record, first: int, last: int, *, ids: bool) -> dict[str, Any]:
    """Which of the registration's statements are the attempt's: numbers, and the ids that are made of them."""
    made: dict[str, Any] = {"first": first, "last": last} if last >= first else {"first": None, "last": None}
    if ids:
        made["ids"] = [statement_id(record.registration, n) for n in range(first, min(last, first + STATEMENTS_NAMED - 1) + 1)]
    return {"statements": made}


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else timestamp(seconds)


def begin_anew(service: Service, registration: str, tenant: int, by: Authority) -> dict[str, Any]:
    """What there is becomes history; the next launch begins with nothing. A `reset` does not count against a limit."""
    resets = by.action == "reset"
    record = _record(service, registration, tenant)
    known = record.attempt
    if known is not None and known["started"] and not resets:
        openings.check_limit(service.courses.of(record.course), known["ordinal"], known["ordinal"] + 1, record.journal)
    if known is not None and known["current"] is not None:
        settled = partial(way.settled, pending={})
        service.change(lambda: _record(service, registration, tenant), settled, Act(kind="suspend", by=by.name))
    _decide(service, registration, tenant, by, administration.reset if resets else administration.anew)
    service.renew(lambda: _record(service, registration, tenant))
    return service.report(registration, tenant=tenant)


def reroll(service: Service, registration: str, tenant: int, by: Authority) -> dict[str, Any]:
    return _done(service, registration, tenant, by, partial(administration.rerolled, by=by))


def correct(service: Service, registration: str, tenant: int, by: Authority, wanted: Wanted) -> dict[str, Any]:
    return _done(service, registration, tenant, by, partial(administration.corrected, wanted=wanted, by=by))


def _done(
    service: Service, registration: str, tenant: int, by: Authority, step: Callable[[Plan, Attempt, float], Step]
) -> dict[str, Any]:
    _decide(service, registration, tenant, by, step)
    return service.report(registration, tenant=tenant)


def _decide(
    service: Service, registration: str, tenant: int, by: Authority, step: Callable[[Plan, Attempt, float], Step]
) -> None:
    act = Act(kind=by.action, by=by.name, reason=by.reason)
    service.change(lambda: _record(service, registration, tenant, create=True), step, act, fresh=True)


def _record(service: Service, registration: str, tenant: int, *, create: bool = False) -> Record:
    found = service.registrations.get(registration, tenant)
    standard = service.catalogue.get(found.course).standard
    if standard not in PLAYED:
        raise errors.NotOfStandard(
            "Log, explanation, run-time data, attempts and corrections are of SCORM courses; this one reports by itself: see the "
            f"registration, its sessions and its statements ({standard}).",
            standard=str(standard),
        )
    return service.record(found.uuid, tenant, create=create)
