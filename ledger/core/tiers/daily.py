"""Ladders by terms: rises may come at any award, falls only with the daily run."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ledger.core.books.shelf import TIER
from ledger.core.calendar import local_date, micros
from ledger.core.outcomes import TierChange
from ledger.core.rulebook.grammar import Ladder, Level
from ledger.core.rulebook.grammar.tiers import FOREVER, WHILE
from ledger.core.rules.levels import level_on
from ledger.core.tiers.terms import Judge
from ledger.core.values import Micros, Value


class Judgement(Value):
    """What a daily run found: the level after it, runs in a row below its marks, whether a fall is announced."""

    level: str
    below: int = 0
    warned: bool = False


def run_at(ladder: Ladder, zone: str, day: int) -> Micros:
    """Return when the run of a local day is due."""
    assert ladder.daily_at is not None
    hour, minute = divmod(ladder.daily_at, 60)
    local = date.fromordinal(day)
    return micros(datetime(local.year, local.month, local.day, hour, minute, tzinfo=ZoneInfo(zone)))


def next_run(ladder: Ladder, zone: str, after: Micros) -> Micros:
    """Return the first run after an instant."""
    day = local_date(after, zone).toordinal()
    return next(at for at in (run_at(ladder, zone, day + more) for more in (0, 1, 2)) if at > after)


def last_run_day(ladder: Ladder, zone: str, at: Micros) -> int:
    """Return the day of the last run that was due at an instant."""
    day = local_date(at, zone).toordinal()
    return next(day - less for less in (0, 1, 2) if run_at(ladder, zone, day - less) <= at)


def risen(judge: Judge, ladder: Ladder, held: str) -> str:
    """Return the highest level whose terms a member meets, or the one they hold where that is higher."""
    place = _place(ladder, held)
    for number in range(len(ladder.levels) - 1, place, -1):
        level = ladder.levels[number]
        if level.enter is not None and judge.met(level.enter):
            return level.code
    return held


def judged(judge: Judge, ladder: Ladder, day: int) -> Judgement:
    """Judge a member in the run of a local day, which looks at the days before it.

    So a level reached on that day is not judged before the next.
    """
    standing = judge.books.read(TIER, (ladder.code, judge.member))
    held = level_on(ladder, standing.level)
    higher = risen(judge, ladder, held)
    if higher != held:
        return Judgement(level=higher)
    place = _place(ladder, held)
    age = day - local_date(standing.since_at, judge.version.rulebook.community.tz).toordinal()
    if place < 0 or age < 1 or _kept(judge, ladder.levels[place]):
        return Judgement(level=held)
    level = ladder.levels[place]
    below = standing.below + 1
    left = max(level.stay.grace + 1 - below, level.stay.min_stay - age)
    if left <= 0:
        return Judgement(level=fallen(judge, ladder, place))
    notice = level.stay.warn_before
    warned = bool(notice) and (left == notice or (below == 1 and left < notice))
    return Judgement(level=held, below=below, warned=warned)


def _kept(judge: Judge, level: Level) -> bool:
    if level.stay.mode == FOREVER or level.manual or level.enter is None:
        return True
    return judge.met(level.enter, level.stay.low_water)


def fallen(judge: Judge, ladder: Ladder, place: int) -> str:
    """Return the highest level below a place that is still held; nothing where none is."""
    for level in reversed(ladder.levels[:place]):
        if not level.manual and _kept(judge, level):
            return level.code
    return ""


def moved_at_event(judge: Judge, ladder: Ladder, held: str) -> str:
    """Return the level after an event: rises always, falls only from a level kept while its terms hold."""
    higher = risen(judge, ladder, level_on(ladder, held))
    place = _place(ladder, higher)
    level = ladder.levels[place] if place >= 0 else None
    if level is None or level.stay.mode != WHILE or _kept(judge, level):
        return higher
    return fallen(judge, ladder, place)


def _place(ladder: Ladder, code: str) -> int:
    return next((number for number, level in enumerate(ladder.levels) if level.code == code), -1)


def change(ladder: Ladder, judge: Judge, after: str, at: Micros | None = None) -> TierChange | None:
    """Return the step from the level that is recorded to another, if it is one."""
    before = judge.books.read(TIER, (ladder.code, judge.member)).level
    if before == after:
        return None
    return TierChange(ladder=ladder.code, member=judge.member, before=before or None, after=after or None, at=at)


def day_before(day: int) -> int:
    """Return the last day that the run of a day looks at."""
    return (date.fromordinal(day) - timedelta(days=1)).toordinal()
