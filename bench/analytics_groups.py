"""Grouped answers over many attempts: python -m bench.analytics_groups [--attempts 100000] [--uri mongodb://…]

A made-up year is folded in memory and its rows are put into the database as the fold would leave them; then the slowest questions
of the analyst API are asked through it: queries, charts, counts, and the analysis of one course.
"""

import argparse
import itertools
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import orjson
from flask.testing import FlaskClient
from pymongo.database import Database

from analytics import Attempts, attempts, interactions, sight, store, vocabulary
from analytics.attempts import Folded, Key, Row
from analytics.facts import facts
from bench.analytics_rows import application, best, served
from bench.analytics_year import Year, course_iri
from lrs import LRS, Settings

BATCH = 2_000
WEEK = {"bucket": "last", "every": "week", "tz": "Europe/Paris"}
MEASURES = [
    {"count": "*"},
    {"avg": "score_scaled"},
    {"rate": "passed"},
    {"count_distinct": "actor_key"},
    {"percentile": ["duration_s", 0.9]},
]
QUERIES: dict[str, dict[str, Any]] = {
    "by activity": {"group_by": ["activity"], "measures": MEASURES},
    "by week in Paris": {"group_by": [WEEK], "measures": MEASURES},
    "by activity and status": {"group_by": ["activity", "status"], "measures": MEASURES, "order": ["-count"]},
    "by learner, the 100 with most attempts": {"group_by": ["actor_key"], "order": ["-count"], "limit": 100},
    "answers by question and response": {"from": "interactions", "group_by": ["activity", "response"]},
}


def rows(wanted: int) -> tuple[list[Row], list[Row]]:
    """Attempts and answers of the year."""
    said: dict[Key, list[Folded]] = defaultdict(list)
    answers: list[Row] = []
    for number, statement in enumerate(Year(learners=wanted, courses=200).statements(), 1):
        found = facts(statement)
        seq = (1_767_225_600_000 + number) << 20
        if found["verb"] == vocabulary.VOIDED:
            continue
        if (key := attempts.key(found)) is not None:
            said[key].append(Folded(seq, found))
        elif interactions.is_answer(found):
            answers.append(interactions.row(1, seq, found))
        if len(said) >= wanted:
            break
    made = [attempts.fold(attempts.empty(key), many) | {"_id": attempts.row_id(1, key), "t": 1} for key, many in said.items()]
    return made, answers


def put(db: Database[Any], rollup: Attempts, made: tuple[list[Row], list[Row]]) -> None:
    secret, last = rollup.secret(1), 0
    for name, many in zip((store.ATTEMPTS, store.INTERACTIONS), made, strict=True):
        for number, row in enumerate(many, 1):
            row |= {"n": number, "pseudonym": sight.pseudonym(secret, row["actor_key"])}
            last = max(last, row["seq"])
        for batch in _batches(many):
            db[name].insert_many(batch, ordered=False)
    db[store.CURSORS].insert_one(
        {"_id": 1, "seq": last, "attempts": len(made[0]), "interactions": len(made[1]), "until": 0.0, "holder": ""}
    )


def _batches(many: list[Row]) -> Iterator[list[Row]]:
    source = iter(many)
    while batch := list(itertools.islice(source, BATCH)):
        yield batch


def asked(client: FlaskClient, path: str, body: Any = None) -> Callable[[], int]:
    def ask() -> int:
        response = client.get(f"/api/v1/{path}") if body is None else client.post(f"/api/v1/{path}", json=body)
        assert response.status_code == 200, response.text
        return len(orjson.loads(response.data)["rows"])

    return ask


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=int, default=100_000)
    parser.add_argument("--uri")
    given = parser.parse_args()
    with served(given.uri) as db:
        rollup = Attempts(db, LRS(db, Settings()))
        rollup.lrs.ensure_indexes()  # type: ignore[attr-defined]
        rollup.ensure_indexes()
        began = time.perf_counter()
        made = rows(given.attempts)
        put(db, rollup, made)
        print(f"{len(made[0])} attempts and {len(made[1])} answers put in {time.perf_counter() - began:.0f} s")
        client, course = application(db, rollup), course_iri(7)
        questions = {name: asked(client, "query", body) for name, body in QUERIES.items()}
        questions |= {
            "learners, a page": asked(client, "learners"),
            "activities, a page": asked(client, "activities"),
            "failed attempts, counted exactly": asked(client, "attempts?success=false&limit=1&count=exact"),
            "failed attempts, estimated": asked(client, "attempts?success=false&limit=1&count=estimate"),
            "items of one course": asked(client, f"items?course={course}"),
            "distractors of one course": asked(client, f"distractors?course={course}"),
            "funnel of one course": asked(client, f"funnel?course={course}"),
            "struggling in one course": asked(client, f"struggling?course={course}"),
        }
        for name, ask in questions.items():
            found, cost = best(ask)
            print(f"  {name:42} {found:6} rows {cost[0] * 1000:10.1f} ms", flush=True)


if __name__ == "__main__":
    main()
