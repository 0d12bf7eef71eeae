"""The embedded server reads every row for a filter that is not exactly an index; so none is anything else."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import mongoengine
import pytest
from pymongo import MongoClient, monitoring
from pymongo.database import Database

import lrs
import package_importer
from scorm_runtime import ensure_indexes
from scorm_runtime.memory import Commit
from scorm_runtime.moves import Move
from scorm_runtime.sequencing.engine import Kind, Request
from scorm_runtime.service import Service

ADA = {"mbox": "mailto:ada@people.example"}


class Filters(monitoring.CommandListener):
    """Which fields each find and update asked for, as (collection, fields)."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, frozenset[str]]] = set()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command_name == "find":
            self.seen.add((event.command["find"], frozenset(event.command["filter"])))
        for one in event.command.get("updates", ()):
            self.seen.add((event.command["update"], frozenset(one["q"])))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None: ...

    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...


@pytest.fixture
def filters() -> Filters:
    return Filters()


@pytest.fixture
def db(mongo_uri: str, filters: Filters) -> Iterator[Database[Any]]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    client: MongoClient[Any] = MongoClient(mongo_uri, tz_aware=True, event_listeners=[filters])
    mongoengine.connect(name, alias="rollbook", mongo_client_class=lambda **_: client, uuidRepresentation="standard")
    yield client[name]
    client.drop_database(name)
    mongoengine.disconnect("rollbook")
    client.close()


def test_every_filter_is_exactly_an_index(
    db: Database[Any], filters: Filters, catalogue: package_importer.Catalogue, store: lrs.LRS, fire_safety: str
) -> None:
    ensure_indexes(db)
    service = Service(db, catalogue, store, after=lambda job: job())

    name = service.registrations.register(fire_safety, ADA)[0].uuid
    token = service.launch(name).url.rstrip("/").rpartition("/")[2]
    opened = service.open_window(token, {})
    commit = Commit(n=1, changes={"cmi.core.lesson_status": "completed"}, age=0.0, elapsed=1.0)
    service.commit(token, opened["window"], opened["run"], [commit])
    service.finish(token, opened["window"], Move(run=opened["run"], terminated=True, request=Request(kind=Kind.EXIT_ALL)))
    service.report(name)
    service.flush_outbox(older_than=0)

    ours = {one for one in filters.seen if one[0] in ("registrations", "runtime_attempts", "runtime_learners")}
    indexes = {(one, frozenset(index["key"])) for one, _ in ours for index in db[one].list_indexes()}
    indexes |= {(one, frozenset(("_id",))) for one, _ in ours}  # also of a collection that nothing was written to
    assert ours <= indexes
    assert ("registrations", frozenset(("store", "course", "actor_key"))) in ours
