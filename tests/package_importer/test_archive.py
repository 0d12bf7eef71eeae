"""Zip files, sound ones of every make and those that lie."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

import pytest

from package_importer import Limits, PackageRefused
from package_importer.archive import CHUNK, Archive, open_archive
from package_importer.report import Findings
from tests.packages.zips import DEFLATED, Entry, zipped

A = Entry(name=b"a.txt", data=b"hello " * 1000, method=DEFLATED)
B = Entry(name=b"deep/b.txt", data=b"stored")


def opened(data: bytes, **limits: int) -> Archive:
    return open_archive(io.BytesIO(data), limits=Limits(**limits), findings=Findings())


@pytest.mark.parametrize(
    "data",
    [
        zipped([A, B]),
        zipped([A, B], zip64=True),
        zipped([A, B], before=b"#!/bin/sh\n"),
        zipped([A, B], before=b"#!/bin/sh\n", zip64=True),
        zipped([A, B], tail=b"a comment"),
        zipped([A, Entry(name=b"deep/", mode=0o040755), B]),
    ],
    ids=["plain", "zip64", "prefix", "prefix and zip64", "comment", "folder"],
)
def test_files_are_read(data: bytes) -> None:
    with opened(data) as archive:
        assert list(archive.names) == ["a.txt", "deep/b.txt"]
        assert archive.read("a.txt") == A.data
        assert archive.read("deep/b.txt") == b"stored"


def test_what_another_writer_wrote_is_read() -> None:
    """With data descriptors, as streaming writers leave them, and sizes in zip64 fields."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = b""

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.data += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as writer, writer.open("a.txt", "w", force_zip64=True) as file:
        file.write(A.data)

    assert opened(pipe.data).read("a.txt") == A.data


def test_a_large_file_comes_in_chunks() -> None:
    data = bytes(CHUNK * 3 + 5)
    archive = opened(zipped([Entry(name=b"zeros", data=data, method=DEFLATED)]))

    sizes = [len(chunk) for chunk in archive.chunks("zeros")]

    assert sum(sizes) == len(data)
    assert max(sizes) <= CHUNK


def test_files_can_be_read_in_turns() -> None:
    noise = os.urandom(CHUNK * 2)
    archive = opened(zipped([Entry(name=b"x", data=noise), Entry(name=b"y", data=noise[::-1], method=DEFLATED)]))
    first: Iterator[bytes] = archive.chunks("x")
    second: Iterator[bytes] = archive.chunks("y")

    turns = [next(first), next(second), *first, *second]

    assert turns[0] + turns[2] == noise
    assert b"".join([turns[1], *turns[3:]]) == noise[::-1]


def test_an_empty_archive_has_no_files() -> None:
    assert list(opened(zipped([])).names) == []


def test_a_folder_can_be_made_the_root() -> None:
    archive = opened(zipped([A, B]))

    outside = archive.enter("deep")

    assert (outside, list(archive.names), archive.root) == (["a.txt"], ["b.txt"], "deep/")
    assert archive.read("b.txt") == b"stored"


def test_a_zip_file_inside_is_a_file_like_any_other() -> None:
    inner = zipped([A])

    assert opened(zipped([Entry(name=b"inner.zip", data=inner)])).read("inner.zip") == inner


def test_no_more_entries_are_looked_at_than_allowed() -> None:
    class Counting(io.BytesIO):
        total = 0

        def read(self, size: int | None = -1) -> bytes:
            data = super().read(size)
            Counting.total += len(data)
            return data

    data = zipped(Entry(name=b"%06d" % n) for n in range(20_000))
    file: BinaryIO = Counting(data)

    with pytest.raises(PackageRefused) as refused:
        open_archive(file, limits=Limits(entries=10), findings=Findings())

    assert refused.value.report.errors[0].rule == "archive-entries"
    assert Counting.total < 70_000


def test_all_faults_of_a_directory_are_reported_at_once() -> None:
    bad = [Entry(name=b"../x"), Entry(name=b"con"), Entry(name=b"y", flags=1), Entry(name=b"z", mode=0o120777)]

    with pytest.raises(PackageRefused) as refused:
        opened(zipped([A, *bad]))

    assert {finding.rule for finding in refused.value.report.errors} == {
        "archive-name-outside",
        "archive-name-reserved",
        "archive-encrypted",
        "archive-link",
    }
