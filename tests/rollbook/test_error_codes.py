"""Every error that a client can meet is in docs/api.md, with its status."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import access
import analytics.errors
import lrs.errors
import package_importer.errors
import scorm_runtime.errors
from rollbook.errors import DatabaseUnavailable

ROOTS = (
    access.AccessError,
    analytics.errors.AnalyticsError,
    lrs.errors.LRSError,
    package_importer.errors.PackageError,
    scorm_runtime.errors.RuntimeFault,
)
TABLE = re.findall(r"^\| (\d{3}) \| ([^|]+) \|", (Path(__file__).parents[2] / "docs" / "api.md").read_text(), re.MULTILINE)
DOCUMENTED = {(int(status), code) for status, codes in TABLE for code in re.findall(r"`([^`]+)`", codes)}


def below(root: type[Exception]) -> Iterator[type[Exception]]:
    for error in root.__subclasses__():
        yield error
        yield from below(error)


ERRORS = [error for root in ROOTS for error in below(root)] + [DatabaseUnavailable]

OF_HTTP = {"method-not-allowed"}
"""What the framework answers by itself (rollbook/errors.py)."""


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: f"{error.__module__}.{error.__name__}")
def test_an_error_is_documented(error: type[Exception]) -> None:
    assert (error.status, error.code) in DOCUMENTED  # type: ignore[attr-defined]


def test_no_error_is_documented_that_does_not_exist() -> None:
    assert {code for _, code in DOCUMENTED} <= {error.code for error in ERRORS} | OF_HTTP  # type: ignore[attr-defined]
