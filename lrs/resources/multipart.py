"""multipart/mixed both ways. 1.0.3 Communication 1.5.2; IEEE 9274.1.1 4.1.3; RFC 2046 5.1."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from email.message import Message

from lrs.errors import InvalidMultipart, TooLarge

_HEADERS_LARGEST = 16 << 10
_PIECE = 64 << 10
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")  # RFC 9110 5.5: what a line feed begins, another reader takes for a field
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartHeaders:
    """Header fields of one part; names are lower case."""

    fields: dict[str, str]

    def get(self, name: str) -> str | None:
        return self.fields.get(name.lower())


def boundary_of(content_type: str) -> bytes:
    message = Message()
    message["Content-Type"] = content_type
    found = message.get_param("boundary")
    if not isinstance(found, str) or not _BOUNDARY.fullmatch(found):
        rule = "Content-Type names a boundary of 1 to 70 characters (RFC 2046 5.1.1)."
        raise InvalidMultipart("multipart/mixed needs a boundary.", found=content_type[:120], rule=rule)
    return found.encode("ascii")


class Reader:
    """Parts of a body in their order, without holding more than a piece of it; `read` gives bytes, b"" at the end."""

    def __init__(self, read: Callable[[int], bytes], boundary: bytes) -> None:
        self._read = read
        self._delimiter = b"\r\n--" + boundary
        self._buffer = b"\r\n"  # so that the first delimiter may stand at the very beginning
        self._ended = False

    def parts(self) -> Iterator[tuple[PartHeaders, Iterator[bytes]]]:
        """Each part's pieces are read before the next part is asked for."""
        for _ in self._pieces():  # the preamble
            pass
        while self._opens():
            headers = self._headers()
            pieces = self._pieces()
            yield headers, pieces
            for _ in pieces:
                pass

    def _more(self) -> bool:
        piece = self._read(_PIECE)
        self._buffer += piece
        return bool(piece)

    def _pieces(self) -> Iterator[bytes]:
        """What comes before the next delimiter, which is consumed."""
        while True:
            at = self._buffer.find(self._delimiter)
            if at >= 0:
                whole, self._buffer = self._buffer[:at], self._buffer[at + len(self._delimiter) :]
                if whole:
                    yield whole
                return
            safe = len(self._buffer) - len(self._delimiter)
            if safe > 0:
                piece, self._buffer = self._buffer[:safe], self._buffer[safe:]
                yield piece
            if not self._more():
                raise InvalidMultipart(
                    "The body ends within a part.", rule="The last delimiter ends with two hyphens (RFC 2046 5.1.1)."
                )

    def _opens(self) -> bool:
        """After a delimiter: another part follows, or two hyphens say that this was the last."""
        while len(self._buffer) < 2 and self._more():
            pass
        if self._buffer.startswith(b"--"):
            return False
        while b"\n" not in self._buffer and self._more():
            pass
        rest, found, self._buffer = self._buffer.partition(b"\r\n")
        if rest.strip(b" \t") or not found:
            raise InvalidMultipart("A delimiter is followed by something else than the end of its line.", found=_text(rest[:40]))
        return True

    def _headers(self) -> PartHeaders:
        fields: dict[str, str] = {}
        size = 0
        while True:
            while b"\r\n" not in self._buffer:
                if len(self._buffer) > _HEADERS_LARGEST or not self._more():
                    raise InvalidMultipart("A part has no end of its header fields.")
            line, _, self._buffer = self._buffer.partition(b"\r\n")
            if not line:
                return PartHeaders(fields=fields)
            name, colon, value = line.decode("latin-1").partition(":")
            if not colon or not name.strip():
                raise InvalidMultipart("A header field of a part has no name and colon.", found=_text(line[:80]))
            if _CONTROL.search(line):
                raise InvalidMultipart("A header field of a part holds a control character.", found=_text(line[:80]))
            size += len(line)
            if size > _HEADERS_LARGEST:
                rule = f"The header fields of a part have at most {_HEADERS_LARGEST} bytes."
                raise TooLarge("The header fields of a part are too large.", rule=rule)
            fields[name.strip().lower()] = value.strip()


def _text(found: bytes) -> str:
    """Bytes for people: what is not printable is escaped."""
    return found.decode("latin-1").encode("unicode_escape").decode("ascii")


def body(boundary: str, parts: Iterable[tuple[dict[str, str], Iterable[bytes]]]) -> Iterator[bytes]:
    """A multipart/mixed body, piece by piece."""
    for headers, pieces in parts:
        lines = [f"--{boundary}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        yield "\r\n".join(lines).encode("latin-1")
        yield from pieces
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode("latin-1")
