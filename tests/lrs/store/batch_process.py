"""A process that stores batches: URI, database, store and what to do as arguments.

`refused`: reads ids and sends each in a batch that a conflict refuses; `whole`: batches of 300 until it is killed."""

from __future__ import annotations

import contextlib
import sys
import uuid

from pymongo import MongoClient

import lrs
from access import Caller
from tests.lrs.conftest import make_statement


def refused(writer: lrs.LRS, caller: Caller) -> None:
    taken = str(uuid.uuid4())
    writer.store(make_statement(id=taken), caller=caller)
    for line in sys.stdin:
        print("sending", flush=True)
        other = make_statement(id=taken, verb={"id": "http://example.com/verbs/other"})
        batch = [make_statement(id=line.strip()), *(make_statement() for _ in range(30)), other]
        with contextlib.suppress(lrs.Conflict):
            writer.store(batch, caller=caller)
            print("stored", flush=True)
        print("refused", flush=True)


def whole(writer: lrs.LRS, caller: Caller) -> None:
    while True:
        registration = str(uuid.uuid4())
        print(registration, flush=True)
        writer.store([make_statement(context={"registration": registration}) for _ in range(300)], caller=caller)


def main(uri: str, database: str, store: int, act: str) -> None:
    writer = lrs.LRS(MongoClient(uri)[database])
    caller = Caller(key="writer", name="writer", scopes=frozenset({"all"}), store=store)
    {"refused": refused, "whole": whole}[act](writer, caller)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
