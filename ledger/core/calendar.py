"""Local days, weeks and months of an instant, as the labels under which caps count."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from ledger.core.values import MINUTE, Micros

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(at: Micros) -> datetime:
    """Return the instant as an aware datetime in UTC."""
    return _EPOCH + timedelta(microseconds=at)


def micros(when: datetime) -> Micros:
    """Return the instant of an aware datetime."""
    return Micros((when - _EPOCH) // timedelta(microseconds=1))


@lru_cache(maxsize=65536)
def _local_date(minute: int, zone: str) -> date:
    # Offsets change on whole minutes, but not on quarters of an hour: Newfoundland's clocks moved at 00:01.
    return moment(Micros(minute * MINUTE)).astimezone(ZoneInfo(zone)).date()


def local_date(at: Micros, zone: str) -> date:
    """Return the calendar day on which `at` falls in `zone`."""
    return _local_date(at // MINUTE, zone)


def start_of_day(day: date, zone: str) -> Micros:
    """Return the first instant of a local day."""
    return micros(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)))


def start_of_week(day: date, first_weekday: int) -> date:
    """Return the first day of the week that holds `day`; `first_weekday` 0 is Monday."""
    return day - timedelta(days=(day.weekday() - first_weekday) % 7)


def period_label(at: Micros, *, per: str, zone: str, first_weekday: int) -> str:
    """Return the name of the period of length `per` that holds `at`; `ever` is one period without a name."""
    if per == "ever":
        return ""
    day = local_date(at, zone)
    match per:
        case "day":
            return day.isoformat()
        case "week":
            return "w" + start_of_week(day, first_weekday).isoformat()
        case "month":
            return day.isoformat()[:7]
        case "year":
            return day.isoformat()[:4]
    raise AssertionError(per)


def start_of_next_period(at: Micros, *, per: str, zone: str, first_weekday: int) -> Micros | None:
    """Return when the period after the one that holds `at` begins; None for `ever`."""
    day = local_date(at, zone)
    match per:
        case "day":
            return start_of_day(day + timedelta(days=1), zone)
        case "week":
            return start_of_day(start_of_week(day, first_weekday) + timedelta(days=7), zone)
        case "month":
            return start_of_day((day.replace(day=1) + timedelta(days=32)).replace(day=1), zone)
        case "year":
            return start_of_day(date(day.year + 1, 1, 1), zone)
    return None
