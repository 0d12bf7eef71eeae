"""Strict JSON is JSON: the fast way and the close look give the same values."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.errors import InvalidJSON
from lrs.spec import json_text

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=30,
)


@given(VALUES, st.sampled_from([{}, {"indent": 1}, {"ensure_ascii": False}, {"separators": (",", ":")}]))
def test_whatever_can_be_kept_is_read_as_it_is(value: Any, style: dict[str, Any]) -> None:
    assert json_text.read(json.dumps(value, **style).encode()) == value


@given(st.binary(max_size=60) | st.text().map(str.encode))
def test_anything_is_either_read_or_refused(raw: bytes) -> None:
    try:
        value = json_text.read(raw)
    except InvalidJSON:
        return

    assert json.loads(raw) == value


@given(VALUES, TEXT)
def test_a_doubled_key_is_never_overlooked(value: Any, key: str) -> None:
    text = f'{{"in": [{{{json.dumps(key)}: {json.dumps(value)}, "other": 1.50, {json.dumps(key)}: 2}}]}}'

    with pytest.raises(InvalidJSON) as refusal:
        json_text.read(text.encode())

    assert refusal.value.detail["pointer"].startswith("/in/0")


def test_the_pointer_escapes_what_rfc_6901_says() -> None:
    assert json_text.pointer(("a/b", "c~d", 0)) == "/a~1b/c~0d/0"


@pytest.mark.parametrize("inmost", ["", "1.00"], ids=["as we write it", "written otherwise"])
def test_the_limit_of_depth_is_one(inmost: str) -> None:
    json_text.read(("[" * 250 + inmost + "]" * 250).encode())

    with pytest.raises(InvalidJSON):
        json_text.read(("[" * 251 + inmost + "]" * 251).encode())


def test_the_line_of_a_fault_is_told() -> None:
    with pytest.raises(InvalidJSON) as refusal:
        json_text.read(b'{\n "a": 1,\n "b": }')

    assert refusal.value.detail["line"] == 3
