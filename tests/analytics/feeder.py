"""Answers as the LRS does, from memory."""

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from access import Caller
from analytics.facts import actor_key, facts, iso
from lrs import Page, StatementQuery, Stored

ADL = "http://adlnet.gov/expapi/verbs/"
COURSE = "https://example.org/courses/golf"


class Feeder:
    """Statements in memory, in stored order, one a millisecond from 2026-01-01."""

    def __init__(self) -> None:
        self.stored: list[Stored] = []
        self.voided: set[str] = set()
        self.facts: dict[int, dict[str, Any]] = {}

    def add(self, statement: dict[str, Any]) -> str:
        ms = 1767225600000 + len(self.stored)
        statement = {"id": str(uuid.uuid4()), "timestamp": iso(ms), **statement, "stored": iso(ms)}
        self.stored.append(Stored(seq=ms << 20, statement=statement, voided=statement["id"] in self.voided))
        if statement["verb"]["id"] == ADL + "voided":
            target = statement["object"]["id"]
            self.voided.add(target)
            self.stored = [replace(one, voided=True) if one.statement["id"] == target else one for one in self.stored]
        return str(statement["id"])

    def say(self, learner: str, verb: str, activity: str = COURSE, **members: Any) -> str:
        actor = {"name": learner.title(), "mbox": f"mailto:{learner}@example.org"}
        verb = verb if ":" in verb else ADL + verb
        return self.add({"actor": actor, "verb": {"id": verb}, "object": {"id": activity}, **members})

    def void(self, target: str) -> str:
        thing = {"objectType": "StatementRef", "id": target}
        return self.add({"actor": {"mbox": "mailto:admin@example.org"}, "verb": {"id": ADL + "voided"}, "object": thing})

    def tail(self, store: int = 1, after_seq: int = 0, limit: int = 1000) -> list[Stored]:
        return [one for one in self.stored if one.seq > after_seq][:limit]

    def get(self, statement_id: str, store: int = 1) -> dict[str, Any] | None:
        return next((one.statement for one in self.stored if one.statement["id"] == statement_id), None)

    def find(self, query: StatementQuery, caller: Caller) -> Page:
        fit = [one for one in self.stored if not one.voided and self._fits(query, one)]
        fit = fit if query.ascending else fit[::-1]
        page, more = fit[: query.limit], len(fit) > query.limit
        return Page(
            raws=tuple(orjson.dumps(one.statement) for one in page), last=page[-1].seq if more else None, newest_stored=None
        )

    def through(self) -> "Through":
        return Through(ms=1798761600000, now=1798761600000)

    def _fits(self, query: StatementQuery, one: Stored) -> bool:
        wanted = {
            "object": query.activity,
            "verb": query.verb,
            "registration": query.registration,
            "actor_key": actor_key(query.agent or {}),
        }
        beyond = query.cursor is None or (one.seq > query.cursor if query.ascending else one.seq < query.cursor)
        asked = {name: value for name, value in wanted.items() if value is not None}
        if not (beyond and _within(query, one)):
            return False
        if asked and one.seq not in self.facts:
            self.facts[one.seq] = facts(one.statement)
        return all(self.facts[one.seq].get(name) == value for name, value in asked.items())


def _within(query: StatementQuery, one: Stored) -> bool:
    if query.since is None and query.until is None:
        return True
    stored = datetime.fromisoformat(one.statement["stored"])
    return (query.since is None or stored > query.since) and (query.until is None or stored <= query.until)


class Through(NamedTuple):
    ms: int
    now: int
