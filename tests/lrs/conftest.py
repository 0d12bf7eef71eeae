"""One Learning Record Store for all these tests, a store (tenant) of its own for each, and clients that speak either version."""

from __future__ import annotations

import base64
import itertools
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pymongo import MongoClient

import access
import lrs
from access import Caller

_tenants = itertools.count(1)
COLLECTED = pytest.StashKey[list[str]]()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What was collected, before anything is deselected: `test_requirements.py` looks at the names."""
    config.stash[COLLECTED] = [item.nodeid for item in items]


class Known:
    """Credentials in memory: hashing and revocation have tests of their own in tests/access."""

    def __init__(self) -> None:
        self.callers: dict[str, Caller] = {}

    def verify(self, key: str, secret: str) -> Caller | None:
        return self.callers.get(key) if secret == "right" else None


@pytest.fixture(scope="session")
def lrs_store(mongo_uri: str) -> Iterator[lrs.LRS]:
    client: MongoClient[dict[str, Any]] = MongoClient(mongo_uri)
    name = f"test_lrs_{uuid.uuid4().hex[:12]}"
    settings = lrs.Settings(
        statements_maximum=2_000, body_maximum=4 << 20, document_maximum=1 << 20, attachment_maximum=2 << 20, secret="for tests"
    )
    made = lrs.LRS(client[name], settings)
    made.ensure_indexes()
    yield made
    client.drop_database(name)
    client.close()


@pytest.fixture(scope="session")
def lrs_app(lrs_store: lrs.LRS) -> Flask:
    app = Flask("lrs")
    access.init_app(app, Known())  # type: ignore[arg-type]
    lrs.init_app(app, lrs_store)
    app.register_error_handler(access.AccessError, lambda error: (str(error), error.status, error.headers))
    return app


@pytest.fixture
def tenant() -> int:
    return next(_tenants)


@pytest.fixture
def caller(tenant: int) -> Caller:
    return Caller(key="test", name="test", scopes=frozenset({"all"}), store=tenant)


@pytest.fixture
def client_of(lrs_app: Flask, tenant: int) -> Callable[..., FlaskClient]:
    """A client with a credential of its own: scopes, the xAPI version, and whatever else a Caller has."""

    def make(*scopes: str, version: str = "2.0.0", **how: Any) -> FlaskClient:
        key = f"key-{uuid.uuid4().hex[:8]}"
        known: Known = lrs_app.extensions["rollbook.access"]
        known.callers[key] = Caller(key=key, name=key, scopes=frozenset(scopes), **{"store": tenant, **how})
        client = lrs_app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = "Basic " + base64.b64encode(f"{key}:right".encode()).decode()
        client.environ_base["HTTP_X_EXPERIENCE_API_VERSION"] = version
        return client

    return make


@pytest.fixture
def client(client_of: Callable[..., FlaskClient]) -> FlaskClient:
    return client_of("all")


@pytest.fixture
def client_1(client_of: Callable[..., FlaskClient]) -> FlaskClient:
    return client_of("all", version="1.0.3")


def make_statement(**changes: Any) -> dict[str, Any]:
    return {
        "actor": {"mbox": "mailto:ada@example.com", "name": "Ada"},
        "verb": {"id": "http://example.com/verbs/did", "display": {"en-US": "did"}},
        "object": {"id": "http://example.com/activities/one"},
        **changes,
    }


@pytest.fixture
def statement() -> dict[str, Any]:
    return make_statement()


@pytest.fixture
def a_moment() -> Callable[[], str]:
    """The present as a timestamp, once a millisecond has begun that is later than all that was stored."""

    def moment() -> str:
        time.sleep(0.003)
        now = datetime.now(UTC)
        time.sleep(0.003)
        return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    return moment
