"""What the analyst API costs: python -m bench.analytics_rows [--learners 10000] [--padding 100000] [--uri mongodb://…]

One course by so many learners is stored through the LRS, folded and asked for; then a made-up year of other courses
is stored beside it and the same is asked again: the figures of the course must not move. The last column of a
round is the same completions found by scanning the statements. Without --uri it starts an embedded server of its own.
"""

import argparse
import base64
import itertools
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mongoengine
from flask import Flask
from flask.testing import FlaskClient
from pymongo.database import Database

import access
import analytics
from access import Caller, Credentials
from bench.analytics_year import ADL, TYPE, Statement, Year
from lrs import LRS, Settings
from rollbook import database

COURSE = "https://example.org/courses/golf"
WRITER = Caller(key="bench", name="bench", scopes=frozenset({"all"}))
BATCH = 500


def course(learners: int) -> Iterator[Statement]:
    thing = {"id": COURSE, "definition": {"type": TYPE + "course", "name": {"en": "Golf"}}}
    for learner in range(learners):
        actor = {"name": f"Learner {learner}", "mbox": f"mailto:golfer{learner}@example.org"}
        context = {"registration": str(uuid.UUID(int=learner + 1, version=4)), "platform": "Bench"}
        made = {"actor": actor, "object": thing, "context": context}
        yield {**made, "verb": {"id": ADL + "initialized"}}
        score = {"raw": learner % 101, "min": 0, "max": 100}
        result = {"completion": True, "success": learner % 3 > 0, "score": score, "duration": "PT20M"}
        yield {**made, "verb": {"id": ADL + "completed"}, "result": result}


def store(lrs: LRS, statements: Iterable[Statement]) -> tuple[int, float]:
    began, count, source = time.perf_counter(), 0, iter(statements)
    while batch := list(itertools.islice(source, BATCH)):
        lrs.store(batch, caller=WRITER)
        count += len(batch)
    return count, time.perf_counter() - began


def best(ask: Callable[[], int], times: int = 3) -> tuple[int, float]:
    """How much came, and the seconds of the fastest try."""
    found, seconds = 0, float("inf")
    for _ in range(times):
        began = time.perf_counter()
        found = ask()
        seconds = min(seconds, time.perf_counter() - began)
    return found, seconds


def lines(client: FlaskClient, query: str) -> Callable[[], int]:
    def ask() -> int:
        response = client.get(f"/api/v1/{query}")
        return sum(chunk.count(b"\n") for chunk in response.iter_encoded())

    return ask


def rows(client: FlaskClient, query: str) -> Callable[[], int]:
    return lambda: len(client.get(f"/api/v1/{query}").json["rows"])


def grouped(client: FlaskClient) -> int:
    measures = [{"count": "*"}, {"avg": "score_scaled"}, {"rate": "passed"}, {"count_distinct": "actor_key"}]
    return len(client.post("/api/v1/query", json={"group_by": ["activity"], "measures": measures}).json["rows"])


def scan(db: Database[Any]) -> int:
    """What an analyst does who has nothing but the statements."""
    stages = [
        {"$match": {"t": 1}},
        {"$match": {"f.object": COURSE, "f.completion": True}},
        {"$group": {"_id": "$f.actor_key", "at": {"$min": "$f.timestamp"}, "score": {"$max": "$f.score_scaled"}}},
    ]
    return len(list(db["lrs_statements"].aggregate(stages)))


def measure(title: str, client: FlaskClient, db: Database[Any]) -> None:
    print(title)
    questions: dict[str, Callable[[], int]] = {
        "completions of the course, NDJSON": lines(client, f"completions?course={COURSE}&format=ndjson"),
        "completions of the course, CSV": lines(client, f"completions?course={COURSE}&format=csv"),
        "a page of 100 of them": rows(client, f"completions?course={COURSE}"),
        "one learner": rows(client, "attempts?actor_key=mailto:golfer7@example.org"),
        "all attempts grouped by activity": lambda: grouped(client),
        "the completions by scanning statements": lambda: scan(db),
    }
    for name, ask in questions.items():
        found, seconds = best(ask)
        print(f"  {name:42} {found:8} rows {seconds * 1000:10.1f} ms {found / seconds:12.0f} rows/s")


@contextmanager
def served(uri: str | None) -> Iterator[Database[Any]]:
    with tempfile.TemporaryDirectory(prefix="rollbook-bench-") as folder:
        server = None if uri else database.EmbeddedServer(Path(folder), auth=False)
        uri = server.start() if server else uri
        client = database.connect(str(uri))
        name = f"bench_{uuid.uuid4().hex[:8]}"
        mongoengine.connect(name, host=uri, alias="rollbook", tz_aware=True, uuidRepresentation="standard")
        yield client[name]
        client.drop_database(name)
        mongoengine.disconnect("rollbook")
        client.close()
        if server:
            server.stop()


def application(db: Database[Any], attempts: analytics.Attempts) -> FlaskClient:
    app = Flask("analytics-bench")
    credentials = Credentials(db, cost=(4, 8, 1), streams=False)
    credentials.create(name="bench", scopes=["analytics/read"], key="bench", secret="bench")
    access.init_app(app, credentials)
    analytics.init_app(app, attempts, lambda course: None)
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Basic " + base64.b64encode(b"bench:bench").decode()
    return client


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=10_000)
    parser.add_argument("--padding", type=int, default=100_000, help="statements of other courses")
    parser.add_argument("--uri")
    given = parser.parse_args()
    with served(given.uri) as db:
        lrs = LRS(db, Settings())
        attempts = analytics.Attempts(db, lrs)
        lrs.ensure_indexes()
        attempts.ensure_indexes()
        client = application(db, attempts)
        year = Year(learners=given.padding, courses=200).statements()
        for title, statements in (
            ("the course alone", course(given.learners)),
            ("beside a year", itertools.islice(year, given.padding)),
        ):
            count, seconds = store(lrs, statements)
            print(f"{count} statements stored in {seconds:.1f} s ({count / seconds:.0f}/s)")
            began = time.perf_counter()
            attempts.current(wait=36_000.0)
            seconds = time.perf_counter() - began
            print(f"folded in {seconds:.1f} s ({count / seconds:.0f}/s)")
            measure(title, client, db)


if __name__ == "__main__":
    main()
