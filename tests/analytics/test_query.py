"""POST /api/v1/query: the grammar."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pymongo.errors import ExecutionTimeout

from analytics import store
from analytics.errors import AnalyticsError, QueryTooLarge
from analytics.parameters import RESOURCES, Selection
from analytics.query import plan
from tests.analytics.feeder import COURSE, Feeder

CHESS = "https://example.org/courses/chess"


@pytest.fixture
def year(feeder: Feeder) -> Feeder:
    feeder.say("ann", "passed", timestamp="2025-01-06T10:00:00Z", result={"score": {"scaled": 0.9}, "duration": "PT10M"})
    feeder.say("bob", "failed", timestamp="2025-01-07T10:00:00Z", result={"score": {"scaled": 0.3}, "duration": "PT20M"})
    feeder.say("cid", "completed", timestamp="2025-01-14T10:00:00Z", result={"score": {"scaled": 0.6}})
    feeder.say("ann", "initialized", CHESS, timestamp="2025-01-05T23:30:00Z")
    return feeder


def ask(client: FlaskClient, **query: Any) -> list[dict[str, Any]]:
    response = client.post("/api/v1/query", json=query)
    assert response.status_code == 200, response.text
    rows: list[dict[str, Any]] = response.json["rows"]
    return rows


def test_without_groups_the_answer_is_one_row(client: FlaskClient, year: Feeder) -> None:
    measures = [
        {"count": "*"},
        {"count_distinct": "actor_key"},
        {"avg": "score_scaled"},
        {"rate": "passed"},
        {"sum": "duration_s"},
    ]

    rows = ask(client, measures=measures)

    assert rows == [
        {
            "count": 4,
            "count_distinct_actor_key": 3,
            "avg_score_scaled": pytest.approx(0.6),
            "rate_passed": 0.25,
            "sum_duration_s": 1800.0,
        }
    ]


@pytest.mark.parametrize("source", ["attempts", "statements"])
def test_several_courses_are_those_of_any(client: FlaskClient, year: Feeder, source: str) -> None:
    both = ask(client, **{"from": source, "filter": {"course": ["golf", CHESS]}})
    one = ask(client, **{"from": source, "filter": {"course": [CHESS, "https://example.org/courses/none"]}})

    assert (both, one) == ([{"count": 4}], [{"count": 1}])


def test_an_answer_within_two_courses_counts_once(client: FlaskClient, feeder: Feeder) -> None:
    question = {"id": f"{COURSE}/q", "definition": {"interactionType": "true-false"}}
    within = {"contextActivities": {"parent": [{"id": COURSE}], "grouping": [{"id": CHESS}]}}
    feeder.say("ann", "answered", object=question, context=within)

    assert ask(client, **{"from": "interactions", "filter": {"course": ["golf", CHESS]}}) == [{"count": 1}]
    assert len(client.get("/api/v1/interactions", query_string={"course": ["golf", CHESS]}).json["rows"]) == 1


def test_groups_are_ordered_and_limited(client: FlaskClient, year: Feeder) -> None:
    query = {"group_by": ["activity"], "measures": [{"count": "*"}], "order": ["-count"]}

    assert ask(client, **query) == [{"activity": COURSE, "count": 3}, {"activity": CHESS, "count": 1}]
    assert ask(client, **query, limit=1) == [{"activity": COURSE, "count": 3}]


def test_rows_without_a_value_are_a_group(client: FlaskClient, year: Feeder) -> None:
    rows = ask(client, group_by=["success"])

    assert [(row["success"], row["count"]) for row in rows] == [(None, 2), (False, 1), (True, 1)]


def test_time_buckets_begin_in_the_zone(client: FlaskClient, year: Feeder) -> None:
    rows = ask(client, group_by=[{"bucket": "last", "every": "week", "tz": "Europe/Paris"}])

    assert rows == [
        {"last_week": "2025-01-05T23:00:00.000Z", "count": 3},
        {"last_week": "2025-01-12T23:00:00.000Z", "count": 1},
    ]


def test_measures_can_be_named_and_demanded(client: FlaskClient, year: Feeder) -> None:
    rows = ask(
        client,
        group_by=["activity"],
        measures=[{"count": "*", "as": "learners"}, {"max": "last", "as": "latest"}],
        having=[{"measure": "learners", "gte": 2}],
    )

    assert rows == [{"activity": COURSE, "learners": 3, "latest": "2025-01-14T10:00:00.000Z"}]


def test_percentiles_and_medians(client: FlaskClient, year: Feeder) -> None:
    measures = [{"median": "score_scaled", "as": "middle"}, {"percentile": ["duration_s", 1]}]

    rows = ask(client, filter={"course": "golf"}, measures=measures)

    assert rows == [{"middle": pytest.approx(0.6), "p100_duration_s": pytest.approx(1200.0)}]


def test_filters_are_those_of_the_resources(client: FlaskClient, year: Feeder) -> None:
    query = {"group_by": ["actor_key"], "measures": [{"count": "*"}]}

    rows = ask(client, **query, filter={"activity": [COURSE, CHESS], "success": [True, None], "score_gte": 0.5})

    assert [row["actor_key"] for row in rows] == ["mailto:ann@example.org", "mailto:cid@example.org"]


def test_answers_are_grouped_by_response(client: FlaskClient, feeder: Feeder) -> None:
    question = {"id": f"{COURSE}/q1", "definition": {"interactionType": "choice"}}
    feeder.say("ann", "answered", object=question, result={"response": "a", "success": True})
    feeder.say("bob", "answered", object=question, result={"response": "b", "success": False})
    feeder.say("cid", "answered", object=question, result={"response": "a", "success": True})

    query = {"from": "interactions", "group_by": ["response"], "measures": [{"count": "*"}, {"rate": "correct"}]}
    rows = ask(client, **query)

    assert rows == [{"response": "a", "count": 2, "rate_correct": 1.0}, {"response": "b", "count": 1, "rate_correct": 0.0}]


def test_who_failed_more_than_once(client: FlaskClient, feeder: Feeder) -> None:
    feeder.say("ann", "failed")
    feeder.say("ann", "failed", CHESS)
    feeder.say("bob", "failed")

    rows = ask(client, filter={"success": False}, group_by=["actor_key"], having=[{"measure": "count", "gte": 2}])

    assert rows == [{"actor_key": "mailto:ann@example.org", "count": 2}]


def test_an_answer_can_be_csv(client: FlaskClient, year: Feeder) -> None:
    response = client.post("/api/v1/query?format=csv", json={"group_by": ["activity"]})

    assert response.text == f"activity,count\r\n{CHESS},1\r\n{COURSE},3\r\n"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ([], ""),
        ({"select": 1}, "/select"),
        ({"from": "users"}, "/from"),
        ({"filter": []}, "/filter"),
        ({"filter": {"limit": 1}}, "/filter/limit"),
        ({"filter": {"count": "exact"}}, "/filter/count"),
        ({"filter": {"activity": {"$ne": 1}}}, "/filter/activity"),
        ({"group_by": "activity"}, "/group_by"),
        ({"group_by": ["x"]}, "/group_by/0"),
        ({"group_by": ["$activity"]}, "/group_by/0"),
        ({"group_by": ["score_scaled"]}, "/group_by/0"),
        ({"group_by": ["activity"] * 6}, "/group_by"),
        ({"group_by": ["activity", "activity"]}, "/measures"),
        ({"group_by": [{"bucket": "activity"}]}, "/group_by/0/bucket"),
        ({"group_by": [{"bucket": "last", "every": "minute"}]}, "/group_by/0/every"),
        ({"group_by": [{"bucket": "last", "tz": "Mars/Olympus"}]}, "/group_by/0/tz"),
        ({"group_by": [{"bucket": "last", "tz": "../etc/passwd"}]}, "/group_by/0/tz"),
        ({"group_by": [{"bucket": "last", "tz": 7}]}, "/group_by/0/tz"),
        ({"measures": [{}]}, "/measures/0"),
        ({"measures": [{"count": "*", "sum": "attempts"}]}, "/measures/0"),
        ({"measures": [{"count": "actor_key"}]}, "/measures/0/count"),
        ({"measures": [{"avg": "activity"}]}, "/measures/0/avg"),
        ({"measures": [{"percentile": "duration_s"}]}, "/measures/0/percentile"),
        ({"measures": [{"percentile": ["duration_s", 90]}]}, "/measures/0/percentile/1"),
        ({"measures": [{"rate": "correct"}]}, "/measures/0/rate"),
        ({"measures": [{"count": "*", "as": "$x"}]}, "/measures/0/as"),
        ({"measures": [{"count": "*", "as": "_id"}]}, "/measures/0/as"),
        ({"having": [{"measure": "mean", "gte": 1}]}, "/having/0/measure"),
        ({"having": [{"measure": "count", "gte": "1"}]}, "/having/0/gte"),
        ({"having": [{"measure": "count", "$where": 1}]}, "/having/0/$where"),
        ({"order": ["name"]}, "/order/0"),
        ({"order": [{"$meta": 1}]}, "/order/0"),
        ({"limit": 0}, "/limit"),
        ({"limit": 10001}, "/limit"),
        ({"limit": True}, "/limit"),
    ],
)
def test_what_is_outside_the_grammar_is_refused_where_it_stands(body: Any, pointer: str) -> None:
    with pytest.raises(AnalyticsError) as refused:
        plan(body, lambda course: None)

    assert refused.value.detail["pointer"] == pointer
    assert refused.value.status == 400


def test_a_body_that_is_not_json_is_refused(client: FlaskClient) -> None:
    response = client.post("/api/v1/query", data="{")

    assert (response.status_code, response.json["code"]) == (400, "query-invalid")


def documented() -> list[Any]:
    text = (Path(__file__).resolve().parents[2] / "docs" / "analytics.md").read_text("utf-8")
    starts = [found.start() for found in re.finditer(r'^\{"', text, re.MULTILINE)]
    return [json.JSONDecoder().raw_decode(text[start:])[0] for start in starts]


@pytest.mark.parametrize("query", documented())
def test_the_queries_of_the_documentation_are_in_the_grammar(query: dict[str, Any]) -> None:
    assert plan(query.get("query", query), {"COURSE_ID": COURSE}.get).columns


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"filter": {"since": []}}, "/filter/since"),
        ({"filter": {"course": []}}, "/filter/course"),
        ({"having": [{"measure": ["count"], "gte": 1}]}, "/having/0/measure"),
        ({"having": [{"measure": "count"}]}, "/having/0"),
        ({"group_by": [{"bucket": "last", "tz": "localtime"}]}, "/group_by/0/tz"),
        ({"group_by": [{"bucket": "last", "tz": "right/Europe/Berlin"}]}, "/group_by/0/tz"),
        ({"group_by": [{"bucket": "last", "tz": None}]}, "/group_by/0/tz"),
        ({"filter": {"activity": {"$ne": 1}}}, "/filter/activity"),
    ],
)
def test_what_no_query_can_mean_is_refused_with_its_place(client: FlaskClient, body: Any, pointer: str) -> None:
    found = client.post("/api/v1/query", json=body)

    assert (found.status_code, found.json["pointer"]) == (400, pointer)


def test_conditions_may_be_beyond_every_count(client: FlaskClient, year: Feeder) -> None:
    assert ask(client, having=[{"measure": "count", "gte": 2**64 - 1}]) == []
    assert len(ask(client, having=[{"measure": "count", "lt": 2**64 - 1}])) == 1


def test_agents_are_objects_in_a_filter(client: FlaskClient, feeder: Feeder) -> None:
    feeder.say("ann", "passed")
    feeder.say("bob", "passed")
    ann = {"mbox": "mailto:ann@example.org"}

    counts = [ask(client, filter={name: value})[0]["count"] for name, value in (("actor", ann), ("not_agent", [ann]))]

    assert counts == [1, 1]


def test_a_query_that_takes_too_long_is_told_what_would_do() -> None:
    class Slow:
        def __getitem__(self, name: str) -> "Slow":
            return self

        def aggregate(self, *_: Any, **__: Any) -> Any:
            raise ExecutionTimeout("operation exceeded time limit")

    with pytest.raises(QueryTooLarge, match="longer than 30 seconds; narrow it by course, activity"):
        list(store.grouped(Slow(), 1, Selection(resource=RESOURCES["attempts"]), []))
