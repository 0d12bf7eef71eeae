"""The windows of the embedded server's reader give what one read in index order gives, whatever is stored."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import lrs
from access import Caller
from lrs import StatementQuery
from lrs.store import marks
from tests.lrs.conftest import make_statement

ODD = {"id": "http://example.com/verbs/odd"}
QUERIES = [
    StatementQuery(limit=7),
    StatementQuery(limit=7, ascending=True),
    StatementQuery(limit=7, verb=ODD["id"]),
    StatementQuery(limit=7, verb=ODD["id"], ascending=True),
    StatementQuery(limit=7, agent={"mbox": "mailto:rare@example.com"}),
    StatementQuery(limit=7, agent={"mbox": "mailto:nobody@example.com"}),
]


@pytest.fixture(scope="module")
def filled(lrs_store: lrs.LRS) -> tuple[lrs.LRS, Caller]:
    """With a milestone after every 10 statements instead of many."""
    store = lrs.LRS(lrs_store.db, replace(lrs_store.settings, windowed=True))
    store.marks.every = 10
    caller = Caller(key="reader", name="reader", scopes=frozenset({"all"}), store=888_888)
    for number in range(120):
        changes: dict[str, Any] = {"verb": ODD} if number % 2 else {}
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


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize(("low", "high"), [(-1, 100), (0, 50), (10, 20), (9, 11), (49, 51), (60, 99), (50, 50)])
@pytest.mark.parametrize("width", [1, 2, 50])
def test_windows_cover_everything_once(low: int, high: int, width: int, ascending: bool) -> None:
    known = marks.Marks.__new__(marks.Marks)
    known._marks = lambda store: [10, 20, 30, 40, 50]  # type: ignore[method-assign]

    windows = list(known.windows(1, low, high, ascending=ascending, width=width))

    covered = [number for start, end in windows for number in sorted(range(start + 1, end), reverse=not ascending)]
    assert covered == sorted(range(low + 1, high), reverse=not ascending)
