"""Values by item, each kept as a text of its own: read when asked for, written when changed. Of a thousand a step changes two."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

V = TypeVar("V")


class Rows(Mapping[str, V]):
    """A value, never changed in place: `|` gives another, as it does for a dict."""

    __slots__ = ("changed", "read", "texts")

    def __init__(self, texts: Mapping[str, str], read: Callable[[str], V], changed: Mapping[str, V] | None = None) -> None:
        self.texts = texts
        self.read = read
        self.changed = changed or {}

    def __getitem__(self, key: str) -> V:
        return self.changed[key] if key in self.changed else self.read(self.texts[escape(key)])

    def __iter__(self) -> Iterator[str]:
        known = [unescape(key) for key in self.texts]
        yield from known
        yield from self.changed.keys() - set(known)

    def __len__(self) -> int:
        return len(self.texts.keys() | {escape(key) for key in self.changed})

    def __or__(self, other: Mapping[str, V]) -> Rows[V]:
        return Rows(self.texts, self.read, {**self.changed, **other})


def written(rows: Mapping[str, V], write: Callable[[V], str]) -> Mapping[str, str]:
    """The texts, by field name of Mongo."""
    if isinstance(rows, Rows) and not rows.changed:
        return rows.texts
    if isinstance(rows, Rows):
        return {**rows.texts, **{escape(key): write(value) for key, value in rows.changed.items()}}
    return {escape(key): write(value) for key, value in rows.items()}


def escape(key: str) -> str:
    """A text as a field name of Mongo."""
    return key.replace("%", "%25").replace(".", "%2E").replace("$", "%24").replace("\0", "%00") or "%"


def unescape(key: str) -> str:
    if key == "%":
        return ""
    return key.replace("%2E", ".").replace("%24", "$").replace("%00", "\0").replace("%25", "%")
