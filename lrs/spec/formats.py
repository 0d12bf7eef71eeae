"""The formats of xAPI Data 4 (1.0.3) and IEEE 9274.1.1 4.2.7, as regular expressions, readers and one writer each.

The same expressions stand in schemas/xapi, where they decide; `tests/lrs/spec/test_formats.py` holds the two together.
Only `[0-9]`, never `\\d`: the digits of other scripts are no digits here."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

# RFC 3987: scheme ":" then the characters that an IRI may hold; a percent sign starts an escape.
IRI = r"[A-Za-z][A-Za-z0-9+.\-]*:(?:[^\x00-\x20\x7f-\x9f<>\"{}|\\^`%]|%[0-9A-Fa-f]{2})+"
# RFC 4122: 8-4-4-4-12 hexadecimal digits.
UUID = r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
# RFC 6068, one address and no header fields.
MBOX = r"mailto:[^\x00-\x20\x7f-\x9f@<>(),;:\\\"\[\]?]+@[^\x00-\x20\x7f-\x9f@<>(),;:\\\"\[\]?]+"
SHA1 = r"[0-9A-Fa-f]{40}"
# SHA-2 with at least 256 bits: "the minimum key length ... is 256 bits" (Data 2.4.11).
SHA2 = r"(?:[0-9A-Fa-f]{64}|[0-9A-Fa-f]{96}|[0-9A-Fa-f]{128})"
# RFC 2045 type "/" subtype *(";" parameter).
MEDIA_TYPE = r"[A-Za-z0-9!#$&^_.+\-]+/[A-Za-z0-9!#$&^_.+\-]+(?:\s*;.*)?"
# RFC 5646 2.1: langtag / privateuse / grandfathered.
LANGUAGE = (
    r"(?:(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(?:-[0-9A-WY-Za-wy-z](?:-[A-Za-z0-9]{2,8})+)*(?:-[xX](?:-[A-Za-z0-9]{1,8})+)?"
    r"|[xX](?:-[A-Za-z0-9]{1,8})+"
    r"|[iI]-[A-Za-z]{3,8}|en-GB-oed|sgn-(?:BE-FR|BE-NL|CH-DE)|zh-min(?:-nan)?)"
)
_DATE = r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:[.,][0-9]+)?"
# RFC 3339 4.3: an offset of -00:00 says that the local offset is not known; ISO 8601 has no such offset.
_OFFSET = r"(?:[Zz]|\+[0-9]{2}(?::?[0-5][0-9])?|-(?:0[1-9]|1[0-9]|2[0-3])(?::?[0-5][0-9])?|-00:?(?:0[1-9]|[1-5][0-9]))"
# ISO 8601 extended format (1.0.3, where the zone may be missing), RFC 3339 (2.0, which admits a space for the T).
TIMESTAMP_1 = _DATE + "T" + _TIME + _OFFSET + "?"
TIMESTAMP_2 = _DATE + "[Tt ]" + _TIME + _OFFSET
# ISO 8601:2004 4.4.3.2: only the smallest unit may have a fraction.
_I, _F = r"[0-9]+", r"[0-9]+(?:[.,][0-9]+)?"
DURATION = (
    rf"P(?:{_F}W|{_F}Y|(?:{_I}Y)?{_F}M|(?:{_I}Y)?(?:{_I}M)?{_F}D"
    rf"|(?:{_I}Y)?(?:{_I}M)?(?:{_I}D)?T(?:{_F}H|(?:{_I}H)?{_F}M|(?:{_I}H)?(?:{_I}M)?{_F}S))"
)

_iri = re.compile(IRI)
_uuid = re.compile(UUID)
_language = re.compile(LANGUAGE)
_timestamp = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:[.,]([0-9]+))?"
    r"(?:([Zz])|([+-])([0-9]{2}):?([0-9]{2})?)?"
)
# What nearly every client sends: a day that each month has, in UTC. It exists, and is written as it should be.
_plain = re.compile(
    r"(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?Z"
).fullmatch
_canonical = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](?:\.[0-9]+)?Z")
_accepted = {"1.0.3": re.compile(TIMESTAMP_1), "2.0.0": re.compile(TIMESTAMP_2), "": re.compile(f"{TIMESTAMP_1}|{TIMESTAMP_2}")}
_seconds = re.compile(r"([0-9]+)(?:[.,]([0-9]+))?S$")


def is_iri(text: str) -> bool:
    return _iri.fullmatch(text) is not None


def is_uuid(text: str) -> bool:
    return _uuid.fullmatch(text) is not None


def is_language(text: str) -> bool:
    return _language.fullmatch(text) is not None


def parse_timestamp(text: str, version: str = "") -> datetime:
    """An aware UTC time, cut to microseconds; ValueError says what is wrong. No zone: UTC. No version: both forms do."""
    if not _accepted[version].fullmatch(text):
        raise ValueError("not a date and time of ISO 8601 / RFC 3339 such as 2026-01-31T12:00:00.000Z")
    found = _timestamp.fullmatch(text)
    assert found is not None
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    leap = second == 60
    micro = int((found[7] or "")[:6].ljust(6, "0"))
    zone = UTC if not found[9] else _zone(found[9], int(found[10]), int(found[11] or 0))
    try:
        moment = datetime(year, month, day, hour, minute, 59 if leap else second, micro, tzinfo=zone).astimezone(UTC)
        return moment + timedelta(seconds=1) if leap else moment
    except OverflowError as error:
        raise ValueError("outside the years 1 to 9999") from error


def _zone(sign: str, hours: int, minutes: int) -> timezone:
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if sign == "-" else offset)


def check_timestamp(text: str, version: str = "") -> None:
    """Raises the ValueError of `parse_timestamp`, if it has one."""
    if not _plain(text):
        parse_timestamp(text, version)


def utc_text(text: str, version: str = "") -> str:
    """The same instant as `...T...Z`, with the digits of the second it came with; such a text comes back as it is."""
    if _plain(text):
        return text
    moment = parse_timestamp(text, version)
    if _canonical.fullmatch(text):
        return text
    found = _timestamp.fullmatch(text)
    fraction = found[7] if found else None
    return moment.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0") + (f".{fraction}" if fraction else "") + "Z"


def format_timestamp(moment: datetime) -> str:
    """Milliseconds, `Z`: how this store writes every time of its own."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


@lru_cache(maxsize=256)
def format_milliseconds(ms: int) -> str:
    return format_timestamp(datetime.fromtimestamp(ms // 1000, UTC) + timedelta(milliseconds=ms % 1000))


def comparable_duration(text: str) -> str:
    """IEEE 4.2.7: durations are compared to 0.01 s; what lies beyond is cut off."""
    found = _seconds.search(text)
    if not found:
        return text
    fraction = (found[2] or "")[:2].rstrip("0")
    return text[: found.start()] + found[1] + (f".{fraction}" if fraction else "") + "S"
