"""Hours, days, weeks, … by the clock of a zone: the same from the database and in memory."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from pymongo.database import Database

from analytics import buckets
from tests.analytics.feeder import Feeder

ZONES = (
    "Europe/Berlin",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Africa/Cairo",
    "Pacific/Apia",
    "UTC",
)
# Around changes of the clocks of these zones, turns of years, and where dates begin and end.
TURNS = (
    "2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z", "2009-03-08T03:31:00Z", "2009-11-01T02:31:00Z", "2026-09-26T14:00:00Z",
    "2026-04-04T14:00:00Z", "2026-10-03T15:30:00Z", "2026-04-04T15:00:00Z", "2017-10-15T03:00:00Z", "2026-04-23T22:00:00Z",
    "2011-12-30T10:00:00Z", "2025-12-31T23:00:00Z", "2021-01-03T12:00:00Z", "1969-12-31T23:59:00Z", "0001-01-02T00:00:00Z",
    "9999-12-20T23:00:00Z",
)  # fmt: skip
MOMENTS = [
    round((datetime.fromisoformat(turn) + timedelta(minutes=minutes, milliseconds=7)).timestamp() * 1000)
    for turn in TURNS
    for minutes in range(-1440, 1441, 95)
]


def when(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize("every", buckets.EVERY)
@pytest.mark.parametrize("zone", ZONES)
def test_the_database_and_memory_say_the_same(db: Database[dict[str, Any]], every: str, zone: str) -> None:
    db.moments.insert_many([{"at": moment} for moment in MOMENTS])

    found = db.moments.aggregate([{"$project": {"at": 1, "in": buckets.expression("at", every, zone)}}])

    assert {one["at"]: buckets.begins(one["in"], every, zone) for one in found} == {
        moment: buckets.beginning(moment, every, zone) for moment in MOMENTS
    }


@pytest.mark.parametrize("every", buckets.EVERY)
@pytest.mark.parametrize("zone", ZONES)
def test_a_bucket_begins_before_what_is_in_it(every: str, zone: str) -> None:
    assert all(buckets.beginning(moment, every, zone) <= moment for moment in MOMENTS)


@pytest.mark.parametrize(
    ("moment", "every", "zone", "begins"),
    [
        ("2026-03-29T01:30:00Z", "hour", "Europe/Berlin", "2026-03-29T01:00:00Z"),
        ("2026-10-25T00:30:00Z", "hour", "Europe/Berlin", "2026-10-25T00:00:00Z"),
        ("2026-10-25T01:30:00Z", "hour", "Europe/Berlin", "2026-10-25T01:00:00Z"),
        ("2026-10-25T12:00:00Z", "day", "Europe/Berlin", "2026-10-24T22:00:00Z"),
        ("2026-09-26T14:05:00Z", "hour", "Pacific/Chatham", "2026-09-26T13:15:00Z"),
        ("2026-04-24T12:00:00Z", "day", "Africa/Cairo", "2026-04-23T22:00:00Z"),
        ("2026-01-01T00:00:00Z", "week", "Asia/Kathmandu", "2025-12-28T18:15:00Z"),
        ("2026-08-15T00:00:00Z", "quarter", "America/St_Johns", "2026-07-01T02:30:00Z"),
        ("0001-01-01T00:00:00Z", "day", "America/St_Johns", "0001-01-01T00:00:00Z"),
        ("0001-01-01T00:00:00Z", "week", "Europe/Berlin", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:30:00Z", "year", "Europe/Berlin", "9999-12-31T23:59:59.999Z"),
    ],
)
def test_where_buckets_begin(moment: str, every: str, zone: str, begins: str) -> None:
    assert buckets.beginning(when(moment), every, zone) == when(begins)


def test_a_statement_of_the_first_day_hinders_no_query(client: FlaskClient, feeder: Feeder) -> None:
    feeder.say("ann", "passed", timestamp="0001-01-01T00:00:00Z")
    query = {"group_by": [{"bucket": "last", "every": "day", "tz": "Europe/Berlin"}]}

    found = client.post("/api/v1/query", json=query)

    assert found.json["rows"] == [{"last_day": "0001-01-01T00:00:00.000Z", "count": 1}]


def test_zones_that_are_no_places_are_not_known() -> None:
    assert "Europe/Berlin" in buckets.zones()
    assert not {"localtime", "Factory", "right/Europe/Berlin"} & buckets.zones()
