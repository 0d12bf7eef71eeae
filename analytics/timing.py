"""When a schedule is due: cron expressions in a time zone, and fixed lengths of time. Times are UTC milliseconds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from analytics.errors import QueryInvalid
from analytics.facts import seconds

LEAST_SECONDS, MOST_SECONDS = 300, 366 * 86_400
COUNTED = 1_000
LOOKED_AT = 300
"""A day has no more times that are five minutes apart."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = 2**43  # in the year 2248: as far as sequence numbers go


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """`cron`: five fields, read in the zone as Debian's cron does: an hour that daylight saving skips is made up for, one that
    comes twice counts once. `every`: a length in milliseconds, counted from `start`."""

    cron: str | None = None
    zone: str = "UTC"
    every: int = 0
    start: int = 0


def read(cron: object, every: object, zone: object, start: int) -> Timing:
    """Raises QueryInvalid, which says what is wrong with which member."""
    if (cron is None) == (every is None):
        raise QueryInvalid("", None, "must have either `cron` or `every`")
    if every is not None:
        length = seconds(every)
        if length is None or not LEAST_SECONDS <= length <= MOST_SECONDS:
            raise QueryInvalid("/every", every, "must be a length of time such as PT6H, from five minutes to a year")
        if zone is not None:
            raise QueryInvalid("/tz", zone, "goes with `cron`: a length of time is the same everywhere")
        return Timing(every=int(length * 1000), start=start)
    zone = "UTC" if zone is None else zone
    try:
        ZoneInfo(zone)  # type: ignore[arg-type]  # what is no text is refused below
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise QueryInvalid("/tz", zone, "must be a time zone such as Europe/Paris") from None
    timing = Timing(cron=str(cron), zone=str(zone))
    try:
        if len(str(cron).split()) != 5 or after(timing, start) is None:
            raise CronSimError("never")
    except CronSimError:
        raise QueryInvalid("/cron", cron, "must be a cron expression of five fields that comes true, such as 0 6 * * 1") from None
    if _hurries(str(cron)):
        raise QueryInvalid("/cron", cron, "must leave five minutes or more from one time to the next, such as */5 * * * *")
    return timing


def _hurries(cron: str) -> bool:
    """By a clock that is never changed and from a day that is always the same: what is allowed does not depend on the season."""
    times = islice(_cron(Timing(cron=cron), 0), LOOKED_AT)
    return any(later - earlier < timedelta(seconds=LEAST_SECONDS) for earlier, later in pairwise(times))


def after(timing: Timing, moment: int) -> int | None:
    """The first time it is due later than `moment`; None: never again."""
    if timing.cron is None:
        found = timing.start + ((moment - timing.start) // timing.every + 1) * timing.every
        return max(found, timing.start)
    return next((_ms(one) for one in _cron(timing, moment)), None)


def latest(timing: Timing, moment: int) -> int:
    """The last time it was due, `moment` included; the schedule has been due before."""
    if timing.cron is None:
        return timing.start + (moment - timing.start) // timing.every * timing.every
    # Backwards begins before the time given: a second later includes this one.
    return _ms(next(CronSim(timing.cron, _local(timing, moment // 1000 * 1000 + 1000), reverse=True)))


def missed(timing: Timing, since: int, until: int) -> int:
    """How many times it was due from `since` on, before `until`; no more than COUNTED are counted."""
    if timing.cron is None:
        return min((until - since) // timing.every, COUNTED)
    return sum(1 for one in islice(_cron(timing, since - 1), COUNTED) if _ms(one) < until)


def _cron(timing: Timing, moment: int) -> Iterator[datetime]:
    assert timing.cron is not None
    return CronSim(timing.cron, _local(timing, moment))


def _local(timing: Timing, moment: int) -> datetime:
    return (EPOCH + timedelta(milliseconds=min(moment, LATEST))).astimezone(ZoneInfo(timing.zone))


def _ms(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000
