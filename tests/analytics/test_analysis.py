"""GET /items, /distractors, /funnel and /struggling."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from analytics import Attempts
from bench.analytics_year import Year, course_iri
from tests.analytics import reference_analysis as reference
from tests.analytics.feeder import COURSE, Feeder

Row = dict[str, Any]
INSIDE = {"contextActivities": {"parent": [{"id": COURSE}]}}


def rows(client: FlaskClient, path: str, **query: Any) -> list[Row]:
    response = client.get(f"/api/v1/{path}", query_string={"course": "golf", **query})
    assert response.status_code == 200, response.text
    found: list[Row] = response.json["rows"]
    return found


def close(found: Row, expected: Row) -> bool:
    return all(found[name] == (pytest.approx(value) if isinstance(value, float) else value) for name, value in expected.items())


@pytest.fixture
def year(feeder: Feeder, attempts: Attempts) -> list[Row]:
    for statement in Year(learners=60, courses=5, seed=3, questions=4).statements():
        feeder.add(statement)
    attempts.catch_up(budget=120.0)
    return [one.statement for one in feeder.stored]


@pytest.mark.parametrize("which", ["first", "last"])
@pytest.mark.parametrize("number", [1, 2])
def test_items_are_what_plain_python_says(client: FlaskClient, year: list[Row], number: int, which: str) -> None:
    given = reference.answers(year, course_iri(number), which)

    found = {row["activity"]: row for row in rows(client, "items", course=course_iri(number), answers=which)}

    assert found.keys() == given.keys()
    assert [question for question in given if not close(found[question], reference.item(given, question))] == []


@pytest.mark.parametrize("number", [1, 2])
def test_distractors_are_what_plain_python_says(client: FlaskClient, year: list[Row], number: int) -> None:
    given = reference.answers(year, course_iri(number))

    found = {(row["activity"], row["response"]): row for row in rows(client, "distractors", course=course_iri(number))}

    expected = {
        (question, response): row for question in given for response, row in reference.distractors(given, question).items()
    }
    assert found.keys() == expected.keys()
    assert [key for key in expected if not close(found[key], expected[key])] == []


@pytest.mark.parametrize("number", [1, 2])
def test_the_funnel_is_what_plain_python_says(client: FlaskClient, year: list[Row], number: int) -> None:
    expected = reference.funnel(year, course_iri(number))

    found = {row["stage"]: row for row in rows(client, "funnel", course=course_iri(number))}

    assert {stage: row["learners"] for stage, row in found.items()} == {stage: len(who) for stage, who in expected.items()}
    lost = {stage: len(expected[before] - expected[stage]) for stage, before in (("started", "launched"), ("passed", "started"))}
    assert {stage: found[stage]["lost"] for stage in lost} == lost


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize(("failures", "days", "ratio"), [(2, 14, 2.0), (1, 200, 1.5)])
def test_struggling_are_those_whom_plain_python_finds(
    client: FlaskClient, year: list[Row], number: int, failures: int, days: int, ratio: float
) -> None:
    given = {"course": course_iri(number), "failures": failures, "stalled_days": days, "slow_ratio": ratio}
    expected = reference.struggling(year, course_iri(number), failures, days, ratio, datetime.now(UTC))

    found = {(row["actor_key"], row["reason"]): row["value"] for row in rows(client, "struggling", limit=1000, **given)}

    assert found == {key: pytest.approx(value, abs=0.01) for key, value in expected.items()}


def question(number: int, kind: str = "choice") -> Row:
    return {"id": f"{COURSE}/q{number}", "definition": {"name": {"en": f"Question {number}"}, "interactionType": kind}}


def answer(feeder: Feeder, learner: str, number: int, response: str | None = None, kind: str = "choice", **result: Any) -> str:
    given = result if response is None else {"response": response, **result}
    return feeder.say(learner, "answered", object=question(number, kind), context=INSIDE, result=given)


def test_the_first_answer_counts_and_voided_ones_do_not(client: FlaskClient, feeder: Feeder) -> None:
    feeder.void(answer(feeder, "ann", 1, "a", success=True, duration="PT1S"))
    answer(feeder, "ann", 1, "b", success=False, duration="PT2S")
    answer(feeder, "ann", 1, "a", success=True, duration="PT3S")

    [first] = rows(client, "items")
    [last] = rows(client, "items", answers="last")

    assert (first["learners"], first["answers"], first["difficulty"], first["latency_s_p50"]) == (1, 2, 0.0, 2.0)
    assert (last["difficulty"], last["latency_s_p50"], last["activity_name"]) == (1.0, 3.0, "Question 1")


def test_answers_that_are_not_judged_are_only_responses(client: FlaskClient, feeder: Feeder) -> None:
    answer(feeder, "ann", 1, "yes", kind="likert")
    answer(feeder, "bob", 1, kind="likert")

    [row] = rows(client, "items")
    found = rows(client, "distractors")

    assert (row["judged"], row["difficulty"], row["discrimination"], row["point_biserial"], row["timed"]) == (
        0,
        None,
        None,
        None,
        0,
    )
    assert [(one["kind"], one["response"], one["correct"]) for one in found] == [("response", "yes", None), ("none", None, None)]


def test_partial_credit_counts_in_part(client: FlaskClient, feeder: Feeder) -> None:
    answer(feeder, "ann", 1, "x", score={"scaled": 0.5})
    answer(feeder, "bob", 1, "y", score={"scaled": -0.5})

    assert rows(client, "items")[0]["difficulty"] == 0.25


def test_the_order_of_choosing_makes_no_difference(client: FlaskClient, feeder: Feeder) -> None:
    answer(feeder, "ann", 1, "a[,]b")
    answer(feeder, "bob", 1, "b[,]a")
    answer(feeder, "ann", 2, "a[,]b", kind="sequencing")
    answer(feeder, "bob", 2, "b[,]a", kind="sequencing")

    found = rows(client, "distractors")

    assert [(row["response"], row["learners"]) for row in found] == [("a[,]b", 2), ("a[,]b", 1), ("b[,]a", 1)]


def test_rare_answers_are_put_together(client: FlaskClient, feeder: Feeder) -> None:
    [answer(feeder, f"learner{number}", 1, f"text {number:02}", kind="fill-in") for number in range(53)]

    found = rows(client, "distractors")

    assert len(found) == 51
    assert (found[50]["kind"], found[50]["learners"], found[50]["rank"]) == ("others", 3, 51)


@pytest.fixture
def class_of_twelve(feeder: Feeder) -> Feeder:
    """The first question tells the six good learners from the others, the second tells nothing."""
    for number in range(12):
        answer(feeder, f"learner{number:02}", 1, "a" if number < 6 else "b", success=number < 6)
        answer(feeder, f"learner{number:02}", 2, "a", success=True)
        answer(feeder, f"learner{number:02}", 3, "a", success=number < 6 or number == 11)
    return feeder


def test_a_question_that_parts_good_from_weak_discriminates(client: FlaskClient, class_of_twelve: Feeder) -> None:
    one, two, _ = rows(client, "items")

    assert (one["difficulty"], one["discrimination"], one["point_biserial"]) == (0.5, 1.0, pytest.approx(0.8452, abs=1e-4))
    assert (two["difficulty"], two["discrimination"], two["point_biserial"]) == (1.0, 0.0, None)


def test_one_question_can_be_shown_and_pages_follow(client: FlaskClient, class_of_twelve: Feeder) -> None:
    shown = rows(client, "items", activity=f"{COURSE}/q1")
    first = client.get("/api/v1/items?course=golf&limit=2")
    second = client.get(first.headers["Link"].removeprefix("<").split(">")[0])

    assert [(row["activity"], row["discrimination"]) for row in shown] == [(f"{COURSE}/q1", 1.0)]
    assert [len(page.json["rows"]) for page in (first, second)] == [2, 1]


def part(number: int) -> Row:
    return {"id": f"{COURSE}/items/{number}", "definition": {"name": {"en": f"Item {number}"}}}


def test_items_of_the_funnel_come_as_learners_meet_them(client: FlaskClient, feeder: Feeder) -> None:
    within = {"contextActivities": {"grouping": [{"id": COURSE}]}}
    feeder.say("ann", "registered")
    feeder.say("bob", "launched")
    for learner, reached in (("cid", 3), ("dan", 2), ("eva", 1)):
        for number in (9, 4, 7)[:reached]:
            feeder.say(learner, "initialized", object=part(number), context=within)
            feeder.say(learner, "completed" if number == 9 else "experienced", object=part(number), context=within)
    feeder.say("cid", "passed")
    objective = {"id": f"{COURSE}/objectives/1", "definition": {"type": "http://adlnet.gov/expapi/activities/objective"}}
    feeder.say("cid", "passed", object=objective, context=within)

    found = rows(client, "funnel")

    keys = ("step", "stage", "activity_name", "learners", "of_step", "lost", "finished")
    assert [tuple(row[key] for key in keys) for row in found] == [
        (1, "registered", None, 5, None, None, None),
        (2, "launched", None, 4, 1, 1, None),
        (3, "started", None, 3, 2, 1, None),
        (4, "item", "Item 9", 3, 3, 0, 3),
        (5, "item", "Item 4", 2, 4, 1, 0),
        (6, "item", "Item 7", 1, 5, 1, 0),
        (7, "completed", None, 0, 3, 3, None),
        (8, "passed", None, 1, 3, 2, None),
    ]
    assert (found[1]["share"], found[1]["drop_off"], found[3]["finished_share"]) == (0.8, 0.2, 1.0)


def test_nobody_is_an_empty_funnel(client: FlaskClient) -> None:
    found = rows(client, "funnel")

    assert [(row["stage"], row["learners"], row["share"], row["drop_off"]) for row in found] == [
        ("registered", 0, None, None),
        ("launched", 0, None, None),
        ("started", 0, None, None),
        ("completed", 0, None, None),
        ("passed", 0, None, None),
    ]


def test_who_failed_twice_and_passed_then_is_not_struggling(client: FlaskClient, feeder: Feeder) -> None:
    for learner in ("ann", "bob"):
        feeder.say(learner, "failed")
        feeder.say(learner, "failed", context={"registration": "aaaaaaaa-1111-4111-8111-111111111111"})
    feeder.say("bob", "passed")

    found = rows(client, "struggling", reason="failed")

    assert [(row["actor_key"], row["actor_name"], row["reason"], row["value"], row["threshold"]) for row in found] == [
        ("mailto:ann@example.org", "Ann", "failed", 2, 2)
    ]


def test_struggling_come_in_pages(client: FlaskClient, feeder: Feeder) -> None:
    [feeder.say(f"learner{number}", "failed") for number in range(5)]

    first = client.get("/api/v1/struggling?course=golf&failures=1&reason=failed&limit=3")
    second = client.get(first.headers["Link"].removeprefix("<").split(">")[0])

    names = [row["actor_name"] for page in (first, second) for row in page.json["rows"]]
    assert names == [f"Learner{number}" for number in range(5)]


@pytest.mark.parametrize("path", ["items", "distractors", "funnel", "struggling"])
def test_analysis_is_of_one_course(client: FlaskClient, path: str) -> None:
    missing = client.get(f"/api/v1/{path}")
    unknown = client.get(f"/api/v1/{path}?course=tennis")

    assert (missing.status_code, missing.json["parameter"]) == (400, "course")
    assert unknown.status_code == 404


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("items", {"answers": "all"}),
        ("items", {"success": "true"}),
        ("items", {"cursor": "!"}),
        ("items", {"cursor": "ay57fQ"}),
        ("distractors", {"limit": "0"}),
        ("funnel", {"status": "passed"}),
        ("struggling", {"reason": "lazy"}),
        ("struggling", {"failures": "-1"}),
        ("struggling", {"slow_ratio": "much"}),
        ("struggling", {"stalled_days": "x"}),
    ],
)
def test_what_analysis_does_not_have_is_refused(client: FlaskClient, path: str, query: dict[str, str]) -> None:
    assert client.get(f"/api/v1/{path}", query_string={"course": "golf", **query}).status_code == 400


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_analysis_can_be_a_file(client: FlaskClient, class_of_twelve: Feeder, form: str) -> None:
    response = client.get(f"/api/v1/items?course=golf&format={form}")

    assert len(response.text.splitlines()) == 3 + (form == "csv")


def test_who_sees_groups_sees_questions_of_enough_learners(client: FlaskClient, class_of_twelve: Feeder) -> None:
    answer(class_of_twelve, "learner01", 4, "a", success=True)
    answer(class_of_twelve, "learner12", 3, "a", success=True)
    board = ("board", "secret")

    items = client.get("/api/v1/items?course=golf", auth=board).json
    funnel = client.get("/api/v1/funnel?course=golf", auth=board)

    assert ([row["activity"][-2:] for row in items["rows"]], items["suppressed"]) == (["q1", "q3"], 2)
    assert funnel.status_code == 200
    assert client.get("/api/v1/struggling?course=golf", auth=board).status_code == 403


def test_who_sees_pseudonyms_learns_who_struggles_by_pseudonym(client: FlaskClient, feeder: Feeder) -> None:
    feeder.say("ann", "failed")

    found = client.get("/api/v1/struggling?course=golf&failures=1", auth=("researcher", "secret")).json["rows"]

    assert found[0]["actor_key"].startswith("pseudonym:")
    assert "actor_name" not in found[0]
