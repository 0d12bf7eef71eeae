"""Rows of the data-model tables."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One standard (and edition) as data."""

    standard: str
    edition: str | None
