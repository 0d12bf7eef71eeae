"""One Learning Record Store over one database: the front door that HTTP and the other packages share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from blinker import Namespace
from pymongo.database import Database

from lrs.settings import Settings
from lrs.spec.query import Page, StatementQuery, Stored

if TYPE_CHECKING:
    from access import Caller

statements_stored = Namespace().signal("statements_stored")


def no_facts(statement: dict[str, Any]) -> dict[str, Any]:
    return {}


class LRS:
    """One per process, safe to share between threads; a fork starts over with its own writer number."""

    def __init__(
        self, db: Database[Any], settings: Settings | None = None, facts: Callable[[dict[str, Any]], dict[str, Any]] = no_facts
    ) -> None:
        self.db = db
        self.settings = settings or Settings()
        self.facts = facts

    def ensure_indexes(self) -> None:
        raise NotImplementedError

    def store(
        self,
        statements: Sequence[dict[str, Any]] | dict[str, Any],
        *,
        caller: Caller,
        version: str = "2.0.0",
        attachments: Iterable[Mapping[str, Any]] = (),
    ) -> list[str]:
        raise NotImplementedError

    def find(self, query: StatementQuery, caller: Caller) -> Page:
        raise NotImplementedError

    def tail(self, store: int = 1, after_seq: int = 0, limit: int = 1000) -> list[Stored]:
        raise NotImplementedError

    def consistent_through(self) -> datetime:
        raise NotImplementedError
