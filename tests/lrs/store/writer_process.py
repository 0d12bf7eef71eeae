"""A process that stores statements as fast as it can: URI, database, store and number of batches as arguments."""

from __future__ import annotations

import sys

from pymongo import MongoClient

import lrs
from access import Caller
from tests.lrs.conftest import make_statement


def main(uri: str, database: str, store: int, batches: int) -> None:
    writer = lrs.LRS(MongoClient(uri)[database])
    caller = Caller(key="writer", name="writer", scopes=frozenset({"all"}), store=store)
    for batch in range(batches):
        print(*writer.store([make_statement() for _ in range(1 + batch % 3)], caller=caller), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
