"""docs/api.md: "Parameters and members that are not known are refused, not ignored"."""

from __future__ import annotations

import uuid

import pytest
from flask.testing import FlaskClient

from rollbook.openapi import operations

CODES = {"invalid-request", "parameter-invalid", "parameter-unknown"}
ENDPOINTS = [(row.method, row.path) for row in operations() if row.path.startswith("/api/v1/")]


def address(path: str) -> str:
    """With names that nothing has."""
    for name in ("registration", "session"):
        path = path.replace(f"{{{name}}}", str(uuid.uuid4()))
    return path.replace("{resource}", "attempts").replace("{", "").replace("}", "")


@pytest.mark.parametrize(("method", "path"), ENDPOINTS, ids=[f"{method} {path}" for method, path in ENDPOINTS])
def test_a_parameter_that_does_not_exist_is_refused_before_anything_else(client: FlaskClient, method: str, path: str) -> None:
    answer = client.open(f"{address(path)}?surprise=1", method=method)

    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["code"] in CODES
    assert "surprise" in answer.json["detail"]
