"""Bodies of requests, checked by hand-written rules that say where they are broken."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson

from scorm_runtime.errors import BodyTooLarge, InvalidRequest
from scorm_runtime.launches import ATTEMPTS
from scorm_runtime.memory import Commit
from scorm_runtime.moves import Move
from scorm_runtime.sequencing.engine import Kind, Request

MODES = ("normal", "browse", "review")
WINDOWS = ("frame", "new")
RESUMES = ("now", "ask")
OF_SCORM = ("window", "resume", "attempt")
ONE_OF_LAUNCH = (("mode", MODES), ("window", WINDOWS), ("resume", RESUMES), ("attempt", ATTEMPTS))
CALLS = 400
LONGEST_CALL = 200
CALL = (int | float, str, str, str, int, int)
NOT_IN_ADDRESS = re.compile(r"[\s\x00-\x20\x7f\"<>\\^`{|}]")  # RFC 3986 2; parsers drop some of them silently
RUN = re.compile(r"[0-9]{1,9}")
HIGHEST = 10**9
LONGEST_AGE = 366 * 24 * 3600.0


def read_json(raw: bytes, encoding: str | None, maximum: int) -> dict[str, Any]:
    """An object; gzip is what the player uses for long messages."""
    if encoding == "gzip":
        unpacker = zlib.decompressobj(wbits=31)
        try:
            raw = unpacker.decompress(raw, maximum + 1)
        except zlib.error:
            raise InvalidRequest("", "", "must be gzip, as its Content-Encoding says") from None
    if len(raw) > maximum:
        raise BodyTooLarge(f"The message is longer than {maximum} bytes.", maximum=maximum)
    try:
        value = orjson.loads(raw or b"{}")
    except orjson.JSONDecodeError as error:
        raise InvalidRequest("", str(error), "must be JSON") from None
    if not isinstance(value, dict):
        raise InvalidRequest("", type(value).__name__, "must be a JSON object")
    return value


def only(given: Mapping[str, str], *names: str) -> None:
    """Query parameters; those of other names are refused."""
    if unknown := set(given) - set(names):
        those = f"it has {', '.join(names)}" if names else "it has none"
        raise InvalidRequest(f"?{min(unknown)}", given[min(unknown)], f"is no parameter of this resource; {those}")


def known(body: Mapping[str, Any], *names: str) -> None:
    for name in body:
        if name not in names:
            raise InvalidRequest(f"/{name}", body[name], f"is not known here; known are {', '.join(names)}")


def registration(body: Mapping[str, Any]) -> tuple[Any, str | None]:
    known(body, "actor", "registration")
    if "actor" not in body:
        raise InvalidRequest("/actor", None, "is required: an xAPI Agent")
    name = body.get("registration")
    if name is not None:
        try:
            name = str(UUID(name))
        except (ValueError, AttributeError, TypeError):
            raise InvalidRequest("/registration", name, "must be a UUID") from None
    return body["actor"], name


def launch(body: Mapping[str, Any]) -> dict[str, Any]:
    known(body, "item", "mode", "return_url", "window", "resume", "attempt")
    item, return_url = body.get("item"), body.get("return_url")
    if item is not None and not isinstance(item, str):
        raise InvalidRequest("/item", item, "must be the identifier of an item")
    chosen = {name: _one_of(body, name, values) for name, values in ONE_OF_LAUNCH}
    if return_url is not None and not _is_address(return_url):
        raise InvalidRequest("/return_url", return_url, "must be an absolute http or https URL")
    return {"item": item, "return_url": return_url, **chosen}


def of_units(asked: Mapping[str, Any]) -> None:
    """What a launch asks for and content that reports by itself could not give is refused: its content decides it."""
    for name, values in ONE_OF_LAUNCH:
        if name in OF_SCORM and asked[name] != values[0]:
            raise InvalidRequest(f"/{name}", asked[name], f"must be {values[0]}: SCORM courses alone know more")


def _one_of(body: Mapping[str, Any], name: str, values: Sequence[str]) -> str:
    """The first one is the default."""
    value = body.get(name, values[0])
    if value not in values:
        raise InvalidRequest(f"/{name}", value, f"must be one of {', '.join(values)}")
    return str(value)


def _is_address(value: Any) -> bool:
    if not isinstance(value, str) or NOT_IN_ADDRESS.search(value):
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # of a host in brackets, or of a port
        return False


def opening(body: Mapping[str, Any]) -> tuple[dict[int, list[Commit]], bool]:
    """What earlier windows left behind, and whether the learner wants to start again."""
    known(body, "pending", "again")
    return pending(body), body.get("again") is True


def pending(body: Mapping[str, Any]) -> dict[int, list[Commit]]:
    rows = body.get("pending", {})
    if not isinstance(rows, Mapping) or not all(RUN.fullmatch(key) for key in rows):
        raise InvalidRequest("/pending", rows, "must be an object with the numbers of runs as keys")
    return {int(number): commits(row, f"/pending/{number}") for number, row in rows.items()}


def commits(rows: Any, place: str = "/commits") -> list[Commit]:
    if not isinstance(rows, list):
        raise InvalidRequest(place, rows, "must be an array of commits")
    return [_commit(row, f"{place}/{at}") for at, row in enumerate(rows)]


def _commit(row: Any, place: str) -> Commit:
    if not isinstance(row, Mapping):
        raise InvalidRequest(place, row, "must be an object")
    number, changes = row.get("n"), row.get("changes")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise InvalidRequest(f"{place}/n", number, "must be a positive integer")
    if not isinstance(changes, Mapping) or not all(value is None or isinstance(value, str) for value in changes.values()):
        raise InvalidRequest(f"{place}/changes", changes, "must be an object with strings and null as values")
    age, elapsed = _seconds(row, "age", place), _seconds(row, "elapsed", place)
    return Commit(n=number, changes=changes, age=age, elapsed=elapsed, calls=_calls(row.get("calls", []), f"{place}/calls"))


def _calls(rows: Any, place: str) -> tuple[Any, ...]:
    """Rows of static/js/runtime/calls.js: [milliseconds, call, element, value, error code, times?]."""
    if not isinstance(rows, list) or len(rows) > CALLS:
        raise InvalidRequest(place, type(rows).__name__, f"must be an array of at most {CALLS} rows")
    for at, row in enumerate(rows):
        if not isinstance(row, list) or len(row) not in (5, 6) or not all(map(isinstance, row, CALL)):
            raise InvalidRequest(f"{place}/{at}", row, "must be [milliseconds, call, element, value, error code, times]")
        if len(row[1]) > LONGEST_CALL or len(row[2]) > LONGEST_CALL or len(row[3]) > LONGEST_CALL:
            raise InvalidRequest(f"{place}/{at}", row[1], f"must have texts of at most {LONGEST_CALL} characters")
    return tuple(rows)


def _seconds(row: Mapping[str, Any], name: str, place: str) -> float:
    value = row.get(name, 0)
    if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
        raise InvalidRequest(f"{place}/{name}", value, "must be a number of seconds")
    return min(float(value), LONGEST_AGE)


def number(body: Mapping[str, Any], name: str) -> int:
    value = body.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < HIGHEST:
        raise InvalidRequest(f"/{name}", value, "must be a number that the server gave")
    return value


def move(body: Mapping[str, Any]) -> Move:
    known(body, "window", "run", "commits", "terminated", "request", "move")
    return Move(
        run=number(body, "run"),
        commits=commits(body.get("commits", [])),
        terminated=body.get("terminated") is True,
        request=_request(body.get("request")),
        number=number(body, "move"),
    )


def _request(value: Any) -> Request | None:
    if value is None:
        return None
    kind = value.get("kind") if isinstance(value, Mapping) else None
    if not isinstance(kind, str) or kind not in {str(one) for one in Kind} - {Kind.NONE, Kind.RESUME_ALL}:
        raise InvalidRequest("/request/kind", kind, "must be a navigation request")
    target = value.get("target")
    if target is not None and not isinstance(target, str):
        raise InvalidRequest("/request/target", target, "must be the identifier of an item")
    return Request(kind=Kind(kind), target=target)
