"""The token behind `more` carries the whole query and cannot be made up."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lrs.errors import InvalidParameter
from lrs.spec import more
from lrs.spec.query import StatementQuery

SECRET = b"secret"
QUERY = StatementQuery(
    agent={"mbox": "mailto:a@b.c"},
    verb="http://a.b/c",
    activity="http://a.b/d",
    registration="39e24cc4-69af-4b01-a824-1fdc6ea8a3af",
    related_activities=True,
    related_agents=True,
    since=datetime(2026, 1, 1, 0, 0, 0, 123000, tzinfo=UTC),
    until=datetime(2026, 2, 1, tzinfo=UTC),
    limit=7,
    ascending=True,
    cursor=1 << 60,
)


@pytest.mark.parametrize("query", [QUERY, StatementQuery(), StatementQuery(cursor=5)])
def test_a_token_gives_its_query_back(query: StatementQuery) -> None:
    token = more.write(SECRET, query, {"format": "ids"})

    assert more.read(SECRET, token) == (query, {"format": "ids"})


def test_a_token_of_another_store_is_refused() -> None:
    with pytest.raises(InvalidParameter):
        more.read(b"another", more.write(SECRET, QUERY, {}))


def test_a_changed_token_is_refused() -> None:
    token = more.write(SECRET, QUERY, {})

    with pytest.raises(InvalidParameter):
        more.read(SECRET, token[:-2] + ("AA" if token[-2:] != "AA" else "BB"))
