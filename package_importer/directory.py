"""The central directory of a zip file (APPNOTE 4.3), read without trusting it and in bounded memory."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

END = b"PK\x05\x06"
END64 = b"PK\x06\x06"
LOCATOR64 = b"PK\x06\x07"
ENTRY = b"PK\x01\x02"
LOCAL = b"PK\x03\x04"

END_FORMAT = struct.Struct("<4s4H2LH")
END64_FORMAT = struct.Struct("<4sQ2H2L4Q")
LOCATOR64_FORMAT = struct.Struct("<4sLQL")
ENTRY_FORMAT = struct.Struct("<4s4B4HL2L5H2L")
LOCAL_FORMAT = struct.Struct("<4s5H3L2H")

UTF8_NAME = 0x800
ENCRYPTED = 0x1 | 0x40 | 0x2000
LARGE = 0xFFFFFFFF
LONGEST_NAME = 4096


class Damaged(Exception):
    """The bytes are not those of a zip file; the text says where."""


class TooManyEntries(Exception):
    """More entries than allowed; nothing was kept of them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the directory, as it stands there; `offset` counts from the file's first byte."""

    raw: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    mode: int

    @property
    def utf8(self) -> bool:
        return bool(self.flags & UTF8_NAME)

    @property
    def encrypted(self) -> bool:
        return bool(self.flags & ENCRYPTED)


@dataclass(frozen=True, slots=True)
class Extent:
    """Where the directory lies; `shift` is the number of foreign bytes before the zip file."""

    start: int
    end: int
    count: int
    shift: int


def extent(file: BinaryIO) -> Extent:
    size = file.seek(0, os.SEEK_END)
    tail_start = max(0, size - END_FORMAT.size - 0xFFFF)
    file.seek(tail_start)
    tail = file.read()
    at = tail.rfind(END)
    if at < 0 or at + END_FORMAT.size > len(tail):
        raise Damaged("it has no end record")
    _, disk, first_disk, _, count, length, offset, _ = END_FORMAT.unpack_from(tail, at)
    end = tail_start + at
    end, count, length, offset, disk = _zip64(file, end, (end, count, length, offset, disk))
    start = end - length
    if disk or first_disk not in (0, 0xFFFF):
        raise Damaged("it is one part of several")
    if start < 0 or start < offset:
        raise Damaged("its directory does not lie where the end record says")
    return Extent(start, end, count, start - offset)


def _zip64(file: BinaryIO, end: int, otherwise: tuple[int, int, int, int, int]) -> tuple[int, int, int, int, int]:
    """What the zip64 end record says; some tools write one where the plain record would do, so it is always looked for."""
    at = end - LOCATOR64_FORMAT.size - END64_FORMAT.size
    if at < 0:
        return otherwise
    file.seek(at)
    record = file.read(END64_FORMAT.size)
    locator = file.read(LOCATOR64_FORMAT.size)
    if record[:4] != END64 or locator[:4] != LOCATOR64:
        return otherwise
    _, _, _, _, disk, _, _, count, length, offset = END64_FORMAT.unpack(record)
    return at, count, length, offset, disk


def entries(file: BinaryIO, where: Extent, limit: int) -> Iterator[Entry]:
    """The directory's rows in order; never more than `limit` are read."""
    file.seek(where.start)
    position = where.start
    seen = 0
    while position < where.end:
        fixed = file.read(ENTRY_FORMAT.size)
        if len(fixed) < ENTRY_FORMAT.size or fixed[:4] != ENTRY:
            raise Damaged(f"its directory breaks off at entry {seen + 1}")
        seen += 1
        if seen > limit:
            raise TooManyEntries
        *_, flags, method, _, _, crc, packed, size, n, m, k, _, _, attributes, offset = ENTRY_FORMAT.unpack(fixed)
        rest = file.read(n + m + k)
        if len(rest) < n + m + k:
            raise Damaged(f"its directory breaks off at entry {seen}")
        position += ENTRY_FORMAT.size + len(rest)
        if LARGE in (packed, size, offset):
            packed, size, offset = _large(rest[n : n + m], packed, size, offset)
        raw = rest[: min(n, LONGEST_NAME + 1)]
        yield Entry(raw, flags, method, crc, packed, size, offset + where.shift, attributes >> 16)
    if position != where.end or seen != where.count:
        raise Damaged(f"its directory has {seen} entries, the end record says {where.count}")


def _large(extra: bytes, packed: int, size: int, offset: int) -> tuple[int, int, int]:
    """Zip64 extended information (APPNOTE 4.5.3): only the fields that do not fit elsewhere, in this order."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        body = extra[at + 4 : at + 4 + length]
        at += 4 + length
        if kind != 1:
            continue
        values = iter(struct.unpack(f"<{len(body) // 8}Q", body[: len(body) // 8 * 8]))
        try:
            size = next(values) if size == LARGE else size
            packed = next(values) if packed == LARGE else packed
            offset = next(values) if offset == LARGE else offset
        except StopIteration:
            raise Damaged("a zip64 field is missing") from None
    return packed, size, offset
