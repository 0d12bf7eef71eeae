"""GET /attempts, /completions and /scores."""

import csv
import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from analytics import Attempts, store
from analytics.columns import COLUMNS
from analytics.parameters import RESOURCES, Selection
from tests.analytics.feeder import COURSE, Feeder

REGISTRATION = "aaaaaaaa-1111-4111-8111-111111111111"


def rows(client: FlaskClient, path: str, **query: Any) -> list[dict[str, Any]]:
    response = client.get(f"/api/v1/{path}", query_string=query)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json["rows"]
    return found


def learners(client: FlaskClient, path: str, **query: Any) -> list[str]:
    return [row["actor_name"] for row in rows(client, path, **query)]


def test_a_statement_shows_at_once(client: FlaskClient, feeder: Feeder) -> None:
    before = rows(client, "completions")
    feeder.say("ann", "completed", context={"registration": REGISTRATION}, result={"success": True, "duration": "PT90S"})

    after = rows(client, "completions")

    assert before == []
    assert after == [
        {
            "actor_key": "mailto:ann@example.org",
            "actor_name": "Ann",
            "activity": COURSE,
            "activity_name": None,
            "activity_type": None,
            "registration": REGISTRATION,
            "status": "passed",
            "completion": True,
            "success": True,
            "completed_at": "2026-01-01T00:00:00.000Z",
            "passed_at": "2026-01-01T00:00:00.000Z",
            "score_scaled": None,
            "score_raw": None,
            "duration_s": 90.0,
            "attempts": 1,
            "first": "2026-01-01T00:00:00.000Z",
            "last": "2026-01-01T00:00:00.000Z",
            "source": "xapi",
            "seq": feeder.stored[0].seq,
        }
    ]


@pytest.fixture
def class_of_four(feeder: Feeder) -> Feeder:
    feeder.say("ann", "passed", result={"score": {"scaled": 0.9}}, context={"registration": REGISTRATION})
    feeder.say("bob", "failed", result={"score": {"scaled": 0.3}, "completion": True})
    feeder.say("cid", "initialized")
    feeder.say("dan", "completed", "https://example.org/courses/chess", timestamp="2025-06-01T00:00:00Z")
    return feeder


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("attempts", {}, ["Ann", "Bob", "Cid", "Dan"]),
        ("completions", {}, ["Ann", "Bob", "Dan"]),
        ("scores", {}, ["Ann", "Bob"]),
        ("attempts", {"course": "golf"}, ["Ann", "Bob", "Cid"]),
        ("attempts", {"course": "https://example.org/courses/chess"}, ["Dan"]),
        ("attempts", {"course": ["golf", "https://example.org/courses/chess"]}, ["Ann", "Bob", "Cid", "Dan"]),
        ("attempts", {"course": ["https://example.org/courses/chess", "https://example.org/courses/none"]}, ["Dan"]),
        ("attempts", {"course": ["golf", COURSE], "status": "failed"}, ["Bob"]),
        ("statements", {"course": ["golf", "https://example.org/courses/chess"]}, ["Ann", "Bob", "Cid", "Dan"]),
        ("learners", {"course": ["golf", "https://example.org/courses/chess"]}, ["Ann", "Bob", "Cid", "Dan"]),
        ("attempts", {"activity": COURSE}, ["Ann", "Bob", "Cid"]),
        ("attempts", {"activity": [COURSE, "https://example.org/courses/chess"]}, ["Ann", "Bob", "Cid", "Dan"]),
        ("attempts", {"actor": '{"mbox": "mailto:bob@example.org"}'}, ["Bob"]),
        ("attempts", {"agent": '{"objectType": "Agent", "mbox": "mailto:bob@example.org"}'}, ["Bob"]),
        ("attempts", {"actor_key": "mailto:bob@example.org"}, ["Bob"]),
        ("attempts", {"actor_key": ["mailto:bob@example.org", "mailto:dan@example.org"]}, ["Bob", "Dan"]),
        ("attempts", {"actor_key": "mailto:bob@example.org", "course": "golf"}, ["Bob"]),
        ("attempts", {"actor_key": "mailto:dan@example.org", "course": "golf"}, []),
        ("attempts", {"registration": REGISTRATION.upper()}, ["Ann"]),
        ("attempts", {"status": "failed"}, ["Bob"]),
        ("attempts", {"status": ["failed", "in_progress"]}, ["Bob", "Cid"]),
        ("attempts", {"success": "true"}, ["Ann"]),
        ("attempts", {"success": "unknown"}, ["Cid", "Dan"]),
        ("attempts", {"completion": "true"}, ["Bob", "Dan"]),
        ("attempts", {"completion": ["true", "unknown"]}, ["Ann", "Bob", "Cid", "Dan"]),
        ("scores", {"score_gte": "0.5"}, ["Ann"]),
        ("scores", {"score_lte": "0.5"}, ["Bob"]),
        ("attempts", {"since": "2026-01-01T00:00:00.001Z"}, ["Cid", "Dan"]),
        ("attempts", {"since": "2026-01-01T00:00:00.001Z", "course": "golf"}, ["Cid"]),
        ("attempts", {"until": "2026-01-01T00:00:00.001Z"}, ["Ann", "Bob"]),
        ("attempts", {"since": "2026-01-01T00:00:00.000Z", "until": "2026-01-01T00:00:00.002Z"}, ["Bob", "Cid"]),
        ("completions", {"since": "2025-01-01"}, ["Ann", "Bob", "Dan"]),
        ("completions", {"since": "2027-01-01"}, []),
        ("completions", {"from": "2025-01-01", "to": "2025-12-31"}, ["Dan"]),
        ("attempts", {"source": "xapi"}, ["Ann", "Bob", "Cid", "Dan"]),
        ("attempts", {"source": "cmi5"}, []),
    ],
)
def test_filters(client: FlaskClient, class_of_four: Feeder, path: str, query: dict[str, Any], expected: list[str]) -> None:
    assert learners(client, path, **query) == expected


