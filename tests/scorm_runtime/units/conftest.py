"""A course of our own and its learner."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import package_importer
from tests.scorm_runtime.units.content import Lms, package

Make = Callable[..., Lms]


@pytest.fixture
def make(api: FlaskClient, player: FlaskClient, catalogue: package_importer.Catalogue, tmp_path: Path) -> Make:
    """Imports a structure of these blocks and units; its learner is registered."""
    return lambda *inside, **body: Lms(api, player, catalogue.add(package(tmp_path, *inside)).id).register(**body)
