"""When a schedule is due."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from analytics import timing
from analytics.errors import QueryInvalid
from analytics.timing import Timing

PARIS = Timing(cron="30 2 * * *", zone="Europe/Paris")
HOURLY = Timing(every=3_600_000, start=0)


def ms(text: str, zone: str = "Europe/Paris") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        ("2026-01-10T02:29:59", "2026-01-10T02:30"),
        ("2026-01-10T02:30", "2026-01-11T02:30"),
        ("2026-03-28T12:00", "2026-03-29T03:00"),
        ("2026-10-24T12:00", "2026-10-25T02:30"),
        ("2026-10-25T02:30", "2026-10-26T02:30"),
    ],
    ids=["the same day", "not the same time again", "an hour that is skipped", "an hour that comes twice", "but once"],
)
def test_cron_is_due_by_the_clock_of_its_place(moment: str, due: str) -> None:
    assert timing.after(PARIS, ms(moment)) == ms(due)


def test_the_latest_time_includes_the_moment_itself() -> None:
    assert timing.latest(PARIS, ms("2026-01-10T02:30")) == ms("2026-01-10T02:30")
    assert timing.latest(PARIS, ms("2026-01-10T02:30") - 1) == ms("2026-01-09T02:30")
    assert timing.latest(PARIS, ms("2026-01-10T02:30") + 1) == ms("2026-01-10T02:30")


def test_lengths_of_time_are_counted_from_their_start() -> None:
    assert timing.after(HOURLY, 3_600_000) == 7_200_000
    assert timing.after(HOURLY, 3_600_001) == 7_200_000
    assert timing.latest(HOURLY, 3_600_000) == 3_600_000
    assert timing.latest(HOURLY, 7_199_999) == 3_600_000


def test_a_start_to_come_is_the_first_time() -> None:
    assert timing.after(Timing(every=3_600_000, start=10_000_000), 5) == 10_000_000


def test_times_that_passed_are_counted() -> None:
    assert timing.missed(HOURLY, 3_600_000, 3 * 3_600_000) == 2
    assert timing.missed(PARIS, ms("2026-01-10T02:30"), ms("2026-01-13T02:30")) == 3
    assert timing.missed(PARIS, ms("2026-01-10T02:30"), ms("2026-01-10T02:30")) == 0
    assert timing.missed(Timing(cron="* * * * *"), 0, ms("2026-01-10T02:30")) == timing.COUNTED


@pytest.mark.parametrize(
    ("cron", "every", "zone", "pointer"),
    [
        (None, None, None, ""),
        ("0 6 * * *", "PT1H", None, ""),
        ("0 6 * *", None, None, "/cron"),
        ("0 6 * * * *", None, None, "/cron"),
        ("61 6 * * *", None, None, "/cron"),
        ("0 0 30 2 *", None, None, "/cron"),
        ("* * * * *", None, None, "/cron"),
        ("*/4 * * * *", None, None, "/cron"),
        ("2,58 9,10 * * 1", None, None, "/cron"),
        ("2,58 0,23 1,2 * *", None, None, "/cron"),
        (5, None, None, "/cron"),
        ("0 6 * * *", None, "Mars/Olympus", "/tz"),
        ("0 6 * * *", None, 5, "/tz"),
        (None, "PT1S", None, "/every"),
        (None, "1h", None, "/every"),
        (None, "P367D", None, "/every"),
        (None, "P" + "9" * 30 + "Y", None, "/every"),
        (None, 60, None, "/every"),
        (None, "PT1H", "Europe/Paris", "/tz"),
    ],
)
def test_what_is_no_schedule_is_refused(cron: object, every: object, zone: object, pointer: str) -> None:
    with pytest.raises(QueryInvalid) as refused:
        timing.read(cron, every, zone, 0)

    assert refused.value.detail["pointer"] == pointer


def test_what_is_read_is_kept() -> None:
    assert timing.read("30 2 * * *", None, "Europe/Paris", 5) == PARIS
    assert timing.read(None, "PT1H", None, 0) == HOURLY
    assert timing.read("0 6 * * 1", None, None, 0) == Timing(cron="0 6 * * 1", zone="UTC")


@pytest.mark.parametrize("cron", ["*/5 * * * *", "2,58 9,12 * * *", "0,55 * * * *", "0 0 29 2 *"])
def test_five_minutes_apart_is_far_enough(cron: str) -> None:
    assert timing.read(cron, None, "Europe/Paris", ms("2026-01-10T02:30")).cron == cron
