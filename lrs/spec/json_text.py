"""Strict JSON: what two readers could understand differently, or no store can keep, is refused with its place.

IEEE 9274.1.1 4.2.1 (a key twice in one object), RFC 8259 4 and 8; RFC 7493 for numbers and surrogates."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import orjson

from lrs.errors import InvalidJSON

DEPTH_MAXIMUM = 250
_SPARE = 4  # the writer goes so much deeper
_BLANKS = b" \n\r\t"
_TYPES: tuple[tuple[Any, str], ...] = (
    (bool, "boolean"),
    ((int, float), "number"),
    (str, "string"),
    (list, "array"),
    (dict, "object"),
    (type(None), "null"),
)
_SURROGATE = re.compile("[\ud800-\udfff]")


class _Doubled(dict[str, Any]):
    """An object in which `key` stood more than once."""

    key = ""


class _Unfit:
    """A number that does not survive being read; `text` is its spelling."""

    def __init__(self, text: str) -> None:
        self.text = text


def read(raw: bytes) -> Any:
    """The value of a JSON text. Text that the writer gives back unchanged has lost nothing; other text is looked at closely."""
    try:
        value = orjson.loads(raw)
        if b"\\u0000" not in raw:
            written = orjson.dumps([[[[value]]]])[_SPARE:-_SPARE]  # so that it is the writer who finds what is too deep
            if written == raw or written.translate(None, _BLANKS) == raw.translate(None, _BLANKS):
                return value
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        pass
    return _read_closely(raw)


def pointer(parts: tuple[str | int, ...]) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def type_name(value: Any) -> str:
    """The name that JSON has for the type of a value."""
    return next(name for kinds, name in _TYPES if isinstance(value, kinds))


def _read_closely(raw: bytes) -> Any:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidJSON(
            f"The JSON text is not UTF-8: byte {error.start} is 0x{raw[error.start]:02x}.",
            offset=error.start,
            rule="JSON is written in UTF-8.",
        ) from error
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_int=_integer, parse_float=_decimal, parse_constant=_Unfit)
    except RecursionError as error:
        raise _too_deep("") from error
    except ValueError as error:
        place = {"line": error.lineno, "column": error.colno} if isinstance(error, json.JSONDecodeError) else {}
        raise InvalidJSON(f"The text is not JSON: {error}.", rule="The text is one JSON value (RFC 8259).", **place) from error
    _examine(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    doubled = _Doubled(value)
    seen: set[str] = set()
    doubled.key = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return doubled


def _integer(text: str) -> int | _Unfit:
    if len(text) > 20:
        return _Unfit(text)
    number = int(text)
    return number if -(2**63) <= number < 2**64 else _Unfit(text)


def _decimal(text: str) -> float | _Unfit:
    number = float(text)
    return number if math.isfinite(number) else _Unfit(text)


def _examine(root: Any) -> None:
    """Walks the value in reading order and refuses the first thing that cannot be kept."""
    waiting: list[tuple[Any, tuple[str | int, ...]]] = [(root, ())]
    while waiting:
        value, place = waiting.pop()
        if isinstance(value, str):
            _examine_text(value, place)
        elif isinstance(value, _Unfit):
            raise InvalidJSON(
                f"The number at {pointer(place) or 'the top'} cannot be kept: {value.text[:60]}.",
                pointer=pointer(place),
                found=value.text[:60],
                rule="Integers fit 64 bits, other numbers fit an IEEE 754 double and are finite.",
            )
        elif isinstance(value, (dict, list)):
            if len(place) >= DEPTH_MAXIMUM:
                raise _too_deep(pointer(place[:8]))
            if isinstance(value, _Doubled):
                raise InvalidJSON(
                    f"The key {value.key!r} stands twice in the object at {pointer(place) or 'the top'}.",
                    pointer=pointer((*place, value.key)),
                    found=value.key,
                    rule="A key stands once in an object.",
                )
            for key in value if isinstance(value, dict) else ():
                _examine_text(key, (*place, key))
            parts = value.items() if isinstance(value, dict) else enumerate(value)
            waiting.extend(reversed([(part, (*place, key)) for key, part in parts]))


def _examine_text(text: str, place: tuple[str | int, ...]) -> None:
    if "\x00" in text:
        what = "U+0000"
    elif _SURROGATE.search(text):
        what = "a lone surrogate"
    else:
        return
    where = pointer(place).encode("utf-8", "backslashreplace").decode()
    raise InvalidJSON(
        f"The text at {where or 'the top'} holds {what}.",
        pointer=where,
        found=what,
        rule="Strings hold Unicode characters, and not U+0000.",
    )


def _too_deep(place: str) -> InvalidJSON:
    return InvalidJSON(
        f"The JSON text is nested more than {DEPTH_MAXIMUM} deep.",
        pointer=place,
        rule=f"JSON is nested at most {DEPTH_MAXIMUM} deep.",
    )
