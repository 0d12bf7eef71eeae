"""Agents and Groups: inverse functional identifiers (1.0.3 Data 2.4.2.3), and the Person object (Communication 2.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

IFIS = ("mbox", "mbox_sha1sum", "openid", "account")


def ifi(agent: Mapping[str, Any]) -> str | None:
    """The identifier as one text that differs for different identifiers; `None` for an anonymous Group."""
    if "account" in agent:
        account = agent["account"]
        return f"account {account['homePage']} {account['name']}"
    for kind in ("mbox", "openid"):
        if kind in agent:
            return f"{kind} {agent[kind]}"
    if "mbox_sha1sum" in agent:
        return f"mbox_sha1sum {agent['mbox_sha1sum'].lower()}"
    return None


def identifiers(agent: Mapping[str, Any]) -> list[str]:
    """Of an Agent or Group and, as the filters ask for, of the members of a Group."""
    own = ifi(agent)
    named = [] if own is None else [own]
    if "member" in agent:
        named += [name for member in agent["member"] if (name := ifi(member)) is not None]
    return named


def identified(agent: Mapping[str, Any]) -> dict[str, Any]:
    """An Agent or Group cut down to what identifies it: `format=ids` (1.0.3 Communication 2.1.3)."""
    kind = agent.get("objectType", "Agent")
    short = {"objectType": kind} if "objectType" in agent else {}
    for key in IFIS:
        if key in agent:
            return {**short, key: agent[key]}
    return {**short, "member": [identified(member) for member in agent.get("member", ())]}


def person(agent: Mapping[str, Any], known: Iterable[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """The Person of an Agent: every identifier and name known for it; always at least the asked one."""
    gathered: dict[str, Any] = {"objectType": "Person"}
    for one in (agent, *known):
        for key in ("name", *IFIS):
            if key in one and one[key] not in gathered.setdefault(key, []):
                gathered[key].append(one[key])
    return gathered


def same_in(statement: Mapping[str, Any], agent: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The actor, object or members of a statement that are this Agent."""
    wanted = ifi(agent)
    for one in (statement["actor"], statement["object"]):
        if one.get("objectType", "") in ("Activity", "StatementRef", "SubStatement") or (
            one is statement["object"] and "objectType" not in one
        ):
            continue
        for known in (one, *one.get("member", ())):
            if ifi(known) == wanted:
                yield known