DEPARTMENT = "https://example.org/ext/department"
TEAM = {"objectType": "Group", "name": "Team", "account": {"homePage": "https://example.org", "name": "team"}}


@pytest.fixture
def departments(feeder: Feeder) -> Feeder:
    inside = {"contextActivities": {"grouping": [{"id": COURSE}]}, "platform": "Web"}
    feeder.say("ann", "passed", context={"extensions": {DEPARTMENT: "sales"}, "team": TEAM, **inside})
    feeder.say("bob", "passed", context={"extensions": {DEPARTMENT: 5}}, result={"extensions": {"https://e.org/x=1": True}})
    feeder.say("cid", "failed", context={"extensions": {DEPARTMENT: {"name": "sales"}}, "platform": "App"})
    feeder.say("dan", "initialized", context=inside)
    return feeder


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({f"ext[{DEPARTMENT}]": "sales"}, ["Ann"]),
        ({f"ext[{DEPARTMENT}]": ["sales", "5"]}, ["Ann", "Bob"]),
        ({f"ext[{DEPARTMENT}]": "5", "ext[https://e.org/x=1]": "true"}, ["Bob"]),
        ({f"ext[{DEPARTMENT}]": "5", "ext[https://e.org/x=1]": "false"}, []),
        ({f"not_ext[{DEPARTMENT}]": "sales"}, ["Bob", "Cid", "Dan"]),
        ({"group": "account:https://example.org|team"}, ["Ann"]),
        ({"group": json.dumps(TEAM), "grouping": COURSE}, ["Ann"]),
        ({"group": json.dumps({"member": [{"mbox": "mailto:bob@example.org"}, {"mbox": "mailto:eva@example.org"}]})}, ["Bob"]),
        ({"group": json.dumps({**TEAM, "member": [{"mbox": "mailto:dan@example.org"}]})}, ["Ann", "Dan"]),
        ({"not_group": json.dumps({**TEAM, "member": [{"mbox": "mailto:dan@example.org"}]})}, ["Bob", "Cid"]),
        ({"grouping": COURSE}, ["Ann", "Dan"]),
        ({"grouping": COURSE, f"ext[{DEPARTMENT}]": "sales"}, ["Ann"]),
        ({"parent": COURSE}, []),
        ({"not_grouping": COURSE}, ["Bob", "Cid"]),
        ({"not_activity": COURSE}, []),
        ({"not_course": "golf"}, []),
        ({"not_actor": '{"mbox": "mailto:ann@example.org"}', "not_platform": "App"}, ["Bob", "Dan"]),
        ({"not_status": ["passed", "failed"]}, ["Dan"]),
        ({"not_success": "true"}, ["Cid", "Dan"]),
        ({"not_success": ["unknown", "false"]}, ["Ann", "Bob"]),
    ],
)
def test_filters_by_what_else_statements_say(
    client: FlaskClient, departments: Feeder, query: dict[str, Any], expected: list[str]
) -> None:
    assert learners(client, "attempts", **query) == expected


