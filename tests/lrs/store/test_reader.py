"""The windows of the embedded server's reader give what one read in index order gives, whatever is stored."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pymongo import MongoClient, monitoring

import lrs
from access import Caller
from lrs import StatementQuery
from lrs.store import marks
from tests.lrs.conftest import make_statement

ODD = {"id": "http://example.com/verbs/odd"}
RARE = "http://example.com/activities/rare"
QUERIES = [
    StatementQuery(limit=7),
    StatementQuery(limit=7, ascending=True),
    StatementQuery(limit=7, verb=ODD["id"]),
    StatementQuery(limit=7, verb=ODD["id"], ascending=True),
    StatementQuery(limit=7, agent={"mbox": "mailto:rare@example.com"}),
    StatementQuery(limit=7, agent={"mbox": "mailto:nobody@example.com"}),
    StatementQuery(limit=7, agent={"mbox": "mailto:ada@example.com"}, verb=ODD["id"]),
    StatementQuery(limit=7, agent={"mbox": "mailto:ada@example.com"}, activity=RARE, related_activities=True),
    StatementQuery(limit=7, agent={"mbox": "mailto:ada@example.com"}, activity=RARE, related_activities=True, ascending=True),
    StatementQuery(limit=7, agent={"mbox": "mailto:ada@example.com"}, related_agents=True, activity=RARE, verb=ODD["id"]),
    StatementQuery(limit=7, agent={"mbox": "mailto:rare@example.com"}, related_agents=True, verb=ODD["id"]),
]


@pytest.fixture(scope="module")
def filled(lrs_store: lrs.LRS) -> tuple[lrs.LRS, Caller]:
    """With a milestone after every 10 statements instead of many."""
    store = lrs.LRS(lrs_store.db, replace(lrs_store.settings, windowed=True))
    store.marks.every = 10
    caller = Caller(key="reader", name="reader", scopes=frozenset({"all"}), store=888_888)
    for number in range(120):
        changes: dict[str, Any] = {"verb": ODD} if number % 2 else {}
        if number % 40 == 1:
            changes["object"] = {"id": RARE}
        if number in (3, 77):
            changes["actor"] = {"mbox": "mailto:rare@example.com"}
        store.store(make_statement(**changes), caller=caller)
    store.marks.write()
    return store, caller


def pages(store: lrs.LRS, query: StatementQuery, caller: Caller) -> list[list[str]]:
    gathered: list[list[str]] = []
    cursor: int | None = None
    while not gathered or cursor is not None:
        page = store.find(replace(query, cursor=cursor), caller)
        gathered.append([one["id"] for one in page.statements])
        cursor = page.last
    return gathered


@pytest.mark.parametrize("query", QUERIES)
def test_windows_show_the_same_pages_as_one_read(filled: tuple[lrs.LRS, Caller], query: StatementQuery) -> None:
    windowed, caller = filled
    whole = lrs.LRS(windowed.db, replace(windowed.settings, windowed=False))

    assert pages(windowed, query, caller) == pages(whole, query, caller)
    assert pages(windowed, query, caller) == pages(whole, query, caller)


class Matches(monitoring.CommandListener):
    """What the first stages of pipelines over statements ask for."""

    def __init__(self) -> None:
        self.keys: list[set[str]] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command.get("aggregate") == "lrs_statements":
            self.keys.append(set(event.command["pipeline"][0]["$match"]) - {"t", "s"})

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None: ...

    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...


def test_the_condition_that_fewest_meet_chooses_the_index(mongo_uri: str, filled: tuple[lrs.LRS, Caller]) -> None:
    windowed, caller = filled
    matches = Matches()
    client: MongoClient[dict[str, Any]] = MongoClient(mongo_uri, event_listeners=[matches])
    store = lrs.LRS(client[windowed.db.name], windowed.settings)
    store.marks.every = 10
    query = StatementQuery(limit=7, agent={"mbox": "mailto:ada@example.com"}, activity=RARE, related_activities=True)

    first = store.find(query, caller)
    asked_first = list(matches.keys)
    matches.keys.clear()
    again = store.find(query, caller)
    client.close()

    assert len(first.raws) == len(again.raws) == 3
    assert asked_first[0] == {"ag"}
    assert asked_first[-1] == {"rc"}
    assert matches.keys == [{"rc"}]


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize(("low", "high"), [(-1, 100), (0, 50), (10, 20), (9, 11), (49, 51), (60, 99), (50, 50)])
@pytest.mark.parametrize("width", [1, 2, 50])
def test_windows_cover_everything_once(low: int, high: int, width: int, ascending: bool) -> None:
    known = marks.Marks.__new__(marks.Marks)
    known._marks = lambda store: [10, 20, 30, 40, 50]  # type: ignore[method-assign]

    windows = list(known.windows(1, low, high, ascending=ascending, width=width))

    covered = [number for start, end in windows for number in sorted(range(start + 1, end), reverse=not ascending)]
    assert covered == sorted(range(low + 1, high), reverse=not ascending)
