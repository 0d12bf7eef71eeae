"""What a page of GET Statements costs, whatever is stored: every filter, first page and hundredth, at several sizes.

    python bench/lrs_pages.py --uri mongodb://... --sizes 1000,100000,1000000

Loads statements through the front door, 40 % of them with one verb, one in 10,000 by a rare agent, and prints the best of several
readings in milliseconds, with the number of round trips."""

from __future__ import annotations

import argparse
import random
import time
import uuid
from dataclasses import replace
from typing import Any

import pymongo
from pymongo import monitoring

import lrs
from access import Caller
from lrs import LRS, Settings, StatementQuery

VERBS = ["answered"] * 40 + [f"verb-{n}" for n in range(60)]
CALLER = Caller(key="bench", name="bench", scopes=frozenset({"all"}))


class Trips(monitoring.CommandListener):
    count = 0

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command_name in ("find", "aggregate", "getMore"):
            Trips.count += 1

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None: ...

    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...


def statement(number: int, chance: random.Random) -> dict[str, Any]:
    agent = "rare" if number % 10_000 == 77 else f"learner-{chance.randrange(2_000)}"
    course = chance.randrange(200)
    return {
        "actor": {"account": {"homePage": "https://school.example", "name": agent}, "name": agent},
        "verb": {"id": f"http://adlnet.gov/expapi/verbs/{chance.choice(VERBS)}", "display": {"en-US": "did"}},
        "object": {"id": f"https://school.example/courses/{course}/items/{chance.randrange(20)}", "objectType": "Activity"},
        "context": {
            "registration": str(uuid.UUID(int=chance.getrandbits(128))),
            "contextActivities": {"grouping": [{"id": f"https://school.example/courses/{course}"}]},
            "platform": "Rollbook",
        },
        "result": {"score": {"scaled": chance.random()}, "duration": "PT4M12.5S", "success": True, "response": "x" * 200},
    }


QUERIES = {
    "all": StatementQuery(limit=100),
    "all, ascending": StatementQuery(limit=100, ascending=True),
    "verb of 40 %": StatementQuery(limit=100, verb="http://adlnet.gov/expapi/verbs/answered"),
    "verb of 1 %": StatementQuery(limit=100, verb="http://adlnet.gov/expapi/verbs/verb-7"),
    "activity": StatementQuery(limit=100, activity="https://school.example/courses/7/items/3"),
    "related activity": StatementQuery(limit=100, activity="https://school.example/courses/7", related_activities=True),
    "agent": StatementQuery(limit=100, agent={"account": {"homePage": "https://school.example", "name": "learner-7"}}),
    "rare agent": StatementQuery(limit=100, agent={"account": {"homePage": "https://school.example", "name": "rare"}}),
    "agent and verb": StatementQuery(
        limit=100,
        agent={"account": {"homePage": "https://school.example", "name": "learner-7"}},
        verb="http://adlnet.gov/expapi/verbs/answered",
    ),
    "no such agent": StatementQuery(limit=100, agent={"account": {"homePage": "https://school.example", "name": "nobody"}}),
    "registration": StatementQuery(limit=100, registration=str(uuid.UUID(int=1))),
}


def load(store: LRS, count: int, size: int) -> int:
    chance = random.Random(count)
    while count < size:
        batch = [statement(number, chance) for number in range(count, min(count + 500, size))]
        store.store(batch, caller=CALLER)
        count += len(batch)
    return count


def measure(store: LRS, query: StatementQuery, repeats: int = 7) -> tuple[float, float, int, int]:
    """First reading and best of the rest in milliseconds, statements, round trips."""
    times = []
    for _ in range(repeats):
        before = Trips.count
        started = time.perf_counter()
        page = store.find(query, CALLER)
        times.append((time.perf_counter() - started) * 1000)
    return times[0], min(times[1:]), len(page.raws), Trips.count - before


def hundredth(store: LRS, query: StatementQuery) -> StatementQuery:
    for _ in range(99):
        page = store.find(query, CALLER)
        if page.last is None:
            break
        query = replace(query, cursor=page.last)
    return query


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--uri", required=True)
    options.add_argument("--sizes", default="1000,100000")
    chosen = options.parse_args()
    client: pymongo.MongoClient[Any] = pymongo.MongoClient(chosen.uri, event_listeners=[Trips()])
    name = "bench_lrs_pages"
    client.drop_database(name)
    store = lrs.LRS(client[name], Settings())
    store.ensure_indexes()
    count = 0
    for size in map(int, chosen.sizes.split(",")):
        started = time.perf_counter()
        loaded, count = count, load(store, count, size)
        seconds = time.perf_counter() - started
        time.sleep(5)  # the server is at work after a load
        print(f"\n{size} statements; loaded {(count - loaded) / seconds:.0f} a second")
        print(f"{'':18}{'first':>8}{'best':>8}{'trips':>6}{'rows':>6}   {'100th':>8}{'trips':>6}{'rows':>6}")
        for label, query in QUERIES.items():
            first, best, rows, trips = measure(store, query)
            deep = measure(store, hundredth(store, query))
            print(f"{label:18}{first:8.2f}{best:8.2f}{trips:6}{rows:6}   {deep[1]:8.2f}{deep[3]:6}{deep[2]:6}")
    client.drop_database(name)


if __name__ == "__main__":
    main()