def test_an_extension_has_the_value_that_it_had_last(client: FlaskClient, feeder: Feeder) -> None:
    for moment, value in (("2026-01-02T00:00:00Z", "sales"), ("2026-01-01T00:00:00Z", "law")):
        feeder.say("ann", "experienced", timestamp=moment, context={"extensions": {DEPARTMENT: value}})

    assert learners(client, "attempts", **{f"ext[{DEPARTMENT}]": "sales"}) == ["Ann"]
    assert learners(client, "attempts", **{f"ext[{DEPARTMENT}]": "law"}) == []


@pytest.mark.parametrize("kind", ["exact", "estimate"])
def test_a_list_can_be_counted_whatever_the_page(client: FlaskClient, class_of_four: Feeder, kind: str) -> None:
    first = client.get("/api/v1/attempts", query_string={"limit": 1, "count": kind, "success": ["true", "false"]})
    second = client.get(first.headers["Link"].removeprefix("<").split(">")[0])
    changed = client.get("/api/v1/attempts", query_string={"limit": 1, "count": kind, "after_seq": 1767225600001 << 20})
    streamed = client.get("/api/v1/attempts", query_string={"format": "csv", "count": kind})

    assert [page.json["count"] for page in (first, second, changed)] == [2, 2, 2]
    assert streamed.headers["X-Total-Count"] == "4"


def test_an_estimate_looks_at_a_sample(client: FlaskClient, attempts: Attempts) -> None:
    every_third = [{"t": 1, "n": n, "seq": n, "statements": 1, "success": n % 3 == 0} for n in range(1, 12_001)]
    attempts.db[store.ATTEMPTS].insert_many(every_third)
    chosen = Selection(resource=RESOURCES["attempts"], rest=({"success": {"$in": [True]}},))

    counted = [attempts.count(1, chosen, store.Place(seq=12_000, attempts=12_000), kind) for kind in ("exact", "estimate")]

    assert counted[0] == 4_000
    assert 3_980 <= counted[1] <= 4_020


def test_nothing_new_is_answered_without_a_body(client: FlaskClient, class_of_four: Feeder) -> None:
    first = client.get("/api/v1/attempts?course=golf")
    known = {"If-None-Match": first.headers["ETag"]}

    again = client.get("/api/v1/attempts?course=golf", headers=known)
    class_of_four.say("eva", "completed", "https://example.org/courses/chess")
    elsewhere = client.get("/api/v1/attempts?course=golf", headers=known)
    class_of_four.say("ann", "experienced")
    changed = client.get("/api/v1/attempts?course=golf", headers=known)
    other = client.get("/api/v1/attempts?course=golf&limit=2", headers=known)

    assert [one.status_code for one in (first, again, elsewhere, changed, other)] == [200, 304, 200, 200, 200]
    assert (again.data, again.headers["ETag"], again.headers["Cache-Control"]) == (
        b"",
        first.headers["ETag"],
        "private, no-cache",
    )
    assert elsewhere.json == first.json


