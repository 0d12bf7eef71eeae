"""What GET Statements may ask for. xAPI 1.0.3 Communication 2.1.3; IEEE 9274.1.1 4.1.6.1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementQuery:
    """The filters of one list request; `None` and `False` mean not asked. `cursor` is the sequence of the last row seen."""

    agent: Mapping[str, Any] | None = None
    verb: str | None = None
    activity: str | None = None
    registration: str | None = None
    related_activities: bool = False
    related_agents: bool = False
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 0
    ascending: bool = False
    cursor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A statement as it lies in the store, in stored order by `seq`."""

    seq: int
    statement: dict[str, Any]
    voided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Statements as JSON bytes in the asked order; `last` is the cursor of the next page, `None` at the end."""

    raws: tuple[bytes, ...]
    last: int | None
    newest_stored: datetime | None
    hashes: tuple[str, ...] = ()
    consistent_through: datetime | None = None

    @property
    def statements(self) -> list[dict[str, Any]]:
        return [orjson.loads(raw) for raw in self.raws]
