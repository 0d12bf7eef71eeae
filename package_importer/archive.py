"""A package's files, read from a zip file that may be hostile.

Nothing is believed: names, sizes and offsets are checked before the first byte is unpacked, sizes and checksums while
it is. Memory stays bounded by one chunk and the directory, whatever the package says.
"""

from __future__ import annotations

import stat
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from package_importer import directory, names
from package_importer.directory import Damaged, Entry, TooManyEntries
from package_importer.errors import PackageRefused
from package_importer.limits import Limits
from package_importer.report import Findings

CHUNK = 1 << 18
STORED, DEFLATED = 0, 8
LINKS = {stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK}


class Archive:
    """The files of one package by their name below `root`; a context manager that closes the file."""

    def __init__(self, file: BinaryIO, entries: dict[str, Entry], findings: Findings) -> None:
        self._file = file
        self._entries = entries
        self._findings = findings
        self.root = ""

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    @property
    def names(self) -> Iterable[str]:
        return self._entries.keys()

    def size(self, name: str) -> int:
        return self._entries[name].size

    def enter(self, folder: str) -> list[str]:
        """Makes `folder` the root; the names of the files that lie elsewhere, which are left out."""
        prefix = f"{folder}/"
        outside = [name for name in self._entries if not name.startswith(prefix)]
        self._entries = {n.removeprefix(prefix): entry for n, entry in self._entries.items() if n.startswith(prefix)}
        self.root = prefix
        return outside

    def read(self, name: str) -> bytes:
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """The file's bytes; raises PackageRefused when they are not what the directory promised."""
        entry = self._entries[name]
        size = crc = 0
        try:
            for chunk in self._unpacked(entry, name):
                size += len(chunk)
                if size > entry.size:
                    raise self._refused("archive-size-lie", "more", name)
                crc = zlib.crc32(chunk, crc)
                yield chunk
        except zlib.error as error:
            raise self._refused("archive-damaged", f"its data cannot be unpacked ({error})", name) from error
        if size != entry.size:
            raise self._refused("archive-size-lie", "less", name)
        if crc != entry.crc:
            raise self._refused("archive-checksum", None, name)

    def verify(self) -> None:
        """Reads everything once."""
        for name in self._entries:
            for _ in self.chunks(name):
                pass

    def _unpacked(self, entry: Entry, name: str) -> Iterator[bytes]:
        packed = self._packed(entry, name)
        if entry.method == STORED:
            yield from packed
            return
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        for data in packed:
            while not inflater.eof:
                chunk = inflater.decompress(data, CHUNK)
                if chunk:
                    yield chunk
                data = inflater.unconsumed_tail
                if len(chunk) < CHUNK and not data:
                    break
        if not inflater.eof:
            raise self._refused("archive-damaged", "its data break off", name)

    def _packed(self, entry: Entry, name: str) -> Iterator[bytes]:
        """The entry's bytes as they lie in the zip file, behind a local header that must agree with the directory."""
        self._file.seek(entry.offset)
        fixed = self._file.read(directory.LOCAL_FORMAT.size)
        if len(fixed) < directory.LOCAL_FORMAT.size or fixed[:4] != directory.LOCAL:
            raise self._refused("archive-damaged", "no entry begins where the directory says", name)
        *_, n, m = directory.LOCAL_FORMAT.unpack(fixed)
        raw = self._file.read(n)
        if raw != entry.raw:
            raise self._refused("archive-header-mismatch", names.decode(raw[:1024], utf8=True)[0], name)
        position = entry.offset + len(fixed) + n + m
        end = position + entry.packed
        while position < end:
            self._file.seek(position)
            data = self._file.read(min(CHUNK, end - position))
            if not data:
                raise self._refused("archive-damaged", "the zip file breaks off", name)
            position += len(data)
            yield data

    def _refused(self, rule: str, found: object, name: str) -> PackageRefused:
        self._findings.add(rule, found, file=self.root + name)
        return PackageRefused(self._findings.report())


def open_archive(file: BinaryIO, *, limits: Limits, findings: Findings) -> Archive:
    """The archive in `file`, or PackageRefused with every fault that the directory shows."""
    try:
        where = directory.extent(file)
        entries = list(directory.entries(file, where, limits.entries))
    except Damaged as error:
        findings.add("archive-damaged", error)
        raise PackageRefused(findings.report()) from error
    except TooManyEntries:
        findings.add("archive-entries", limit=limits.entries)
        raise PackageRefused(findings.report()) from None
    if where.shift:
        findings.add("archive-prefix", where.shift)
    kept = _named(entries, limits, findings)
    _sized(kept, where.start, limits, findings)
    _disjoint(entries, where.start, findings)
    if findings.refused:
        raise PackageRefused(findings.report())
    return Archive(file, kept, findings)


