"""A small application with nothing but access in it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import mongoengine
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

import access
from rollbook import errors

CHEAP = (4, 1, 1)


@pytest.fixture
def credentials(db: Database[dict[str, Any]]) -> Iterator[access.Credentials]:
    access.ensure_indexes(db)
    made = access.Credentials(db, cost=CHEAP)
    yield made
    made.close()


@pytest.fixture
def app(credentials: access.Credentials) -> Flask:
    app = Flask("access-test", static_folder=None)
    access.init_app(app, credentials, cors_origins=("https://content.example",), cors_paths=("/xapi/", "/api/"))
    errors.init_app(app, (access.AccessError,))

    @app.get("/xapi/statements")
    @access.requires("statements/read", "statements/read/mine")
    def statements() -> dict[str, Any]:
        return {"key": access.current().key}

    @app.get("/xapi/about")
    @access.public
    def about() -> dict[str, Any]:
        return {}

    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def admin(credentials: access.Credentials) -> tuple[str, str]:
    credentials.create(name="Administrator", scopes=["all"], key="admin", secret="correct horse battery")
    return "admin", "correct horse battery"


class Commands(CommandListener):
    """The commands that clients sent, but for those of the watcher's thread."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def started(self, event: CommandStartedEvent) -> None:
        stream = event.command_name in ("getMore", "killCursors") or "$changeStream" in str(event.command.get("pipeline", ""))
        if not stream:
            self.sent.append(event.command_name)

    def succeeded(self, event: CommandSucceededEvent) -> None: ...

    def failed(self, event: CommandFailedEvent) -> None: ...


@pytest.fixture
def commands() -> Commands:
    return Commands()


@pytest.fixture
def counted_db(mongo_uri: str, commands: Commands) -> Iterator[Database[dict[str, Any]]]:
    """Like `db`, with every command counted."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    client: MongoClient[dict[str, Any]] = MongoClient(mongo_uri, tz_aware=True, event_listeners=[commands])
    mongoengine.connect(
        name, host=mongo_uri, alias="rollbook", tz_aware=True, uuidRepresentation="standard", event_listeners=[commands]
    )
    yield client[name]
    client.drop_database(name)
    mongoengine.disconnect("rollbook")
    client.close()
