"""Rules of recurrence: which RRULEs an activity may have, and when they begin, in local wall time.

RFC 5545 by python-dateutil, with what it leaves open closed: every part once and within its range, nothing
oftener than daily, and no rule that never comes. The calendar repeats itself every 400 years; a rule is played
in the last 400 before the end of Python's, so that even one that never comes is soon at its end.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from threading import Lock

from dateutil.rrule import rrulestr

DEFAULT_START = date(2000, 1, 3)
"""A Monday."""
MOST_A_DAY = 24
MOST_YEARS = 7600
"""From our years to those in which rules are played: 2000 to 2399 are 9600 to 9999."""
_DAY = 86_400
_SECOND = timedelta(seconds=1)
_ZERO = datetime(1, 1, 1)  # noqa: DTZ001  # wall time has no zone
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_WEEKDAY = "(MO|TU|WE|TH|FR|SA|SU)"
_WHOLE = r"[+-]?[0-9]{1,6}"
_RANGES = {
    "INTERVAL": range(1, 1001),
    "COUNT": range(1, 100_001),
    "BYHOUR": range(24),
    "BYMINUTE": range(60),
    "BYSECOND": range(60),
    "BYMONTH": range(1, 13),
    "BYMONTHDAY": range(-31, 32),
    "BYYEARDAY": range(-366, 367),
    "BYWEEKNO": range(-53, 54),
    "BYSETPOS": range(-366, 367),
}
_FROM_EITHER_END = ("BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS")
_SINGLE = ("INTERVAL", "COUNT")
_WORDS = {
    "FREQ": "|".join(_FREQUENCIES),
    "WKST": _WEEKDAY,
    "UNTIL": "[0-9]{8}(T[0-9]{6})?",
    "BYDAY": f"([+-]?[1-9][0-9]?)?{_WEEKDAY}(,([+-]?[1-9][0-9]?)?{_WEEKDAY})*",
}


class Series:
    """When a rule begins: local wall times in seconds since the year 1, ascending, grown as far as is asked."""

    def __init__(self, text: str, start: date) -> None:
        parts = _parts(text)
        self._until = _end(parts["UNTIL"]) if "UNTIL" in parts else None
        bare = ";".join(f"{key}={value}" for key, value in parts.items() if key != "UNTIL")
        played = datetime(start.year + MOST_YEARS, start.month, start.day)  # noqa: DTZ001  # wall time has no zone
        self._coming = self._expand(rrulestr(bare, dtstart=played))
        self._starts = array("q")
        self._lock = Lock()

    def up_to(self, day: date) -> int:
        """Return how many starts there are on or before a day."""
        after = day.toordinal() * _DAY
        with self._lock:
            while (not self._starts or self._starts[-1] < after) and (coming := next(self._coming, -1)) >= 0:
                self._starts.append(coming)
            return bisect_left(self._starts, after)

    def start(self, number: int) -> datetime:
        """Return a start by its number, from 0."""
        return _ZERO + self._starts[number] * _SECOND

    def comes(self) -> bool:
        """Say whether it ever comes."""
        self.up_to(date.min)
        return bool(self._starts)

    def _expand(self, played: Iterable[datetime]) -> Iterator[int]:
        try:
            for at in played:
                start = (at.replace(year=at.year - MOST_YEARS) - _ZERO) // _SECOND
                if self._until is not None and start > self._until:
                    return
                yield start
        except (ValueError, OverflowError):  # a week that goes beyond the last day of Python's calendar
            return


@lru_cache(maxsize=1024)
def series(text: str, start: date) -> Series:
    """Return when a sound rule begins, first of all on the day `start`."""
    return Series(text, start)


def wrong(text: str) -> str:
    """Say what is expected instead of a rule that cannot be used, or nothing if it can be read."""
    if any(pair.count("=") != 1 for pair in text.split(";")):
        return "expected parts such as FREQ=WEEKLY;BYDAY=WE;BYHOUR=20"
    parts = _parts(text)
    if len(parts) < text.count(";") + 1:
        return "expected every part once"
    if "FREQ" not in parts:
        return f"expected FREQ to be one of {', '.join(_FREQUENCIES)}"
    said = [_wrong_part(key, value) for key, value in parts.items()]
    return next(filter(None, said), "") or _wrong_together(parts) or _unreadable(text)


def _parts(text: str) -> dict[str, str]:
    return {key: value for key, _, value in (pair.partition("=") for pair in text.split(";"))}


def _wrong_part(key: str, value: str) -> str:
    """Say what is expected of one part."""
    if (pattern := _WORDS.get(key)) is not None:
        if re.fullmatch(pattern, value):
            return "" if key != "UNTIL" or _is_day(value) else "expected a day that is one in UNTIL"
        match key:
            case "FREQ":
                return f"expected FREQ to be one of {', '.join(_FREQUENCIES)}"
            case "UNTIL":
                return "expected UNTIL in local time, as 20261231 or 20261231T200000"
        return f"expected weekdays such as MO in {key}"
    if (within := _RANGES.get(key)) is None:
        return f"expected one of {', '.join([*_WORDS, *_RANGES])}, not {key[:20]}"
    numbers = value.split(",")
    if not all(re.fullmatch(_WHOLE, number) and int(number) in within for number in numbers):
        return f"expected {key} from {within[0]} to {within[-1]}"
    if key in _FROM_EITHER_END and "0" in (number.strip("+-0") or "0" for number in numbers):
        return f"expected no 0 in {key}"
    return f"expected one number in {key}" if key in _SINGLE and len(numbers) > 1 else ""


def _wrong_together(parts: dict[str, str]) -> str:
    """Say what is expected of parts beside each other."""
    if "COUNT" in parts and "UNTIL" in parts:
        return "expected either COUNT or UNTIL"
    if re.search("[0-9]", parts.get("BYDAY", "")) and parts["FREQ"] not in ("MONTHLY", "YEARLY"):
        return "expected weekdays without a number, unless FREQ is MONTHLY or YEARLY"
    times = 1
    for key in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        times *= len(set(parts.get(key, "0").split(",")))
    return f"expected at most {MOST_A_DAY} starts a day" if times > MOST_A_DAY else ""


def _unreadable(text: str) -> str:
    try:
        Series(text, DEFAULT_START)
    except ValueError:
        return "expected a rule of recurrence by RFC 5545"
    return ""


def _is_day(text: str) -> bool:
    try:
        return bool(_end(text))
    except ValueError:
        return False


def _end(text: str) -> int:
    """Return UNTIL's last second; a day without a time is the whole of it."""
    spelled = text if "T" in text else f"{text}T235959"
    return (datetime.strptime(spelled, "%Y%m%dT%H%M%S") - _ZERO) // _SECOND  # noqa: DTZ007  # wall time has no zone
