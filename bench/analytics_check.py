"""Is it right? python -m bench.analytics_check [--learners 10000] [--courses 200] [--seed 7] [--uri mongodb://…]

A made-up year goes through the real Learning Record Store and the fold; then every attempt, every answer, grouped figures, and
the items, funnel and struggling of some courses are asked over HTTP and compared with what plain Python computes from the raw
statements.
Exit status 1 where anything differs.
"""

import argparse
import math
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
from flask.testing import FlaskClient

from analytics import Attempts
from bench.analytics_groups import QUERIES
from bench.analytics_rows import application, served, store
from bench.analytics_year import Year, course_iri
from lrs import LRS, Settings
from tests.analytics import reference, reference_analysis, reference_query

Row = dict[str, Any]
KEY = ("actor_key", "activity", "registration")
COURSES = (0, 1, 2, 3)  # one of each standard


def listed(client: FlaskClient, path: str) -> Iterator[Row]:
    response = client.get(f"/api/v1/{path}{'&' if '?' in path else '?'}format=ndjson")
    assert response.status_code == 200, response.text
    return (orjson.loads(line) for line in response.get_data().splitlines())


def same(found: Any, expected: Any) -> bool:
    if isinstance(expected, float) and found is not None:
        return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)
    return bool(found == expected)


def differing(found: dict[Any, Row], expected: dict[Any, Row]) -> list[Any]:
    wrong = [
        key for key in expected if key in found and not all(same(found[key][name], expected[key][name]) for name in expected[key])
    ]
    return [*wrong, *(found.keys() ^ expected.keys())]


def checks(client: FlaskClient, said: list[Row]) -> Iterator[tuple[str, int, list[Any]]]:
    """What is compared, how many, and which differ."""
    attempts = reference.rows(said)
    found = {(row["actor_key"], row["activity"], row["registration"]): row for row in listed(client, "attempts")}
    yield "attempts", len(attempts), differing(found, attempts)
    yield from grouped(client, [dict(zip(KEY, key, strict=True)) | row for key, row in attempts.items()])
    answers = {row["id"]: row for row in reference.interactions(said)}
    yield "answers", len(answers), differing({row["id"]: row for row in listed(client, "interactions")}, answers)
    for course in map(course_iri, COURSES):
        given = reference_analysis.answers(said, course)
        items = {question: reference_analysis.item(given, question) for question in given}
        yield (
            f"items of {course}",
            len(items),
            differing({row["activity"]: row for row in listed(client, f"items?course={course}")}, items),
        )
        stages = {stage: {"learners": len(who)} for stage, who in reference_analysis.funnel(said, course).items()}
        yield (
            f"funnel of {course}",
            len(stages),
            differing({row["stage"]: row for row in listed(client, f"funnel?course={course}")}, stages),
        )
        who = reference_analysis.struggling(said, course, 2, 14, 2.0, datetime.now(UTC))
        told: dict[Any, Row] = {(row["actor_key"], row["reason"]): {} for row in listed(client, f"struggling?course={course}")}
        yield f"struggling in {course}", len(who), differing(told, {key: {} for key in who})


def grouped(client: FlaskClient, rows: list[Row]) -> Iterator[tuple[str, int, list[Any]]]:
    for name, body in QUERIES.items():
        if body.get("from", "attempts") == "attempts":
            query = {"measures": [{"count": "*"}], "limit": 10_000, **body}
            expected = reference_query.evaluate(rows, query)
            found = orjson.loads(client.post("/api/v1/query", json=query).data)["rows"]
            yield f"attempts {name}", len(expected), [] if reference_query.equal(found, expected) else [query]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=10_000)
    parser.add_argument("--courses", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--uri")
    given = parser.parse_args()
    said = list(Year(learners=given.learners, courses=given.courses, seed=given.seed).statements())
    with served(given.uri) as db:
        lrs = LRS(db, Settings())
        attempts = Attempts(db, lrs)
        lrs.ensure_indexes()
        attempts.ensure_indexes()
        client = application(db, attempts)
        count, seconds = store(lrs, said)
        print(f"{count} statements stored in {seconds:.0f} s")
        began = time.perf_counter()
        attempts.current(wait=36_000.0)
        print(f"folded in {time.perf_counter() - began:.0f} s")
        wrong = 0
        for name, compared, differ in checks(client, said):
            print(f"  {name:45} {compared:8} compared {len(differ):6} differ {differ[:1] or ''}")
            wrong += len(differ)
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
