"""The query parameters that each resource declares; any other is refused.

1.0.3 Communication 2 and 3.2; IEEE 9274.1.1 4.1.5, 4.1.6."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

from werkzeug.datastructures import MultiDict

from lrs.errors import InvalidJSON, InvalidParameter, InvalidStatement
from lrs.spec import json_text, schema
from lrs.spec.agents import ifi
from lrs.spec.formats import is_iri, is_uuid, parse_timestamp

_LARGEST_LIMIT = 2**31 - 1


def _text(value: str, version: str) -> str:
    if not value:
        raise ValueError("It is not empty.")
    return value


def _iri(value: str, version: str) -> str:
    if not is_iri(value):
        raise ValueError("It is an IRI with a scheme (RFC 3987).")
    return value


def _uuid(value: str, version: str) -> str:
    if not is_uuid(value):
        raise ValueError("It is a UUID in its standard string form (RFC 4122).")
    return value


def _boolean(value: str, version: str) -> bool:
    if value not in ("true", "false", "True", "False"):  # the latter by Python clients that give a bool as it prints
        raise ValueError("It is true or false.")
    return value in ("true", "True")


def _timestamp(value: str, version: str) -> datetime:
    # A plus sign that a client forgot to escape arrives as a space.
    return parse_timestamp(value.replace(" ", "+") if "T" in value else value)


def _limit(value: str, version: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise ValueError("It is a whole number, 0 or more.")
    return min(int(value), _LARGEST_LIMIT)


def _format(value: str, version: str) -> str:
    if value not in ("ids", "exact", "canonical"):
        raise ValueError("It is ids, exact or canonical.")
    return value


def _actor(definition: str) -> Callable[[str, str], Any]:
    def read(value: str, version: str) -> Any:
        agent = json_text.read(value.encode("utf-8", "surrogatepass"))
        schema.check(agent, version, definition=definition)
        if ifi(agent) is None:
            raise ValueError("It is an Agent or an identified Group.")
        return agent

    return read


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    read: Callable[[str, str], Any]
    required: bool = False


_ACTIVITY = Parameter(read=_iri, required=True)
_AGENT = Parameter(read=_actor("agent"), required=True)
_SINCE = Parameter(read=_timestamp)

TABLE: dict[str, dict[str, Parameter]] = {
    "about": {},
    "statements GET": {
        "statementId": Parameter(read=_uuid),
        "voidedStatementId": Parameter(read=_uuid),
        "agent": Parameter(read=_actor("actor")),
        "verb": Parameter(read=_iri),
        "activity": Parameter(read=_iri),
        "registration": Parameter(read=_uuid),
        "related_activities": Parameter(read=_boolean),
        "related_agents": Parameter(read=_boolean),
        "since": _SINCE,
        "until": Parameter(read=_timestamp),
        "limit": Parameter(read=_limit),
        "format": Parameter(read=_format),
        "attachments": Parameter(read=_boolean),
        "ascending": Parameter(read=_boolean),
        "more": Parameter(read=_text),
    },
    "statements PUT": {"statementId": Parameter(read=_uuid, required=True)},
    "statements POST": {},
    "activities": {"activityId": _ACTIVITY},
    "agents": {"agent": _AGENT},
    "state": {
        "activityId": _ACTIVITY,
        "agent": _AGENT,
        "registration": Parameter(read=_uuid),
        "stateId": Parameter(read=_text),
        "since": _SINCE,
    },
    "activity-profile": {"activityId": _ACTIVITY, "profileId": Parameter(read=_text), "since": _SINCE},
    "agent-profile": {"agent": _AGENT, "profileId": Parameter(read=_text), "since": _SINCE},
}


def check_encoding(query: bytes) -> None:
    """Refuses escaped bytes that are not UTF-8 (RFC 3986 2.5): read as something else, two different ids could be one."""
    try:
        unquote_to_bytes(query).decode()
    except UnicodeDecodeError:
        for name, found in parse_qsl(query.decode("latin-1"), keep_blank_values=True, errors="backslashreplace"):
            if "\\x" in name + found:
                raise _refused(name, found, "It is UTF-8.") from None


def read(resource: str, given: MultiDict[str, str], version: str) -> dict[str, Any]:
    """The values by name, read and checked; absent ones are absent."""
    declared = TABLE[resource]
    values: dict[str, Any] = {}
    for name, found in given.lists():
        if name not in declared:
            known = f"The parameters are {', '.join(declared)}." if declared else "There are no parameters here."
            raise _refused(name, found[0], known)
        if len(found) > 1:
            raise _refused(name, ", ".join(found), "A parameter stands once.")
        values[name] = _value(declared[name], name, found[0], version)
    for name, parameter in declared.items():
        if parameter.required and name not in values:
            raise InvalidParameter(f"The parameter {name} is missing.", parameter=name, rule="This parameter is required.")
    return values


def _value(parameter: Parameter, name: str, text: str, version: str) -> Any:
    try:
        if "\x00" in text:
            raise ValueError("It holds no U+0000.")
        return parameter.read(text, version)
    except (InvalidJSON, InvalidStatement) as error:
        detail: Mapping[str, Any] = error.detail
        raise InvalidParameter(f"The parameter {name}: {error}", parameter=name, **{**detail, "found": text[:120]}) from error
    except ValueError as error:
        raise _refused(name, text, str(error)) from error


def _refused(name: str, found: str, rule: str) -> InvalidParameter:
    return InvalidParameter(f"The parameter {name}: {rule} Found {found[:120]!r}.", parameter=name, found=found[:120], rule=rule)
