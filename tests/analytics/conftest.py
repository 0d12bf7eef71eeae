"""A feeder that answers as the LRS does, and an application with nothing but the analyst API."""

import base64
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pymongo.database import Database

import access
import analytics
from access import Credentials
from rollbook import errors
from tests.analytics.feeder import COURSE, Feeder


@pytest.fixture
def feeder() -> Feeder:
    return Feeder()


@pytest.fixture
def attempts(db: Database[dict[str, Any]], feeder: Feeder) -> analytics.Attempts:
    made = analytics.Attempts(db, feeder)
    made.ensure_indexes()
    return made


@pytest.fixture
def client(db: Database[dict[str, Any]], attempts: analytics.Attempts) -> FlaskClient:
    app = Flask("analytics-test")
    credentials = Credentials(db, cost=(4, 8, 1), streams=False)
    credentials.create(name="analyst", scopes=["analytics/read"], key="test", secret="secret")
    credentials.create(name="writer", scopes=["statements/write"], key="writer", secret="secret")
    credentials.create(name="researcher", scopes=["analytics/read/pseudonymous"], key="researcher", secret="secret")
    credentials.create(name="board", scopes=["analytics/read/groups"], key="board", secret="secret")
    credentials.create(name="officer", scopes=["admin"], key="officer", secret="secret")
    access.init_app(app, credentials)
    errors.init_app(app, (analytics.AnalyticsError, access.AccessError))
    analytics.init_app(app, attempts, {"golf": COURSE}.get)
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Basic " + base64.b64encode(b"test:secret").decode()
    return client
