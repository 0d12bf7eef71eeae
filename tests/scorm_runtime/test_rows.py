"""Values by item, read when asked for."""

from __future__ import annotations

import pytest

from scorm_runtime.rows import Rows, escape, unescape, written

TEXTS = {"one": "1", "a%2Eb": "2"}


def test_a_row_is_read_when_it_is_asked_for() -> None:
    read: list[str] = []
    rows = Rows(TEXTS, lambda text: read.append(text) or int(text))

    assert (rows["a.b"], read) == (2, ["2"])


def test_changed_rows_win_and_leave_the_others_as_they_were() -> None:
    before = Rows(TEXTS, int)

    after = before | {"one": 5, "x$": 7}

    assert dict(before) == {"one": 1, "a.b": 2}
    assert dict(after) == {"one": 5, "a.b": 2, "x$": 7}
    assert (len(before), len(after)) == (2, 3)
    assert after.get("missing") is None
    with pytest.raises(KeyError):
        after["missing"]


def test_only_changed_rows_are_written_anew() -> None:
    rows = Rows(TEXTS, int) | {"x$": 7}

    found = written(rows, lambda value: f"written {value}")

    assert found == {"one": "1", "a%2Eb": "2", "x%24": "written 7"}
    assert found["one"] is TEXTS["one"]
    assert written({"a.b": 1}, str) == {"a%2Eb": "1"}


@pytest.mark.parametrize("key", ["", "%", "a.b$c\0d%2E", "plain"])
def test_any_text_can_be_a_field_name(key: str) -> None:
    assert unescape(escape(key)) == key
