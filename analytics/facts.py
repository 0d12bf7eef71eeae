"""A statement reduced to the flat facts that analysts ask about.

The facts are stored beside the statement when it is stored, so this must answer for every valid statement of
any xAPI version and never raise; what is absent has no key. Times are UTC milliseconds, durations seconds.
"""

import hashlib
import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from analytics import vocabulary

Facts = dict[str, Any]
EXTENSIONS_MOST = 20
EXTENSION_LONGEST = 200
LONGEST = 10_000 * 31_536_000
"""Seconds of a duration that is believed: sums stay numbers."""

# ISO 8601 as xAPI 4.2.7 takes it; years and months have no fixed length: 365 and 30 days here (docs/metrics.md).
_DURATION = re.compile(
    r"P(?:(?P<W>\d+(?:[.,]\d+)?)W)?(?:(?P<Y>\d+(?:[.,]\d+)?)Y)?(?:(?P<M>\d+(?:[.,]\d+)?)M)?(?:(?P<D>\d+(?:[.,]\d+)?)D)?"
    r"(?:T(?:(?P<h>\d+(?:[.,]\d+)?)H)?(?:(?P<m>\d+(?:[.,]\d+)?)M)?(?:(?P<s>\d+(?:[.,]\d+)?)S)?)?",
    re.ASCII,
)
_SECONDS = {"W": 604_800, "Y": 31_536_000, "M": 2_592_000, "D": 86_400, "h": 3_600, "m": 60, "s": 1}
_TIMESTAMP = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d+))?)?([Zz]|[+-]\d\d(?::?\d\d)?)?", re.ASCII)


def facts(statement: Mapping[str, Any]) -> Facts:
    context = _mapping(statement.get("context"))
    found: Facts = {
        "id": statement.get("id"),
        "timestamp": milliseconds(statement.get("timestamp")),
        **_actor(_mapping(statement.get("actor"))),
        **_verb_and_result(statement),
        **_object(_mapping(statement.get("object"))),
        **_context(context),
        "ext": extensions(statement) or None,
        "groups": _groups(statement) or None,
    }
    if found.get("object_kind") == "Activity" and _is_question(found):
        found["question"] = True
    return {key: value for key, value in found.items() if value is not None}


def actor_key(actor: Mapping[str, Any]) -> str | None:
    """One text per identified actor: equal keys are the same learner. Anonymous groups are known by their members."""
    if isinstance(mbox := actor.get("mbox"), str):
        return mbox
    if isinstance(digest := actor.get("mbox_sha1sum"), str):
        return f"sha1:{digest}"
    if isinstance(openid := actor.get("openid"), str):
        return f"openid:{openid}"
    account = _mapping(actor.get("account"))
    if isinstance(account.get("name"), str) and isinstance(account.get("homePage"), str):
        return f"account:{account['homePage']}|{account['name']}"
    members = sorted(key for member in _listed(actor.get("member")) if (key := actor_key(member)) is not None)
    if members:
        return "group:" + hashlib.sha256("\n".join(members).encode()).hexdigest()[:32]
    return None


def agent_of(key: str) -> dict[str, Any] | None:
    """The xAPI agent behind an actor key; None for an anonymous group and for what is no key."""
    if key.startswith("mailto:"):
        return {"mbox": key}
    kind, _, rest = key.partition(":")
    if kind == "sha1" and rest:
        return {"mbox_sha1sum": rest}
    if kind == "openid" and rest:
        return {"openid": rest}
    home, bar, name = rest.partition("|")
    return {"account": {"homePage": home, "name": name}} if kind == "account" and bar else None


def milliseconds(timestamp: object) -> int | None:
    """UTC milliseconds of an ISO 8601 timestamp; a missing zone means UTC; finer fractions are cut off."""
    match = _TIMESTAMP.fullmatch(timestamp) if isinstance(timestamp, str) else None
    if match is None:
        return None
    date, minutes, seconds, fraction, zone = match.groups()
    second = min(int(seconds or 0), 59)  # a leap second is the last one before it
    try:
        moment = datetime.fromisoformat(f"{date}T{minutes}:{second:02}{_zone(zone)}")
        whole = int(moment.timestamp())
    except (ValueError, OverflowError):
        return None
    return whole * 1000 + int((fraction or "0")[:3].ljust(3, "0"))


def seconds(duration: object) -> float | None:
    match = _DURATION.fullmatch(duration) if isinstance(duration, str) else None
    if match is None:
        return None
    parts = [(float(text.replace(",", ".")), _SECONDS[unit]) for unit, text in match.groupdict().items() if text is not None]
    length = sum(count * length for count, length in parts)
    return round(length, 3) if parts and length <= LONGEST else None


def iso(moment_ms: int) -> str:
    """The text of a fact's time: UTC, milliseconds, `Z`."""
    whole, rest = divmod(moment_ms, 1000)
    return f"{datetime.fromtimestamp(whole, UTC).isoformat()[:19]}.{rest:03}Z"


def extensions(statement: Mapping[str, Any]) -> list[str]:
    """IRI, space and value of each extension that is a short text, a number, true or false; at most twenty of them.

    What the context says wins over the result, and that over the activity's definition.
    """
    definition = _mapping(_mapping(statement.get("object")).get("definition"))
    places = (definition, _mapping(statement.get("result")), _mapping(statement.get("context")))
    found: dict[str, str] = {}
    for place in places:
        for iri, value in _mapping(place.get("extensions")).items():
            if (text := extension_text(value)) is not None:
                found[iri] = text
    return [f"{iri} {found[iri]}" for iri in sorted(found)[:EXTENSIONS_MOST]]


def extension_text(value: object) -> str | None:
    """5, 5.0 and "5" are the same value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if len(value) <= EXTENSION_LONGEST else None
    if (number := _number(value)) is None:
        return None
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)


def labels(found: Mapping[str, Any]) -> list[str]:
    """What a row can be found by besides its own names: what it is part of, its extensions, its groups."""
    within = dict.fromkeys([*found.get("parent", ()), *found.get("grouping", ())])
    return [
        *(f"within {iri}" for iri in within),
        *(f"ext {one}" for one in found.get("ext", ())),
        *(f"group {one}" for one in found.get("groups", ())),
    ]


def _groups(statement: Mapping[str, Any]) -> list[str]:
    """The identified groups a statement names as its actor or its team."""
    actor, team = _mapping(statement.get("actor")), _mapping(_mapping(statement.get("context")).get("team"))
    groups = [one for one in (actor, team) if one.get("objectType") == "Group"]
    keys = dict.fromkeys(key for one in groups if (key := actor_key(one)) is not None)
    return [key for key in keys if not key.startswith("group:")]


def _zone(zone: str | None) -> str:
    if zone is None or zone in "Zz":
        return "+00:00"
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return f"{zone[0]}{digits[:2]}:{digits[2:]}"


def _actor(actor: Mapping[str, Any]) -> Facts:
    return {
        "actor_key": actor_key(actor),
        "actor_name": actor.get("name"),
        "actor_group": True if actor.get("objectType") == "Group" else None,
    }


def _verb_and_result(statement: Mapping[str, Any]) -> Facts:
    iri = _mapping(statement.get("verb")).get("id")
    meaning = vocabulary.verb(iri) if isinstance(iri, str) else vocabulary.OTHER
    result = _mapping(statement.get("result"))
    return {
        "verb": iri,
        "role": None if meaning.role is vocabulary.Role.OTHER else meaning.role.value,
        "completion": result.get("completion", meaning.completion),
        "success": result.get("success", meaning.success),
        "duration_s": seconds(result.get("duration")),
        "response": result.get("response"),
        **_score(_mapping(result.get("score"))),
    }


def _score(score: Mapping[str, Any]) -> Facts:
    raw, low, high = (_number(score.get(name)) for name in ("raw", "min", "max"))
    scaled = _number(score.get("scaled"))
    if scaled is None and raw is not None and high is not None and high > (low or 0.0):
        scaled = _number((raw - (low or 0.0)) / (high - (low or 0.0)))
    return {"score_scaled": scaled, "score_raw": raw, "score_min": low, "score_max": high}


def _object(thing: Mapping[str, Any]) -> Facts:
    kind = thing.get("objectType", "Activity")
    if kind in ("Agent", "Group"):
        return {"object_kind": kind, "object": actor_key(thing), "object_name": thing.get("name")}
    definition = _mapping(thing.get("definition"))
    return {
        "object_kind": kind,
        "object": thing.get("id"),
        "object_name": localized(definition.get("name")),
        "object_type": definition.get("type"),
        "interaction_type": definition.get("interactionType"),
    }


def _context(context: Mapping[str, Any]) -> Facts:
    activities = _mapping(context.get("contextActivities"))
    groupings = list(_listed(activities.get("grouping")))
    attempts = [_id(one) for one in groupings if _mapping(one.get("definition")).get("type") == vocabulary.ATTEMPT_TYPE]
    categories = [_id(one) for one in _listed(activities.get("category"))]
    return {
        "registration": _lowered(context.get("registration")),
        "parent": [_id(one) for one in _listed(activities.get("parent"))] or None,
        "grouping": [_id(one) for one in groupings if _id(one) not in attempts] or None,
        "attempt": attempts[0] if attempts else None,
        "session": _lowered(_mapping(context.get("extensions")).get(vocabulary.CMI5_SESSION)),
        "source": vocabulary.source(categories),
        "platform": context.get("platform"),
        "language": context.get("language"),
    }


def localized(names: object) -> str | None:
    """The English text of a language map when there is one, else the first."""
    if not isinstance(names, Mapping) or not names:
        return None
    english = [text for tag, text in names.items() if tag.lower() == "en" or tag.lower().startswith("en-")]
    return str((english or list(names.values()))[0])


def _is_question(found: Facts) -> bool:
    return found.get("object_type") == vocabulary.INTERACTION_TYPE or found.get("interaction_type") is not None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _listed(value: object) -> Iterator[Mapping[str, Any]]:
    """xAPI 1.0.x allows one object where 2.0 wants an array (4.1.6.2)."""
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        yield from (one for one in value if isinstance(one, dict))


def _id(activity: Mapping[str, Any]) -> str:
    return str(activity.get("id"))


def _number(value: object) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _lowered(value: object) -> str | None:
    return value.lower() if isinstance(value, str) else None
