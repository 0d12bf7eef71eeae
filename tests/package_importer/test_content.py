"""Content stores of different kinds behave alike."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from package_importer import ContentStore, FileNotFound
from package_importer.media import media_type

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(params=["file://{}", "{}", "memory://{}"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ContentStore:
    return ContentStore(request.param.format(tmp_path / "content"))


def test_files_are_written_and_read(store: ContentStore) -> None:
    folder = store.new_folder("course")

    size = store.fill(folder, [("a.html", iter([b"<p>", b"a"])), ("deep/er/b c.css", iter([b"b"]))])

    assert size == 5
    assert store.open(folder, "a.html", etag="e", mtime=NOW).stream.read() == b"<p>a"
    assert store.open(folder, "deep/er/b c.css", etag="e", mtime=NOW).mimetype == "text/css"


def test_a_folder_is_not_a_file(store: ContentStore) -> None:
    folder = store.new_folder("course")
    store.fill(folder, [("deep/b", iter([b"b"]))])

    with pytest.raises(FileNotFound):
        store.open(folder, "deep", etag="e", mtime=NOW)


def test_removal_is_complete_and_can_be_repeated(store: ContentStore) -> None:
    folder = store.new_folder("course")
    store.fill(folder, [("a.html", iter([b"a"]))])

    store.remove(folder)
    store.remove(folder)

    assert list(store.folders()) == []


def test_folders_tell_when_they_were_made(store: ContentStore) -> None:
    before = datetime.now(UTC)
    folder = store.new_folder("course")
    store.fill(folder, [("a.html", iter([b"a"]))])

    [(found, made)] = store.folders()

    assert found == folder
    assert abs((made - before).total_seconds()) < 5


def test_only_folders_of_imports_can_be_removed(store: ContentStore) -> None:
    with pytest.raises(AssertionError):
        store.remove("..")


def test_a_link_inside_the_store_is_not_followed(tmp_path: Path) -> None:
    store = ContentStore(str(tmp_path / "content"))
    folder = store.new_folder("course")
    store.fill(folder, [("a.html", iter([b"a"]))])
    (tmp_path / "content" / folder / "link").symlink_to("/etc/passwd")

    with pytest.raises(FileNotFound):
        store.open(folder, "link", etag="e", mtime=NOW)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("A.HTML", "text/html"),
        ("x.tar.gz", "application/octet-stream"),
        ("x.woff2", "font/woff2"),
        ("noending", "application/octet-stream"),
    ],
)
def test_media_types_go_by_the_ending(name: str, expected: str) -> None:
    assert media_type(name) == expected
