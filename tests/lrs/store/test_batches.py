"""Refused batches without transactions: nothing of them stays, and nothing that another client was told is stored goes."""

from __future__ import annotations

import subprocess
import sys
import time
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import lrs
from access import Caller
from lrs import Conflict, StatementQuery
from lrs.spec.index import statement_key
from lrs.store import batches
from tests.lrs.conftest import make_statement
from tests.lrs.store.test_statements import VOIDED, at_once

ROOT = Path(__file__).resolve().parents[3]
OTHER = {"id": "http://example.com/verbs/other"}


@pytest.fixture
def standalone(lrs_store: lrs.LRS) -> lrs.LRS:
    """As on a server without transactions."""
    made = lrs.LRS(lrs_store.db, lrs_store.settings)
    made.statements._transactions = False
    return made


def process(act: str, mongo_uri: str, store: lrs.LRS, caller: Caller) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.lrs.store.batch_process", mongo_uri, store.db.name, str(caller.store), act]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def stored(store: lrs.LRS, known: str, caller: Caller) -> dict[str, Any]:
    """The row of a statement, found by its key."""
    row = store.statements.one(statement_key(caller.store, known))
    assert row is not None
    return row


def test_what_is_claimed_is_not_taken_back(standalone: lrs.LRS, caller: Caller) -> None:
    rows = standalone.db["lrs_statements"]
    kept, gone = standalone.store([make_statement(), make_statement()], caller=caller)
    documents = [stored(standalone, known, caller) for known in (kept, gone)]

    assert batches.claim(rows, caller.store, [documents[0]["s"]])
    batches.take_back(rows, documents)

    assert [one["id"] for one in standalone.find(StatementQuery(), caller).statements] == [kept]
    assert not batches.claim(rows, caller.store, [document["s"] for document in documents])


def test_what_is_taken_back_and_not_yet_deleted_is_nowhere_and_may_come_again(standalone: lrs.LRS, caller: Caller) -> None:
    statement = make_statement(id=str(uuid.uuid4()))
    standalone.store(statement, caller=caller)
    row = stored(standalone, statement["id"], caller)
    standalone.db["lrs_statements"].update_one({"_id": row["_id"]}, {"$set": {"s": -row["s"]}})

    assert standalone.get(statement["id"], caller.store) is None
    assert standalone.find(StatementQuery(), caller).raws == ()

    standalone.store([make_statement(), statement], caller=caller)
    batches.bury(standalone.db["lrs_statements"], caller.store, [-row["s"]])

    assert standalone.get(statement["id"], caller.store) is not None
    assert len(standalone.find(StatementQuery(), caller).raws) == 2


def test_a_void_of_a_statement_that_is_taken_back_waits_for_it(standalone: lrs.LRS, caller: Caller) -> None:
    target = make_statement(id=str(uuid.uuid4()))
    standalone.store(target, caller=caller)
    standalone.store(make_statement(verb=VOIDED, object={"objectType": "StatementRef", "id": target["id"]}), caller=caller)
    batches.take_back(standalone.db["lrs_statements"], [stored(standalone, target["id"], caller)])

    assert standalone.get(target["id"], caller.store) is None

    standalone.store(target, caller=caller)

    assert standalone.one(target["id"], caller, voided=True).raws


def test_a_statement_in_a_placeholders_place_is_taken_back_with_its_batch(standalone: lrs.LRS, caller: Caller) -> None:
    target = make_statement(id=str(uuid.uuid4()))
    standalone.store(make_statement(object={"objectType": "StatementRef", "id": target["id"]}), caller=caller)
    (taken,) = standalone.store(make_statement(), caller=caller)

    with pytest.raises(Conflict):
        standalone.store([target, make_statement(id=taken, verb=OTHER)], caller=caller)

    assert standalone.get(target["id"], caller.store) is None
    assert standalone.store(target, caller=caller) == [target["id"]]


def test_a_statement_acknowledged_to_one_survives_the_refusal_of_another(standalone: lrs.LRS, caller: Caller) -> None:
    second = lrs.LRS(standalone.db, standalone.settings)
    second.statements._transactions = False
    (taken,) = standalone.store(make_statement(), caller=caller)
    lost, refused = [], Counter[str]()
    for _ in range(60):
        shared = make_statement(id=str(uuid.uuid4()))
        batch = [shared, *(make_statement() for _ in range(20)), make_statement(id=taken, verb=OTHER)]

        def send(ordinal: int, shared: dict[str, Any] = shared, batch: list[dict[str, Any]] = batch) -> None:
            try:
                (standalone, second)[ordinal].store([batch, [shared, make_statement()]][ordinal], caller=caller)
            except Conflict:
                refused[str(ordinal)] += 1

        at_once(2, send)
        lost += [shared["id"]] if standalone.get(shared["id"], caller.store) is None else []

    assert lost == []
    assert refused == {"0": 60}
    assert len(standalone.find(StatementQuery(limit=500), caller).raws) == 1 + 60 * 2


def test_it_survives_the_refusal_in_another_process_too(lrs_store: lrs.LRS, mongo_uri: str, caller: Caller) -> None:
    known = [str(uuid.uuid4()) for _ in range(60)]
    with process("refused", mongo_uri, lrs_store, caller) as refusing:
        assert refusing.stdin
        assert refusing.stdout
        told = []
        for one in known:
            print(one, file=refusing.stdin, flush=True)
            told.append(refusing.stdout.readline())
            lrs_store.store([make_statement(id=one), make_statement()], caller=caller)
            told.append(refusing.stdout.readline())
        refusing.stdin.close()

    assert Counter(told) == {"sending\n": 60, "refused\n": 60}
    assert [one for one in known if lrs_store.get(one, caller.store) is None] == []
    assert len(lrs_store.find(StatementQuery(limit=500), caller).raws) == 1 + 60 * 2


@pytest.mark.parametrize("batch", [2, 3, 5])
def test_a_killed_process_leaves_whole_batches(lrs_store: lrs.LRS, mongo_uri: str, caller: Caller, batch: int) -> None:
    with process("whole", mongo_uri, lrs_store, caller) as writing:
        assert writing.stdout
        begun = [writing.stdout.readline().strip() for _ in range(batch)]
        writing.kill()
    through = time.monotonic() + 30  # the server may be at work on what it was sent
    counts: list[int] = []
    while time.monotonic() < through:
        now = [len(lrs_store.find(StatementQuery(registration=one, limit=500), caller).raws) for one in begun]
        if now == counts:
            break
        counts = now

    assert counts[:-1] == [300] * (batch - 1)
    assert counts[-1] in (0, 300)
