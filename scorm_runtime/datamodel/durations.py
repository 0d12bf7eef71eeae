"""Durations of both standards <-> seconds: ISO 8601 (2004 RTE 4.1.1.7) and HHHH:MM:SS.SS (1.2 RTE 3.4.3, CMITimespan)."""

from __future__ import annotations

import re

DAY = 86_400
YEAR = 365.25 * DAY
UNITS = (YEAR, YEAR / 12, DAY, 3600, 60, 1)
ISO = re.compile(
    r"P(?=[0-9T])(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:([0-9]+)D)?"
    r"(?:T(?=[0-9])(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+(?:\.[0-9]+)?)S)?)?"
)
TIMESPAN = re.compile(r"([0-9]{1,6}):([0-9]{1,2}):([0-9]{1,2}(?:\.[0-9]*)?)")


def seconds(text: str | None) -> float | None:
    """The length of a duration of either form to a hundredth of a second; None when it is neither. A year is 365.25 days."""
    if text is None:
        return None
    if match := ISO.fullmatch(text):
        parts = match.groups(default="0")
        return round(sum(float(part) * unit for part, unit in zip(parts, UNITS, strict=True)), 2)
    if match := TIMESPAN.fullmatch(text):
        return round(sum(float(part) * unit for part, unit in zip(match.groups(), UNITS[3:], strict=True)), 2)
    return None


def iso(length: float) -> str:
    """`PT1H2M3.5S`: hours, minutes and seconds only, so that it means the same to everybody."""
    hours, minutes, rest = _split(length)
    return f"PT{hours}H{minutes}M{f'{rest:.2f}'.rstrip('0').rstrip('.')}S"


def timespan(length: float) -> str:
    """`0001:02:03.50`; what does not fit into four digits of hours stays at their end."""
    hours, minutes, rest = _split(min(length, 9999 * 3600 + 3599.99))
    return f"{hours:04d}:{minutes:02d}:{rest:05.2f}"


def _split(length: float) -> tuple[int, int, float]:
    hundredths = max(0, round(length * 100))
    minutes, rest = divmod(hundredths, 6000)
    hours, minutes = divmod(minutes, 60)
    return hours, minutes, rest / 100
