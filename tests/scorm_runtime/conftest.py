"""A runtime over a real database, a catalogue with the sample courses, and both applications."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pymongo.database import Database

import access
import lrs
import package_importer
import scorm_runtime
from rollbook import errors
from scorm_runtime.settings import Settings

FAULTS = (access.AccessError, lrs.LRSError, package_importer.PackageError, scorm_runtime.RuntimeFault)


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(db: Database[Any]) -> lrs.LRS:
    made = lrs.LRS(db)
    made.ensure_indexes()
    return made


@pytest.fixture
def catalogue(db: Database[Any], tmp_path: Path) -> package_importer.Catalogue:
    content = package_importer.ContentStore(str(tmp_path / "content"))
    package_importer.ensure_indexes(db)
    return package_importer.Catalogue(db, content, iri_base="https://rollbook.example", limits=package_importer.Limits())


@pytest.fixture
def service(db: Database[Any], catalogue: package_importer.Catalogue, store: lrs.LRS, clock: Clock) -> scorm_runtime.Service:
    scorm_runtime.ensure_indexes(db)
    return scorm_runtime.Service(db, catalogue, store, Settings(), clock=clock, after=lambda job: job())


@pytest.fixture
def credentials(db: Database[Any]) -> Iterator[access.Credentials]:
    access.ensure_indexes(db)
    made = access.Credentials(db, cost=(4, 1, 1))
    made.create(name="test", scopes=["all"], key="test", secret="secret")
    yield made
    made.close()


@pytest.fixture
def units(service: scorm_runtime.Service, store: lrs.LRS, credentials: access.Credentials, clock: Clock) -> scorm_runtime.Units:
    made = scorm_runtime.Units(
        service.db, service.catalogue, store, credentials, service.registrations, clock=clock, after=lambda job: job()
    )
    made.ensure_indexes()
    store.gate = scorm_runtime.SessionGate(made)
    return made


@pytest.fixture
def fire_safety(catalogue: package_importer.Catalogue, sample_package: Callable[[str], Path]) -> str:
    return catalogue.add(sample_package("scorm12-fire-safety")).id


@pytest.fixture
def data_protection(catalogue: package_importer.Catalogue, sample_package: Callable[[str], Path]) -> str:
    return catalogue.add(sample_package("scorm2004-data-protection")).id


@pytest.fixture
def api(
    service: scorm_runtime.Service, units: scorm_runtime.Units, credentials: access.Credentials, store: lrs.LRS
) -> FlaskClient:
    """The application origin, asked with a credential of scope `all`."""
    app = Flask("application")
    errors.init_app(app, FAULTS)
    access.init_app(app, credentials, cors_origins=("*",))
    lrs.init_app(app, store)
    scorm_runtime.init_app(app, service, units)
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Basic " + base64.b64encode(b"test:secret").decode()
    return client


@pytest.fixture
def player(service: scorm_runtime.Service, units: scorm_runtime.Units) -> FlaskClient:
    """The content origin, as the player page asks it."""
    app = Flask("content", static_folder=None)
    errors.init_app(app, FAULTS)
    scorm_runtime.init_content(app, service, units)
    return app.test_client()
