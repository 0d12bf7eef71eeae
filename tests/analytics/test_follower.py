"""Statements are folded in the background, and by the real Learning Record Store's own tail."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from blinker import Signal
from pymongo.database import Database

from access import Caller
from analytics import Attempts, Follower
from analytics.parameters import RESOURCES, Selection
from lrs import LRS, Settings, Stored, statements_stored
from tests.analytics.feeder import ADL, COURSE

WRITER = Caller(key="writer", name="Writer", scopes=frozenset({"all"}))
ROOT = Path(__file__).resolve().parents[2]


def said(learner: int, verb: str, **members: Any) -> dict[str, Any]:
    return {"actor": {"mbox": f"mailto:{learner}@example.org"}, "verb": {"id": ADL + verb}, "object": {"id": COURSE}, **members}


def statuses(attempts: Attempts) -> dict[str, str]:
    every = attempts.batches(
        1, Selection(resource=RESOURCES["attempts"]), ["actor_key", "status"], attempts.place(1), target=1000
    )
    return {row["actor_key"]: row["status"] for batch in every for row in batch}


@pytest.fixture
def lrs(db: Database[dict[str, Any]]) -> LRS:
    made = LRS(db, Settings())
    made.ensure_indexes()
    return made


@pytest.fixture
def attempts(db: Database[dict[str, Any]], lrs: LRS) -> Attempts:
    made = Attempts(db, lrs)
    made.ensure_indexes()
    return made


@pytest.fixture
def follower(attempts: Attempts) -> Iterator[Follower]:
    made = Follower(attempts, statements_stored)
    yield made
    made.stop()


def test_a_stored_statement_is_folded_without_being_asked_for(lrs: LRS, attempts: Attempts, follower: Follower) -> None:
    folded = threading.Event()
    follower.caught_up = folded.set

    lrs.store([said(1, "initialized"), said(1, "passed"), said(2, "failed")], caller=WRITER)

    assert folded.wait(20)
    assert statuses(attempts) == {"mailto:1@example.org": "passed", "mailto:2@example.org": "failed"}
    assert attempts.lag() < 10


def test_voiding_in_the_real_store_takes_a_pass_back(lrs: LRS, attempts: Attempts) -> None:
    lrs.store(said(1, "initialized"), caller=WRITER)
    [passed] = lrs.store(said(1, "passed"), caller=WRITER)
    attempts.current()
    before = statuses(attempts)
    lrs.store({**said(9, "voided"), "object": {"objectType": "StatementRef", "id": passed}}, caller=WRITER)

    attempts.current()

    assert before == {"mailto:1@example.org": "passed"}
    assert statuses(attempts) == {"mailto:1@example.org": "in_progress"}


class Faulty:
    """The store, but for the first question of the tail, which ends in an error that nobody foresaw."""

    def __init__(self, lrs: LRS) -> None:
        self.lrs = lrs
        self.failed = threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.lrs, name)

    def tail(self, *args: Any) -> list[Stored]:
        if not self.failed.is_set():
            self.failed.set()
            raise RuntimeError("a fault that nobody foresaw")
        return self.lrs.tail(*args)


def test_an_error_that_nobody_foresaw_is_logged_and_the_thread_goes_on(
    db: Database[dict[str, Any]], lrs: LRS, caplog: pytest.LogCaptureFixture
) -> None:
    faulty, told, folded = Faulty(lrs), Signal(), threading.Event()
    attempts = Attempts(db, faulty)
    attempts.ensure_indexes()
    follower = Follower(attempts, told)
    follower.caught_up = folded.set
    lrs.store(said(1, "passed"), caller=WRITER)
    told.send(faulty, store=1)
    failed = faulty.failed.wait(20)

    told.send(faulty, store=1)

    assert failed
    assert folded.wait(20)
    assert "a fault that nobody foresaw" in caplog.text
    assert statuses(attempts) == {"mailto:1@example.org": "passed"}
    follower.stop()


FOLD_FOR_EVER = """
import sys
from analytics import Attempts, folding, tailer
from analytics.facts import facts
from lrs import LRS, Settings
from rollbook import database
tailer.BATCH_FIRST = tailer.BATCH_MOST = 7
db = database.connect(sys.argv[1])[sys.argv[2]]
attempts = Attempts(db, LRS(db, Settings()))
print("ready", flush=True)
while True:
    attempts.catch_up()
"""


def test_a_folding_process_may_be_killed_at_any_time(
    mongo_uri: str, db: Database[dict[str, Any]], lrs: LRS, attempts: Attempts
) -> None:
    for round_ in range(4):
        lrs.store([said(number, ("initialized", "failed", "completed", "passed")[round_]) for number in range(60)], caller=WRITER)
        child = subprocess.Popen([sys.executable, "-c", FOLD_FOR_EVER, mongo_uri, db.name], cwd=ROOT, stdout=subprocess.PIPE)
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        lrs.store([said(number, "experienced") for number in range(60)], caller=WRITER)
        os.kill(child.pid, signal.SIGKILL)
        child.communicate()

    attempts.current(wait=30.0)

    everything = attempts.batches(
        1, Selection(resource=RESOURCES["attempts"]), ["statements", "status"], attempts.place(1), target=1000
    )
    rows = [(row["statements"], row["status"]) for batch in everything for row in batch]
    assert rows == [(8, "passed")] * 60


def test_several_processes_fold_the_same_rows(mongo_uri: str, db: Database[dict[str, Any]], lrs: LRS, attempts: Attempts) -> None:
    command = [sys.executable, "-c", FOLD_FOR_EVER, mongo_uri, db.name]
    children = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) for _ in range(3)]
    assert [child.stdout.readline() for child in children if child.stdout] == [b"ready\n"] * 3
    for verb in ("initialized", "failed", "completed", "passed", "failed"):
        lrs.store([said(number, verb) for number in range(40)], caller=WRITER)

    os.kill(children[0].pid, signal.SIGKILL)
    attempts.current(wait=30.0)

    for child in children:
        child.kill()
        child.communicate()
    fields = ["statements", "status", "failures", "n"]
    everything = attempts.batches(1, Selection(resource=RESOURCES["attempts"]), fields, attempts.place(1), target=1000)
    rows = [(row["statements"], row["status"], row["failures"], row["n"]) for batch in everything for row in batch]
    assert rows == [(5, "passed", 2, number) for number in range(1, 41)]


def test_a_reader_does_not_wait_for_what_comes_after_it(db: Database[dict[str, Any]], lrs: LRS, attempts: Attempts) -> None:
    """Otherwise, while statements keep coming, every reader would wait for as long as it may."""
    lrs.store([said(number, "initialized") for number in range(3)], caller=WRITER)
    stopped = threading.Event()

    def keep_storing() -> None:
        while not stopped.is_set():
            lrs.store(said(1, "experienced"), caller=WRITER)

    storing = threading.Thread(target=keep_storing)
    storing.start()
    began = time.monotonic()
    found = attempts.fresh(wait=40.0)
    took = time.monotonic() - began
    stopped.set()
    storing.join()

    assert took < 30
    assert found.lag == 0
    assert len(statuses(attempts)) == 3
