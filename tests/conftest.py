"""Fixtures that every package's tests share: a real server, a fresh database, the app."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mongoengine
import pytest
from pymongo.database import Database

from rollbook import database

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def mongo_uri() -> Iterator[str]:
    """A real server: the one that ROLLBOOK_TEST_MONGODB_URI names, else an embedded one in a throw-away directory."""
    if uri := os.environ.get("ROLLBOOK_TEST_MONGODB_URI"):
        yield uri
        return
    with tempfile.TemporaryDirectory(prefix="rollbook-test-") as folder:
        server = database.EmbeddedServer(Path(folder), auth=False)
        yield server.start()
        server.stop()


@pytest.fixture
def db(mongo_uri: str) -> Iterator[Database[dict[str, Any]]]:
    """A database of this test's own, also behind the mongoengine alias `rollbook`."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    client = database.connect(mongo_uri)
    mongoengine.connect(name, host=mongo_uri, alias="rollbook", tz_aware=True, uuidRepresentation="standard")
    yield client[name]
    client.drop_database(name)
    mongoengine.disconnect("rollbook")
    client.close()
