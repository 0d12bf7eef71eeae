"""Courses, their versions and their files.

An import unpacks into a folder of its own, then writes the version, then makes it visible in the course: in this
order, so that one that dies half-way shows nothing. `sweep` removes what it left.
"""

from __future__ import annotations

import hashlib
import secrets
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from os import PathLike
from pathlib import Path
from typing import Any

import orjson
from mongoengine.errors import NotUniqueError
from pymongo.database import Database

from package_importer.claims import Claims
from package_importer.content import ContentFile, ContentStore
from package_importer.course import Course, Standard, from_json, to_json
from package_importer.errors import CourseNotFound, FileNotFound, StandardDiffers
from package_importer.importer import Imported, import_package
from package_importer.limits import Limits
from package_importer.models import CourseRow, VersionRow
from package_importer.names import folded

ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
ABANDONED = timedelta(days=1)
CACHED = 128
Progress = Callable[[int, int], None]
"""Is told, while a package is unpacked, how many files and bytes are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseEntry:
    """A course as it stands now; `version` is the one that new attempts get."""

    id: str
    activity_id: str
    version: int
    title: str
    standard: str
    edition: str | None
    created: datetime
    updated: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseVersion:
    """One import of a course. `digest` is the SHA-256 of the package, `report` the JSON form of its import report."""

    id: str
    activity_id: str
    version: int
    title: str
    standard: str
    edition: str | None
    digest: str
    files: int
    size: int
    created: datetime
    by: str
    report: dict[str, Any]
    course: Course


class Catalogue:
    """`db` must be the database behind the mongoengine alias `rollbook`. At most `imports` run at once in all processes.

    `uploads` is where packages lie while they come in; None: where the system keeps temporary files.
    """

    def __init__(
        self,
        db: Database[dict[str, Any]],
        content: ContentStore,
        *,
        iri_base: str,
        limits: Limits | None = None,
        imports: int = 4,
        patience: float = 30.0,
        uploads: Path | None = None,
    ) -> None:
        self.db = db
        self.content = content
        self.iri_base = iri_base.rstrip("/")
        self.limits = limits or Limits()
        self.claims = Claims(db, patience=patience)
        self._turns = tuple(f"import:{number}" for number in range(imports))
        self.uploads = uploads
        self._version = lru_cache(maxsize=CACHED)(self._load)
        self._spellings = lru_cache(maxsize=CACHED)(self._folded)

    def add(
        self,
        path: str | PathLike[str],
        *,
        course_id: str | None = None,
        by: str = "",
        strict: bool = False,
        repair: bool = False,
        new_id: str | None = None,
        progress: Progress | None = None,
    ) -> CourseVersion:
        """Imports a package as a new course, or as the next version of one, or gives the version that is already current
        when it is the same package. Raises PackageRefused or StandardDiffers and leaves nothing behind. `new_id`: what a new
        course is called."""
        digest = digest_of(path)
        if course_id is not None:
            entry = self.get(course_id)
            current = self._version(course_id, entry.version)
            if current.digest == digest:
                return self.version(course_id, entry.version)
        with (
            self.claims.held(*self._turns),
            import_package(path, limits=self.limits, strict=strict, repair=repair, verify=False) as imported,
        ):
            if course_id is not None:
                _check_family(Standard(entry.standard), imported.course.standard)
            identifier = course_id or new_id or new_identifier()
            folder = self.content.new_folder(identifier)
            try:
                size = self._unpack(imported, folder, progress)
                first = 1 if course_id is None else self._row(course_id).version + 1
            except BaseException:
                self.content.remove(folder)
                raise
            # From here on a failed write may have been done all the same, so nothing is taken back: `sweep` sees what shows.
            number = self._commit(imported, identifier, folder, digest, size, by, first)
        return self.version(identifier, number)

    def add_once(
        self,
        path: str | PathLike[str],
        *,
        by: str = "",
        strict: bool = False,
        repair: bool = False,
        new_id: str | None = None,
        progress: Progress | None = None,
    ) -> tuple[CourseVersion, bool]:
        """As `add`, unless a course has this package as its current version: that one then; and whether it was made now."""
        digest = digest_of(path)
        with self.claims.held(f"digest:{digest}"):
            known = self.having(digest)
            if known is not None:
                return known, False
            return self.add(path, by=by, strict=strict, repair=repair, new_id=new_id, progress=progress), True

    def having(self, digest: str) -> CourseVersion | None:
        """The oldest course whose current version is the package with this SHA-256."""
        for row in sorted(VersionRow.objects(digest=digest).only("course", "version", "created"), key=lambda row: row.created):
            current = CourseRow.objects(id=row.course).first()
            if current is not None and current.version == row.version:
                return self.version(row.course, row.version)
        return None

    def get(self, course_id: str) -> CourseEntry:
        return _entry(self._row(course_id))

    def list(self, after: str | None = None, limit: int = 100) -> list[CourseEntry]:
        """Courses in the order of their creation, after the one with the id `after`."""
        start = self._row(after).order if after else "0"
        rows = CourseRow.objects(order__gt=start, order__lt="~").order_by("order").limit(limit)
        return [_entry(row) for row in rows]

    def version(self, course_id: str, version: int) -> CourseVersion:
        """A version of a course that exists."""
        entry = self.get(course_id)
        if not 0 < version <= entry.version:
            raise CourseNotFound(f"Course {course_id} has no version {version}")
        row = self._version(course_id, version)
        return CourseVersion(
            id=course_id,
            activity_id=entry.activity_id,
            version=version,
            title=row.title,
            standard=row.standard,
            edition=row.edition,
            digest=row.digest,
            files=row.files,
            size=row.size,
            created=row.created,
            by=row.by,
            report=row.report,
            course=row.course,
        )

    def course(self, course_id: str, version: int) -> Course:
        """The tree of a version; the same object each time while it is in use."""
        return self._version(course_id, version).course

    def open(self, course_id: str, version: int, path: str) -> ContentFile:
        """A file of a version. A name in the wrong letter case is found too: much content was made where that works."""
        row = self._version(course_id, version)
        name = self._spellings(course_id, version).get(folded(path))
        if name is None:
            raise FileNotFound(f"No such file: {path}")
        if path in row.names:
            name = path
        etag = hashlib.sha256(f"{row.digest}/{name}".encode()).hexdigest()[:32]
        return self.content.open(row.folder, name, etag=etag, mtime=row.created)

    def remove(self, course_id: str) -> None:
        """Removes a course with all its versions and files; the course first, so that nobody sees half of it."""
        self._row(course_id).delete()
        self._clear(VersionRow.objects(course=course_id))

    def sweep(self, older_than: timedelta = ABANDONED) -> int:
        """Removes what unfinished imports and deletions left; the number of folders."""
        before = datetime.now(UTC) - older_than
        visible = {row.id: row.version for row in CourseRow.objects.only("id", "version")}
        rows = list(VersionRow.objects.only("id", "course", "version", "folder", "created"))
        swept = self._clear([r for r in rows if r.version > visible.get(r.course, 0) and r.created < before])
        kept = {row.folder for row in rows}
        for folder, made in list(self.content.folders()):
            if folder not in kept and made < before:
                self.content.remove(folder)
                swept += 1
        return swept

    def _unpack(self, imported: Imported, folder: str, progress: Progress | None) -> int:
        archive = imported.archive
        if archive is None:
            return 0
        contents = ((name, archive.chunks(name)) for name in archive.names)
        return self.content.fill(folder, contents if progress is None else _counted(contents, progress))

    def _commit(self, imported: Imported, course_id: str, folder: str, digest: str, size: int, by: str, first: int) -> int:
        """Writes the version under the first free number from `first` on, then makes it visible; the number."""
        course, now = imported.course, datetime.now(UTC)
        about = {"title": course.title, "standard": str(course.standard), "edition": course.edition}
        row = VersionRow(
            course=course_id,
            version=1,
            digest=digest,
            folder=folder,
            files=len(course.files),
            size=size,
            course_json=_deflated(to_json(course)),
            report_json=_deflated(imported.report.to_json()),
            created=now,
            by=by,
            **about,
        )
        number = self._insert(row, first)
        if first == 1:
            order = f"{int(now.timestamp() * 1000):013d}-{course_id}"
            activity = f"{self.iri_base}/courses/{course_id}"
            visible = CourseRow(
                id=course_id, order=order, activity_id=activity, version=number, created=now, updated=now, by=by, **about
            )
            visible.save(force_insert=True)
        else:
            changes = {f"set__{name}": value for name, value in {**about, "version": number, "updated": now}.items()}
            CourseRow.objects(id=course_id, version__lt=number).update_one(**changes)
        return number

    def _insert(self, row: VersionRow, number: int) -> int:
        """Saves the row under the first number from `number` on that no other import took."""
        while True:
            row.id, row.version = f"{row.course}:{number}", number
            try:
                row.save(force_insert=True)
            except NotUniqueError:
                number += 1
                continue
            return number

    def _row(self, course_id: str) -> CourseRow:
        row: CourseRow | None = CourseRow.objects(id=course_id).first()
        if row is None:
            raise CourseNotFound(f"There is no course {course_id}")
        return row

    def _load(self, course_id: str, version: int) -> _Version:
        row = VersionRow.objects(id=f"{course_id}:{version}").first()
        if row is None:
            raise CourseNotFound(f"Course {course_id} has no version {version}")
        course = from_json(Course, orjson.loads(zlib.decompress(row.course_json)))
        return _Version(
            course=course,
            names=frozenset(course.files),
            report=orjson.loads(zlib.decompress(row.report_json)),
            **{name: getattr(row, name) for name in _PLAIN},
        )

    def _folded(self, course_id: str, version: int) -> dict[str, str]:
        return {folded(name): name for name in self._version(course_id, version).course.files}

    def _clear(self, rows: Any) -> int:
        swept = 0
        for row in rows:
            self.content.remove(row.folder)
            row.delete()
            swept += 1
        return swept


_PLAIN = ("digest", "folder", "title", "standard", "edition", "files", "size", "created", "by")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    """A version as it is kept in memory."""

    course: Course
    names: frozenset[str]
    report: dict[str, Any]
    digest: str
    folder: str
    title: str
    standard: str
    edition: str | None
    files: int
    size: int
    created: datetime
    by: str


def _entry(row: CourseRow) -> CourseEntry:
    return CourseEntry(**{name: getattr(row, name) for name in CourseEntry.__slots__})


def _check_family(known: Standard, found: Standard) -> None:
    """What was reached in a course is kept in the shape of its family, and could not be read in another's."""
    if known.family != found.family:
        raise StandardDiffers(
            f"The package is {found.family}, and this course is {known.family}: results of one cannot go on in the other. "
            "Import it as a course of its own.",
            found=str(found),
            rule=f"must be {' or '.join(one for one in Standard if one.family == known.family)}",
        )


def _deflated(value: Any) -> bytes:
    return zlib.compress(orjson.dumps(value))


def digest_of(path: str | PathLike[str]) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def new_identifier() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(16))


def _counted(contents: Iterable[tuple[str, Iterator[bytes]]], progress: Progress) -> Iterator[tuple[str, Iterator[bytes]]]:
    size = 0

    def counted(number: int, chunks: Iterator[bytes]) -> Iterator[bytes]:
        nonlocal size
        for chunk in chunks:
            size += len(chunk)
            progress(number, size)
            yield chunk

    for number, (name, chunks) in enumerate(contents):
        yield name, counted(number, chunks)
        progress(number + 1, size)
