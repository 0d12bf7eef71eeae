"""The body that asks for a new credential, checked whole: every fault is reported, with its place."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from access.errors import InvalidRequest
from access.scopes import SCOPES

MIN_SECRET = 12
MAX_SECRET = 512
SECRET_RULE = f"{MIN_SECRET} to {MAX_SECRET} characters"
MAX_NAME = 200
KEY_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~+@-]{0,127}")
SESSION_PREFIX = "session-"
"""Keys that launches hand out begin so, and no others: which hash is used can be told from the key alone."""
KEY_RULE = f"1 to 128 letters, digits or . _ ~ + @ -, beginning with a letter or digit and not with {SESSION_PREFIX}"
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)")
IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")

Fault = dict[str, Any]


def fault(pointer: str, found: Any, rule: str) -> Fault:
    return {"pointer": pointer, "found": found, "rule": rule}


def read_creation(body: Any, now: datetime) -> dict[str, Any]:
    """The keyword arguments of `Credentials.create`."""
    if not isinstance(body, dict):
        raise InvalidRequest([fault("", body, "must be a JSON object")])
    known = f"unknown property; known are {', '.join(FIELDS)}"
    faults = [fault(f"/{name}", name, known) for name in body if name not in FIELDS]
    faults += [fault(f"/{name}", None, "is required") for name in ("name", "scopes") if name not in body]
    arguments: dict[str, Any] = {}
    for name, read in FIELDS.items():
        if name in body:
            arguments[name], found = read(f"/{name}", body[name], now)
            faults += found
    if faults:
        raise InvalidRequest(faults)
    return arguments


def _name(pointer: str, value: Any, now: datetime) -> tuple[Any, list[Fault]]:
    good = isinstance(value, str) and value.strip() and len(value) <= MAX_NAME
    return value, [] if good else [fault(pointer, value, f"must be a text of 1 to {MAX_NAME} characters")]


def _scopes(pointer: str, value: Any, now: datetime) -> tuple[Any, list[Fault]]:
    if not isinstance(value, list) or not value:
        return value, [fault(pointer, value, "must be a list of at least one scope")]
    rule = f"must be one of {', '.join(SCOPES)}"
    strange = [(index, scope) for index, scope in enumerate(value) if not isinstance(scope, str) or scope not in SCOPES]
    return value, [fault(f"{pointer}/{index}", scope, rule) for index, scope in strange]


def key_is_right(value: str) -> bool:
    return KEY_PATTERN.fullmatch(value) is not None and not value.startswith(SESSION_PREFIX)


def _key(pointer: str, value: Any, now: datetime) -> tuple[Any, list[Fault]]:
    good = isinstance(value, str) and key_is_right(value)
    return value, [] if good else [fault(pointer, value, f"must be {KEY_RULE}")]


def secret_is_right(value: str) -> bool:
    """For secrets that people choose; those that are made here are longer."""
    return MIN_SECRET <= len(value) <= MAX_SECRET


def _secret(pointer: str, value: Any, now: datetime) -> tuple[Any, list[Fault]]:
    good = isinstance(value, str) and secret_is_right(value)
    # The value found is a secret, if a bad one, and error texts end in logs: its length says enough.
    found = f"{len(value)} characters" if isinstance(value, str) else type(value).__name__
    return value, [] if good else [fault(pointer, found, f"must be a text of {SECRET_RULE}")]


def _expires(pointer: str, value: Any, now: datetime) -> tuple[Any, list[Fault]]:
    rule = "must be a time to come with its offset, as in 2031-12-31T23:59:59Z"
    if not isinstance(value, str) or not TIMESTAMP.fullmatch(value):
        return value, [fault(pointer, value, rule)]
    try:
        when = datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        return value, [fault(pointer, value, rule)]
    return when, [] if when > now else [fault(pointer, value, rule)]


def _authority(pointer: str, value: Any, now: datetime) -> tuple[Any, list[Fault]]:
    """xAPI Data 4.2.2: an Agent with exactly one identifier; groups come only from three-legged OAuth."""
    if not isinstance(value, dict):
        return value, [fault(pointer, value, "must be an xAPI Agent")]
    faults = [
        fault(f"{pointer}/{name}", value[name], "unknown property of an Agent")
        for name in value
        if name not in ("objectType", "name", *IDENTIFIERS)
    ]
    if value.get("objectType", "Agent") != "Agent":
        faults.append(fault(f"{pointer}/objectType", value["objectType"], 'must be "Agent"'))
    if not isinstance(value.get("name", ""), str):
        faults.append(fault(f"{pointer}/name", value["name"], "must be a text"))
    present = [name for name in IDENTIFIERS if name in value]
    if len(present) != 1:
        faults.append(fault(pointer, present, f"must have exactly one of {', '.join(IDENTIFIERS)}"))
    elif not _identifies(present[0], value[present[0]]):
        faults.append(fault(f"{pointer}/{present[0]}", value[present[0]], IDENTIFIER_RULES[present[0]]))
    return value, faults


def _identifies(name: str, value: Any) -> bool:
    if name == "account":
        return (
            isinstance(value, dict)
            and set(value) == {"homePage", "name"}
            and all(isinstance(part, str) and part for part in value.values())
            and re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", value["homePage"]) is not None
        )
    return isinstance(value, str) and re.fullmatch(IDENTIFIER_PATTERNS[name], value) is not None


IDENTIFIER_PATTERNS: Mapping[str, str] = {
    "mbox": r"mailto:[^@\s]+@[^@\s]+",
    "mbox_sha1sum": r"[0-9a-fA-F]{40}",
    "openid": r"[A-Za-z][A-Za-z0-9+.-]*:\S+",
}
IDENTIFIER_RULES: Mapping[str, str] = {
    "mbox": "must be mailto: and one address",
    "mbox_sha1sum": "must be 40 hexadecimal digits",
    "openid": "must be an IRI with its scheme",
    "account": "must be an object of homePage (an IRI) and name, both texts",
}
FIELDS: Mapping[str, Callable[[str, Any, datetime], tuple[Any, list[Fault]]]] = {
    "name": _name,
    "scopes": _scopes,
    "key": _key,
    "secret": _secret,
    "expires": _expires,
    "authority": _authority,
}
