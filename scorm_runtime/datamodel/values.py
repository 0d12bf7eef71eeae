"""Checks a value against a `Type`, as static/js/runtime/values.js does; tests/cases/datamodel/ holds the two together.

A fault is "" (none), "type", "range" or "length" (longer, or more entries, than the smallest permitted maximum).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from scorm_runtime.datamodel.element import Type

Lookup = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`fault` "" means accepted, as `value`; `sloppy` is then the fault that strict checking would have found."""

    value: str
    fault: str = ""
    sloppy: str = ""


def judge(types: Mapping[str, Type], name: str, value: str, *, strict: bool, lookup: Lookup) -> Verdict:
    """Strict rules first; when they fail and leniency is allowed, too long is let through and the lenient type is tried."""
    fault = _fault(types, types[name], value, False, lookup)
    if not fault:
        return Verdict(_canonical(types, types[name], value, False, lookup))
    if strict:
        return Verdict(value, fault)
    loose = _fault(types, _lenient(types, types[name]), value, True, lookup)
    if loose in ("", "length"):
        return Verdict(_canonical(types, types[name], value, True, lookup), "", fault)
    return Verdict(value, fault)


def _lenient(types: Mapping[str, Type], type_: Type) -> Type:
    return types[type_.lenient] if type_.lenient else type_


def _fault(types: Mapping[str, Type], type_: Type, value: str, loose: bool, lookup: Lookup) -> str:
    return _CHECKS[type_.kind](types, type_, value, loose, lookup)


def _inner(types: Mapping[str, Type], name: str, value: str, loose: bool, lookup: Lookup) -> str:
    type_ = types[name]
    return _fault(types, _lenient(types, type_) if loose else type_, value, loose, lookup)


def _too_long(type_: Type, value: str) -> str:
    return "length" if type_.spm is not None and len(value) > type_.spm else ""


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _matches(type_: Type, value: str) -> re.Match[str] | None:
    return _expression(type_.pattern or "").fullmatch(value)


def _string(types: Mapping[str, Type], type_: Type, value: str, loose: bool, lookup: Lookup) -> str:
    return _too_long(type_, value)


def _pattern(types: Mapping[str, Type], type_: Type, value: str, loose: bool, lookup: Lookup) -> str:
    return _too_long(type_, value) if _matches(type_, value) else "type"


def _vocabulary(types: Mapping[str, Type], type_: Type, value: str, loose: bool, lookup: Lookup) -> str:
    return "" if value in type_.values or (type_.fold and _folded(type_, value) is not None) else "type"


def _folded(type_: Type, value: str) -> str | None:
    plain = value.strip(" \t\r\n").lower()
    plain = type_.aliases.get(plain, plain)
    return plain if plain in type_.values else None


def _number(types: Mapping[str, Type], type_: Type, value: str, loose: bool, lookup: Lookup) -> str:
    if not _matches(type_, value):
        return "type"
    number = float(value)
    below = type_.min is not None and number < type_.min
    above = type_.max is not None and number > type_.max
    return "range" if below or above else ""


def _language(types: Mapping[str, Type], type_: Type, value: str, loose: bool, lookup: Lookup) -> str:
    match = _matches(type_, value)
    return "" if match and match[1].lower() in type_.values else "type"


def _localized(types: Mapping[str, Type], type_: Type, value: str, loose: bool, lookup: Lookup) -> str:
    prefix, suffix = type_.prefix or "", type_.suffix or ""
    end = value.find(suffix) if value.startswith(prefix) else -1
    if end < 0:
        return _too_long(type_, value)
    fault = _inner(types, type_.of[0], value[len(prefix) : end], loose, lookup)
    return fault or _too_long(type_, value[end + len(suffix) :])


def _list(types: Mapping[str, Type], type_: Type, value: str, loose: bool, lookup: Lookup) -> str:
    parts = value.split(type_.delimiter) if value or type_.least else []
    faults = {_inner(types, type_.of[0], part, loose, lookup) for part in parts}
    if "type" in faults or (type_.distinct and len(set(parts)) < len(parts)):
        return "type"
    long = "length" in faults or (type_.most is not None and len(parts) > type_.most)
    return "range" if "range" in faults else "length" if long else ""


