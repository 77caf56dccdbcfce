"""Calendar periods of a community as local days: where the one begins and ends that holds a day."""

from __future__ import annotations

from datetime import date, timedelta

from ledger.core.calendar import start_of_week


def period_of(day: date, *, per: str, first_weekday: int) -> tuple[date, date]:
    """Return the first and the last day of the period of length `per` that holds a day."""
    match per:
        case "day":
            return day, day
        case "week":
            start = start_of_week(day, first_weekday)
            return start, start + timedelta(days=6)
        case "month":
            return _months(day.year, day.month, 1)
        case "quarter":
            return _months(day.year, (day.month - 1) // 3 * 3 + 1, 3)
        case "year":
            return _months(day.year, 1, 12)
    raise AssertionError(per)


def _months(year: int, month: int, count: int) -> tuple[date, date]:
    years, after = divmod(month - 1 + count, 12)
    return date(year, month, 1), date(year + years, after + 1, 1) - timedelta(days=1)
