"""GET /interactions, /learners, /activities, /verbs and /statements."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.analytics.feeder import ADL, COURSE, Feeder

ITEM = f"{COURSE}/items/1"
QUESTION = {
    "id": f"{ITEM}/interactions/q1",
    "definition": {"type": "http://adlnet.gov/expapi/activities/cmi.interaction", "interactionType": "choice"},
}
INSIDE = {"contextActivities": {"parent": [{"id": ITEM}], "grouping": [{"id": COURSE}]}}


def rows(client: FlaskClient, path: str, **query: Any) -> list[dict[str, Any]]:
    response = client.get(f"/api/v1/{path}", query_string=query)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json["rows"]
    return found


def test_an_answer_is_an_interaction_and_no_attempt(client: FlaskClient, feeder: Feeder) -> None:
    result = {"response": "b", "success": False, "duration": "PT4.5S"}
    answered = feeder.say("ann", "answered", object=QUESTION, context=INSIDE, result=result)

    found = rows(client, "interactions")

    assert rows(client, "attempts") == []
    assert [(row["id"], row["response"], row["correct"], row["latency_s"]) for row in found] == [(answered, "b", False, 4.5)]
    assert (found[0]["interaction_type"], found[0]["parent"], found[0]["timestamp"]) == (
        "choice",
        [ITEM],
        "2026-01-01T00:00:00.000Z",
    )


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"course": "golf"}, 2),
        ({"course": "https://example.org/none"}, 0),
        ({"activity": QUESTION["id"]}, 2),
        ({"actor_key": "mailto:bob@example.org", "course": "golf"}, 1),
        ({"parent": ITEM}, 2),
        ({"grouping": COURSE, "correct": "true"}, 1),
        ({"interaction_type": "choice"}, 2),
        ({"interaction_type": "fill-in"}, 0),
        ({"verb": f"{ADL}answered"}, 3),
        ({"from": "2027-01-01"}, 0),
        ({"since": "2026-01-01T00:00:00.000Z"}, 2),
    ],
)
def test_interactions_are_filtered(client: FlaskClient, feeder: Feeder, query: dict[str, str], count: int) -> None:
    feeder.say("ann", "answered", object=QUESTION, context=INSIDE, result={"success": True})
    feeder.say("bob", "answered", object=QUESTION, context=INSIDE, result={"success": False})
    feeder.say("bob", "answered", "https://example.org/elsewhere")

    assert len(rows(client, "interactions", **query)) == count


def test_a_voided_answer_is_gone(client: FlaskClient, feeder: Feeder) -> None:
    answered = feeder.say("ann", "answered", object=QUESTION)
    before = rows(client, "interactions")
    feeder.void(answered)

    assert len(before) == 1
    assert rows(client, "interactions") == []


@pytest.fixture
def two_courses(feeder: Feeder) -> Feeder:
    feeder.say("ann", "passed", result={"score": {"scaled": 0.8}, "completion": True, "duration": "PT1M"})
    feeder.say("ann", "failed", "https://example.org/courses/chess", result={"score": {"scaled": 0.4}, "duration": "PT2M"})
    feeder.say("bob", "initialized")
    return feeder


def test_learners_are_counted_over_their_attempts(client: FlaskClient, two_courses: Feeder) -> None:
    found = rows(client, "learners")

    assert found[0] == {
        "actor_key": "mailto:ann@example.org",
        "actor_name": "Ann",
        "attempts": 2,
        "completed": 1,
        "passed": 1,
        "failed": 1,
        "score_scaled_avg": pytest.approx(0.6),
        "duration_s": 180.0,
        "first": "2026-01-01T00:00:00.000Z",
        "last": "2026-01-01T00:00:00.001Z",
    }
    assert [row["actor_name"] for row in found] == ["Ann", "Bob"]


def test_learners_of_one_course(client: FlaskClient, two_courses: Feeder) -> None:
    found = rows(client, "learners", course="golf")

    assert [(row["actor_name"], row["attempts"]) for row in found] == [("Ann", 1), ("Bob", 1)]


def test_activities_come_in_pages(client: FlaskClient, two_courses: Feeder) -> None:
    first = client.get("/api/v1/activities", query_string={"limit": 1})
    second = client.get(first.headers["Link"].removeprefix("<").split(">")[0])

    pages = [[(row["activity"], row["attempts"]) for row in page.json["rows"]] for page in (first, second)]
    assert pages == [[("https://example.org/courses/chess", 1)], [(COURSE, 2)]]
    assert second.json["next"] is None


def test_files_of_learners_hold_everyone(client: FlaskClient, feeder: Feeder) -> None:
    [feeder.say(f"learner{number}", "completed") for number in range(130)]

    everyone = client.get("/api/v1/learners?format=csv")
    some = client.get("/api/v1/learners?format=csv&limit=10")

    assert len(everyone.text.splitlines()) == 131
    assert len(some.text.splitlines()) == 11


def test_verbs_are_counted_with_what_was_voided(client: FlaskClient, two_courses: Feeder) -> None:
    feeder = two_courses
    feeder.void(feeder.say("ann", "passed"))
    client.get("/api/v1/verbs")
    feeder.say("ann", "passed")

    found = rows(client, "verbs")

    counts = {row["verb"].removeprefix(ADL): (row["statements"], row["voided"]) for row in found}
    assert counts == {"failed": (1, 0), "initialized": (1, 0), "passed": (3, 1), "voided": (1, 0)}
    assert [row["verb"] for row in rows(client, "verbs", limit=2)] == [f"{ADL}failed", f"{ADL}initialized"]


def test_statements_are_flat_and_in_stored_order(client: FlaskClient, two_courses: Feeder) -> None:
    found = rows(client, "statements")

    assert [row["verb"].removeprefix(ADL) for row in found] == ["passed", "failed", "initialized"]
    assert (found[0]["actor_key"], found[0]["score_scaled"], found[0]["duration_s"]) == ("mailto:ann@example.org", 0.8, 60.0)
    assert found[0]["stored"] == "2026-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("query", "verbs"),
    [
        ({"verb": f"{ADL}passed"}, ["passed"]),
        ({"course": "golf"}, ["passed", "initialized"]),
        ({"actor_key": "mailto:bob@example.org"}, ["initialized"]),
        ({"actor": '{"mbox": "mailto:ann@example.org"}', "activity": COURSE}, ["passed"]),
        ({"verb": [f"{ADL}passed", f"{ADL}initialized"]}, ["passed", "initialized"]),
        ({"not_verb": f"{ADL}passed", "not_actor": "mailto:bob@example.org"}, ["failed"]),
        ({"not_course": "golf"}, ["failed"]),
        ({"course": "golf", "activity": COURSE}, ["passed", "initialized"]),
        ({"course": "golf", "activity": "https://example.org/courses/chess"}, []),
        ({"success": "false"}, ["failed"]),
        ({"not_success": "unknown"}, ["passed", "failed"]),
        ({"completion": ["true", "unknown"], "score_gte": "0.5"}, ["passed"]),
        ({"from": "2026-01-01T00:00:00.001Z", "to": "2026-01-01T00:00:00.002Z"}, ["failed"]),
        ({"since": "2026-01-01T00:00:00.001Z", "platform": "none"}, []),
        ({"actor_key": "group:1"}, []),
    ],
)
def test_statements_are_filtered(client: FlaskClient, two_courses: Feeder, query: dict[str, str], verbs: list[str]) -> None:
    assert [row["verb"].removeprefix(ADL) for row in rows(client, "statements", **query)] == verbs


@pytest.mark.parametrize(
    ("query", "count"),
    [({}, 3), ({"verb": f"{ADL}passed"}, 1), ({"course": "golf", "limit": 1}, 2), ({"after_seq": 1767225600000 << 20}, 2)],
)
def test_statements_are_counted(client: FlaskClient, two_courses: Feeder, query: dict[str, Any], count: int) -> None:
    response = client.get("/api/v1/statements", query_string={**query, "count": "exact"})

    assert (response.json["count"], response.headers["X-Total-Count"]) == (count, str(count))


def test_a_filter_that_nothing_serves_reads_so_far_and_leaves_a_cursor(client: FlaskClient, feeder: Feeder) -> None:
    [feeder.say("ann", "experienced") for _ in range(250)]
    feeder.say("ann", "passed")

    first = client.get("/api/v1/statements", query_string={"success": "true", "limit": 1})
    second = client.get(first.headers["Link"].removeprefix("<").split(">")[0])

    assert (first.json["rows"], len(second.json["rows"])) == ([], 1)


def test_groups_are_counted_whatever_the_page(client: FlaskClient, two_courses: Feeder) -> None:
    first = client.get("/api/v1/activities", query_string={"limit": 1, "count": "exact"})
    second = client.get(first.headers["Link"].removeprefix("<").split(">")[0])

    assert [page.json["count"] for page in (first, second)] == [2, 2]


def test_statements_are_loaded_from_a_number_on(client: FlaskClient, two_courses: Feeder) -> None:
    first = client.get("/api/v1/statements", query_string={"limit": 2, "after_seq": 0})
    second = client.get("/api/v1/statements", query_string={"after_seq": first.json["next_seq"]})
    third = client.get(first.headers["Link"].removeprefix("<").split(">")[0])

    assert [len(page.json["rows"]) for page in (first, second, third)] == [2, 1, 1]
    assert second.json["next"] is None


def test_statements_stream_as_csv(client: FlaskClient, two_courses: Feeder) -> None:
    response = client.get("/api/v1/statements?format=csv")

    assert len(response.text.splitlines()) == 4


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("verbs", {"course": "golf"}),
        ("learners", {"after_seq": "1"}),
        ("statements", {"status": "passed"}),
        ("interactions", {"status": "passed"}),
        ("activities", {"cursor": "bi4x"}),
        ("statements", {"not_status": "passed"}),
        ("verbs", {"ext[https://example.org/x]": "1"}),
        ("activities", {"count": "most"}),
    ],
)
def test_what_a_resource_does_not_have_is_refused(client: FlaskClient, path: str, query: dict[str, Any]) -> None:
    assert client.get(f"/api/v1/{path}", query_string=query).status_code == 400
