"""Saved queries: /api/v1/queries."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from pymongo.database import Database

from analytics import saved
from analytics.errors import RevisionChanged
from tests.analytics.feeder import COURSE, Feeder

BY_STATUS = {"filter": {"course": COURSE}, "group_by": ["status"]}


def put(client: FlaskClient, name: str = "by-status", query: Any = BY_STATUS, **headers: str) -> Any:
    return client.put(f"/api/v1/queries/{name}", json={"query": query}, headers=headers)


def test_a_query_is_saved_with_who_and_when(client: FlaskClient) -> None:
    made = client.put("/api/v1/queries/by-status", json={"query": BY_STATUS, "description": "Where they are."})

    found = client.get("/api/v1/queries/by-status")

    assert made.status_code == 201
    assert made.headers["Location"] == "/api/v1/queries/by-status"
    assert found.json == made.json
    assert found.headers["ETag"] == made.headers["ETag"]
    assert found.json["query"] == BY_STATUS
    assert (found.json["description"], found.json["revision"], found.json["created_by"]) == ("Where they are.", 1, "analyst")
    assert found.json["created"] == found.json["updated"]


def test_a_saved_query_answers_by_its_name_in_the_formats_of_a_query(client: FlaskClient, feeder: Feeder) -> None:
    feeder.say("ann", "passed")
    feeder.say("bob", "failed")
    put(client)

    as_json = client.get("/api/v1/queries/by-status/result")
    as_csv = client.get("/api/v1/queries/by-status/result", query_string={"format": "csv"})

    assert as_json.json == client.post("/api/v1/query", json=BY_STATUS).json
    assert as_json.json["rows"] == [{"status": "failed", "count": 1}, {"status": "passed", "count": 1}]
    assert as_csv.text == "status,count\r\nfailed,1\r\npassed,1\r\n"


def test_the_names_of_a_filter_may_have_dots_and_dollars(db: Database[dict[str, Any]]) -> None:
    query = {"filter": {"ext[https://example.org/a.b]": "$c"}, "group_by": ["status"]}

    saved.put(db, 1, "dotted", query, "", by="ann", now=0, tag=None)

    assert saved.get(db, 1, "dotted").query == query


@pytest.mark.parametrize("name", ["a b", "-a", "a.svg", "a" * 81, "é"])
def test_a_name_that_is_none_is_refused(client: FlaskClient, name: str) -> None:
    answer = put(client, name)

    assert (answer.status_code, answer.json["code"]) == (400, "name-invalid")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"query": {"group_by": ["nothing"]}}, "/group_by/0"),
        ({"query": {"$where": "1"}}, "/$where"),
        ({"query": []}, ""),
        ({}, "/query"),
        ({"query": {}, "description": 1}, "/description"),
        ({"query": {}, "owner": "ann"}, "/owner"),
        ([], ""),
    ],
)
def test_a_query_outside_the_grammar_is_not_saved(client: FlaskClient, body: Any, pointer: str) -> None:
    answer = client.put("/api/v1/queries/wrong", json=body)

    assert (answer.status_code, answer.json["code"], answer.json["pointer"]) == (400, "query-invalid", pointer)
    assert client.get("/api/v1/queries/wrong").status_code == 404


def test_a_query_too_long_to_keep_is_refused(client: FlaskClient) -> None:
    answer = put(client, query={"filter": {"platform": "p" * 70_000}})

    assert (answer.status_code, answer.json["pointer"]) == (400, "/query")


def test_a_body_that_is_no_json_is_refused(client: FlaskClient) -> None:
    assert client.put("/api/v1/queries/wrong", data=b"{").json["code"] == "query-invalid"


def test_a_query_of_an_unknown_course_is_not_saved(client: FlaskClient) -> None:
    assert put(client, query={"filter": {"course": "nowhere"}}).json["code"] == "course-unknown"


def test_who_names_its_state_replaces_a_query(client: FlaskClient) -> None:
    first = put(client)

    second = put(client, query={"group_by": ["success"]}, **{"If-Match": first.headers["ETag"]})

    assert second.status_code == 200
    assert (second.json["revision"], second.json["query"]) == (2, {"group_by": ["success"]})
    assert second.headers["ETag"] != first.headers["ETag"]
    assert second.json["created"] == first.json["created"]


def test_a_query_is_not_replaced_blindly(client: FlaskClient) -> None:
    put(client)

    answer = put(client, query={"group_by": ["success"]})

    assert (answer.status_code, answer.json["code"]) == (428, "revision-required")
    assert client.get("/api/v1/queries/by-status").json["revision"] == 1


def test_saving_the_same_again_changes_nothing(client: FlaskClient) -> None:
    first = put(client)

    again = put(client)

    assert (again.status_code, again.json, again.headers["ETag"]) == (200, first.json, first.headers["ETag"])


def test_a_state_that_has_passed_changes_nothing(client: FlaskClient) -> None:
    first = put(client)
    put(client, query={"group_by": ["success"]}, **{"If-Match": first.headers["ETag"]})

    late = put(client, query={"group_by": ["source"]}, **{"If-Match": first.headers["ETag"]})
    deleted = client.delete("/api/v1/queries/by-status", headers={"If-Match": first.headers["ETag"]})

    assert (late.status_code, late.json["code"]) == (412, "revision-changed")
    assert deleted.status_code == 412
    assert client.get("/api/v1/queries/by-status").json["query"] == {"group_by": ["success"]}


def test_a_query_made_anew_has_another_state(client: FlaskClient) -> None:
    first = put(client)
    client.delete("/api/v1/queries/by-status")
    put(client)

    late = put(client, query={"group_by": ["source"]}, **{"If-Match": first.headers["ETag"]})

    assert late.status_code == 412


def test_if_none_match_saves_only_what_is_new(client: FlaskClient) -> None:
    first = put(client, **{"If-None-Match": "*"})
    second = put(client, **{"If-None-Match": "*"})

    assert (first.status_code, second.status_code) == (201, 412)


def test_if_match_of_a_query_that_is_not_there_is_refused(client: FlaskClient) -> None:
    assert put(client, **{"If-Match": '"1-abc"'}).status_code == 412


def test_of_two_who_replace_at_once_one_wins(db: Database[dict[str, Any]]) -> None:
    first = saved.put(db, 1, "raced", {"group_by": ["status"]}, "", by="ann", now=0, tag=None)
    saved.put(db, 1, "raced", {"group_by": ["source"]}, "", by="ann", now=1, tag=first.tag)

    with pytest.raises(RevisionChanged):
        saved.put(db, 1, "raced", {"group_by": ["success"]}, "", by="bob", now=2, tag=first.tag)

    assert saved.get(db, 1, "raced").query == {"group_by": ["source"]}


def test_an_unchanged_query_is_not_sent_again(client: FlaskClient) -> None:
    first = put(client)

    assert client.get("/api/v1/queries/by-status", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_deleted_query_is_gone(client: FlaskClient) -> None:
    put(client)

    deleted = client.delete("/api/v1/queries/by-status")

    assert deleted.status_code == 204
    assert client.get("/api/v1/queries/by-status").json["code"] == "query-unknown"
    assert client.get("/api/v1/queries/by-status/result").status_code == 404
    assert client.delete("/api/v1/queries/by-status").status_code == 404


def test_queries_are_listed_by_name_in_pages(client: FlaskClient) -> None:
    put(client, "b")
    put(client, "a")
    put(client, "c")

    first = client.get("/api/v1/queries", query_string={"limit": 2})
    second = client.get(first.headers["Link"].split(">")[0][1:])

    assert [one["name"] for one in first.json["queries"]] == ["a", "b"]
    assert [one["name"] for one in second.json["queries"]] == ["c"]
    assert second.json["next"] is None


@pytest.mark.parametrize("path", ["queries?format=csv", "queries?limit=0", "queries?cursor=x", "queries/a/result?limit=5"])
def test_parameters_that_a_list_of_queries_does_not_have_are_refused(client: FlaskClient, path: str) -> None:
    put(client, "a")

    assert client.get(f"/api/v1/{path}").status_code == 400


def test_queries_are_of_one_store(db: Database[dict[str, Any]]) -> None:
    saved.put(db, 1, "mine", {}, "", by="ann", now=0, tag=None)

    assert saved.find(db, 2, "mine") is None
    assert saved.page(db, 2, "", 10) == []


def test_saved_queries_need_the_scope(client: FlaskClient) -> None:
    as_writer = {"Authorization": "Basic d3JpdGVyOnNlY3JldA=="}

    assert client.get("/api/v1/queries", headers=as_writer).status_code == 403
    assert put(client, **as_writer).status_code == 403
