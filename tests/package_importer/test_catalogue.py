"""Courses and their versions, over a real database and a folder on disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from package_importer import Catalogue, CourseNotFound, FileNotFound, PackageRefused
from package_importer.errors import ImporterBusy
from package_importer.models import CourseRow, VersionRow
from tests.packages.manifests import PAGE, package, scorm12, scorm2004
from tests.packages.slips import MANIFEST, A
from tests.packages.zips import Entry, plain, zipped

NONE = timedelta(0)


@pytest.fixture
def packed(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(data: bytes) -> Path:
        path = tmp_path / "package.zip"
        path.write_bytes(data)
        return path

    return write


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_package_becomes_a_course(catalogue: Catalogue, packed: Callable[[bytes], Path]) -> None:
    made = catalogue.add(packed(package(scorm2004())), by="author")

    entry = catalogue.get(made.id)
    assert (entry.version, entry.title, entry.standard, entry.edition) == (1, "Course", "scorm2004", "4th")
    assert entry.activity_id == f"https://lms.example.org/courses/{made.id}"
    assert (made.files, made.by, made.report) == (2, "author", {"errors": [], "warnings": []})
    assert catalogue.course(made.id, 1).root.children[0].launch == "a.html"


def test_the_same_package_as_a_new_course_is_another_course(catalogue: Catalogue, packed: Callable[[bytes], Path]) -> None:
    first = catalogue.add(packed(package(scorm12())))
    second = catalogue.add(packed(package(scorm12())))

    assert first.id != second.id
    assert [entry.id for entry in catalogue.list()] == [first.id, second.id]


def test_the_same_package_for_the_same_course_is_the_same_version(catalogue: Catalogue, packed: Callable[[bytes], Path]) -> None:
    made = catalogue.add(packed(package(scorm12())))

    again = catalogue.add(packed(package(scorm12())), course_id=made.id)

    assert again == made
    assert VersionRow.objects(course=made.id).count() == 1


def test_a_new_version_leaves_the_files_of_the_old_one(catalogue: Catalogue, packed: Callable[[bytes], Path]) -> None:
    made = catalogue.add(packed(package(scorm12(), {"a.html": b"old"})))

    second = catalogue.add(packed(package(scorm12(), {"a.html": b"newer"})), course_id=made.id)

    assert (second.version, catalogue.get(made.id).version) == (2, 2)
    assert catalogue.open(made.id, 1, "a.html").stream.read() == b"old"
    assert catalogue.open(made.id, 2, "a.html").stream.read() == b"newer"
    assert catalogue.version(made.id, 1).activity_id == second.activity_id


def test_a_file_can_be_read_from_anywhere(catalogue: Catalogue, packed: Callable[[bytes], Path]) -> None:
    made = catalogue.add(packed(package(scorm12())))

    file = catalogue.open(made.id, 1, "a.html")
    file.stream.seek(-5, 2)

    assert (file.size, file.mimetype, file.stream.read()) == (len(PAGE), "text/html", b"itle>")
    assert file.etag == catalogue.open(made.id, 1, "a.html").etag
    assert file.local is not None
    assert file.local.read_bytes() == PAGE


def test_a_file_is_found_in_the_wrong_letter_case(catalogue: Catalogue, packed: Callable[[bytes], Path]) -> None:
    made = catalogue.add(packed(package(scorm12(), {"a.html": PAGE, "img/Übung 1.PNG": b"png"})))

    assert catalogue.open(made.id, 1, "Img/übung 1.png").size == 3


@pytest.mark.parametrize(
    "path", ["", "b.html", "../a.html", "/etc/passwd", "a.html/", "img", "a.html\0", "x\\..\\a.html", "./a.html"]
)
def test_no_other_path_is_opened(path: str, catalogue: Catalogue, packed: Callable[[bytes], Path]) -> None:
    made = catalogue.add(packed(package(scorm12(), {"a.html": PAGE, "img/b.png": b"png"})))

    with pytest.raises(FileNotFound):
        catalogue.open(made.id, 1, path)


@pytest.mark.parametrize("lie", [{"crc": 1}, {"size": 9}, {"name": b"b", "local_name": b"c"}], ids=["crc", "size", "name"])
def test_a_package_refused_while_unpacking_leaves_nothing(
    lie: dict[str, object], catalogue: Catalogue, packed: Callable[[bytes], Path], tmp_path: Path
) -> None:
    bad = Entry(**({"name": b"b.bin", "data": bytes(5000), "method": 8} | lie))  # type: ignore[arg-type]

    with pytest.raises(PackageRefused):
        catalogue.add(packed(zipped([MANIFEST, A, bad])))

    assert (catalogue.list(), VersionRow.objects.count(), files(tmp_path / "content")) == ([], 0, set())


def test_a_refused_version_leaves_the_course_as_it_was(catalogue: Catalogue, packed: Callable[[bytes], Path]) -> None:
    made = catalogue.add(packed(package(scorm12())))

    with pytest.raises(PackageRefused):
        catalogue.add(packed(plain({"a.html": PAGE})), course_id=made.id)

    assert catalogue.get(made.id).version == 1
    assert catalogue.open(made.id, 1, "a.html").stream.read() == PAGE


def test_removal_takes_every_file(catalogue: Catalogue, packed: Callable[[bytes], Path], tmp_path: Path) -> None:
    made = catalogue.add(packed(package(scorm12())))
    catalogue.add(packed(package(scorm12(), {"a.html": b"newer"})), course_id=made.id)

    catalogue.remove(made.id)

    assert (files(tmp_path / "content"), VersionRow.objects.count()) == (set(), 0)
    with pytest.raises(CourseNotFound):
        catalogue.get(made.id)


@pytest.mark.parametrize(
    "call", [lambda c: c.get("x"), lambda c: c.remove("x"), lambda c: c.course("x", 1), lambda c: c.list("x")]
)
def test_an_unknown_course_is_not_found(call: Callable[[Catalogue], object], catalogue: Catalogue) -> None:
    with pytest.raises(CourseNotFound):
        call(catalogue)


def test_a_version_that_does_not_exist_is_not_found(catalogue: Catalogue, packed: Callable[[bytes], Path]) -> None:
    made = catalogue.add(packed(package(scorm12())))

    with pytest.raises(CourseNotFound):
        catalogue.version(made.id, 2)


def test_pages_of_courses_follow_each_other(catalogue: Catalogue, packed: Callable[[bytes], Path]) -> None:
    made = [catalogue.add(packed(package(scorm12()))).id for _ in range(3)]

    first = [entry.id for entry in catalogue.list(limit=2)]
    second = [entry.id for entry in catalogue.list(after=first[-1], limit=2)]

    assert first + second == made


def test_what_an_import_left_half_way_is_swept(catalogue: Catalogue, packed: Callable[[bytes], Path], tmp_path: Path) -> None:
    """A folder without a version, and a version that no course shows: where an import may die."""
    kept = catalogue.add(packed(package(scorm12())))
    lost = catalogue.add(packed(package(scorm12())))
    CourseRow.objects(id=lost.id).delete()
    orphan = catalogue.content.new_folder("abc")
    catalogue.content.fill(orphan, [("x.html", iter([b"x"]))])

    early, swept = catalogue.sweep(), catalogue.sweep(older_than=NONE)

    assert (early, swept) == (0, 2)
    assert len(files(tmp_path / "content")) == 2
    assert [row.course for row in VersionRow.objects] == [kept.id]


def test_a_version_left_half_way_does_not_stop_the_next(catalogue: Catalogue, packed: Callable[[bytes], Path]) -> None:
    made = catalogue.add(packed(package(scorm12())))
    catalogue.add(packed(package(scorm12(), {"a.html": b"two"})), course_id=made.id)
    CourseRow.objects(id=made.id).update_one(set__version=1)

    third = catalogue.add(packed(package(scorm12(), {"a.html": b"three"})), course_id=made.id)

    assert (third.version, catalogue.open(made.id, 3, "a.html").stream.read()) == (3, b"three")


def test_imports_at_once_are_bounded(catalogue: Catalogue, packed: Callable[[bytes], Path]) -> None:
    path = packed(package(scorm12()))
    refused: list[BaseException] = []

    def another() -> None:
        try:
            catalogue.add(path)
        except ImporterBusy as error:
            refused.append(error)

    def slow() -> Iterator[bytes]:
        thread = threading.Thread(target=another)
        thread.start()
        thread.join()
        yield b"x"

    with catalogue.claims.held("import:0"):
        catalogue.content.fill(catalogue.content.new_folder("abc"), [("x", slow())])

    assert [error.status for error in refused] == [503]  # type: ignore[attr-defined]