def test_items_of_a_course_are_asked_by_grouping_or_by_activity_within_it(client: FlaskClient, feeder: Feeder) -> None:
    item = f"{COURSE}/items/1"
    feeder.say("ann", "passed", item, context={"contextActivities": {"grouping": [{"id": COURSE}]}})
    feeder.say("bob", "passed", item)

    assert learners(client, "attempts", grouping=COURSE) == ["Ann"]
    assert learners(client, "attempts", course="golf", activity=item) == ["Ann"]
    assert learners(client, "attempts", course=["https://example.org/courses/chess", "golf"], activity=item) == ["Ann"]
    assert learners(client, "attempts", course="https://example.org/courses/chess", activity=item) == []
    assert learners(client, "attempts", course="golf") == []


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [
        ({"learner": "x"}, "parameter-unknown", "learner"),
        ({"limit": "0"}, "parameter-invalid", "limit"),
        ({"limit": "10001"}, "parameter-invalid", "limit"),
        ({"limit": ["1", "2"]}, "parameter-invalid", "limit"),
        ({"actor": "{"}, "parameter-invalid", "actor"),
        ({"actor": '{"name": "Ann"}'}, "parameter-invalid", "actor"),
        ({"registration": "7"}, "parameter-invalid", "registration"),
        ({"since": "yesterday"}, "parameter-invalid", "since"),
        ({"status": "done"}, "parameter-invalid", "status"),
        ({"success": "1"}, "parameter-invalid", "success"),
        ({"score_gte": "nan"}, "parameter-invalid", "score_gte"),
        ({"cursor": "!"}, "parameter-invalid", "cursor"),
        ({"after_seq": "-1"}, "parameter-invalid", "after_seq"),
        ({"after_seq": "9223372036854775808"}, "parameter-invalid", "after_seq"),
        ({"activity": ""}, "parameter-invalid", "activity"),
        ({"format": "xml"}, "parameter-invalid", "format"),
        ({"not_limit": "1"}, "parameter-unknown", "not_limit"),
        ({"not_status": "done"}, "parameter-invalid", "not_status"),
        ({"ext[x]": "1"}, "parameter-invalid", "ext[x]"),
        ({"ext[]": "1"}, "parameter-invalid", "ext[]"),
        ({"ext[<IRI>]": "1"}, "parameter-unknown", "ext[<IRI>]"),
        ({"count": "all"}, "parameter-invalid", "count"),
        ({"group": "{"}, "parameter-invalid", "group"),
        ({"group": '{"member": [{"name": "Ann"}]}'}, "parameter-invalid", "group"),
        ({"group": '{"member": []}'}, "parameter-invalid", "group"),
    ],
)
def test_what_is_wrong_is_named(client: FlaskClient, query: dict[str, Any], code: str, parameter: str) -> None:
    response = client.get("/api/v1/attempts", query_string=query)

    assert response.status_code == 400
    assert response.content_type == "application/problem+json"
    assert (response.json["code"], response.json["parameter"]) == (code, parameter)


def test_an_unknown_parameter_is_answered_with_the_known_ones(client: FlaskClient) -> None:
    response = client.get("/api/v1/scores", query_string={"sort": "name"})

    assert "score_gte" in response.json["allowed"]


def test_an_unknown_course_is_not_found(client: FlaskClient) -> None:
    response = client.get("/api/v1/completions", query_string={"course": "tennis"})

    assert (response.status_code, response.json["code"]) == (404, "course-unknown")


