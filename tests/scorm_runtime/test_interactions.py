"""SCORM responses in xAPI's syntax."""

from __future__ import annotations

import pytest

from scorm_runtime import interactions


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("true-false", "t", "true"),
        ("true-false", "0", "false"),
        ("choice", "a,c", "a[,]c"),
        ("choice", "{a,c}", "a[,]c"),
        ("choice", "a[,]c", "a[,]c"),
        ("choice", "a", "a"),
        ("sequencing", "c, a, b", "c[,]a[,]b"),
        ("matching", "1.a,2.b", "1[.]a[,]2[.]b"),
        ("fill-in", "one, two", "one, two"),
        ("numeric", "4.5", "4.5"),
        ("likert", "4", "4"),
    ],
)
def test_responses_of_scorm_12_get_the_delimiters_of_xapi(kind: str, text: str, expected: str) -> None:
    assert interactions.response(kind, text, scorm12=True) == expected


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("choice", "a[,]b"),
        ("matching", "a[.]1[,]b[.]2"),
        ("numeric", "1[:]5"),
        ("fill-in", "{case_matters=true}{lang=en}red[,]green"),
        ("choice", "a,b"),
    ],
)
def test_responses_of_scorm_2004_have_them_already(kind: str, text: str) -> None:
    assert interactions.response(kind, text, scorm12=False) == text


def test_an_unknown_type_becomes_other() -> None:
    assert interactions.interaction_type("essay") == "other"
    assert interactions.interaction_type(None) == "other"


def test_a_timespan_of_scorm_12_is_read_as_seconds() -> None:
    assert interactions.seconds("0001:02:03.5") == 3723.5
    assert interactions.seconds("PT5S") is None


def test_a_language_prefix_is_taken_off() -> None:
    assert interactions.localized("{lang=de-CH}Grüezi") == ("de-CH", "Grüezi")
    assert interactions.localized("plain") == (None, "plain")
