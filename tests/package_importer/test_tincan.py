"""Tin Can packages."""

from __future__ import annotations

from pathlib import Path

from package_importer import Standard, import_package
from tests.packages.structures import activity, tincan


def test_every_launchable_activity_is_an_item(tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(
        tincan(activity("c", kind="course") + activity("q", launch="") + activity("m", launch="<launch>a.html?x</launch>"))
    )

    with import_package(path, strict=True) as imported:
        course = imported.course

    assert (course.standard, course.title, course.identifier) == (Standard.TIN_CAN, "c", "https://example.org/c")
    assert [(item.identifier, item.launch) for item in course.root.children] == [
        ("https://example.org/c", "a.html"),
        ("https://example.org/m", "a.html?x"),
    ]
