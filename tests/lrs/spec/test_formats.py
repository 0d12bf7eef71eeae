"""The formats of 1.0.3 Data 4 and IEEE 9274.1.1 4.2.7."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.spec import formats, schema


@pytest.mark.parametrize(
    ("name", "production"),
    [
        ("iri", formats.IRI),
        ("uuid", formats.UUID),
        ("mbox", formats.MBOX),
        ("sha1", formats.SHA1),
        ("sha2", formats.SHA2),
        ("mediaType", formats.MEDIA_TYPE),
        ("language", formats.LANGUAGE),
        ("duration", formats.DURATION),
    ],
)
@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_the_schemas_have_the_same_productions(name: str, production: str, version: str) -> None:
    pattern = schema.schema(version)["$defs"][name]["pattern"]

    assert pattern in (f"^{production}$", f"^(?:{production})$")


@pytest.mark.parametrize(("version", "production"), [("1.0.3", formats.TIMESTAMP_1), ("2.0.0", formats.TIMESTAMP_2)])
def test_the_schemas_have_the_same_timestamps(version: str, production: str) -> None:
    assert production in schema.schema(version)["$defs"]["timestamp"]["pattern"]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31T12:00:00Z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31T12:00:00", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31 12:00:00z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31T12:00:00.1234567+02:30", datetime(2026, 1, 31, 9, 30, 0, 123456, tzinfo=UTC)),
        ("2026-01-31T12:00:00,5-0130", datetime(2026, 1, 31, 13, 30, 0, 500000, tzinfo=UTC)),
        ("2026-01-31T12:00:00+05", datetime(2026, 1, 31, 7, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2026-01-01T00:30:00+01:00", datetime(2025, 12, 31, 23, 30, tzinfo=UTC)),
    ],
)
def test_timestamps_are_read_as_utc(text: str, moment: datetime) -> None:
    assert formats.parse_timestamp(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-02-30T00:00:00Z",
        "0001-01-01T00:00:00+10:00",
        "2026-01-31T12:00:00-00:00",
        "٢٠٢٦-01-31T12:00:00Z",
        "9999-12-31T23:59:60Z",
    ],
)
def test_what_is_no_timestamp_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        formats.parse_timestamp(text)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"),
        ("2026-01-31T12:00:00.120Z", "2026-01-31T12:00:00.120Z"),
        ("2026-01-31 12:00:00.123456789+01:00", "2026-01-31T11:00:00.123456789Z"),
        ("0900-01-31T12:00:00+00:00", "0900-01-31T12:00:00Z"),
    ],
)
def test_times_are_written_in_utc_with_their_own_precision(text: str, utc: str) -> None:
    assert formats.utc_text(text) == utc


@given(st.integers(0, 253402300799999))
def test_what_is_written_is_read_again(ms: int) -> None:
    text = formats.format_milliseconds(ms)

    assert formats.format_timestamp(formats.parse_timestamp(text)) == text
    assert round(formats.parse_timestamp(text).timestamp() * 1000) == ms


@pytest.mark.parametrize(
    ("one", "other"),
    [("PT1.239S", "PT1.231S"), ("PT1.20S", "PT1.2S"), ("PT1.00S", "PT1S"), ("PT0,129S", "PT0.12S"), ("P1D", "P1D")],
)
def test_ieee_4_2_7_durations_are_compared_to_a_hundredth(one: str, other: str) -> None:
    assert formats.comparable_duration(one) == formats.comparable_duration(other)


@pytest.mark.parametrize(("one", "other"), [("PT1.24S", "PT1.23S"), ("PT2S", "PT1S"), ("P1D", "P2D")])
def test_durations_that_differ_more_are_different(one: str, other: str) -> None:
    assert formats.comparable_duration(one) != formats.comparable_duration(other)


@pytest.mark.parametrize(
    "tag", ["en", "en-US", "zh-Hant-TW", "de-CH-1996", "sl-rozaj-biske", "x-mine", "i-klingon", "en-a-bbb-x-c", "und"]
)
def test_data_4_2_language_tags(tag: str) -> None:
    assert formats.is_language(tag)


@pytest.mark.parametrize("tag", ["", "e", "a12345", "en_US", "en-", "-en", "en--US", "en-USAAAAAAAA", "en\n"])
def test_data_4_2_what_is_no_language_tag(tag: str) -> None:
    assert not formats.is_language(tag)