def test_pages_follow_each_other_without_gap_or_repetition(client: FlaskClient, feeder: Feeder) -> None:
    [feeder.say(f"learner{number}", "completed") for number in range(7)]

    first = client.get("/api/v1/completions", query_string={"limit": 3, "course": "golf"})
    feeder.say("learner1", "passed")
    second = client.get(first.headers["Link"].removeprefix("<").split(">")[0])
    third = client.get("/api/v1/completions", query_string={"limit": 3, "course": "golf", "cursor": second.json["next"]})

    pages = [[row["actor_name"] for row in page.json["rows"]] for page in (first, second, third)]
    assert pages == [["Learner0", "Learner1", "Learner2"], ["Learner3", "Learner4", "Learner5"], ["Learner6"]]
    assert first.headers["Link"].endswith('; rel="next"')
    assert third.json["next"] is None
    assert "Link" not in third.headers


def test_a_cursor_goes_with_its_own_question(client: FlaskClient, feeder: Feeder) -> None:
    [feeder.say(f"learner{number}", "completed") for number in range(3)]
    cursor = client.get("/api/v1/attempts", query_string={"limit": 1}).json["next"]

    response = client.get("/api/v1/attempts", query_string={"after_seq": 0, "cursor": cursor})

    assert response.status_code == 400


def test_changes_are_loaded_once_each(client: FlaskClient, feeder: Feeder) -> None:
    [feeder.say(name, "initialized") for name in ("ann", "bob", "cid")]

    first = client.get("/api/v1/attempts", query_string={"after_seq": 0, "limit": 2})
    second = client.get("/api/v1/attempts", query_string={"after_seq": first.json["next_seq"], "limit": 2})
    feeder.say("ann", "completed")
    third = client.get("/api/v1/attempts", query_string={"after_seq": second.json["next_seq"]})
    fourth = client.get("/api/v1/attempts", query_string={"after_seq": third.headers["X-Next-Seq"]})

    loads = [[row["actor_name"] for row in load.json["rows"]] for load in (first, second, third, fourth)]
    assert loads == [["Ann", "Bob"], ["Cid"], ["Ann"], []]


def test_csv_has_a_header_line_crlf_and_no_formulas(client: FlaskClient, feeder: Feeder) -> None:
    actor = {"name": '=HYPERLINK("http://evil.example")', "mbox": "mailto:ann@example.org"}
    feeder.say("ann", "passed", actor=actor, result={"score": {"scaled": -0.5, "raw": 5}})

    response = client.get("/api/v1/scores", headers={"Accept": "text/csv"})

    lines = list(csv.DictReader(io.StringIO(response.text)))
    assert response.content_type == "text/csv; charset=utf-8"
    assert response.text.startswith("actor_key,actor_name,")
    assert response.text.count("\r\n") == 2
    assert lines[0]["actor_name"] == '\'=HYPERLINK("http://evil.example")'
    assert (lines[0]["score_scaled"], lines[0]["success"], lines[0]["registration"]) == ("-0.5", "true", "")


def test_the_parameter_format_wins_over_accept(client: FlaskClient, class_of_four: Feeder) -> None:
    response = client.get("/api/v1/attempts?format=csv&limit=2", headers={"Accept": "application/json"})

    assert response.content_type == "text/csv; charset=utf-8"
    assert len(response.text.splitlines()) == 3
    assert "cursor=" in response.headers["Link"]


def test_ndjson_is_a_record_a_line_without_a_limit(client: FlaskClient, feeder: Feeder) -> None:
    [feeder.say(f"learner{number}", "completed") for number in range(150)]

    response = client.get("/api/v1/completions?format=ndjson")

    records = [json.loads(line) for line in response.text.splitlines()]
    assert [record["actor_name"] for record in records] == [f"Learner{number}" for number in range(150)]


def test_no_acceptable_format_is_refused(client: FlaskClient) -> None:
    assert client.get("/api/v1/attempts", headers={"Accept": "image/png"}).status_code == 406


def test_every_answer_says_through_when_it_is_complete(client: FlaskClient, class_of_four: Feeder) -> None:
    response = client.get("/api/v1/attempts")

    assert response.headers["X-Consistent-Through"].endswith("Z")
    assert response.headers["X-Consistent-Through"] > "2026"
    assert response.headers["X-Row-Count"] == "4"
    assert response.headers["X-Lag-Milliseconds"] == "0"


