"""Names of archive entries."""

from __future__ import annotations

import pytest

from package_importer.names import BadName, decode, folded, normal


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a.html", "a.html"),
        ("a//b/./c.png", "a/b/c.png"),
        (r"a\b\c.png", "a/b/c.png"),
        ("./a.html", "a.html"),
        ("folder/", "folder"),
        ("über/日本.png", "über/日本.png"),
        ("console.log", "console.log"),
        ("auxiliary/null.js", "auxiliary/null.js"),
        ("..a/b..", "..a/b.."),
    ],
)
def test_a_harmless_name_is_made_plain(given: str, expected: str) -> None:
    assert normal(given) == expected


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ("../a", "archive-name-outside"),
        ("a/../../b", "archive-name-outside"),
        ("a/..", "archive-name-outside"),
        (r"..\a", "archive-name-outside"),
        ("/a", "archive-name-absolute"),
        (r"\a", "archive-name-absolute"),
        ("c:a", "archive-name-absolute"),
        ("//server/share", "archive-name-absolute"),
        ("a\nb", "archive-name-control"),
        ("a\u2066b", "archive-name-control"),
        ("", "archive-name-empty"),
        ("././", "archive-name-empty"),
        ("nul", "archive-name-reserved"),
        ("a/COM1.txt", "archive-name-reserved"),
        ("a/CON .txt", "archive-name-reserved"),
        ("a/. ./b", "archive-name-reserved"),
    ],
)
def test_a_dangerous_name_is_refused(given: str, rule: str) -> None:
    with pytest.raises(BadName) as refused:
        normal(given)

    assert refused.value.rule == rule


def test_a_name_is_utf_8_when_it_can_be() -> None:
    assert decode("ü".encode(), utf8=True) == ("ü", False)
    assert decode("ü".encode(), utf8=False) == ("ü", True)
    assert decode(b"\x81", utf8=False) == ("ü", False)


def test_names_that_some_system_takes_as_one_are_folded_alike() -> None:
    assert folded("STRASSE/É.png") == folded("straße/e\u0301.PNG")
