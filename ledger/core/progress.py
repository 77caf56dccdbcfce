"""How far a member is on a ladder: the level they hold, the next one, and what it still asks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from ledger.core.books.shelf import TIER
from ledger.core.books.view import Books
from ledger.core.calendar import local_date
from ledger.core.rulebook.grammar import Ladder, Level, Requirement, Terms
from ledger.core.rulebook.grammar.tiers import FOREVER
from ledger.core.rulebook.versions import Version, leaves
from ledger.core.rules.levels import base_level
from ledger.core.tiers.daily import day_before, last_run_day, run_at
from ledger.core.tiers.terms import MEMBER_FOR, Judge
from ledger.core.values import DAY, MemberId, Micros, Value

ALL, ANY, NONE = "all", "any", "none"


class Mark(Value):
    """One requirement, what a member has of it, and what is asked, in whole units of its metric.

    `forbidden` is within `none`: it is met while the mark is not reached. `until` is the last local day, as an
    ordinal, on which all that counts now still counts; None where nothing does, or for ever.
    """

    asked: Requirement
    current: int
    target: int
    reached: bool
    forbidden: bool = False
    until: int | None = None

    @property
    def met(self) -> bool:
        """Whether it is as the level asks."""
        return self.reached is not self.forbidden

    @property
    def wants_more(self) -> bool:
        """Whether doing more brings it nearer."""
        return not self.forbidden and self.asked.bound in ("gte", "gt")

    @property
    def missing(self) -> int:
        """How much is still to be done."""
        return 0 if self.met or not self.wants_more else max(1, self.target - self.current)

    @property
    def fraction(self) -> Fraction:
        """How much of it is there, 0 to 1."""
        if self.met:
            return Fraction(1)
        return min(share(self.current, self.target), NEARLY) if self.wants_more else Fraction(0)


NEARLY = Fraction(99, 100)
"""What a mark that is not reached counts at most: one may ask for more than its number."""


class Part(Value):
    """Marks that belong together: all of them, any of them, or none may be reached. Parts nest."""

    mode: str = ALL
    marks: tuple[Mark, ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def met(self) -> bool:
        """Whether enough of it is met."""
        found = [*(mark.met for mark in self.marks), *(part.met for part in self.parts)]
        return any(found) or not found if self.mode == ANY else all(found)

    @property
    def fraction(self) -> Fraction:
        """How much of it is there, 0 to 1. What is forbidden and not there does not count."""
        if self.met:
            return Fraction(1)
        found = [mark.fraction for mark in self.marks if not (mark.forbidden and mark.met)]
        found += [part.fraction for part in self.parts if not (part.mode == NONE and part.met)]
        return max(found) if self.mode == ANY else sum(found, Fraction(0)) / len(found)

    @property
    def leaves(self) -> Iterator[Mark]:
        """Every mark in it, in order."""
        yield from self.marks
        for part in self.parts:
            yield from part.leaves

    @property
    def open(self) -> Iterator[Mark]:
        """The marks that keep it from being met; of several that do alone, all."""
        if self.met:
            return
        yield from (mark for mark in self.marks if not mark.met)
        for part in self.parts:
            yield from part.open


class Progress(Value):
    """A member's place on a ladder; `current` None is below the lowest level, `next` None is at the top.

    `asks` are what levels ask, by code. `keeps_until` is the local day, as an ordinal, of the daily run that
    lowers them if nothing more is done; None where time alone ends nothing.
    """

    ladder: Ladder
    current: Level | None = None
    next: Level | None = None
    asks: dict[str, Part] = {}
    keeps_until: int | None = None

    @property
    def enter(self) -> Part | None:
        """What the next level asks; None at the top, and where it is given by hand."""
        return self.asks.get(self.next.code) if self.next is not None else None

    @property
    def fraction(self) -> Fraction:
        """How much of what the next level asks is there, 0 to 1; 1 at the top, 0 where it is given by hand."""
        if self.next is None:
            return Fraction(1)
        return self.enter.fraction if self.enter is not None else Fraction(0)

    @property
    def nearest(self) -> list[Mark]:
        """The open marks of the next level, the one with least left to do first."""
        return sorted(self.enter.open if self.enter is not None else (), key=lambda mark: -mark.fraction)


def progress(books: Books, version: Version, ladder: Ladder, member: MemberId, now: Micros) -> Progress:
    """Return how far a member is; a level that the ladder no longer has counts as none."""
    today = local_date(now, version.rulebook.community.tz).toordinal()
    judge = Judge(books, version, member, today, now)
    held = books.read(TIER, (ladder.code, member)).level or base_level(ladder)
    codes = [level.code for level in ladder.levels]
    place = codes.index(held) if held in codes else -1
    above = ladder.levels[place + 1 : place + 2]
    asks = ((level.code, terms_of(ladder, level)) for level in ladder.levels)
    return Progress(
        ladder=ladder,
        current=ladder.levels[place] if place >= 0 else None,
        next=above[0] if above else None,
        asks={code: part_of(judge, terms) for code, terms in asks if terms is not None},
        keeps_until=keeps_until(judge, ladder, ladder.levels[place]) if place >= 0 else None,
    )


def terms_of(ladder: Ladder, level: Level) -> Terms | None:
    """Return what a level asks; a threshold is one mark. None where nothing is asked, or it is given by hand."""
    if ladder.measure:
        return Terms(all=(Requirement(metric=f"{ladder.unit}.{ladder.measure}", target=level.threshold),))
    return level.enter


def part_of(judge: Judge, terms: Terms, *, forbidden: bool = False) -> Part:
    """Return terms with what a member has of each."""
    parts = []
    for mode, several in ((ALL, terms.all), (ANY, terms.any), (NONE, terms.none)):
        if several:
            inverted = forbidden is not (mode == NONE)
            marks = tuple(_mark(judge, one, inverted) for one in several if isinstance(one, Requirement))
            within = tuple(part_of(judge, one, forbidden=inverted) for one in several if isinstance(one, Terms))
            parts.append(Part(mode=_mode(mode, forbidden=forbidden), marks=marks, parts=within))
    if len(parts) == 1:
        return parts[0]
    if parts and parts[0].mode == ALL and terms.all:
        first, *others = parts
        return Part(mode=ALL, marks=first.marks, parts=(*first.parts, *others))
    return Part(mode=ANY if forbidden else ALL, parts=tuple(parts))


def _mode(mode: str, *, forbidden: bool) -> str:
    """Return how many of a part must be met: within `none`, not all of `all` and not one of `any` may hold."""
    if forbidden:
        return {ALL: ANY, ANY: NONE, NONE: ANY}[mode]
    return mode


def _mark(judge: Judge, one: Requirement, forbidden: bool) -> Mark:
    scale = DAY if one.metric == MEMBER_FOR else 1
    current = judge.value(one)
    return Mark(
        asked=one,
        current=current // scale,
        target=math.ceil(judge.mark(one) / scale),
        reached=judge.reached(one),
        forbidden=forbidden,
        until=_counts_until(judge, one, current),
    )


def _counts_until(judge: Judge, one: Requirement, current: int) -> int | None:
    length = _longest([one])
    if not length or current <= 0:
        return None
    low, high = judge.last, judge.last + length
    while high - low > 1:
        middle = (low + high) // 2
        if judge._replace(last=middle).value(one) >= current:
            low = middle
        else:
            high = middle
    return low


def _longest(several: list[Requirement]) -> int:
    """Return how many days the longest window has; 0 where none has one."""
    return max((one.days or 31 * one.months for one in several), default=0)


def keeps_until(judge: Judge, ladder: Ladder, level: Level) -> int | None:
    """Return the local day of the daily run that takes a level from a member who does nothing more."""
    standing = judge.books.read(TIER, (ladder.code, judge.member))
    lasts = level.stay.mode == FOREVER or level.manual or level.enter is None or bool(standing.locked)
    if ladder.daily_at is None or lasts:
        return None
    assert level.enter is not None
    zone = judge.version.rulebook.community.tz
    following = last_run_day(ladder, zone, judge.now) + 1
    since = local_date(standing.since_at, zone).toordinal()

    def kept(day: int) -> bool:
        then = judge._replace(last=day_before(day), now=run_at(ladder, zone, day))
        assert level.enter is not None
        return then.met(level.enter, level.stay.low_water)

    low, high = following - 1, following + _longest(list(leaves(level.enter))) + 1
    if kept(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if kept(middle) else (low, middle)
    below = standing.below if high == following else 0
    return max(high + max(0, level.stay.grace - below), since + level.stay.min_stay)


def share(current: int, target: int) -> Fraction:
    """Return how much of a target is reached, 0 to 1."""
    if current >= target:
        return Fraction(1)
    return Fraction(max(0, current), target) if target > 0 else Fraction(0)
