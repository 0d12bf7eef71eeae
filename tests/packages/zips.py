"""Zip files by hand: every field of every record can be made to lie."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

STORED, DEFLATED = 0, 8
LINK, FIFO, FILE = 0o120777, 0o010644, 0o100644


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is None is told truly."""

    name: bytes
    data: bytes = b""
    method: int = STORED
    flags: int = 0
    mode: int = FILE
    local_name: bytes | None = None
    packed_bytes: bytes | None = None
    packed: int | None = None
    size: int | None = None
    crc: int | None = None
    offset: int | None = None

    def stored(self) -> bytes:
        if self.packed_bytes is not None:
            return self.packed_bytes
        if self.method != DEFLATED:
            return self.data
        squeeze = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        return squeeze.compress(self.data) + squeeze.flush()


def zipped(
    entries: Iterable[Entry], *, before: bytes = b"", count: int | None = None, tail: bytes = b"", zip64: bool = False
) -> bytes:
    """`zip64` adds the large end record, without need, as some tools do."""
    out = bytearray(before)
    rows = bytearray()
    number = 0
    for entry in entries:
        stored = entry.stored()
        packed = len(stored) if entry.packed is None else entry.packed
        size = len(entry.data) if entry.size is None else entry.size
        crc = zlib.crc32(entry.data) if entry.crc is None else entry.crc
        offset = len(out) - len(before) if entry.offset is None else entry.offset
        local = entry.name if entry.local_name is None else entry.local_name
        if entry.offset is None:
            out += struct.pack("<4s5H3L2H", b"PK\3\4", 20, entry.flags, entry.method, 0, 33, crc, packed, size, len(local), 0)
            out += local + stored
        rows += struct.pack(
            "<4s4B4H3L5H2L", b"PK\1\2", 20, 3, 20, 0, entry.flags, entry.method, 0, 33, crc, packed, size,
            len(entry.name), 0, 0, 0, 0, entry.mode << 16, offset,
        )  # fmt: skip
        rows += entry.name
        number += 1
    told = number if count is None else count
    large = b""
    if zip64:
        large = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, told, told, len(rows), len(out) - len(before))
        large += struct.pack("<4sLQL", b"PK\6\7", 0, len(out) + len(rows), 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, told, told, len(rows), len(out) - len(before), len(tail))
    return bytes(out + rows + large + end + tail)


def plain(files: Mapping[str, bytes]) -> bytes:
    """An ordinary zip file."""
    return zipped(Entry(name=name.encode(), data=data, method=DEFLATED, flags=0x800) for name, data in files.items())
