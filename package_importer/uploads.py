"""Packages that come in piece by piece, so that a broken connection costs one piece.

Each piece is an object of its own in the content store, and the row names those that count: the compare-and-set of the
row's offset decides which of two writers was first. So any process of any host can take any piece.
"""

from __future__ import annotations

import hashlib
import secrets
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson
from fsspec.implementations.local import LocalFileSystem
from werkzeug.exceptions import ClientDisconnected

from package_importer.catalogue import ABANDONED, Catalogue, CourseVersion, digest_of, new_identifier
from package_importer.errors import (
    CourseNotFound,
    DigestMismatch,
    ImporterBusy,
    PackageError,
    PackageTooLarge,
    UploadNotFound,
    UploadNotReady,
    UploadOffset,
)
from package_importer.models import UploadRow

FOLDER = "uploads"
CHUNK = 1 << 20
PIECES = 10_000
UNFINISHED = 100
"""Uploads of one credential that are not imported yet."""
TELL_EVERY = 0.5
"""Seconds between two writes of an import's progress."""
Read = Callable[[int], bytes]


class State(StrEnum):
    RECEIVING = "receiving"
    RECEIVED = "received"
    UNPACKING = "unpacking"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """`files` and `bytes` are those unpacked so far; `course` and `version` what it became, `report` why it was refused."""

    id: str
    state: str
    length: int
    offset: int
    digest: str | None
    files: int
    bytes: int
    course: str | None
    version: int | None
    report: dict[str, Any] | None
    created: datetime
    expires: datetime


