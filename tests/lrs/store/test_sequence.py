"""Stored order and the consistent-through time, in one process and across several."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

import lrs
from access import Caller
from lrs import StatementQuery
from lrs.store.sequence import Sequence
from tests.lrs.conftest import make_statement

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def rows(mongo_uri: str) -> Iterator[Database[dict[str, Any]]]:
    client: MongoClient[dict[str, Any]] = MongoClient(mongo_uri)
    name = f"test_sequence_{uuid.uuid4().hex[:8]}"
    yield client[name]
    client.drop_database(name)
    client.close()


def test_numbers_grow_and_never_repeat(rows: Database[Any]) -> None:
    sequence = Sequence(rows)
    given: list[int] = []

    def take() -> None:
        for _ in range(50):
            with sequence.writing(3) as numbers:
                given.extend(numbers[ordinal] for ordinal in range(3))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(given)) == 600
    assert all(number % (1 << 20) >> 12 == 0 for number in given)


def test_a_batch_larger_than_a_millisecond_holds_together(rows: Database[Any]) -> None:
    with Sequence(rows).writing(10_000) as numbers:
        given = [numbers[ordinal] for ordinal in range(10_000)]

    assert given == sorted(set(given))


def test_numbers_lie_behind_what_another_process_has_given_unless_its_clock_is_far_ahead(rows: Database[Any]) -> None:
    one, two = Sequence(rows), Sequence(rows)
    with one.writing(1) as given:
        pass
    near = one.latest + 500

    with two.writing(1, after=near) as behind, Sequence(rows).writing(1, after=near + 3_600_000) as bounded:
        pass

    assert one.latest == given[0] >> 20
    assert behind[0] >> 20 == near + 1
    assert near < bounded[0] >> 20 < near + 60_000


def test_the_clock_keeps_the_best_of_what_the_server_said(rows: Database[Any]) -> None:
    sequence = Sequence(rows)
    with sequence.writing(1):
        known = sequence._offset
    told = datetime.fromtimestamp((known + time.monotonic() * 1000) / 1000, UTC)

    sequence._set_clock(told - timedelta(milliseconds=400), time.monotonic() - 0.5)
    late_answer = sequence._offset
    sequence._set_clock(told - timedelta(hours=1), time.monotonic())
    set_back = sequence._offset

    assert late_answer == known
    assert known - 3_600_100 < set_back < known - 3_599_000


def test_writers_have_numbers_of_their_own(rows: Database[Any]) -> None:
    with Sequence(rows).writing(1) as one, Sequence(rows).writing(1) as two:
        assert {one.writer, two.writer} == {0, 1}


def test_nothing_is_consistent_beyond_a_statement_on_its_way(rows: Database[Any]) -> None:
    writer, reader = Sequence(rows), Sequence(rows)

    with writer.writing(1) as numbers:
        seen_by_itself, seen_by_another = writer.through(), reader.through()
    after = writer.through()

    assert seen_by_itself.ms < numbers[0] >> 20
    assert seen_by_another.ms < numbers[0] >> 20
    assert after.ms >= (numbers[0] >> 20) - 1


def test_what_was_promised_is_kept(rows: Database[Any]) -> None:
    writer, reader = Sequence(rows), Sequence(rows)

    for _ in range(200):
        promised = max(writer.through().ms, reader.through().ms)
        with writer.writing(1) as numbers:
            assert numbers[0] >> 20 > promised


def test_a_dead_writer_holds_nobody_back_for_long(rows: Database[Any]) -> None:
    reader = Sequence(rows)
    with Sequence(rows).writing(1):
        held = reader.through()
        died = {"w.0.o": "the dead", "w.0.at": datetime.now(UTC) - timedelta(seconds=11)}
        rows["lrs_writers"].update_one({"_id": "writers"}, {"$set": died})

        assert held.now - held.ms < 10_000
        assert reader.through().now - reader.through().ms <= 1


def test_a_writer_that_lost_its_number_takes_another(rows: Database[Any]) -> None:
    writer = Sequence(rows)
    with writer.writing(1):
        pass
    rows["lrs_writers"].update_one({"_id": "writers"}, {"$set": {"w.0.o": "somebody else"}})
    writer._active = False

    with writer.writing(1) as numbers:
        assert numbers.writer == 1


def test_a_poller_misses_nothing_while_several_processes_write(lrs_store: lrs.LRS, mongo_uri: str, caller: Caller) -> None:
    command = [sys.executable, "-m", "tests.lrs.store.writer_process", mongo_uri, lrs_store.db.name, str(caller.store), "20"]
    writers = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    seen: list[str] = []
    since = lrs_store.consistent_through() - timedelta(minutes=1)

    running = True
    while running:
        running = any(writer.poll() is None for writer in writers)
        until = lrs_store.consistent_through()
        page = lrs_store.find(StatementQuery(since=since, until=until, ascending=True), caller)
        seen += [statement["id"] for statement in page.statements]
        since = until if page.last is None else page.newest_stored or until

    written = [known for writer in writers for known in writer.communicate()[0].split()]
    assert [writer.returncode for writer in writers] == [0, 0]
    seen += [one["id"] for one in lrs_store.find(StatementQuery(since=since, ascending=True), caller).statements]
    assert sorted(seen) == sorted(written)


def test_the_tail_hands_on_everything_once_in_order(lrs_store: lrs.LRS, caller: Caller) -> None:
    threads = [
        threading.Thread(target=lambda: [lrs_store.store(make_statement(), caller=caller) for _ in range(20)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    got: list[int] = []
    while any(thread.is_alive() for thread in threads) or len(got) < 80:
        got += [row.seq for row in lrs_store.tail(caller.store, got[-1] if got else 0, 7)]

    assert len(got) == 80
    assert got == sorted(set(got))
