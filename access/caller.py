"""Who asks: the value that every view and every front door receives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A verified credential, as the rest of the product sees it."""

    key: str
    name: str
    scopes: frozenset[str]
    store: int = 1
    """The tenant: nothing outside this store is ever read or written for this caller."""
    authority: Mapping[str, Any] | None = field(default=None, hash=False)
    """The xAPI authority fixed for this credential; None: derived from key and name."""
    limits: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What a launch-scoped credential is narrowed to: `registration`, `agent`, `activity`; empty: nothing."""
