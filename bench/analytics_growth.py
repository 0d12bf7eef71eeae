"""What a question costs as the store grows: python -m bench.analytics_growth [--sizes 10000,1000000] [--data-dir …]

Each size is a database of its own: one course, two statements by each of so many learners, spread evenly among the statements of
a made-up year of other courses. Statements and attempt rows are prepared as the store and the fold leave them, and put in place
in bulk; with --data-dir or --uri they are kept for the next run. Then the sizes take turns with the same questions about the
course, the last two answered without the fold: by reading its statements, and by a pipeline over statements kept as documents.
Told are the least and the median CPU seconds of both processes (by the clock with --uri), and the ratios.
"""

import argparse
import itertools
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mongoengine
import orjson
import pymongo
from pymongo.database import Database

from analytics import Attempts, attempts
from analytics.attempts import Folded, Key
from analytics.facts import facts, milliseconds
from bench.analytics_groups import MEASURES, asked, put
from bench.analytics_rows import COURSE, SCANNED, WRITER, Cost, application, best, course, lines, rows, scan
from bench.analytics_year import ADL, Statement, Year
from lrs import LRS, Settings, StatementQuery
from lrs.spec import index
from lrs.spec.formats import format_milliseconds
from lrs.spec.statement import complete
from rollbook import database

BEGUN = 1_767_225_600_000
APART = 20  # milliseconds between two statements
BATCH = 1_000
ACCESS = "bench_growth_access"
AUTHORITY = {"account": {"homePage": "https://school.example", "name": "bench"}}
WEEK = {"bucket": "last", "every": "week", "tz": "Europe/Paris"}
GROUPED = {"filter": {"course": COURSE}, "group_by": [WEEK, "status"], "measures": MEASURES}


def mixed(size: int, learners: int) -> Iterator[Statement]:
    """The course's statements evenly among those of others; as many as `size`."""
    others = (one for one in Year(learners=size, courses=200, questions=0).statements() if one["verb"]["id"] != ADL + "voided")
    apart = size // (2 * learners)
    for one in course(learners):
        yield one
        yield from itertools.islice(others, apart - 1)


def fill(db: Database[Any], size: int, learners: int) -> None:
    """Indexes come last: one after the other is quicker than all at once."""
    began, lrs, said = time.perf_counter(), LRS(db, Settings()), defaultdict[Key, list[Folded]](list)
    source = enumerate(mixed(size, learners))
    while batch := list(itertools.islice(source, BATCH)):
        stored, documents = [], []
        for number, one in batch:
            ms = BEGUN + number * APART
            whole = complete(
                {"timestamp": format_milliseconds(ms), **one},
                statement_id=f"00000000-0000-4000-8000-{number:012}",
                stored=format_milliseconds(ms),
                authority=AUTHORITY,
                default_version="2.0.0",
                version="2.0.0",
            )
            documents.append(whole)
            stored.append(
                {
                    "_id": index.statement_key(WRITER.store, whole["id"]),
                    "s": ms << 20,
                    "t": WRITER.store,
                    "raw": orjson.dumps(whole),
                    **index.index_entry(whole),
                }
            )
            found = facts(whole)
            said[attempts.key(found)].append(Folded(ms << 20, found))  # type: ignore[index]
        db["lrs_statements"].insert_many(stored, ordered=False)
        db[SCANNED].insert_many([{"statement": one} for one in documents], ordered=False)
        lrs.marks.passed(WRITER.store, [row["s"] for row in stored])
    lrs.marks.write()
    made = [attempts.fold(attempts.empty(key), many) | {"_id": attempts.row_id(1, key), "t": 1} for key, many in said.items()]
    rollup = Attempts(db, lrs)
    put(db, rollup, (made, []))
    lrs.ensure_indexes()
    rollup.ensure_indexes()
    db[SCANNED].create_index("statement.object.id")
    db["bench"].insert_one({"_id": "filled", "size": size})
    print(f"{size} statements and {len(made)} attempts put in {time.perf_counter() - began:.0f} s", flush=True)


def read_and_fold(lrs: LRS) -> int:
    """The same rows for who has the LRS only: all statements of the course, folded."""
    said, query = defaultdict[Key | None, list[Folded]](list), StatementQuery(activity=COURSE, ascending=True, limit=500)
    while True:
        page = lrs.find(query, WRITER)
        for one in page.statements:
            found = facts(one)
            said[attempts.key(found)].append(Folded((milliseconds(one["stored"]) or 0) << 20, found))
        if page.last is None:
            break
        query = StatementQuery(activity=COURSE, ascending=True, limit=500, cursor=page.last)
    folded = (attempts.fold(attempts.empty(key), many) for key, many in said.items() if key is not None)
    return sum("finished_seq" in row for row in folded)


def questions(db: Database[Any]) -> dict[str, Callable[[], int]]:
    lrs = LRS(db, Settings())
    for name in db.client[ACCESS].list_collection_names():  # to drop a database takes the embedded server long
        db.client[ACCESS][name].delete_many({})
    client = application(db, Attempts(db, lrs))
    return {
        "completions of the course, NDJSON": lines(client, f"completions?course={COURSE}&format=ndjson"),
        "a page of 100 of them": rows(client, f"completions?course={COURSE}"),
        "its attempts by week and status": asked(client, "query", GROUPED),
        "its statements read and folded": lambda: read_and_fold(lrs),
        "a pipeline over its statements": lambda: scan(db),
    }


def compare(stores: dict[int, dict[str, Callable[[], int]]], repeats: int, cost: Callable[[Cost], float]) -> None:
    smallest = min(stores)
    folded: dict[int, float] = {}
    for name in stores[smallest]:
        found: dict[int, int] = {}
        costs: dict[int, list[float]] = defaultdict(list)
        for _ in range(repeats):
            for size, asks in stores.items():
                found[size], once = best(asks[name], 1)
                costs[size].append(cost(once))
        for size in stores:
            least, median = min(costs[size]), statistics.median(costs[size])
            folded.setdefault(size, least)
            figures = f"{size:8} stored {found[size]:6} rows {least * 1000:8.0f} ms, median {median * 1000:8.0f} ms"
            ratios = f"{least / min(costs[smallest]):6.2f} of the smallest {least / folded[size]:6.2f} of the completions"
            print(f"  {name:36} {figures} {ratios}", flush=True)


@contextmanager
def served(uri: str | None, folder: str | None) -> Iterator[str]:
    if uri:
        yield uri
        return
    with tempfile.TemporaryDirectory(prefix="rollbook-bench-") as made:
        Path(folder or made).mkdir(parents=True, exist_ok=True)
        server = database.EmbeddedServer(Path(folder or made), auth=False)
        yield server.start()
        server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,1000000")
    parser.add_argument("--learners", type=int, default=5_000)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--data-dir", help="where an embedded server keeps the databases")
    parser.add_argument("--uri")
    given = parser.parse_args()
    with served(given.uri, given.data_dir) as uri:
        client: pymongo.MongoClient[Any] = pymongo.MongoClient(uri)
        mongoengine.connect(ACCESS, host=uri, alias="rollbook", tz_aware=True, uuidRepresentation="standard")
        stores = {}
        for size in map(int, given.sizes.split(",")):
            db = client[f"bench_growth_{given.learners}_{size}"]
            if db["bench"].find_one({"_id": "filled"}) is None:
                client.drop_database(db.name)
                fill(db, size, given.learners)
            stores[size] = questions(db)
        compare(stores, given.repeats, lambda cost: cost.wall if given.uri else cost.here + cost.database)


if __name__ == "__main__":
    main()