def _pair(types: Mapping[str, Type], type_: Type, value: str, loose: bool, lookup: Lookup) -> str:
    parts = value.split(type_.delimiter)
    if len(parts) != len(type_.of) or not any(parts):
        return "type"
    used = [(name, part) for name, part in zip(type_.of, parts, strict=True) if part or not type_.optional]
    faults = [_inner(types, name, part, loose, lookup) for name, part in used]
    return next((fault for fault in ("type", "range", "length") if fault in faults), "")


def _range(types: Mapping[str, Type], type_: Type, value: str, loose: bool, lookup: Lookup) -> str:
    parts = value.split(type_.delimiter)
    if len(parts) != 2 or any(_inner(types, type_.of[0], part, loose, lookup) for part in parts if part):
        return "type"
    return "type" if all(parts) and float(parts[0]) > float(parts[1]) else ""


def _any(types: Mapping[str, Type], type_: Type, value: str, loose: bool, lookup: Lookup) -> str:
    faults = [_inner(types, name, value, loose, lookup) for name in type_.of]
    return next((fault for fault in ("", "length", "range") if fault in faults), "type")


def _flags(types: Mapping[str, Type], type_: Type, value: str, loose: bool, lookup: Lookup) -> str:
    flags, rest = _unflag(types, type_, value)
    words = (flag.partition("=")[2] for flag in flags)
    return "type" if any(word not in type_.values for word in words) else _inner(types, type_.of[0], rest, loose, lookup)


def _unflag(types: Mapping[str, Type], type_: Type, value: str) -> tuple[list[str], str]:
    """The flags before the text (`name=word`), and the text. With `hoist` the language may stand before or among them."""
    prefix = types[type_.of[0]].prefix if type_.hoist else None
    flags: list[str] = []
    language, rest = "", value
    while rest.startswith("{") and (end := rest.find("}")) > 0:
        token = rest[: end + 1]
        if token[1:end].partition("=")[0] in type_.names and "=" in token:
            flags.append(token[1:end])
        elif prefix and not language and token.startswith(prefix):
            language = token
        else:
            break
        rest = rest[end + 1 :]
    return flags, language + rest


def _by(types: Mapping[str, Type], type_: Type, value: str, loose: bool, lookup: Lookup) -> str:
    name = _case(type_, lookup)
    return _inner(types, name, value, loose, lookup) if name else "type"


def _case(type_: Type, lookup: Lookup) -> str | None:
    return type_.cases.get(lookup(type_.element or "") or "", type_.cases.get(""))


def _canonical(types: Mapping[str, Type], type_: Type, value: str, loose: bool, lookup: Lookup) -> str:
    """The vocabulary's own spelling of a folded word, flags before the language; any other accepted value as it is."""
    if type_.kind == "by":
        return _canonical(types, types[_case(type_, lookup) or ""], value, loose, lookup)
    if type_.hoist:
        flags, rest = _unflag(types, type_, value)
        return "".join(f"{{{flag}}}" for flag in flags) + rest
    if not loose:
        return value
    if type_.kind == "any":
        return next((c for name in type_.of if (c := _canonical(types, types[name], value, loose, lookup)) != value), value)
    lenient = _lenient(types, type_)
    folded = _folded(lenient, value) if lenient.kind == "vocabulary" and lenient.fold else None
    return value if folded is None else folded


_CHECKS: dict[str, Callable[[Mapping[str, Type], Type, str, bool, Lookup], str]] = {
    "string": _string,
    "pattern": _pattern,
    "vocabulary": _vocabulary,
    "number": _number,
    "language": _language,
    "localized": _localized,
    "list": _list,
    "pair": _pair,
    "range": _range,
    "any": _any,
    "flags": _flags,
    "by": _by,
}