def _named(entries: list[Entry], limits: Limits, findings: Findings) -> dict[str, Entry]:
    """The files among `entries` by safe name."""
    kept: dict[str, Entry] = {}
    taken: dict[str, str] = {}
    for entry in entries:
        name = _name(entry, limits, findings)
        if name is None:
            continue
        key = names.folded(name)
        if key in taken:
            _collision(kept, taken[key], name, entry, findings)
            continue
        taken[key] = name
        kept[name] = entry
    for name in kept:
        folder = names.folded(name)
        while "/" in folder:
            folder = folder.rpartition("/")[0]
            if folder in taken:
                findings.add("archive-file-as-folder", taken[folder], file=name)
    return kept


def _name(entry: Entry, limits: Limits, findings: Findings) -> str | None:
    """The file's name; None for folders, for what operating systems leave behind, and for what is refused."""
    if len(entry.raw) > limits.name_length:
        findings.add("archive-name-long", limit=limits.name_length, file=names.decode(entry.raw[:80], utf8=True)[0])
        return None
    raw, undeclared = names.decode(entry.raw, utf8=entry.utf8)
    try:
        name = names.normal(raw)
    except names.BadName as error:
        findings.add(error.rule, raw)
        return None
    if stat.S_IFMT(entry.mode) in LINKS:
        findings.add("archive-link", file=name)
        return None
    if raw.endswith(("/", "\\")) or names.LITTER.search(name):
        return None
    if entry.encrypted:
        findings.add("archive-encrypted", file=name)
    elif entry.method not in (STORED, DEFLATED):
        findings.add("archive-method", entry.method, file=name)
    if undeclared:
        findings.add("archive-name-encoding", name, file=name)
    if "\\" in raw:
        findings.add("archive-name-backslash", raw, file=name)
    if names.odd(name):
        findings.add("archive-name-odd", name, file=name)
    return name


def _collision(kept: dict[str, Entry], earlier: str, name: str, entry: Entry, findings: Findings) -> None:
    other = kept[earlier]
    if (other.size, other.crc) == (entry.size, entry.crc) and earlier == name:
        findings.add("archive-same-twice", name, file=name)
    else:
        findings.add("archive-duplicate" if earlier == name else "archive-case-collision", f"{earlier}, {name}", file=name)


def _sized(kept: dict[str, Entry], available: int, limits: Limits, findings: Findings) -> None:
    """Sizes as declared; `Archive.chunks` holds every file to them."""
    total = packed = 0
    for name, entry in kept.items():
        total += entry.size
        packed += entry.packed
        if entry.size > limits.file_size:
            findings.add("archive-file-size", entry.size, limit=limits.file_size, file=name)
        if entry.size > limits.free_size and entry.size > entry.packed * limits.ratio:
            findings.add("archive-ratio", entry.size // max(1, entry.packed), limit=limits.ratio, file=name)
        if entry.method == STORED and entry.size != entry.packed:
            findings.add("archive-size-lie", "less" if entry.packed < entry.size else "more", file=name)
    if total > limits.total_size:
        findings.add("archive-total-size", total, limit=limits.total_size)
    if total > limits.free_size and total > min(packed, available) * limits.ratio:
        findings.add("archive-ratio", total // max(1, min(packed, available)), limit=limits.ratio)


def _disjoint(entries: list[Entry], directory_start: int, findings: Findings) -> None:
    """Each entry's bytes end before the next entry, or the directory, begins."""
    end, before = 0, b""
    for entry in sorted(entries, key=lambda e: e.offset):
        if entry.offset < end:
            shown = f"{_shown(before)}, {_shown(entry.raw)}"
            findings.add("archive-overlap", shown)
        end = entry.offset + directory.LOCAL_FORMAT.size + len(entry.raw) + entry.packed
        before = entry.raw
    if end > directory_start and entries:
        findings.add("archive-overlap", f"{_shown(before)}, the directory")


def _shown(raw: bytes) -> str:
    return names.decode(raw[:200], utf8=True)[0]
