"""What the analyst API costs: python -m bench.analytics_rows [--learners 10000] [--padding 100000] [--uri mongodb://…]

One course by so many learners is stored through the LRS, folded and asked for; then a made-up year of other courses
is stored beside it and the same is asked again: the figures of the course must not move. The last line of a
round is the same completions found by scanning the statements. Without --uri it starts an embedded server of its own.
CPU times are told beside the clock: a busy machine changes them less.
"""

import argparse
import base64
import itertools
import os
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

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
SCANNED = "bench_scanned"


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
    """How many, and the seconds that it took the LRS; each is also stored as a document, for the scan."""
    seconds, count, source = 0.0, 0, iter(statements)
    while batch := list(itertools.islice(source, BATCH)):
        began = time.perf_counter()
        lrs.store(batch, caller=WRITER)
        seconds += time.perf_counter() - began
        count += len(batch)
        lrs.db[SCANNED].insert_many([{"statement": one} for one in batch])
    return count, seconds


class Cost(NamedTuple):
    """Seconds: by the clock, of this process's CPU, of the database's where it is a child of this process."""

    wall: float
    here: float
    database: float


def database_cpu() -> float:
    """CPU seconds that the embedded server has used so far."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12]) if int(fields[1]) == os.getpid() else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def best(ask: Callable[[], int], times: int = 5) -> tuple[int, Cost]:
    """How much came, and the least of each cost."""
    found, costs = 0, []
    for _ in range(times):
        began = Cost(time.perf_counter(), time.process_time(), database_cpu())
        found = ask()
        ended = Cost(time.perf_counter(), time.process_time(), database_cpu())
        costs.append(Cost(*(late - early for early, late in zip(began, ended, strict=True))))
    return found, Cost(*(min(column) for column in zip(*costs, strict=True)))


def lines(client: FlaskClient, query: str) -> Callable[[], int]:
    def ask() -> int:
        response = client.get(f"/api/v1/{query}")
        return sum(chunk.count(b"\n") for chunk in response.iter_encoded())

    return ask


def streamed(client: FlaskClient, query: str, rows: int) -> Callable[[], int]:
    """For formats whose rows are not lines."""

    def ask() -> int:
        for _ in client.get(f"/api/v1/{query}").iter_encoded():
            pass
        return rows

    return ask


def rows(client: FlaskClient, query: str) -> Callable[[], int]:
    return lambda: len(client.get(f"/api/v1/{query}").json["rows"])


def grouped(client: FlaskClient) -> int:
    measures = [{"count": "*"}, {"avg": "score_scaled"}, {"rate": "passed"}, {"count_distinct": "actor_key"}]
    return len(client.post("/api/v1/query", json={"group_by": ["activity"], "measures": measures}).json["rows"])


def scan(db: Database[Any]) -> int:
    """What an analyst does who has nothing but the statements, as documents with an index of their objects."""
    stages = [
        {"$match": {"statement.object.id": COURSE}},
        {"$match": {"statement.result.completion": True}},
        {"$group": {
            "_id": "$statement.actor.mbox",
            "at": {"$min": "$statement.stored"},
            "score": {"$max": "$statement.result.score.raw"},
        }},
    ]  # fmt: skip
    return len(list(db[SCANNED].aggregate(stages)))


def measure(title: str, client: FlaskClient, db: Database[Any], learners: int) -> None:
    print(title)
    questions: dict[str, Callable[[], int]] = {
        "completions of the course, NDJSON": lines(client, f"completions?course={COURSE}&format=ndjson"),
        "completions of the course, Parquet": streamed(client, f"completions?course={COURSE}&format=parquet", learners),
        "completions of the course, CSV": lines(client, f"completions?course={COURSE}&format=csv"),
        "a page of 100 of them": rows(client, f"completions?course={COURSE}"),
        "one learner": rows(client, "attempts?actor_key=mailto:golfer7@example.org"),
        "all attempts grouped by activity": lambda: grouped(client),
        "the completions by scanning statements": lambda: scan(db),
    }
    for name, ask in questions.items():
        found, cost = best(ask)
        cpu = f"CPU here {cost.here * 1000:8.1f} ms, database {cost.database * 1000:8.1f} ms"
        print(f"  {name:42} {found:8} rows {cost.wall * 1000:10.1f} ms {found / cost.wall:10.0f} rows/s  {cpu}")


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
        db[SCANNED].create_index("statement.object.id")
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
            measure(title, client, db, given.learners)


if __name__ == "__main__":
    main()
