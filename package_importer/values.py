"""Values of manifest attributes and elements: XML Schema's spellings, with a finding and the default for any other."""

from __future__ import annotations

import re
from collections.abc import Collection

from lxml import etree

from package_importer.report import Findings
from package_importer.xml import note

TRUE, FALSE = ("true", "1"), ("false", "0")
DURATION = re.compile(r"P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d{1,2})?S)?)?")
MOST = 1_000_000
TIMESPAN = re.compile(r"\d{2,4}:\d{2}:\d{2}(\.\d{1,2})?")


def collapsed(text: str | None) -> str:
    """White space as xs:token has it; identifiers are compared in this form."""
    return " ".join((text or "").split())


def text(element: etree._Element | None) -> str:
    return "" if element is None else collapsed(raw(element))


def child(element: etree._Element, tag: str) -> etree._Element | None:
    """As `element.find(tag)`, in half the time."""
    return next(element.iterchildren(tag), None)


def raw(element: etree._Element) -> str:
    return (element.text or "") if len(element) == 0 else "".join(str(part) for part in element.itertext())


def boolean(findings: Findings, element: etree._Element, name: str, default: bool) -> bool:
    value = element.get(name)
    if value is None:
        return default
    if value == "true":
        return True
    word = collapsed(value)
    if word in TRUE or word in FALSE:
        return word in TRUE
    taken = True if word.lower() in ("true", "yes") else False if word.lower() in ("false", "no") else default
    note(findings, element, "value-boolean", f'{name}="{value}"', taken=str(taken).lower())
    return taken


def number(
    findings: Findings, element: etree._Element, value: str | None, default: float | None, low: float, high: float
) -> float | None:
    """A decimal in the closed range; `value` is an attribute or an element's text."""
    if value is None:
        return default
    word = collapsed(value)
    if re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)", word) and low <= float(word) <= high:
        return float(word)
    _no_number(findings, element, value, default, f"a number from {low:g} to {high:g}")
    return default


def _no_number(findings: Findings, element: etree._Element, value: str | None, default: float | None, allowed: str) -> None:
    taken = "nothing" if default is None else f"{default:g}"
    note(findings, element, "value-number", value, allowed=allowed, taken=taken)


def count(findings: Findings, element: etree._Element, name: str, default: int | None) -> int | None:
    given = element.get(name)
    if given is None:
        return default
    word = collapsed(given)
    if re.fullmatch(r"\+?\d+(\.0*)?", word) and float(word) <= MOST:
        return int(float(word))
    _no_number(findings, element, given, default, f"a whole number from 0 to {MOST}")
    return default


def word(findings: Findings, element: etree._Element, value: str | None, default: str, allowed: Collection[str]) -> str:
    """One of a closed set of words; a word in the wrong letter case is taken as meant."""
    if value is None:
        return default
    given = collapsed(value)
    if given in allowed:
        return given
    taken = next((a for a in allowed if a.lower() == given.lower()), default)
    note(findings, element, "value-vocabulary", value, allowed=", ".join(sorted(allowed)), taken=taken or "nothing")
    return taken


def duration(findings: Findings, element: etree._Element, value: str | None, pattern: re.Pattern[str]) -> str | None:
    given = collapsed(value)
    if given and not pattern.fullmatch(given):
        note(findings, element, "value-duration", given)
    return given or None
