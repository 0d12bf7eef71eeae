"""If-Match and If-None-Match as values. RFC 9110 13.1; 1.0.3 Communication 3.1; IEEE 9274.1.1 4.1.4."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.datastructures import ETags, Headers
from werkzeug.http import parse_etags

ANY = None
"""What `*` stands for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preconditions:
    """`match` and `none_match` are ETags, `ANY` for `*`; whether the header was there is a field of its own."""

    has_match: bool
    match: frozenset[str] | None
    has_none_match: bool
    none_match: frozenset[str] | None

    @property
    def absent(self) -> bool:
        return not (self.has_match or self.has_none_match)

    def hold(self, etag: str | None) -> bool:
        """Whether they hold for a document with this ETag; `None`: there is no document."""
        if self.has_match and (etag is None or (self.match is not ANY and etag not in self.match)):
            return False
        return not (self.has_none_match and etag is not None and (self.none_match is ANY or etag in self.none_match))


def read(headers: Headers) -> Preconditions:
    match, none_match = headers.get("If-Match"), headers.get("If-None-Match")
    return Preconditions(
        has_match=match is not None,
        match=_etags(parse_etags(match)),
        has_none_match=none_match is not None,
        none_match=_etags(parse_etags(none_match)),
    )


def _etags(found: ETags) -> frozenset[str] | None:
    """Weak ones too: a client that repeats what a proxy weakened still means this content. SHA-1 digits may come in capitals."""
    if found.star_tag:
        return ANY
    return frozenset(tag.lower() for tag in found.as_set(include_weak=True) if tag)  # `""` is parsed as None; no document has it