class Uploads:
    def __init__(self, catalogue: Catalogue, *, kept: timedelta = ABANDONED) -> None:
        self.catalogue = catalogue
        self._content = catalogue.content
        self._kept = kept

    def create(self, length: int, *, by: str, digest: str | None = None) -> tuple[Upload, bool]:
        """An upload, and whether it is new: a credential that announces the same bytes again goes on where it stopped."""
        limit = self.catalogue.limits.package_size
        if length > limit:
            raise PackageTooLarge(f"The package is larger than the {limit} bytes allowed.", limit=limit)
        unfinished = UploadRow.objects(by=by, state__in=[State.RECEIVING.value, State.RECEIVED.value])
        known = next((row for row in unfinished if digest and (row.digest, row.length) == (digest, length)), None)
        if known is not None:
            return self._upload(known), False
        if len(unfinished) >= UNFINISHED:
            raise ImporterBusy(f"This credential has {UNFINISHED} unfinished uploads; finish or delete some.")
        now = datetime.now(UTC)
        row = UploadRow(
            id=new_identifier(), by=by, state=State.RECEIVING.value, length=length, digest=digest, created=now, updated=now
        )
        row.save(force_insert=True)
        return self._upload(row), True

    def get(self, upload_id: str) -> Upload:
        return self._upload(self._row(upload_id))

    def append(self, upload_id: str, offset: int, read: Read, *, digest: str | None = None) -> Upload:
        """Adds what `read` gives to the end. What came before a connection broke is kept, unless it has a digest."""
        row = self._row(upload_id)
        if row.state != State.RECEIVING or offset != row.offset:
            raise _wrong_offset(row)
        if len(row.parts) >= PIECES:
            raise PackageTooLarge(f"The upload has {PIECES} pieces already; begin again with larger ones.", limit=PIECES)
        name = f"{offset:015d}-{secrets.token_hex(4)}"
        piece = self._piece(row.id, name)
        try:
            size, seen, broken = self._received(piece, read, row.length - offset)
            if digest is not None and (broken or seen != digest):
                raise broken or DigestMismatch("The piece has another digest than Content-Digest says.", found=seen)
        except BaseException:
            self._remove(piece)
            raise
        if not size or not self._counted(row, name, offset, offset + size):
            self._remove(piece)
        if broken:
            raise broken
        after = self._row(upload_id)
        if size and name not in after.parts:
            raise _wrong_offset(after)
        return self._upload(after)

    def remove(self, upload_id: str) -> None:
        row = self._row(upload_id)
        self._remove(self._piece(row.id))
        row.delete()

    def import_course(
        self, upload_id: str, *, course_id: str | None = None, by: str = "", strict: bool = False, repair: bool = False
    ) -> tuple[CourseVersion, bool]:
        """Imports a complete upload, once however often it is asked; the version, and whether it was made now."""
        row = self._row(upload_id)
        if row.state == State.RECEIVING:
            raise UploadNotReady(f"The upload has {row.offset} of {row.length} bytes.", state=row.state, offset=row.offset)
        if course_id is not None:
            self.catalogue.get(course_id)
        try:
            with self.catalogue.claims.held(f"upload:{upload_id}", patience=0):
                return self._imported(self._row(upload_id), course_id, by, strict, repair)
        except ImporterBusy as busy:
            if self._row(upload_id).state != State.UNPACKING:
                raise
            raise UploadNotReady("The upload is being imported.", state=State.UNPACKING.value) from busy

    def sweep(self) -> int:
        """Removes uploads that nobody touched for a day; the number of them."""
        before = datetime.now(UTC) - self._kept
        stale = [row.id for row in UploadRow.objects(updated__lt=before).only("id")]
        kept = {row.id for row in UploadRow.objects(updated__gte=before).only("id")}
        files, root = self._content.files, f"{self._content.root}/{FOLDER}"
        left = [str(path).rstrip("/") for path in files.ls(root, detail=False)] if files.exists(root) else []
        for path in left:
            # A row is written before its first piece: what has none is nobody's.
            if path.rpartition("/")[2] not in kept:
                self._remove(path)
        UploadRow.objects(id__in=stale).delete()
        return len(stale)

    def _imported(self, row: UploadRow, course_id: str | None, by: str, strict: bool, repair: bool) -> tuple[CourseVersion, bool]:
        if row.state == State.DONE:
            if course_id not in (None, row.course):
                raise UploadNotReady(f"The upload became the course {row.course}.", state=row.state)
            return self.catalogue.version(row.course, row.version), False
        _set(row, state=State.UNPACKING, files=0, bytes=0)
        try:
            version, made = self._added(row, course_id, by, strict, repair)
        except ImporterBusy:
            _set(row, state=State.RECEIVED)
            raise
        except UploadOffset:
            raise
        except PackageError as error:
            report = error.detail.get("report")
            _set(row, state=State.REFUSED, report_json=None if report is None else zlib.compress(orjson.dumps(report)))
            raise
        except BaseException:
            _set(row, state=State.RECEIVED)
            raise
        _set(row, state=State.DONE, course=version.id, version=version.version, files=version.files, bytes=version.size)
        self._remove(self._piece(row.id))
        return version, made

    def _added(self, row: UploadRow, course_id: str | None, by: str, strict: bool, repair: bool) -> tuple[CourseVersion, bool]:
        """A new course gets the upload's id, so that an import that died after its last step is not done again."""
        if course_id is None:
            try:
                return self.catalogue.version(row.id, self.catalogue.get(row.id).version), False
            except CourseNotFound:
                pass  # not imported yet
        progress = _progress(row)
        with self._package(row) as path:
            if course_id is not None:
                before = self.catalogue.get(course_id).version
                made = self.catalogue.add(path, course_id=course_id, by=by, strict=strict, repair=repair, progress=progress)
                return made, made.version > before
            if row.digest is not None:
                return self.catalogue.add_once(path, by=by, strict=strict, repair=repair, new_id=row.id, progress=progress)
            return self.catalogue.add(path, by=by, strict=strict, repair=repair, new_id=row.id, progress=progress), True

    @contextmanager
    def _package(self, row: UploadRow) -> Iterator[Path]:
        """The pieces as one file; raises DigestMismatch when it is not what was announced."""
        with tempfile.TemporaryDirectory(prefix="rollbook-upload-", dir=self.catalogue.uploads) as folder:
            whole = self._single(row)
            if whole is None:
                whole = Path(folder, "package")
                with whole.open("wb") as target:
                    target.writelines(self._joined(row))
            if row.digest is not None and (found := digest_of(whole)) != row.digest:
                raise DigestMismatch("The package has another digest than Repr-Digest said.", found=found)
            yield whole

    def _single(self, row: UploadRow) -> Path | None:
        """The only piece, when it lies on this machine's disk: it need not be copied."""
        if len(row.parts) != 1 or not isinstance(self._content.files, LocalFileSystem):
            return None
        path = Path(self._piece(row.id, row.parts[0]))
        return path if path.is_file() and path.stat().st_size == row.length else None

    def _joined(self, row: UploadRow) -> Iterator[bytes]:
        """The bytes of all pieces. One that the store has lost takes the upload back to where it began."""
        ends = [*(int(name[:15]) for name in row.parts[1:]), row.length]
        for number, (name, end) in enumerate(zip(row.parts, ends, strict=True)):
            left = end - int(name[:15])
            try:
                with self._content.files.open(self._piece(row.id, name), "rb") as file:
                    while left and (chunk := file.read(min(CHUNK, left))):
                        left -= len(chunk)
                        yield chunk
            except FileNotFoundError:
                pass  # as good as empty
            if left:
                _set(row, state=State.RECEIVING, offset=int(name[:15]), parts=list(row.parts[:number]))
                raise _wrong_offset(self._row(row.id))

    def _received(self, piece: str, read: Read, most: int) -> tuple[int, str, Exception | None]:
        """Writes a piece; its size, its digest, and what broke the connection."""
        size, digest, broken = 0, hashlib.sha256(), None
        self._content.files.makedirs(piece.rpartition("/")[0], exist_ok=True)
        with self._content.files.open(piece, "wb") as file:
            while True:
                try:
                    chunk = read(CHUNK)
                except (OSError, ClientDisconnected) as error:
                    broken = error
                    break
                if not chunk:
                    break
                size += len(chunk)
                if size > most:
                    raise PackageTooLarge("The piece reaches beyond the upload's length.", limit=most)
                digest.update(chunk)
                file.write(chunk)
        return size, digest.hexdigest(), broken

    def _counted(self, row: UploadRow, name: str, offset: int, end: int) -> bool:
        """Makes a piece part of the upload, unless another one came first."""
        state = State.RECEIVED if end == row.length else State.RECEIVING
        changed = UploadRow.objects(id=row.id, offset=offset, state=State.RECEIVING.value).update_one(
            set__offset=end, set__state=state.value, set__updated=datetime.now(UTC), push__parts=name
        )
        return bool(changed)

    def _piece(self, upload_id: str, name: str = "") -> str:
        return f"{self._content.root}/{FOLDER}/{upload_id}/{name}".rstrip("/")

    def _remove(self, path: str) -> None:
        if self._content.files.exists(path):
            self._content.files.rm(path, recursive=True)

    def _row(self, upload_id: str) -> UploadRow:
        row: UploadRow | None = UploadRow.objects(id=upload_id).first()
        if row is None:
            raise UploadNotFound(f"There is no upload {upload_id}")
        return row

    def _upload(self, row: UploadRow) -> Upload:
        report = None if row.report_json is None else orjson.loads(zlib.decompress(row.report_json))
        plain = {name: getattr(row, name) for name in Upload.__slots__ if name not in ("report", "expires")}
        return Upload(report=report, expires=row.updated + self._kept, **plain)


def _set(row: UploadRow, **values: Any) -> None:
    changes = {f"set__{name}": value.value if isinstance(value, State) else value for name, value in values.items()}
    UploadRow.objects(id=row.id).update_one(set__updated=datetime.now(UTC), **changes)


def _progress(row: UploadRow) -> Callable[[int, int], None]:
    told = time.monotonic()

    def tell(files: int, size: int) -> None:
        nonlocal told
        if time.monotonic() - told >= TELL_EVERY:
            told = time.monotonic()
            _set(row, files=files, bytes=size)

    return tell


def _wrong_offset(row: UploadRow) -> UploadOffset:
    return UploadOffset(f"The upload has {row.offset} of {row.length} bytes.", state=row.state, offset=row.offset)
