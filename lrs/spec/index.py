"""A statement as the values that filters ask for, in one pure function; and a query as conditions on them.

1.0.3 Communication 2.1.3, IEEE 9274.1.1 4.1.6.1. Values are tokens: 12 bytes of SHA-256. Keys of the index entry: `vb` verb,
`ob` own object Activity, `rg` registration, `ag` actor and object, with group members; `ra` all agents of the statement, `rc` all
activities, `pr` pairs of agent, object Activity and verb, `au` authority, `rf` id of the referred statement, `vd` it is a voiding
statement, `att` attachment hashes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from lrs.spec.agents import identifiers
from lrs.spec.query import StatementQuery
from lrs.spec.rules import VOIDED

Statement = Mapping[str, Any]
INHERITED = ("vb", "ob", "rg", "ag", "ra", "rc", "pr")


@lru_cache(maxsize=65536)
def token(text: str) -> bytes:
    return sha256(text.encode()).digest()[:12]


def statement_key(store: int, statement_id: str) -> bytes:
    """The unique key of a statement: 4 bytes of store, 16 of id."""
    return store.to_bytes(4, "big") + _uuid(statement_id)


def _uuid(text: str) -> bytes:
    """The 16 bytes of a UUID whose form is known to be right: a fifth of what the class costs."""
    return bytes.fromhex(text.replace("-", ""))


def statement_id(key: bytes) -> str:
    return str(UUID(bytes=bytes(key[4:20])))


def index_entry(statement: Statement) -> dict[str, Any]:
    """Everything that a filter of GET Statements may ask about one statement."""
    target = statement["object"]
    kind = target.get("objectType", "Activity")
    context = statement.get("context") or {}
    own = identifiers(statement["actor"])
    if kind in ("Agent", "Group"):
        own += identifiers(target)
    agents = _tokens(own)
    related, activities = _related(context) if context else ([], [])
    if kind == "Activity":
        activities.append(target["id"])
    elif kind == "SubStatement":
        inner, named = _inside(target)
        related += inner
        activities += named
    verb = token(statement["verb"]["id"])
    entry: dict[str, Any] = {"vb": verb, "ag": agents, "ra": _tokens([*own, *related]) if related else agents}
    if kind == "Activity":
        entry["ob"] = token(target["id"])
    if activities:
        entry["rc"] = _tokens(activities)
    entry["pr"] = _pairs(agents, entry.get("ob"), verb)
    if "registration" in context:
        entry["rg"] = _uuid(context["registration"])
    if "authority" in statement:
        entry["au"] = authority_token(statement["authority"])
        entry["ra"] = list(dict.fromkeys(entry["ra"] + _tokens(identifiers(statement["authority"]))))
    if kind == "StatementRef":
        entry["rf"] = _uuid(target["id"])
        if statement["verb"]["id"] == VOIDED:
            entry["vd"] = True
    if "attachments" in statement or kind == "SubStatement":
        hashes = [attachment["sha2"].lower() for attachment in attachments(statement)]
        if hashes:
            entry["att"] = list(dict.fromkeys(hashes))
    return entry


def size(entry: Mapping[str, Any]) -> int:
    """At most so many bytes of BSON, some hundreds for the entry itself left out."""
    return sum(len(values) * (len(values[0]) + 16) for values in entry.values() if isinstance(values, list) and values)


def authority_token(authority: Mapping[str, Any]) -> bytes:
    """One value for an Agent, and one for a Group that none of its members has alone."""
    return token("\n".join(identifiers(authority)))


def _pairs(agents: list[bytes], activity: bytes | None, verb: bytes) -> list[bytes]:
    """What two filters ask for together, as one value: else a page costs all that the one of them matches.

    Halves of the tokens, not hashed again; a verb gives its other half, as an IRI may be that of a verb and of an Activity."""
    pairs = [agent[:8] + verb[4:] for agent in agents]
    if activity is not None:
        pairs += [agent[:8] + activity[:8] for agent in agents]
        pairs.append(activity[:8] + verb[4:])
    return pairs


def paired(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Conditions with the first two that make a pair replaced by it. A registration is rare enough alone."""
    for one, other in (("ag", "ob"), ("ag", "vb"), ("ob", "vb")):
        if "rg" not in wanted and one in wanted and other in wanted:
            pair = wanted[one][:8] + (wanted[other][4:] if other == "vb" else wanted[other][:8])
            return {"pr": pair, **{key: value for key, value in wanted.items() if key not in (one, other)}}
    return dict(wanted)


def attachments(statement: Statement) -> Iterator[Mapping[str, Any]]:
    """The attachment objects of a statement and of its SubStatement."""
    yield from statement.get("attachments", ())
    yield from statement["object"].get("attachments", ()) if statement["object"].get("objectType") == "SubStatement" else ()


def _tokens(texts: Iterable[str]) -> list[bytes]:
    """Each once."""
    return list(map(token, dict.fromkeys(texts)))


def _related(context: Statement) -> tuple[list[str], list[str]]:
    """The agents and the activities of a context."""
    agents: list[str] = []
    for key in ("instructor", "team"):
        if key in context:
            agents += identifiers(context[key])
    for key, inner in (("contextAgents", "agent"), ("contextGroups", "group")):
        if key in context:
            agents += [name for one in context[key] for name in identifiers(one[inner])]
    activities: list[str] = []
    for named in context.get("contextActivities", {}).values():
        activities += [activity["id"] for activity in named] if isinstance(named, list) else [named["id"]]
    return agents, activities


def _inside(part: Statement) -> tuple[list[str], list[str]]:
    """The agents and the activities of a SubStatement."""
    target = part["object"]
    agents, activities = _related(part.get("context", {}))
    agents += identifiers(part["actor"])
    if target.get("objectType") in ("Agent", "Group"):
        agents += identifiers(target)
    elif target.get("objectType", "Activity") == "Activity":
        activities.append(target["id"])
    return agents, activities


def conditions(query: StatementQuery) -> dict[str, bytes]:
    """The equality conditions of a query by index key, the most telling first: the order in which an index is chosen."""
    wanted: dict[str, bytes] = {}
    if query.registration is not None:
        wanted["rg"] = _uuid(query.registration)
    if query.agent is not None:
        name = next(iter(identifiers(query.agent)), "")
        wanted["ra" if query.related_agents else "ag"] = token(name)
    if query.activity is not None:
        wanted["rc" if query.related_activities else "ob"] = token(query.activity)
    if query.verb is not None:
        wanted["vb"] = token(query.verb)
    return wanted
