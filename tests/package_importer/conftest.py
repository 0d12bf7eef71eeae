"""A catalogue on disk and its API, without the rest of the service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pymongo.database import Database

import access
import package_importer
from package_importer import Catalogue, ContentStore, Limits
from rollbook import errors

IRI = "https://lms.example.org"


@pytest.fixture
def catalogue(db: Database[dict[str, Any]], tmp_path: Path) -> Catalogue:
    access.ensure_indexes(db)
    package_importer.ensure_indexes(db)
    store = ContentStore(f"file://{tmp_path}/content")
    return Catalogue(db, store, iri_base=IRI, limits=Limits(package_size=20_000), imports=1, patience=0.01)


@pytest.fixture
def courses(catalogue: Catalogue, db: Database[dict[str, Any]]) -> FlaskClient:
    """Asks the courses API with a credential that may write content."""
    app = Flask("courses")
    credentials = access.Credentials(db, cost=(4, 1, 1))
    access.init_app(app, credentials)
    package_importer.init_app(app, catalogue)
    errors.init_app(app, (access.AccessError, package_importer.PackageError))
    credentials.create(name="Author", scopes=["content/write"], key="author", secret="a secret of the author")
    credentials.create(name="Analyst", scopes=["analytics/read"], key="analyst", secret="a secret of the analyst")
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Basic YXV0aG9yOmEgc2VjcmV0IG9mIHRoZSBhdXRob3I="
    return client
