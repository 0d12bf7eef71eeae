from __future__ import annotations

import pytest

from scorm_runtime.datamodel.durations import iso, seconds, timespan


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT0H0M0S", 0),
        ("PT1M", 60),
        ("PT01H059M020S", 7160),
        ("PT6.345S", 6.34),
        ("P29D", 2_505_600),
        ("P1Y", 31_557_600),
        ("P6M", 15_778_800),
        ("P1DT1H1M1.5S", 90_061.5),
        ("0000:00:00.00", 0),
        ("00:01:02.5", 62.5),
        ("9999:59:59.99", 35_999_999.99),
        ("1:2:3", 3723),
    ],
)
def test_durations_of_both_standards_are_read(text: str, length: float) -> None:
    assert seconds(text) == pytest.approx(length, abs=0.011)


@pytest.mark.parametrize("text", [None, "", "P", "PT", "P1DT", "five", "00:05", "-PT5S", "PT5", "1M"])
def test_what_is_no_duration_has_no_length(text: str | None) -> None:
    assert seconds(text) is None


@pytest.mark.parametrize(
    ("length", "text"),
    [(0, "PT0H0M0S"), (62.5, "PT0H1M2.5S"), (7229.999, "PT2H0M30S"), (2_505_600, "PT696H0M0S"), (-1, "PT0H0M0S")],
)
def test_iso_durations_are_written_without_days(length: float, text: str) -> None:
    assert iso(length) == text


@pytest.mark.parametrize(
    ("length", "text"), [(0, "0000:00:00.00"), (3723.5, "0001:02:03.50"), (59.999, "0000:01:00.00"), (1e9, "9999:59:59.99")]
)
def test_timespans_are_written_with_four_digits_of_hours(length: float, text: str) -> None:
    assert timespan(length) == text


@pytest.mark.parametrize("length", [0, 0.01, 59.99, 3599.99, 3600, 86_399.5])
def test_what_is_written_reads_as_it_was(length: float) -> None:
    assert seconds(iso(length)) == pytest.approx(length)
    assert seconds(timespan(length)) == pytest.approx(length)
