"""Fixtures that every package's tests share: a real server, a fresh database, the app."""

from __future__ import annotations

import base64
import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import mongoengine
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pymongo.database import Database

import access
from rollbook import database, sample_courses
from rollbook.app import create_app, create_content_app
from rollbook.config import Config, read_config
from rollbook.serve import first_credential
from rollbook.services import Services, open_services

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
SECRET = "a secret of the tests"
CHEAP = (4, 1, 1)  # scrypt that costs nothing


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


@pytest.fixture(scope="session")
def sample_package(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Packs samples/<name> as an authoring tool would."""
    folder = tmp_path_factory.mktemp("samples")
    return lambda name: sample_courses.pack(name, folder)


@pytest.fixture
def config(mongo_uri: str, db: Database[dict[str, Any]], tmp_path: Path) -> Config:
    return read_config(
        {}, mongodb_uri=mongo_uri, mongodb_database=db.name, data_dir=tmp_path, admin_key="test", admin_secret=SECRET
    )


@pytest.fixture
def services(config: Config, db: Database[dict[str, Any]]) -> Iterator[Services]:
    mongoengine.disconnect("rollbook")
    opened = open_services(config, str(config.mongodb_uri))
    services = replace(opened, credentials=access.Credentials(opened.db, cost=CHEAP))
    services.ensure_indexes()
    first_credential(services, config)
    yield services
    services.close()


@pytest.fixture
def app(services: Services) -> Flask:
    return create_app(services)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Asks the application origin with a credential of scope `all`."""
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Basic " + base64.b64encode(f"test:{SECRET}".encode()).decode()
    return client


@pytest.fixture
def content_client(services: Services) -> FlaskClient:
    """Asks the content origin, without any credential."""
    return create_content_app(services).test_client()
