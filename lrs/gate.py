"""Who stands between callers with a session and the store: content of one launch, whose standard has rules of its own.

The LRS knows nothing of those rules. It asks, for each request of a caller whose limits name a `session`, before anything
is read or written; what the gate raises is the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from access import Caller

SESSION = "session"
"""The limit that sends a caller through the gate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request for anything but storing statements. `key` holds agent, activity and registration as far as given, `name`
    a document's id."""

    resource: str
    method: str
    key: Mapping[str, Any]
    name: str | None = None
    body: bytes = b""
    content_type: str = ""


class Gate(Protocol):
    def ask(self, caller: Caller, asked: Asked) -> None:
        """Raises an LRSError if the caller may not."""
        ...

    def statements(
        self, caller: Caller, given: Sequence[Mapping[str, Any]]
    ) -> AbstractContextManager[Sequence[tuple[Caller, Mapping[str, Any]]]]:
        """What is to be stored, in this order and by whom; schema and rules of xAPI have been checked. The block stores it
        all or raises."""
        ...


def is_gated(caller: Caller) -> bool:
    return SESSION in caller.limits
