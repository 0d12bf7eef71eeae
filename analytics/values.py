"""The values of query parameters, read from their text: one function for each kind, which says what is wrong."""

import math
import re
from collections.abc import Callable, Iterable

import orjson

from analytics.errors import ParameterInvalid
from analytics.facts import actor_key, milliseconds

INT64_MAXIMUM = 2**63 - 1


def text(name: str, value: str) -> str:
    if not value:
        raise ParameterInvalid(name, value, "must not be empty")
    return value


def pseudonym(name: str, value: str) -> str:
    """Anything else might be a name, and is not told again."""
    if not re.fullmatch(r"pseudonym:[0-9a-f]{32}", value):
        raise ParameterInvalid(name, "", "must be a pseudonym, as in the column actor_key")
    return value


def uuid(name: str, value: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value):
        raise ParameterInvalid(name, value, "must be a UUID")
    return value.lower()


def agent(name: str, value: str) -> str:
    """An xAPI agent or group as JSON; anything else is taken for an actor key."""
    if not value.lstrip().startswith("{"):
        return text(name, value)
    try:
        agent = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise ParameterInvalid(name, value, f"must be an xAPI agent as JSON ({error})") from None
    if (key := actor_key(agent)) is None:
        raise ParameterInvalid(name, value, "must have an mbox, mbox_sha1sum, openid or account with homePage and name")
    return key


def moment(name: str, value: str) -> int:
    found = milliseconds(f"{value}T00:00:00Z" if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else value.replace(" ", "+"))
    if found is None:
        raise ParameterInvalid(name, value, "must be an ISO 8601 timestamp such as 2026-01-31T12:00:00Z, or a date")
    return found


def seq_after(milliseconds: int) -> int:
    """The first sequence number stored later than that millisecond; the numbers end in the year 2248."""
    return min(max(milliseconds + 1, 0), 2**43 - 1) << 20


def number(name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ParameterInvalid(name, value, "must be a number")
    return number


def natural(name: str, value: str) -> int:
    if not re.fullmatch(r"\d{1,19}", value, re.ASCII) or int(value) > INT64_MAXIMUM:
        raise ParameterInvalid(name, value, "must be a whole number, 0 or more")
    return int(value)


def tristate(name: str, value: str) -> bool | None:
    choices = {"true": True, "false": False, "unknown": None}
    if value.lower() not in choices:
        raise ParameterInvalid(name, value, "must be true, false or unknown")
    return choices[value.lower()]


def one_of(allowed: Iterable[str]) -> Callable[[str, str], str]:
    names = tuple(allowed)

    def check(name: str, value: str) -> str:
        if value not in names:
            raise ParameterInvalid(name, value, f"must be one of {', '.join(names)}")
        return value

    return check


def group(name: str, value: str) -> tuple[str | None, tuple[str, ...]]:
    """The key of an identified group, and the keys of the members that the value lists."""
    if not value.lstrip().startswith("{"):
        return text(name, value), ()
    try:
        found = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise ParameterInvalid(name, value, f"must be an xAPI group as JSON ({error})") from None
    listed = found.get("member", [])
    members = [actor_key(one) if isinstance(one, dict) else None for one in (listed if isinstance(listed, list) else [None])]
    identified = actor_key({key: value for key, value in found.items() if key != "member"})
    if None in members or not (members or identified):
        raise ParameterInvalid(name, value, "must be identified, or list members with an mbox, mbox_sha1sum, openid or account")
    return identified, tuple(str(one) for one in members)
