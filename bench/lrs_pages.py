"""What a page of GET Statements costs, whatever is stored: every filter, the usual pairs, first page and hundredth, by size.

    python bench/lrs_pages.py --data-dir /var/tmp/pages --sizes 1000,100000,1000000
    python bench/lrs_pages.py --uri mongodb://...       --sizes 1000,100000

Each size is a database of its own, filled once (prepared documents, `insert_many`) and kept for the next run. Whatever a filter
names has as many statements at every size, spread over the whole store, or fills its pages at every size: so results are equally
large. Prints milliseconds of the whole `find` and of the database's part of it, round trips, rows, and the ratio of the
database part to that of the smallest size with as many rows.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pymongo
from pymongo import monitoring

import lrs
from access import Caller
from lrs import LRS, Settings, StatementQuery
from lrs.spec.formats import format_milliseconds
from lrs.spec.statement import complete
from rollbook.database import EmbeddedServer

CALLER = Caller(key="bench", name="bench", scopes=frozenset({"all"}))
BEGUN = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)
APART = 40  # milliseconds between two statements
BATCH = 500
FEW = 20  # statements that a rare thing has
SOME = 300  # statements that a learner, a lesson has: three pages
SCHOOL = "https://school.example"
ANSWERED = "http://adlnet.gov/expapi/verbs/answered"


class Trips(monitoring.CommandListener):
    """Reads of this process, and how long the server took for them."""

    def __init__(self) -> None:
        self.count, self.micros = 0, 0

    def started(self, event: monitoring.CommandStartedEvent) -> None: ...

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        if event.command_name in ("find", "aggregate", "getMore"):
            self.count += 1
            self.micros += event.duration_micros

    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...


def account(name: str) -> dict[str, Any]:
    return {"account": {"homePage": SCHOOL, "name": name}, "name": name}


def every(number: int, size: int, times: int, offset: int = 0) -> bool:
    """Whether this is one of `times` statements spread evenly over the store."""
    apart = max(size // times, 1)
    return number % apart == offset % apart and number // apart < times


def statement(number: int, size: int, chance: random.Random) -> dict[str, Any]:
    """Verbs, courses and teachers in shares of the whole; two learners and registrations with a fixed number of statements."""
    rare = every(number, size, FEW, 1)
    known = every(number, size, SOME) and not rare
    course = chance.randrange(10)
    verb = ANSWERED if chance.random() < 0.4 else f"http://adlnet.gov/expapi/verbs/verb-{chance.randrange(20)}"
    learner = "known" if known else "rare" if rare else "tutor" if number % 10 == 3 else f"learner-{chance.randrange(20_000)}"
    lesson = "lesson" if known else "hall" if number % 10 == 7 else f"courses/{course}/items/{chance.randrange(200)}"
    return {
        "actor": account(learner),
        "verb": {"id": verb, "display": {"en-US": "did"}},
        "object": {"id": f"{SCHOOL}/{lesson}", "objectType": "Activity"},
        "context": {
            "registration": str(uuid.UUID(int=1 if known else 2 if rare else chance.getrandbits(128))),
            "instructor": account(f"teacher-{number % 5}"),
            "contextActivities": {"grouping": [{"id": f"{SCHOOL}/courses/{course}"}]},
            "platform": "Rollbook",
        },
        "result": {"score": {"scaled": chance.random()}, "duration": "PT4M12.5S", "success": True, "response": "x" * 200},
    }


def queries(size: int) -> dict[str, StatementQuery]:
    page = StatementQuery(limit=100)
    known, rare, tutor = account("known"), account("rare"), account("tutor")
    lesson, hall, course = f"{SCHOOL}/lesson", f"{SCHOOL}/hall", f"{SCHOOL}/courses/7"
    middle = datetime.fromtimestamp((BEGUN + APART * size // 2) / 1000, UTC)
    return {
        "all": page,
        "all, ascending": replace(page, ascending=True),
        "since": replace(page, since=middle),
        "since, until": replace(page, since=middle, until=middle + timedelta(milliseconds=APART * 100)),
        "verb of 40 %": replace(page, verb=ANSWERED),
        "verb of 3 %": replace(page, verb="http://adlnet.gov/expapi/verbs/verb-7"),
        "no such verb": replace(page, verb="http://adlnet.gov/expapi/verbs/none"),
        "agent": replace(page, agent=known),
        "agent of 10 %": replace(page, agent=tutor),
        "rare agent": replace(page, agent=rare),
        "no such agent": replace(page, agent=account("nobody")),
        "related agent": replace(page, agent=account("teacher-1"), related_agents=True),
        "activity": replace(page, activity=lesson),
        "activity of 10 %": replace(page, activity=hall),
        "related activity": replace(page, activity=course, related_activities=True),
        "registration": replace(page, registration=str(uuid.UUID(int=1))),
        "rare registration": replace(page, registration=str(uuid.UUID(int=2))),
        "agent, verb": replace(page, agent=known, verb=ANSWERED),
        "agent, activity": replace(page, agent=known, activity=lesson),
        "agent, registration": replace(page, agent=known, registration=str(uuid.UUID(int=1))),
        "agent, since": replace(page, agent=known, since=middle),
        "verb, activity": replace(page, verb=ANSWERED, activity=lesson),
        "activity, since": replace(page, activity=lesson, since=middle),
        "verb, since": replace(page, verb=ANSWERED, since=middle),
        "agent, related activity": replace(page, agent=known, activity=course, related_activities=True),
        "verb, related activity": replace(page, verb=ANSWERED, activity=course, related_activities=True),
        "10 % agent, no related activity": replace(page, agent=tutor, activity=f"{SCHOOL}/none", related_activities=True),
        "10 % agent, rare activity": replace(page, agent=tutor, activity=lesson),
        "10 % agent, 10 % activity": replace(page, agent=tutor, activity=hall),
        "10 % agent, no verb": replace(page, agent=tutor, verb="http://adlnet.gov/expapi/verbs/none"),
        "10 % activity, no verb": replace(page, activity=hall, verb="http://adlnet.gov/expapi/verbs/none"),
    }


def load(store: LRS, size: int) -> None:
    """Rows as `LRS.store` makes them, some milliseconds apart, and their milestones."""
    settings = store.db["bench"]
    done = settings.find_one({"_id": "loaded"}) or {"n": 0}
    if done["n"] == size:
        return
    store.db.client.drop_database(store.db.name)
    store.ensure_indexes()
    chance = random.Random(size)
    started = time.perf_counter()
    for first in range(0, size, BATCH):
        rows = []
        for number in range(first, min(first + BATCH, size)):
            ms = BEGUN + number * APART
            whole = complete(
                statement(number, size, chance),
                statement_id=str(uuid.UUID(int=chance.getrandbits(128), version=4)),
                stored=format_milliseconds(ms),
                authority=account("bench"),
                default_version="2.0.0",
                version="2.0.0",
            )
            rows.append(store._document(whole, ms << 20, CALLER.store))
        store.db["lrs_statements"].insert_many(rows, ordered=False)
        store.marks.passed(CALLER.store, [row["s"] for row in rows])
        store.marks.write()
    settings.insert_one({"_id": "loaded", "n": size})
    print(f"{size} statements: loaded {size / (time.perf_counter() - started):.0f} a second", flush=True)
    time.sleep(10)  # the server is at work after a load


def measure(asked: dict[int, tuple[LRS, StatementQuery]], trips: Trips, repeats: int) -> dict[int, tuple[float, float, int, int]]:
    """The best of the whole and of the server's part in milliseconds, round trips of the last reading, statements.

    The sizes take turns, so that what else the machine does meets them alike."""
    best: dict[int, tuple[float, float, int, int]] = {}
    for _ in range(repeats):
        for size, (store, query) in asked.items():
            trips.count = trips.micros = 0
            started = time.perf_counter()
            page = store.find(query, CALLER)
            whole, database = (time.perf_counter() - started) * 1000, trips.micros / 1000
            known = best.get(size, (whole, database, 0, 0))
            best[size] = (min(whole, known[0]), min(database, known[1]), trips.count, len(page.raws))
    return best


def deep(store: LRS, query: StatementQuery, pages: int) -> StatementQuery | None:
    """The query of that page; None when there are not so many."""
    for _ in range(pages - 1):
        page = store.find(query, CALLER)
        if page.last is None:
            return None
        query = replace(query, cursor=page.last)
    return query


@contextlib.contextmanager
def server(uri: str | None, directory: str | None) -> Iterator[str]:
    if uri:
        yield uri
        return
    if not directory:
        raise SystemExit("Name a MongoDB with --uri, or with --data-dir where an embedded one keeps its data.")
    Path(directory).mkdir(parents=True, exist_ok=True)
    embedded = EmbeddedServer(Path(directory))
    yield embedded.start()
    embedded.stop()


def report(stores: dict[int, LRS], trips: Trips, repeats: int, only: str) -> None:
    head = "".join(f"{size:>10}{'database':>10}{'trips':>6}{'rows':>5}" for size in stores)
    print(f"{'ms':34}{head}   ratio")
    for label in queries(1):
        if only not in label:
            continue
        for name, pages in (("", 1), (", 100th page", 100)):
            asked = {size: (store, deep(store, queries(size)[label], pages)) for size, store in stores.items()}
            best = measure({size: (store, query) for size, (store, query) in asked.items() if query}, trips, repeats)
            if best:
                print(f"{label + name:34}{row(stores, best)}", flush=True)


def row(stores: dict[int, LRS], best: dict[int, tuple[float, float, int, int]]) -> str:
    cells = ""
    for size in stores:
        whole, database, count, rows = best.get(size, (0.0, 0.0, 0, 0))
        cells += f"{whole:10.2f}{database:10.2f}{count:6}{rows:5}" if size in best else f"{'-':>10}{'':>21}"
    length = list(best.values())[-1][3]
    equal = [database for _, database, _, rows in best.values() if rows == length]
    return f"{cells}{equal[-1] / equal[0]:8.2f}" if len(equal) > 1 else cells


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--uri")
    options.add_argument("--data-dir")
    options.add_argument("--sizes", default="1000,100000")
    options.add_argument("--repeats", type=int, default=25)
    options.add_argument("--only", default="", help="filters whose name has this in it")
    options.add_argument("--load", action="store_true", help="fill the databases and stop")
    chosen = options.parse_args()
    with server(chosen.uri, chosen.data_dir) as uri:
        trips = Trips()
        client: pymongo.MongoClient[Any] = pymongo.MongoClient(uri, event_listeners=[trips])
        stores = {size: lrs.LRS(client[f"bench_lrs_pages_{size}"], Settings()) for size in map(int, chosen.sizes.split(","))}
        for size, store in stores.items():
            load(store, size)
        if not chosen.load:
            report(stores, trips, chosen.repeats, chosen.only)


if __name__ == "__main__":
    main()
