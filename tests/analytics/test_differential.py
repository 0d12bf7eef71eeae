"""Every figure of the API equals what plain Python computes from the raw statements."""

import random
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from analytics import Attempts
from bench.analytics_year import Year, course_iri
from tests.analytics import reference, reference_query
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


def rows_of(expected: dict[Key, dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"actor_key": key[0], "activity": key[1], "registration": key[2], **row} for key, row in expected.items()]


def sources(year: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """What the rows of each source of a query are, by plain Python."""
    attempts = rows_of(reference.rows(year))
    return {
        "attempts": attempts,
        "completions": [row for row in attempts if row["completed_at"] or row["passed_at"]],
        "scores": [row for row in attempts if row["scored_at"]],
        "interactions": reference.interactions(year),
        "statements": reference.flat(year),
    }


OF_ATTEMPTS = (
    ["activity", "status", "success", "completion", "source", "actor_key"],
    ["first", "last"],
    [
        {"avg": "score_scaled"},
        {"sum": "duration_s"},
        {"max": "score_scaled_last"},
        {"min": "score_scaled_first"},
        {"percentile": ["score_scaled", 0.9]},
        {"median": "duration_s"},
        {"count_distinct": "actor_key"},
        {"sum": "attempts"},
        {"rate": "completed"},
        {"rate": "passed"},
        {"rate": "failed"},
        {"rate": "started"},
        {"rate": "abandoned"},
        {"rate": "scored"},
        {"max": "last"},
        {"sum": "statements"},
    ],
)
OF_INTERACTIONS = (
    ["activity", "response", "correct", "actor_key", "interaction_type", "source"],
    ["timestamp"],
    [
        {"avg": "latency_s"},
        {"max": "latency_s"},
        {"percentile": ["latency_s", 0.25]},
        {"count_distinct": "actor_key"},
        {"rate": "correct"},
    ],
)
OF_STATEMENTS = (
    ["verb", "object", "object_kind", "actor_key", "success", "completion", "source", "registration", "response"],
    ["timestamp", "stored"],
    [
        {"avg": "score_scaled"},
        {"sum": "duration_s"},
        {"min": "score_raw"},
        {"max": "duration_s"},
        {"percentile": ["score_scaled", 0.9]},
        {"percentile": ["duration_s", 0.25]},
        {"median": "duration_s"},
        {"count_distinct": "actor_key"},
        {"count_distinct": "object"},
        {"rate": "completed"},
        {"rate": "passed"},
        {"rate": "failed"},
        {"rate": "scored"},
        {"max": "timestamp"},
        {"min": "stored"},
    ],
)
ZONES = ("UTC", "Europe/Paris", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia")
COLUMNS_OF_ATTEMPTS_ALONE = ({"max": "last"}, {"sum": "statements"})


def random_query(chance: random.Random) -> dict[str, Any]:
    source = chance.choice(("attempts", "attempts", "completions", "scores", "interactions"))
    return query_of(chance, source, *(OF_INTERACTIONS if source == "interactions" else OF_ATTEMPTS))


def query_of(chance: random.Random, source: str, groups: list[str], times: list[str], measures: list[Any]) -> dict[str, Any]:
    if source in ("completions", "scores"):
        measures = [one for one in measures if one not in COLUMNS_OF_ATTEMPTS_ALONE and "score_scaled_" not in str(one)]
    times = [] if source == "scores" else times
    given: list[Any] = chance.sample(groups, chance.randrange(3))
    if times and chance.random() < 0.5:
        every = chance.choice(("hour", "day", "week", "month", "quarter", "year"))
        given.append({"bucket": chance.choice(times), "every": every, "tz": chance.choice(ZONES)})
    query = {"from": source, "group_by": given, "measures": [{"count": "*"}, *chance.sample(measures, 3)], "limit": 10_000}
    if chance.random() < 0.4:
        query["having"] = [{"measure": "count", "gte": chance.randrange(1, 4), "lt": 40}]
    if chance.random() < 0.5:
        query["order"] = [chance.choice(("", "-")) + "count"]
        query["limit"] = chance.choice((3, 10_000))
    return query


def test_random_queries_equal_plain_python(client: FlaskClient, year: list[dict[str, Any]]) -> None:
    known, chance = sources(year), random.Random(23)

    for _ in range(120):
        query = random_query(chance)
        response = client.post("/api/v1/query", json=query)
        assert response.status_code == 200, (query, response.text)
        expected = reference_query.evaluate(known[query["from"]], query)
        assert reference_query.equal(response.json["rows"], expected), (query, response.json["rows"][:3], expected[:3])


def either(name: str, values: list[str]) -> Any:
    return name, values, lambda row, wanted: row[name] in wanted


FILTERS_OF_STATEMENTS = (
    lambda chance, rows: ("verb", chance.choice(rows)["verb"], lambda row, value: row["verb"] == value),
    lambda chance, rows: either("verb", [row["verb"] for row in chance.sample(rows, 3)]),
    lambda chance, rows: either("actor_key", [row["actor_key"] for row in chance.sample(rows, 2)]),
    lambda chance, rows: either("registration", [row["registration"] for row in chance.sample(rows, 9) if row["registration"]]),
    lambda chance, rows: ("not_verb", chance.choice(rows)["verb"], lambda row, value: row["verb"] != value),
    lambda chance, rows: ("not_actor_key", chance.choice(rows)["actor_key"], lambda row, value: row["actor_key"] != value),
    lambda chance, rows: (
        chance.choice(("activity", "course")),
        chance.choice([row["object"] for row in rows if row["object_kind"] == "Activity"]),
        lambda row, value: row["object"] == value,
    ),
    lambda chance, rows: ("not_course", course_iri(chance.randrange(9)), lambda row, value: row["object"] != value),
    lambda chance, rows: ("success", [True, None], lambda row, value: row["success"] in value),
    lambda chance, rows: ("not_completion", True, lambda row, value: row["completion"] is not True),
    lambda chance, rows: ("score_gte", chance.random(), lambda row, value: (row["score_scaled"] or -1) >= value),
    lambda chance, rows: ("source", "cmi5", lambda row, value: row["source"] == value),
    lambda chance, rows: ("since", chance.choice(rows)["stored"], lambda row, value: row["stored"] > value),
    lambda chance, rows: ("until", chance.choice(rows)["stored"], lambda row, value: row["stored"] <= value),
    lambda chance, rows: ("from", chance.choice(rows)["timestamp"], lambda row, value: row["timestamp"] >= value),
    lambda chance, rows: ("to", chance.choice(rows)["timestamp"], lambda row, value: row["timestamp"] < value),
)


def test_random_queries_over_statements_equal_plain_python(client: FlaskClient, year: list[dict[str, Any]]) -> None:
    rows, chance = reference.flat(year), random.Random(31)

    for _ in range(45):
        query = query_of(chance, "statements", *OF_STATEMENTS)
        given = {
            name: (value, test) for name, value, test in (one(chance, rows) for one in chance.sample(FILTERS_OF_STATEMENTS, 2))
        }
        query["filter"] = {name: value for name, (value, _) in given.items()}
        response = client.post("/api/v1/query", json=query)
        assert response.status_code == 200, (query, response.text)
        fit = [row for row in rows if all(test(row, value) for value, test in given.values())]
        expected = reference_query.evaluate(fit, query)
        assert reference_query.equal(response.json["rows"], expected), (query, response.json["rows"][:3], expected[:3])


OF_ANSWERS = (
    lambda chance, rows: ("actor_key", chance.choice(rows)["actor_key"], lambda row, value: row["actor_key"] == value),
    lambda chance, rows: ("not_actor_key", chance.choice(rows)["actor_key"], lambda row, value: row["actor_key"] != value),
    lambda chance, rows: ("activity", chance.choice(rows)["activity"], lambda row, value: row["activity"] == value),
    lambda chance, rows: ("course", course_iri(chance.randrange(9)), lambda row, value: value in row["parent"]),
    lambda chance, rows: ("not_course", course_iri(chance.randrange(9)), lambda row, value: value not in row["parent"]),
    lambda chance, rows: ("correct", "false", lambda row, value: row["correct"] is False),
    lambda chance, rows: ("not_correct", "false", lambda row, value: row["correct"] is not False),
    lambda chance, rows: ("source", "cmi5", lambda row, value: row["source"] == value),
    lambda chance, rows: ("from", chance.choice(rows)["timestamp"], lambda row, value: row["timestamp"] >= value),
)


def test_interactions_and_their_filters_equal_plain_python(client: FlaskClient, year: list[dict[str, Any]]) -> None:
    rows, chance = reference.interactions(year), random.Random(4)

    for _ in range(25):
        chosen = [one(chance, rows) for one in chance.sample(OF_ANSWERS, chance.randrange(1, 4))]
        found = {row["id"]: row for row in every(client, "interactions", **{name: value for name, value, _ in chosen})}
        fit = {row["id"]: row for row in rows if all(test(row, value) for _, value, test in chosen)}
        assert found.keys() == fit.keys(), [(name, value) for name, value, _ in chosen]
        assert [key for key, row in fit.items() if not close(found[key], row)] == []


NEGATIONS = (
    lambda chance, expected: ("not_course", course_iri(chance.randrange(9)), lambda key, row, value: key[1] != value),
    lambda chance, expected: ("not_actor_key", chance.choice(sorted(expected))[0], lambda key, row, value: key[0] != value),
    lambda chance, expected: ("not_status", chance.choice(("passed", "failed")), lambda key, row, value: row["status"] != value),
    lambda chance, expected: ("not_success", "true", lambda key, row, value: row["success"] is not True),
    lambda chance, expected: ("not_completion", "unknown", lambda key, row, value: row["completion"] is not None),
    lambda chance, expected: ("not_source", "cmi5", lambda key, row, value: row["source"] != value),
)


@pytest.mark.parametrize("resource", ["attempts", "completions", "scores"])
def test_negations_and_counts_equal_plain_python(client: FlaskClient, year: list[dict[str, Any]], resource: str) -> None:
    shown = {"attempts": lambda row: True, "completions": lambda row: row["finished"], "scores": lambda row: row["scored_at"]}
    expected = {key: {**row, "finished": row["completed_at"] or row["passed_at"]} for key, row in reference.rows(year).items()}
    chance = random.Random(9)

    for _ in range(12):
        chosen = [one(chance, expected) for one in chance.sample(NEGATIONS, chance.randrange(1, 4))]
        query = {name: value for name, value, _ in chosen}
        fit = {
            key
            for key, row in expected.items()
            if shown[resource](row) and all(test(key, row, value) for _, value, test in chosen)
        }
        counted = client.get(f"/api/v1/{resource}", query_string={**query, "limit": 1, "count": "exact"}).json["count"]
        assert (answered(client, resource, **query).keys(), counted) == (fit, len(fit)), query


@pytest.mark.parametrize(("resource", "member"), [("learners", 0), ("activities", 1)])
def test_learners_and_activities_equal_plain_python(
    client: FlaskClient, year: list[dict[str, Any]], resource: str, member: int
) -> None:
    gathered: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for key, row in reference.rows(year).items():
        gathered[str(key[member])].append(row)

    found = {row["actor_key" if member == 0 else "activity"]: row for row in every(client, resource)}

    assert found.keys() == gathered.keys()
    for key, rows in gathered.items():
        scores = [row["score_scaled"] for row in rows if row["score_scaled"] is not None]
        expected = {
            "attempts": len(rows),
            "completed": sum(row["completion"] is True for row in rows),
            "passed": sum(row["success"] is True for row in rows),
            "failed": sum(row["success"] is False for row in rows),
            "score_scaled_avg": sum(scores) / len(scores) if scores else None,
            "duration_s": float(sum(row["duration_s"] or 0 for row in rows)),
            "first": min(row["first"] for row in rows),
            "last": max(row["last"] for row in rows),
        }
        assert close(found[key], expected), (key, found[key], expected)


def test_verbs_equal_plain_python(client: FlaskClient, year: list[dict[str, Any]]) -> None:
    voided = {one["object"]["id"] for one in year if one["verb"]["id"].endswith("/voided")}

    found = {row["verb"]: row for row in every(client, "verbs")}

    assert found.keys() == {one["verb"]["id"] for one in year}
    for verb, row in found.items():
        said = [one for one in year if one["verb"]["id"] == verb]
        times = [one["timestamp"] for one in said]
        gone = sum(one["id"] in voided for one in said)
        assert (row["statements"], row["voided"], row["first"], row["last"]) == (len(said), gone, min(times), max(times))


def test_statements_equal_plain_python(client: FlaskClient, year: list[dict[str, Any]]) -> None:
    voided = {one["object"]["id"] for one in year if one["verb"]["id"].endswith("/voided")}
    alive = [one for one in year if one["id"] not in voided]

    everything = [row["id"] for row in every(client, "statements", limit=500)]
    failed = [row["id"] for row in every(client, "statements", limit=500, success="false", not_source="cmi5")]

    assert everything == [one["id"] for one in alive]
    assert failed == [one["id"] for one in alive if reference.outcome(one)[1] is False and reference.source([one]) != "cmi5"]


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
