"""How a process hears of changes."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from pymongo.database import Database
from pymongo.errors import AutoReconnect, OperationFailure, PyMongoError

from access.watcher import Watcher, announce


class Failing:
    """A database whose change streams, and if wanted whose reads, end in an error."""

    def __init__(self, db: Database[dict[str, Any]], streams: PyMongoError, reads: PyMongoError | None = None) -> None:
        self.db = db
        self.streams = streams
        self.reads = reads
        self.asked = threading.Event()

    def __getitem__(self, name: str) -> Failing:
        return self

    def watch(self, *_: Any, **__: Any) -> Any:
        self.asked.set()
        raise self.streams

    def get_collection(self, name: str, **options: Any) -> Any:
        if self.reads is not None:
            raise self.reads
        return self.db.get_collection(name, **options)


class Heard:
    """What a watcher told, and a way to wait for it."""

    def __init__(self) -> None:
        self.keys: list[str | None] = []
        self._told = threading.Semaphore(0)

    def __call__(self, key: str | None) -> None:
        self.keys.append(key)
        self._told.release()

    def wait(self) -> None:
        assert self._told.acquire(timeout=10)


@pytest.mark.parametrize("code", [40573, 13])
def test_a_server_without_change_streams_is_polled(db: Database[dict[str, Any]], code: int) -> None:
    heard = Heard()
    watcher = Watcher(Failing(db, OperationFailure("no streams", code)), heard)  # type: ignore[arg-type]

    watcher.ensure_started()
    heard.wait()
    announce(db)
    heard.wait()

    assert heard.keys == [None, None]
    assert watcher.healthy
    watcher.stop()
    assert not watcher.healthy


def test_a_stream_tells_which_key_changed_and_says_nothing_of_new_ones(db: Database[dict[str, Any]]) -> None:
    heard = Heard()
    watcher = Watcher(db, heard)

    watcher.ensure_started()
    heard.wait()
    db.credentials.insert_one({"_id": "new"})
    db.credentials.update_one({"_id": "new"}, {"$set": {"name": "changed"}})
    heard.wait()
    db.credentials.delete_one({"_id": "new"})
    heard.wait()

    assert heard.keys == [None, "new", "new"]
    watcher.stop()


def test_a_database_that_does_not_answer_leaves_the_watcher_unhealthy(db: Database[dict[str, Any]]) -> None:
    failing = Failing(db, AutoReconnect("gone"))
    watcher = Watcher(failing, Heard())  # type: ignore[arg-type]

    watcher.ensure_started()

    assert failing.asked.wait(10)
    assert not watcher.healthy
    watcher.stop()


def test_a_stopped_watcher_does_not_start_again(db: Database[dict[str, Any]]) -> None:
    watcher = Watcher(db, Heard())
    watcher.stop()

    watcher.ensure_started()

    assert not watcher.healthy
