"""Every figure of the API equals what plain Python computes from the raw statements."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from analytics import Attempts
from bench.analytics_year import Year, course_iri
from tests.analytics import reference
from tests.analytics.feeder import Feeder

Key = tuple[str, str, str | None]


@pytest.fixture
def year(feeder: Feeder, attempts: Attempts) -> list[dict[str, Any]]:
    for statement in Year(learners=60, courses=9).statements():
        feeder.add(statement)
    attempts.catch_up(budget=120.0)
    return [one.statement for one in feeder.stored]


def answered(client: FlaskClient, resource: str, **query: Any) -> dict[Key, dict[str, Any]]:
    return {(row["actor_key"], row["activity"], row["registration"]): row for row in every(client, resource, **query)}


def every(client: FlaskClient, resource: str, **query: Any) -> Iterator[dict[str, Any]]:
    url: str | None = f"/api/v1/{resource}"
    given: dict[str, Any] | None = {"limit": 37, **query}
    while url is not None:
        response = client.get(url, query_string=given)
        assert response.status_code == 200, response.text
        yield from response.json["rows"]
        link = response.headers.get("Link")
        url, given = (link.removeprefix("<").split(">")[0] if link else None), None


def close(found: dict[str, Any], expected: dict[str, Any]) -> bool:
    return all(found[name] == (pytest.approx(value) if isinstance(value, float) else value) for name, value in expected.items())


def test_every_row_is_what_plain_python_says(client: FlaskClient, year: list[dict[str, Any]]) -> None:
    expected = reference.rows(year)

    found = answered(client, "attempts")

    assert found.keys() == expected.keys()
    assert [key for key in expected if not close(found[key], expected[key])] == []


FILTERS = (
    lambda chance, expected: ("course", course_iri(chance.randrange(9)), lambda key, row, value: key[1] == value),
    lambda chance, expected: ("actor_key", chance.choice(sorted(expected))[0], lambda key, row, value: key[0] == value),
    lambda chance, expected: (
        "status",
        chance.choice(("passed", "failed", "abandoned")),
        lambda key, row, value: row["status"] == value,
    ),
    lambda chance, expected: ("success", "true", lambda key, row, value: row["success"] is True),
    lambda chance, expected: ("completion", "unknown", lambda key, row, value: row["completion"] is None),
    lambda chance, expected: (
        "score_gte",
        str(chance.random()),
        lambda key, row, value: (row["score_scaled"] or -1) >= float(value),
    ),
    lambda chance, expected: ("source", chance.choice(("cmi5", "scorm12")), lambda key, row, value: row["source"] == value),
    lambda chance, expected: (
        "from",
        chance.choice([row["last"] for row in expected.values()]),
        lambda key, row, value: row["last"] >= value,
    ),
    lambda chance, expected: (
        "to",
        chance.choice([row["last"] for row in expected.values()]),
        lambda key, row, value: row["last"] < value,
    ),
)


def test_every_filter_finds_what_plain_python_finds(client: FlaskClient, year: list[dict[str, Any]]) -> None:
    expected = reference.rows(year)
    chance = random.Random(11)

    for _ in range(40):
        chosen = [one(chance, expected) for one in chance.sample(FILTERS, chance.randrange(1, 4))]
        found = answered(client, "attempts", **{name: value for name, value, _ in chosen})
        fit = {key for key, row in expected.items() if all(test(key, row, value) for _, value, test in chosen)}
        assert found.keys() == fit, [(name, value) for name, value, _ in chosen]


def test_completions_and_scores_are_the_rows_that_have_them(client: FlaskClient, year: list[dict[str, Any]]) -> None:
    expected = reference.rows(year)

    completions, scores = answered(client, "completions"), answered(client, "scores")

    assert completions.keys() == {key for key, row in expected.items() if row["completed_at"] or row["passed_at"]}
    assert scores.keys() == {key for key, row in expected.items() if row["scored_at"]}


def test_grouped_figures_equal_plain_python(client: FlaskClient, year: list[dict[str, Any]]) -> None:
    expected = reference.rows(year)
    measures = [
        {"count": "*"},
        {"avg": "score_scaled"},
        {"rate": "passed"},
        {"sum": "duration_s"},
        {"count_distinct": "actor_key"},
    ]

    response = client.post("/api/v1/query", json={"group_by": ["activity"], "measures": measures})

    found = {row["activity"]: row for row in response.json["rows"]}
    assert found.keys() == {activity for _, activity, _ in expected}
    for activity, row in found.items():
        rows = {key: one for key, one in expected.items() if key[1] == activity}
        scores = [one["score_scaled"] for one in rows.values() if one["score_scaled"] is not None]
        assert row["count"] == len(rows)
        assert row["avg_score_scaled"] == pytest.approx(sum(scores) / len(scores))
        assert row["rate_passed"] == pytest.approx(sum(one["success"] is True for one in rows.values()) / len(rows))
        assert row["sum_duration_s"] == pytest.approx(sum(one["duration_s"] or 0 for one in rows.values()))
        assert row["count_distinct_actor_key"] == len({actor for actor, _, _ in rows})


def test_a_loader_that_stops_anywhere_has_every_row_once(client: FlaskClient, feeder: Feeder) -> None:
    chance = random.Random(5)
    loaded: dict[Key, dict[str, Any]] = {}
    after = 0
    for number, statement in enumerate(Year(learners=25, courses=5).statements()):
        feeder.add(statement)
        if number % 40 == 0:
            after = load(client, loaded, after, stops=chance.random() < 0.3)

    load(client, loaded, after, stops=False)

    expected = reference.rows([one.statement for one in feeder.stored])
    assert loaded.keys() == expected.keys()
    assert [key for key in expected if not close(loaded[key], expected[key])] == []


def load(client: FlaskClient, loaded: dict[Key, dict[str, Any]], after: int, *, stops: bool) -> int:
    """One run of a loader; one that stops has asked and kept nothing."""
    changed = client.get("/api/v1/attempts", query_string={"after_seq": after, "limit": 10_000}).json
    gone = client.get("/api/v1/tombstones", query_string={"after_seq": after, "limit": 10_000}).json
    if stops:
        return after
    loaded.update({(row["actor_key"], row["activity"], row["registration"]): row for row in changed["rows"]})
    for row in gone["rows"]:
        loaded.pop((row["actor_key"], row["activity"], row["registration"]), None)
    return int(changed["next_seq"])