def test_analysts_need_their_scope(client: FlaskClient) -> None:
    anonymous = client.get("/api/v1/attempts", headers={"Authorization": ""})
    writer = client.get("/api/v1/attempts", auth=("writer", "secret"))

    assert (anonymous.status_code, writer.status_code) == (401, 403)


def test_rows_of_voided_statements_are_gone(client: FlaskClient, feeder: Feeder) -> None:
    only = feeder.say("ann", "passed")
    feeder.say("bob", "passed")
    before = learners(client, "completions")
    feeder.void(only)

    assert before == ["Ann", "Bob"]
    assert learners(client, "completions") == ["Bob"]


def test_rows_are_found_wherever_they_lie(client: FlaskClient, feeder: Feeder, attempts: Attempts) -> None:
    [feeder.say(f"learner{number}", "completed", "https://example.org/other") for number in range(1200)]
    feeder.say("last", "completed")

    assert learners(client, "completions", course="golf") == ["Last"]
    assert learners(client, "completions", status="passed") == []


def test_what_is_no_longer_shown_is_a_tombstone(client: FlaskClient, feeder: Feeder) -> None:
    only = feeder.say("ann", "passed")
    feeder.say("bob", "initialized")
    loaded = client.get("/api/v1/completions", query_string={"after_seq": 0})
    feeder.void(only)

    gone = client.get("/api/v1/tombstones", query_string={"resource": "completions", "after_seq": loaded.json["next_seq"]})
    never = client.get("/api/v1/tombstones", query_string={"resource": "attempts"})

    assert [row["actor_key"] for row in gone.json["rows"]] == ["mailto:ann@example.org"]
    assert gone.json["next_seq"] == feeder.stored[-1].seq
    assert [row["actor_key"] for row in never.json["rows"]] == ["mailto:ann@example.org"]


def test_tombstones_are_of_rows_that_can_be_loaded(client: FlaskClient) -> None:
    assert client.get("/api/v1/tombstones?resource=verbs").status_code == 400


@pytest.mark.parametrize("name", COLUMNS)
def test_every_column_is_described(client: FlaskClient, name: str) -> None:
    described = client.get(f"/api/v1/schema/{name}").json

    assert all(column["meaning"] and column["type"] for column in described["columns"])
    assert "format" in described["parameters"]


def test_an_unknown_schema_is_not_found(client: FlaskClient) -> None:
    assert client.get("/api/v1/schema/users").status_code == 404


def test_a_crowded_window_is_read_in_parts(client: FlaskClient, feeder: Feeder) -> None:
    [feeder.say(f"learner{number}", "completed") for number in range(60)]

    first = client.get("/api/v1/attempts", query_string={"since": "2025-01-01", "limit": 3})
    rest = client.get("/api/v1/attempts", query_string={"since": "2025-01-01", "cursor": first.json["next"]})

    assert [row["actor_name"] for row in first.json["rows"]] == ["Learner0", "Learner1", "Learner2"]
    assert [row["actor_name"] for row in rest.json["rows"]] == [f"Learner{number}" for number in range(3, 60)]


def test_several_learners_are_read_in_one_order(client: FlaskClient, feeder: Feeder) -> None:
    [feeder.say(f"learner{number % 2}", "completed", f"https://example.org/{number}") for number in range(40)]
    both = ["mailto:learner1@example.org", "mailto:learner0@example.org"]

    first = client.get("/api/v1/attempts", query_string={"actor_key": both, "limit": 5})
    rest = client.get("/api/v1/attempts", query_string={"actor_key": both, "cursor": first.json["next"]})

    found = [row["activity"].removeprefix("https://example.org/") for row in first.json["rows"] + rest.json["rows"]]
    assert found == [str(number) for number in range(40)]
