"""/api/v1/registrations/{registration}: log, explanation, run-time data, attempts; new attempt, reset, re-roll, correction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Blueprint, Response, request

from access import current, requires
from lrs.spec.schema import check
from scorm_runtime import inquiry
from scorm_runtime.administration import Wanted
from scorm_runtime.errors import InvalidRequest
from scorm_runtime.events import Authority
from scorm_runtime.views import messages, why
from scorm_runtime.views.extension import service

PAGE, LARGEST_PAGE = 50, 200
LONGEST_REASON = 1000
NUMBER_DIGITS = 12
COMPLETIONS = ("completed", "incomplete")
SUCCESSES = ("passed", "failed")
LIMITS = {"scaled": (-1.0, 1.0), "raw": (-1e9, 1e9), "min": (-1e9, 1e9), "max": (-1e9, 1e9)}
bp = Blueprint("runtime_inquiry", __name__, url_prefix="/api/v1/registrations/<registration>")
page_bp = Blueprint("why", __name__, url_prefix="/registrations/<registration>", template_folder="../templates")


@bp.get("/log")
@requires("registrations/read")
def log(registration: str) -> Response:
    messages.only(request.args, "cursor", "limit")
    found = inquiry.log(service(), registration, current().store, below=_cursor(), limit=_limit())
    return _json(_paged(found))


@bp.get("/explanation")
@requires("registrations/read")
def explanation(registration: str) -> Response:
    messages.only(request.args)
    found = inquiry.explained(service(), registration, current().store)
    wants = request.accept_mimetypes.best_match(("application/json", "text/html"), "application/json")
    answer = _page(registration, found) if wants == "text/html" else _json(found)
    answer.headers["Vary"] = "Accept"
    return answer


@page_bp.get("/why")
@requires("registrations/read")
def page(registration: str) -> Response:
    messages.only(request.args)
    return _page(registration, inquiry.explained(service(), registration, current().store))


@bp.get("/cmi")
@requires("registrations/read")
def cmi(registration: str) -> Response:
    messages.only(request.args)
    answer = _json(inquiry.run_time_data(service(), registration, current().store))
    answer.headers["Content-Disposition"] = f'attachment; filename="{registration.lower()}.json"'
    return answer


@bp.get("/attempts")
@requires("registrations/read")
def attempts(registration: str) -> Response:
    messages.only(request.args, "cursor", "limit", "statements")
    ids = request.args.get("statements", "false")
    if ids not in ("true", "false"):
        raise InvalidRequest("?statements", ids, "must be true or false")
    found = inquiry.attempts(service(), registration, current().store, below=_cursor(), limit=_limit(), ids=ids == "true")
    return _json(_paged(found))


@bp.post("/attempts")
@requires("registrations")
def begin(registration: str) -> Response:
    messages.only(request.args)
    by = _authority(_body("reason", "by"), "attempt", demanded=False)
    return _json(inquiry.begin_anew(service(), registration, current().store, by), 201)


@bp.post("/reset")
@requires("registrations")
def reset(registration: str) -> Response:
    messages.only(request.args)
    return _json(inquiry.begin_anew(service(), registration, current().store, _authority(_body("reason", "by"), "reset")))


@bp.post("/reroll")
@requires("registrations")
def reroll(registration: str) -> Response:
    messages.only(request.args)
    by = _authority(_body("reason", "by"), "reroll", demanded=False)
    return _json(inquiry.reroll(service(), registration, current().store, by))


@bp.post("/correct")
@requires("registrations")
def correct(registration: str) -> Response:
    messages.only(request.args)
    body = _body("reason", "by", "item", "completion", "success", "score", "progress")
    by = _authority(body, "correct")
    return _json(inquiry.correct(service(), registration, current().store, by, _wanted(body)))


def _page(registration: str, found: dict[str, Any]) -> Response:
    entries = inquiry.log(service(), registration, current().store, below=None, limit=PAGE)
    earlier = inquiry.attempts(service(), registration, current().store, below=None, limit=PAGE, ids=False)
    return why.page(found, entries, earlier)


def _wanted(body: Mapping[str, Any]) -> Wanted:
    item, score = body.get("item"), body.get("score")
    if item is not None and not isinstance(item, str):
        raise InvalidRequest("/item", item, "must be the identifier of an item")
    for name, values in (("completion", COMPLETIONS), ("success", SUCCESSES)):
        if body.get(name) not in (None, *values):
            raise InvalidRequest(f"/{name}", body[name], f"must be one of {', '.join(values)}")
    if score is not None and (not isinstance(score, Mapping) or not score or set(score) - set(LIMITS)):
        raise InvalidRequest("/score", score, f"must be an object with some of {', '.join(LIMITS)}")
    numbers = {name: _number(value, f"/score/{name}", *LIMITS[name]) for name, value in (score or {}).items()}
    if numbers and "scaled" not in numbers and "raw" not in numbers:
        raise InvalidRequest("/score", score, "must have scaled or raw")
    progress = body.get("progress")
    numbers |= {} if progress is None else {"progress": _number(progress, "/progress", 0.0, 1.0)}
    wanted = Wanted(item=item, completion=body.get("completion"), success=body.get("success"), **numbers)
    if wanted == Wanted(item=item):
        raise InvalidRequest("", None, "must have completion, success, score or progress")
    return wanted


def _number(value: Any, place: str, least: float, most: float) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
        raise InvalidRequest(place, value, f"must be a number from {least:g} to {most:g}")
    return float(value)


def _authority(body: Mapping[str, Any], action: str, *, demanded: bool = True) -> Authority:
    """Who decides: the Agent that the body names, else the credential's own, as on its statements."""
    reason, agent = body.get("reason", "" if not demanded else None), body.get("by")
    if not isinstance(reason, str) or len(reason) > LONGEST_REASON or (demanded and not reason.strip()):
        raise InvalidRequest("/reason", reason, f"must be a text of {'1' if demanded else '0'} to {LONGEST_REASON} characters")
    caller = current()
    if agent is None:
        home = f"{service().catalogue.iri_base}/credentials"
        agent = caller.authority or {
            "objectType": "Agent",
            "name": caller.name,
            "account": {"homePage": home, "name": caller.key},
        }
    else:
        check(agent, "2.0.0", ("by",), "agent")
        if agent.get("objectType", "Agent") != "Agent":
            raise InvalidRequest("/by/objectType", agent["objectType"], "must be Agent: one person decides")
    return Authority(name=_name(agent), agent=agent, action=action, reason=reason.strip())


def _name(agent: Mapping[str, Any]) -> str:
    account: Mapping[str, Any] = agent.get("account") or {}
    return str(agent.get("name") or account.get("name") or agent.get("mbox", "").removeprefix("mailto:") or "somebody")[:200]


def _body(*names: str) -> dict[str, Any]:
    body = messages.read_json(request.get_data(), request.content_encoding, service().settings.body_maximum)
    messages.known(body, *names)
    return body


def _cursor() -> int | None:
    text = request.args.get("cursor")
    if text is not None and not (text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS):
        raise InvalidRequest("?cursor", text, "must be the `next` of another page")
    return None if text is None else int(text)


def _limit() -> int:
    text = request.args.get("limit", str(PAGE))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:NUMBER_DIGITS]) <= LARGEST_PAGE):
        raise InvalidRequest("?limit", text, f"must be a number from 1 to {LARGEST_PAGE}")
    return int(text)


def _paged(found: dict[str, Any]) -> dict[str, Any]:
    return found | {"next": None if found["next"] is None else str(found["next"])}


def _json(value: Any, status: int = 200) -> Response:
    answer = Response(orjson.dumps(value), status=status, mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer
