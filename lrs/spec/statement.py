"""What the LRS adds to an accepted statement, and when two statements are the same.

1.0.3 Data 2.2, 2.3, 2.4; IEEE 9274.1.1 4.2, 4.2.4, 4.2.7."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson

from lrs.spec.formats import comparable_duration, utc_text

Statement = dict[str, Any]


def complete(
    statement: Mapping[str, Any],
    *,
    statement_id: str,
    stored: str,
    authority: Mapping[str, Any],
    default_version: str,
    version: str,
) -> Statement:
    """A new statement with the LRS's own properties: id, stored, timestamp, authority, version; all else as it came.

    Times are written in UTC, a lone Activity in contextActivities as an array: both are how the standard wants them returned."""
    done = dict(statement)
    done.setdefault("id", statement_id)
    done["stored"] = stored
    done["timestamp"] = utc_text(done["timestamp"], version) if "timestamp" in done else stored
    done["authority"] = authority
    done.setdefault("version", default_version)
    if "context" in done:
        done["context"] = _context(done["context"])
    target = done["object"]
    if target.get("objectType") == "SubStatement":
        target = dict(target)
        if "timestamp" in target:
            target["timestamp"] = utc_text(target["timestamp"], version)
        if "context" in target:
            target["context"] = _context(target["context"])
        done["object"] = target
    return done


def _context(context: Mapping[str, Any]) -> Mapping[str, Any]:
    """1.0.3 Data 2.4.6.2: "The LRS MUST return every value in the contextActivities Object as an array"."""
    named = context.get("contextActivities")
    if not named or all(isinstance(value, list) for value in named.values()):
        return context
    return {
        **context,
        "contextActivities": {key: value if isinstance(value, list) else [value] for key, value in named.items()},
    }


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two statements are equal under immutability (IEEE 9274.1.1 4.2)."""
    return comparable(one) == comparable(other)


def comparable(statement: Mapping[str, Any]) -> bytes:
    """The immutable part in one spelling: without what an LRS adds, attachments, definitions of Activities and `display`."""
    return _spelled(_statement(statement, whole=False))


def payload_comparable(statement: Mapping[str, Any], keys: frozenset[str]) -> bytes:
    """What a signature covers, in one spelling (1.0.3 Data 2.6); of what an LRS may add, the `keys` that both sides have."""
    kept = _statement(statement, whole=True)
    if "timestamp" in keys:
        kept["timestamp"] = _instant(statement["timestamp"])
    if "id" in keys:
        kept["id"] = UUID(statement["id"]).hex
    return _spelled(kept)


def _spelled(kept: Any) -> bytes:
    return orjson.dumps(_in_one_spelling(kept), option=orjson.OPT_SORT_KEYS)


def _in_one_spelling(value: Any) -> Any:
    """1.0 and 1 are the same number: JavaScript writes either as 1."""
    if isinstance(value, dict):
        return {key: _in_one_spelling(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_in_one_spelling(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**63 else value


def _instant(text: str) -> str:
    """12:00:00.50Z and 12:00:00.5Z are the same moment."""
    moment = utc_text(text)
    return moment[:-1].rstrip("0").rstrip(".") + "Z" if "." in moment else moment


def _statement(statement: Mapping[str, Any], whole: bool) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "actor": _agent(statement["actor"]),
        "verb": statement["verb"] if whole else {"id": statement["verb"]["id"]},
        "object": _object(statement["object"], whole),
    }
    if statement.get("result"):
        kept["result"] = _result(statement["result"])
    if statement.get("context"):
        kept["context"] = _comparable_context(statement["context"], whole)
    return kept


def _agent(agent: Mapping[str, Any]) -> dict[str, Any]:
    """The order of members says nothing; `objectType` may be left out."""
    kept = {"objectType": "Agent", **agent}
    if "mbox_sha1sum" in kept:
        kept["mbox_sha1sum"] = kept["mbox_sha1sum"].lower()
    if "member" in kept:
        members = [_agent(member) for member in kept["member"]]
        kept["member"] = sorted(members, key=lambda member: orjson.dumps(member, option=orjson.OPT_SORT_KEYS))
    return kept


def _activity(activity: Mapping[str, Any], whole: bool) -> dict[str, Any]:
    return {"objectType": "Activity", **activity} if whole else {"objectType": "Activity", "id": activity["id"]}


def _object(target: Mapping[str, Any], whole: bool) -> dict[str, Any]:
    kind = target.get("objectType", "Activity")
    if kind == "Activity":
        return _activity(target, whole)
    if kind in ("Agent", "Group"):
        return _agent(target)
    if kind == "StatementRef":
        return {"objectType": kind, "id": UUID(target["id"]).hex}
    kept = {"objectType": kind, **_statement(target, whole)}
    if "timestamp" in target:
        kept["timestamp"] = _instant(target["timestamp"])
    return kept


def _result(result: Mapping[str, Any]) -> dict[str, Any]:
    kept = dict(result)
    if "duration" in kept:
        kept["duration"] = comparable_duration(kept["duration"])
    return kept


def _comparable_context(context: Mapping[str, Any], whole: bool) -> dict[str, Any]:
    kept = dict(context)
    if "registration" in kept:
        kept["registration"] = UUID(kept["registration"]).hex
    if "contextActivities" in kept:
        kept["contextActivities"] = {
            key: [_activity(activity, whole) for activity in (value if isinstance(value, list) else [value])]
            for key, value in kept["contextActivities"].items()
        }
    for key in ("instructor", "team"):
        if key in kept:
            kept[key] = _agent(kept[key])
    if "statement" in kept:
        kept["statement"] = {"objectType": "StatementRef", "id": UUID(kept["statement"]["id"]).hex}
    for key, inner in (("contextAgents", "agent"), ("contextGroups", "group")):
        if key in kept:
            kept[key] = [{**one, inner: _agent(one[inner])} for one in kept[key]]
    return kept
