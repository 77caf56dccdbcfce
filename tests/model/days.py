"""Days of the model's town, and what runs and ends on them. Tokyo has no summer time: a day is a day."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
TOKYO = 9 * HOUR
EPOCH = date(1970, 1, 1).toordinal()
LENGTHS = {"s": MINUTE // 60, "m": MINUTE, "h": HOUR, "d": DAY}
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def length_of(text: str) -> int:
    return int(text[:-1]) * LENGTHS[text[-1]]


def day_of(at: int) -> int:
    return (at + TOKYO) // DAY


def week_of(day: int) -> int:
    """Return the number of the week that begins with a Monday; day 0 was a Thursday."""
    return (day + 3) // 7


def begin_of(day: int) -> int:
    return day * DAY - TOKYO


def end_of_lot(expiry: dict[str, str], dated: int) -> int:
    """Return the instant after the last day of points that were given on a day."""
    last = day_of(dated) + length_of(expiry.get("after", "0d")) // DAY
    if "at" in expiry:
        today = date.fromordinal(EPOCH + last)
        last += monthrange(today.year, today.month)[1] - today.day
    return begin_of(last + 1)


def running(activities: list[dict[str, Any]], named: str | None, at: int) -> dict[str, int]:
    """Return since when each activity is on: the one that is named, be it over or not, else all that are."""
    begun = {one["id"]: (_last_begin(one["at"], at), length_of(one["for"])) for one in activities}
    return {
        name: start
        for name, (start, length) in begun.items()
        if name == named or (named is None and at < start + length)
    }


def _last_begin(rule: str, at: int) -> int:
    parts = dict(part.split("=") for part in rule.split(";"))
    days, hour = parts.get("BYDAY", ",".join(WEEKDAYS)).split(","), int(parts["BYHOUR"]) * HOUR
    day = day_of(at - hour)
    while WEEKDAYS[(day + 3) % 7] not in days:
        day -= 1
    return begin_of(day) + hour
