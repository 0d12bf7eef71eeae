"""CPU of this process per statement stored and per page read, by part: what is ours, without the database's time.

    python bench/lrs_cpu.py --uri mongodb://...

`time.process_time` counts only this process, so a busy machine or a slow database changes little."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from typing import Any

import orjson
import pymongo
from lrs_pages import CALLER, QUERIES, load, statement

import lrs
from lrs.spec import index, json_text, rules, schema
from lrs.spec.statement import complete


def cost(act: Callable[[], Any], repeats: int) -> float:
    """Microseconds of CPU; the best of five rounds."""
    best = float("inf")
    for _ in range(5):
        started = time.process_time()
        for _ in range(repeats):
            act()
        best = min(best, (time.process_time() - started) / repeats)
    return best * 1e6


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--uri", required=True)
    client: pymongo.MongoClient[Any] = pymongo.MongoClient(options.parse_args().uri)
    client.drop_database("bench_lrs_cpu")
    store = lrs.LRS(client["bench_lrs_cpu"])
    store.ensure_indexes()
    one = statement(1, random.Random(1))
    raw = orjson.dumps(one)
    batch = [one] * 50
    whole = complete(
        one,
        statement_id="x",
        stored="2026-01-01T00:00:00.000Z",
        authority={"mbox": "mailto:a@b.c"},
        default_version="2.0.0",
        version="2.0.0",
    )
    parts: dict[str, Callable[[], Any]] = {
        "read strictly": lambda: json_text.read(raw),
        "schema decides": lambda: schema.check(one, "2.0.0"),
        "rules": lambda: rules.check(one, "2.0.0"),
        "index entry": lambda: index.index_entry(whole),
        "write": lambda: orjson.dumps(whole),
    }
    print(f"one statement of {len(raw)} bytes, microseconds of CPU")
    for name, act in parts.items():
        print(f"{name:24}{cost(act, 2000):9.1f}")
    print(f"{'store one':24}{cost(lambda: store.store(one, caller=CALLER), 50):9.1f}")
    print(f"{'store 50, each':24}{cost(lambda: store.store(batch, caller=CALLER), 10) / 50:9.1f}")
    load(store, 0, 1_000)
    print(f"{'page of 100':24}{cost(lambda: store.find(QUERIES['all'], CALLER), 20):9.1f}")
    print(f"{'page of 100, by verb':24}{cost(lambda: store.find(QUERIES['verb of 40 %'], CALLER), 20):9.1f}")
    client.drop_database("bench_lrs_cpu")


if __name__ == "__main__":
    main()
