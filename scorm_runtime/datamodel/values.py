"""Checks a value against a `Type`, as static/js/runtime/values.js does; tests/cases/datamodel/ holds the two together.

A fault is "" (none), "type", "range" or "length" (longer, or more entries, than the smallest permitted maximum).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from scorm_runtime.datamodel.element import Type
from scorm_runtime.datamodel.leniency import LONGER_LISTS, LONGER_TEXT

Lookup = Callable[[str], str | None]
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Verdict:
    """`fault` "" means accepted, as `value`; `sloppy` is then the fault that strict checking would have found, and
    `leniencies` are the names of what has let it through."""

    value: str
    fault: str = ""
    sloppy: str = ""
    leniencies: tuple[str, ...] = ()


@dataclass(slots=True)
class _Look:
    """One examination of a value: the leniencies it may use, and those that it has used."""

    types: Mapping[str, Type]
    lookup: Lookup
    allowed: frozenset[str] = NOTHING
    used: dict[str, None] = field(default_factory=dict)

    def takes(self, leniency: str) -> bool:
        if leniency not in self.allowed:
            return False
        self.used[leniency] = None
        return True


def judge(types: Mapping[str, Type], name: str, value: str, *, allowed: frozenset[str], lookup: Lookup) -> Verdict:
    """Strict rules first; where they fail, once more with what is allowed of the leniencies."""
    look = _Look(types, lookup)
    fault = _fault(look, types[name], value)
    if not fault:
        return Verdict(_canonical(look, types[name], value))
    if not allowed:
        return Verdict(value, fault)
    look = _Look(types, lookup, allowed)
    if _fault(look, types[name], value):
        return Verdict(value, fault)
    return Verdict(_canonical(look, types[name], value), "", fault, tuple(look.used))


def _fault(look: _Look, type_: Type, value: str) -> str:
    before = dict(look.used)
    fault = _CHECKS[type_.kind](look, type_, value)
    if not fault or not look.allowed:
        return fault
    for leniency, other in type_.lenient.items():
        look.used = dict(before)
        if look.takes(leniency) and not _fault(look, look.types[other], value):
            return ""
    look.used = before
    return fault


def _inner(look: _Look, name: str, value: str) -> str:
    return _fault(look, look.types[name], value)


def _too_long(look: _Look, type_: Type, value: str) -> str:
    return "length" if type_.spm is not None and len(value) > type_.spm and not look.takes(LONGER_TEXT) else ""


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _matches(type_: Type, value: str) -> re.Match[str] | None:
    return _expression(type_.pattern or "").fullmatch(value)


def _string(look: _Look, type_: Type, value: str) -> str:
    return _too_long(look, type_, value)


def _pattern(look: _Look, type_: Type, value: str) -> str:
    return _too_long(look, type_, value) if _matches(type_, value) else "type"


def _vocabulary(look: _Look, type_: Type, value: str) -> str:
    return "" if value in type_.values or (type_.fold and _folded(type_, value) is not None) else "type"


def _folded(type_: Type, value: str) -> str | None:
    plain = value.strip(" \t\r\n").lower()
    plain = type_.aliases.get(plain, plain)
    return plain if plain in type_.values else None


def _number(look: _Look, type_: Type, value: str) -> str:
    if not _matches(type_, value):
        return "type"
    number = float(value)
    below = type_.min is not None and number < type_.min
    above = type_.max is not None and number > type_.max
    return "range" if below or above else ""


def _language(look: _Look, type_: Type, value: str) -> str:
    match = _matches(type_, value)
    return "" if match and match[1].lower() in type_.values else "type"


def _localized(look: _Look, type_: Type, value: str) -> str:
    prefix, suffix = type_.prefix or "", type_.suffix or ""
    end = value.find(suffix) if value.startswith(prefix) else -1
    if end < 0:
        return _too_long(look, type_, value)
    fault = _inner(look, type_.of[0], value[len(prefix) : end])
    return fault or _too_long(look, type_, value[end + len(suffix) :])


def _list(look: _Look, type_: Type, value: str) -> str:
    parts = value.split(type_.delimiter) if value or type_.least else []
    faults = {_inner(look, type_.of[0], part) for part in parts}
    if "type" in faults or (type_.distinct and len(set(parts)) < len(parts)):
        return "type"
    many = type_.most is not None and len(parts) > type_.most and not look.takes(LONGER_LISTS)
    return "range" if "range" in faults else "length" if many or "length" in faults else ""


def _pair(look: _Look, type_: Type, value: str) -> str:
    parts = value.split(type_.delimiter)
    if len(parts) != len(type_.of) or not any(parts):
        return "type"
    used = [(name, part) for name, part in zip(type_.of, parts, strict=True) if part or not type_.optional]
    faults = [_inner(look, name, part) for name, part in used]
    return next((fault for fault in ("type", "range", "length") if fault in faults), "")


def _range(look: _Look, type_: Type, value: str) -> str:
    parts = value.split(type_.delimiter)
    if len(parts) != 2 or any(_inner(look, type_.of[0], part) for part in parts if part):
        return "type"
    return "type" if all(parts) and float(parts[0]) > float(parts[1]) else ""


def _any(look: _Look, type_: Type, value: str) -> str:
    faults = []
    for name in type_.of:
        faults.append(_inner(look, name, value))
        if not faults[-1]:
            return ""
    return next((fault for fault in ("length", "range") if fault in faults), "type")


def _flags(look: _Look, type_: Type, value: str) -> str:
    flags, rest = _unflag(look, type_, value)
    words = (flag.partition("=")[2] for flag in flags)
    return "type" if any(word not in type_.values for word in words) else _inner(look, type_.of[0], rest)


def _unflag(look: _Look, type_: Type, value: str) -> tuple[list[str], str]:
    """The flags before the text (`name=word`), and the text. With `hoist` the language may stand before or among them."""
    prefix = look.types[type_.of[0]].prefix if type_.hoist else None
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


def _by(look: _Look, type_: Type, value: str) -> str:
    name = _case(look, type_)
    return _inner(look, name, value) if name else "type"


def _case(look: _Look, type_: Type) -> str | None:
    return type_.cases.get(look.lookup(type_.element or "") or "", type_.cases.get(""))


def _canonical(look: _Look, type_: Type, value: str) -> str:
    """The vocabulary's own spelling of a folded word, flags before the language; any other accepted value as it is."""
    if type_.kind == "by":
        return _canonical(look, look.types[_case(look, type_) or ""], value)
    if type_.hoist:
        flags, rest = _unflag(look, type_, value)
        return "".join(f"{{{flag}}}" for flag in flags) + rest
    if not look.allowed:
        return value
    if type_.kind == "any":
        return next((c for name in type_.of if (c := _canonical(look, look.types[name], value)) != value), value)
    others = (look.types[other] for leniency, other in type_.lenient.items() if leniency in look.allowed)
    folded = (_folded(other, value) for other in others if other.fold)
    return next((word for word in folded if word is not None), value)


_CHECKS: dict[str, Callable[[_Look, Type, str], str]] = {
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
