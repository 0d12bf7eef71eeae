"""POST /api/v1/query over statements."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from pymongo.database import Database

import analytics
from access import Caller
from analytics import Attempts, Settings
from analytics.errors import QueryInvalid, QueryTooLarge
from analytics.gathering import gather
from analytics.query import plan
from analytics.settings import Limits
from analytics.statements import PAGE, Batch, batches, readings
from analytics.views import answer
from lrs import LRS
from lrs import Settings as LRSSettings
from tests.analytics.feeder import ADL, COURSE, Feeder

CHESS = "https://example.org/courses/chess"
RESEARCHER, BOARD, OFFICER = ("researcher", "secret"), ("board", "secret"), ("officer", "secret")
PEOPLE = ("ann", "bob", "cid", "dan", "eva", "fay")
WRITER = Caller(key="writer", name="Writer", scopes=frozenset({"all"}))


def ask(client: FlaskClient, **query: Any) -> list[dict[str, Any]]:
    response = client.post("/api/v1/query", json={"from": "statements", **query})
    assert response.status_code == 200, response.text
    rows: list[dict[str, Any]] = response.json["rows"]
    return rows


@pytest.fixture
def day(feeder: Feeder) -> Feeder:
    for number, learner in enumerate(PEOPLE):
        verb = "failed" if learner == "fay" else "passed"
        result = {"score": {"scaled": number / 10}, "duration": f"PT{number + 1}M"}
        feeder.say(learner, verb, timestamp=f"2025-01-0{number + 1}T23:30:00Z", result=result)
    feeder.say("ann", "completed", CHESS, timestamp="2025-01-01T10:00:00Z")
    feeder.void(feeder.say("bob", "passed", CHESS))
    return feeder


def test_statements_are_grouped_by_what_they_say(client: FlaskClient, day: Feeder) -> None:
    measures = [{"count": "*"}, {"count_distinct": "actor_key"}, {"rate": "passed"}, {"avg": "score_scaled"}]

    rows = ask(client, group_by=["verb", "object_kind"], measures=measures, order=["-count"], filter={"activity": COURSE})

    assert rows == [
        {
            "verb": f"{ADL}passed",
            "object_kind": "Activity",
            "count": 5,
            "count_distinct_actor_key": 5,
            "rate_passed": 1.0,
            "avg_score_scaled": pytest.approx(0.2),
        },
        {
            "verb": f"{ADL}failed",
            "object_kind": "Activity",
            "count": 1,
            "count_distinct_actor_key": 1,
            "rate_passed": 0.0,
            "avg_score_scaled": 0.5,
        },
    ]


def test_voided_statements_do_not_count_and_those_that_void_do(client: FlaskClient, day: Feeder) -> None:
    rows = ask(client, group_by=["verb"], measures=[{"count": "*"}])

    assert {row["verb"].removeprefix(ADL): row["count"] for row in rows} == {
        "passed": 5,
        "failed": 1,
        "completed": 1,
        "voided": 1,
    }


def test_time_buckets_begin_in_the_zone(client: FlaskClient, day: Feeder) -> None:
    bucket = {"bucket": "timestamp", "every": "day", "tz": "Europe/Paris"}

    rows = ask(client, group_by=[bucket], filter={"to": "2025-01-03"})

    assert [(row["timestamp_day"], row["count"]) for row in rows] == [
        ("2024-12-31T23:00:00.000Z", 1),
        ("2025-01-01T23:00:00.000Z", 1),
        ("2025-01-02T23:00:00.000Z", 1),
    ]


def test_percentiles_are_values_that_occur(client: FlaskClient, day: Feeder) -> None:
    measures = [{"median": "duration_s"}, {"percentile": ["duration_s", 0.9]}, {"percentile": ["duration_s", 0]}]

    rows = ask(client, measures=measures)

    assert rows == [{"p50_duration_s": 180.0, "p90_duration_s": 360.0, "p0_duration_s": 60.0}]


def test_having_order_and_limit_choose(client: FlaskClient, day: Feeder) -> None:
    query = {"group_by": ["actor_key"], "measures": [{"count": "*"}, {"max": "score_scaled", "as": "best"}]}

    assert [row["best"] for row in ask(client, **query, having=[{"measure": "best", "gte": 0.2}], order=["-best"], limit=2)] == [
        0.5,
        0.4,
    ]
    assert [row["best"] for row in ask(client, **query, having=[{"measure": "best", "ne": 0.5}], order=["best"], limit=2)] == [
        None,
        0.0,
    ]
    assert ask(client, **query, having=[{"measure": "count", "eq": 7}]) == []


def test_nothing_found_is_no_row(client: FlaskClient, day: Feeder) -> None:
    assert ask(client, filter={"verb": f"{ADL}waived"}) == []
    assert ask(client, filter={"actor": "mailto:ann@example.org", "actor_key": "mailto:bob@example.org"}) == []


@pytest.mark.parametrize("form", ["csv", "ndjson", "xlsx", "parquet", "arrow"])
def test_every_format_is_given(client: FlaskClient, day: Feeder, form: str) -> None:
    response = client.post(f"/api/v1/query?format={form}", json={"from": "statements", "group_by": ["verb"]})

    assert (response.status_code, response.headers["X-Row-Count"]) == (200, "4")
    assert response.headers["X-Consistent-Through"] == "2027-01-01T00:00:00.000Z"
    assert response.headers["X-Lag-Milliseconds"] == "0"


def test_csv_is_what_json_is(client: FlaskClient, day: Feeder) -> None:
    query = {"from": "statements", "group_by": ["verb"], "filter": {"success": True}}

    response = client.post("/api/v1/query?format=csv", json=query)

    assert response.text == f"verb,count\r\n{ADL}passed,5\r\n"


def test_a_saved_query_over_statements_has_a_result_a_picture_and_an_export(client: FlaskClient, day: Feeder) -> None:
    query = {"from": "statements", "group_by": ["verb"], "order": ["-count"]}
    client.put("/api/v1/queries/verbs", json={"query": query})
    exporter = analytics.exporter(client.application, lambda key: Caller(key=key, name="", scopes=frozenset({"analytics/read"})))
    export = client.post("/api/v1/exports", json={"saved": "verbs", "format": "csv"}).headers["Location"]
    exporter.run()

    result = client.get("/api/v1/queries/verbs/result").json["rows"]
    picture = client.get("/api/v1/queries/verbs.svg")
    file = client.get(f"{export}/file")

    assert result[0] == {"verb": f"{ADL}passed", "count": 5}
    assert (picture.status_code, f"{ADL}passed" in client.get("/api/v1/queries/verbs.html").text) == (200, True)
    assert file.text.splitlines()[1] == f"{ADL}passed,5"


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"group_by": ["activity"]}, "/group_by/0"),
        ({"group_by": ["parent"]}, "/group_by/0"),
        ({"group_by": [{"bucket": "last"}]}, "/group_by/0/bucket"),
        ({"measures": [{"rate": "abandoned"}]}, "/measures/0/rate"),
        ({"measures": [{"avg": "verb"}]}, "/measures/0/avg"),
        ({"filter": {"after_seq": 1}}, "/filter/after_seq"),
    ],
)
def test_what_statements_do_not_have_is_refused_where_it_stands(client: FlaskClient, query: dict[str, Any], pointer: str) -> None:
    response = client.post("/api/v1/query", json={"from": "statements", **query})

    assert (response.status_code, response.json["pointer"]) == (400, pointer)


# What it may cost


def limited(client: FlaskClient, attempts: Attempts, **limits: Any) -> None:
    service = answer.Service(attempts, {"golf": COURSE}.get, Settings(query_limits=Limits(**limits)))
    client.application.extensions[answer.EXTENSION] = service


def test_a_query_that_would_read_too_much_says_what_would_do(client: FlaskClient, attempts: Attempts, day: Feeder) -> None:
    limited(client, attempts, statements=4)

    whole = client.post("/api/v1/query", json={"from": "statements", "filter": {"success": True}})
    verb = client.post("/api/v1/query", json={"from": "statements", "filter": {"verb": f"{ADL}passed"}})
    narrow = client.post("/api/v1/query", json={"from": "statements", "filter": {"until": "2026-01-01T00:00:00.003Z"}})

    assert (whole.status_code, whole.json["code"], whole.json["pointer"]) == (400, "query-too-large", "/filter")
    assert whole.json["narrow"] == ["since", "until", "registration", "activity", "actor_key", "verb"]
    assert verb.json["narrow"] == ["since", "until", "registration", "activity", "actor_key"]
    assert "more than 4 statements; narrow it by since, until" in whole.json["detail"]
    assert narrow.json["rows"] == [{"count": 4}]


def test_what_is_counted_already_is_refused_before_it_is_read(client: FlaskClient, attempts: Attempts, day: Feeder) -> None:
    client.get("/api/v1/verbs")
    limited(client, attempts, statements=4)

    refused = client.post("/api/v1/query", json={"from": "statements", "filter": {"verb": [f"{ADL}passed", f"{ADL}failed"]}})

    assert (refused.status_code, refused.json["read"]) == (400, 6)


def test_too_many_groups_are_refused(client: FlaskClient, attempts: Attempts, day: Feeder) -> None:
    limited(client, attempts, groups=3)

    refused = client.post("/api/v1/query", json={"from": "statements", "group_by": ["actor_key"]})

    assert (refused.status_code, refused.json["pointer"]) == (400, "/group_by")


@pytest.mark.parametrize(
    "measures", [[{"count_distinct": "actor_key"}], [{"median": "duration_s"}], [{"count": "*"}, {"avg": "duration_s"}]]
)
def test_what_is_held_is_bounded(client: FlaskClient, attempts: Attempts, day: Feeder, measures: list[Any]) -> None:
    query = {"from": "statements", "group_by": ["actor_key"], "measures": measures}
    limited(client, attempts, values=10)

    refused = client.post("/api/v1/query", json=query)

    assert (refused.status_code, refused.json["code"]) == (400, "query-too-large")
    assert "would hold more than 10 values" in refused.json["detail"]


def test_long_texts_count_for_more() -> None:
    asked = plan({"from": "statements", "measures": [{"count_distinct": "response"}]}, lambda course: None)
    batch = Batch([{"response": "x" * 5_000}], None, 1)

    with pytest.raises(QueryTooLarge):
        gather(asked, [batch], Limits(values=50))
    assert gather(asked, [batch], Limits(values=60)).held == 52


def test_a_query_ends_after_its_time() -> None:
    asked = plan({"from": "statements", "filter": {"verb": f"{ADL}passed"}}, lambda course: None)
    clock = iter([100.0, 120.0, 131.0]).__next__

    with pytest.raises(QueryTooLarge) as refused:
        gather(asked, [Batch([], 1, 500), Batch([], 2, 500)], Limits(), clock=clock)

    assert refused.value.detail["read"] == 1000
    assert "takes longer than 30 seconds" in str(refused.value)


# What credentials without the right to names see


@pytest.mark.parametrize("who", [RESEARCHER, BOARD])
def test_groups_of_few_are_not_shown_but_counted(client: FlaskClient, day: Feeder, who: tuple[str, str]) -> None:
    found = client.post("/api/v1/query", json={"from": "statements", "group_by": ["verb"]}, auth=who)

    assert found.json["rows"] == []
    assert (found.json["suppressed"], found.headers["X-Suppressed-Groups"]) == (4, "4")


@pytest.mark.parametrize("who", [RESEARCHER, BOARD])
def test_a_group_of_enough_is_shown_and_no_condition_tells_of_others(
    client: FlaskClient, day: Feeder, who: tuple[str, str]
) -> None:
    [day.say(learner, "experienced") for learner in PEOPLE]
    query = {"from": "statements", "group_by": ["verb"], "filter": {"activity": COURSE}, "order": ["-count"]}
    measures = [{"count": "*"}, {"count_distinct": "actor_key", "as": "learners"}]

    found = client.post("/api/v1/query", json={**query, "measures": measures}, auth=who)
    few = client.post("/api/v1/query", json={**query, "having": [{"measure": "count", "lt": 3}]}, auth=who)

    assert found.json["rows"] == [{"verb": f"{ADL}experienced", "count": 6, "learners": 6}]
    assert (few.json["rows"], few.json["suppressed"]) == ([], 2)


def test_what_an_object_is_that_is_no_activity_is_not_told(client: FlaskClient, feeder: Feeder) -> None:
    for learner in PEOPLE:
        feeder.say(learner, "interacted", object={"objectType": "Agent", "name": "Zoe", "mbox": "mailto:zoe@example.org"})
    query = {"from": "statements", "group_by": ["object", "object_name", "object_kind"]}

    named = client.post("/api/v1/query", json=query)
    veiled = client.post("/api/v1/query", json=query, auth=RESEARCHER)

    assert named.json["rows"][0]["object"] == "mailto:zoe@example.org"
    assert veiled.json["rows"] == [{"object": None, "object_name": None, "object_kind": "Agent", "count": 6}]


def test_a_pseudonym_leads_to_the_statements(client: FlaskClient, attempts: Attempts, day: Feeder) -> None:
    limited(client, attempts)
    client.application.extensions[answer.EXTENSION] = answer.Service(attempts, {}.get, Settings(minimum_group=1))
    query = {"from": "statements", "group_by": ["actor_key"]}

    every = client.post("/api/v1/query", json=query, auth=RESEARCHER).json["rows"]
    one = client.post("/api/v1/query", json={**query, "filter": {"actor_key": every[0]["actor_key"]}}, auth=RESEARCHER)

    assert len(every) == 7
    assert {row["actor_key"].partition(":")[0] for row in every} == {"pseudonym"}
    assert one.json["rows"] == every[:1]


@pytest.mark.parametrize(
    ("who", "query"),
    [
        (RESEARCHER, {"group_by": ["actor_name"]}),
        (RESEARCHER, {"group_by": ["id"]}),
        (RESEARCHER, {"group_by": ["registration"]}),
        (RESEARCHER, {"filter": {"actor": "mailto:ann@example.org"}}),
        (RESEARCHER, {"filter": {"ext[https://example.org/staff]": "7"}}),
        (BOARD, {"group_by": ["actor_key"]}),
        (BOARD, {"measures": [{"max": "score_scaled"}]}),
        (BOARD, {"filter": {"since": "2026-01-01T00:00:00.003Z"}}),
        (BOARD, {"filter": {"actor_key": "pseudonym:1"}}),
    ],
)
def test_queries_by_what_singles_out_are_refused(client: FlaskClient, who: tuple[str, str], query: dict[str, Any]) -> None:
    assert client.post("/api/v1/query", json={"from": "statements", **query}, auth=who).status_code == 400


def test_the_read_is_written_down(client: FlaskClient, day: Feeder) -> None:
    client.post("/api/v1/query", json={"from": "statements", "group_by": ["actor_key"]}, buffered=True)
    client.post("/api/v1/query", json={"from": "statements"}, auth=BOARD, buffered=True)

    reads = client.get("/api/v1/reads", auth=OFFICER).json["rows"]

    assert [(row["sight"], row["rows"], row["personal"]) for row in reads] == [("groups", 1, False), ("names", 7, True)]
    assert "statements" in reads[0]["query"]


# What leads to the statements


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, [{}]),
        ({"verb": ["v:1", "v:2"]}, [{"verb": "v:1"}, {"verb": "v:2"}]),
        ({"activity": ["a:1"], "verb": ["v:1", "v:2"]}, [{"activity": "a:1"}]),
        ({"activity": ["a:1", "a:2"], "verb": ["v:1", "v:2"]}, [{"activity": "a:1"}, {"activity": "a:2"}]),
        ({"actor_key": ["mailto:a@b.c", "group:1"]}, [{}]),
        ({"actor_key": ["mailto:a@b.c", "openid:x"]}, [{"agent": {"mbox": "mailto:a@b.c"}}, {"agent": {"openid": "x"}}]),
        ({"verb": [f"v:{number}" for number in range(21)]}, [{}]),
    ],
)
def test_an_index_leads_where_a_filter_allows(given: dict[str, Any], expected: list[dict[str, Any]]) -> None:
    asked = readings(plan({"from": "statements", "filter": given}, lambda course: None).selection)

    led = [{name: value for name in ("verb", "activity", "agent") if (value := getattr(one.query, name))} for one in asked]
    assert led == expected


@pytest.fixture
def store(db: Database[dict[str, Any]]) -> LRS:
    made = LRS(db, LRSSettings())
    made.ensure_indexes()
    return made


def test_the_real_store_is_read_page_by_page_and_what_only_refers_does_not_count(store: LRS) -> None:
    said = {"actor": {"mbox": "mailto:ann@example.org"}, "verb": {"id": f"{ADL}passed"}, "object": {"id": COURSE}}
    ids = [store.store([said] * 100, caller=WRITER)[0] for _ in range(PAGE // 100 + 1)]
    reference = {"objectType": "StatementRef", "id": ids[0]}
    store.store({**said, "verb": {"id": f"{ADL}commented"}, "object": reference}, caller=WRITER)
    store.store({**said, "verb": {"id": f"{ADL}voided"}, "object": {"objectType": "StatementRef", "id": ids[1]}}, caller=WRITER)
    body = {"from": "statements", "filter": {"verb": [f"{ADL}passed", f"{ADL}commented"]}, "group_by": ["verb"]}
    asked = plan(body, lambda course: None)

    read = [batch for one in readings(asked.selection) for batch in batches(store, 1, one)]
    rows = gather(asked, read, Limits()).rows()

    assert {row["_id"]["verb"].removeprefix(ADL): row["count"] for row in rows} == {"passed": 599, "commented": 1}
    assert len(read) >= 3


def test_too_many_groups_are_no_matter_of_the_filter_alone() -> None:
    asked = plan({"from": "statements", "group_by": ["verb"]}, lambda course: None)

    with pytest.raises(QueryInvalid, match="group by less"):
        gather(asked, [Batch([{"verb": "a"}, {"verb": "b"}], None, 2)], Limits(groups=1))
