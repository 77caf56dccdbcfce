"""Terms of a level: what each metric is in its window, and whether the marks are met."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from ledger.core.books import tally
from ledger.core.books.shelf import ACCOUNT, TALLY, Tally
from ledger.core.books.united import everybody
from ledger.core.books.view import Books
from ledger.core.rulebook.grammar import Requirement, Terms
from ledger.core.rulebook.versions import ACTIVE_DAYS, EARNED, Version, series_of
from ledger.core.rules.levels import member_since
from ledger.core.values import MemberId, Micros

BALANCE = ".balance"
MEMBER_FOR = "member_for"
COMMUNITY = MemberId(0)

Marks = Mapping[str, int]
"""The community's metrics by `mark_key`, as noted when a daily run was opened."""


class Judge(NamedTuple):
    """Who is judged, by which version, with windows that end on a local day, at an instant.

    `marks` None is: as the community's metrics are now.
    """

    books: Books
    version: Version
    member: MemberId
    last: int
    now: Micros
    marks: Marks | None = None

    def met(self, terms: Terms, low: Fraction = Fraction(1)) -> bool:
        """Say whether terms hold, their marks lowered to `low` where that is allowed; never within `none`."""
        return (
            all(self._holds(one, low) for one in terms.all)
            and (not terms.any or any(self._holds(one, low) for one in terms.any))
            and not any(self._holds(one, Fraction(1)) for one in terms.none)
        )

    def _holds(self, one: Requirement | Terms, low: Fraction) -> bool:
        return self.met(one, low) if isinstance(one, Terms) else self.reached(one, low)

    def reached(self, one: Requirement, low: Fraction = Fraction(1)) -> bool:
        """Say whether a mark is met: 45 reaches a mark of 50 lowered to 0.9 exactly."""
        mark = self.mark(one)
        if not one.hard and one.metric != MEMBER_FOR and one.bound in ("gte", "gt"):
            mark *= low
        value = self.value(one)
        match one.bound:
            case "gte":
                return value >= mark
            case "gt":
                return value > mark
            case "lte":
                return value <= mark
            case "lt":
                return value < mark
        raise AssertionError(one.bound)

    def mark(self, one: Requirement) -> Fraction:
        """Return what is asked for, exactly."""
        share = one.share
        if share is None:
            return Fraction(one.target)
        key = mark_key(one)
        has = self.marks.get(key, 0) if self.marks is not None else community_value(self, one)
        mark = has * share.percent / 100
        return mark if share.at_most is None else min(mark, Fraction(share.at_most))

    def value(self, one: Requirement) -> int:
        """Return what the member has: minor units, micros of membership, or a count."""
        if one.metric == MEMBER_FOR:
            return max(0, self.now - member_since(self.books, self.member))
        first = window_start(one, self.last)
        if one.metric.endswith((BALANCE, EARNED)):
            unit = one.metric.rpartition(".")[0]
            if one.metric.endswith(EARNED) and first is not None:
                return tally.amount(tallied(self.books, one.metric, self.member), first, self.last)
            if one.metric.endswith(EARNED):
                return earned(self.books, self.member, unit)
            return self.books.read(ACCOUNT, (self.member, unit)).balance
        if one.metric == ACTIVE_DAYS:
            return tally.different_days(tallied(self.books, ACTIVE_DAYS, self.member), first, self.last)
        return counted(self, one.metric, one.distinct, self.member, first)


def tallied(books: Books, series: str, member: MemberId) -> Tally:
    """Return a metric of all who are one person with a member, or of the community."""
    if member == COMMUNITY:
        return books.read(TALLY, (series, member))
    return tally.together([books.read(TALLY, (series, one)) for one in everybody(books, member)])


def earned(books: Books, member: MemberId, unit: str) -> int:
    """Return what all who are one person with a member ever earned in a unit."""
    return sum(books.read(ACCOUNT, (one, unit)).earned for one in everybody(books, member))


def counted(judge: Judge, code: str, distinct: str, member: MemberId, first: int | None) -> int:
    """Return one of the rulebook's metrics, from a day on or of all time."""
    metric = next(one for one in judge.version.rulebook.metrics if one.code == code)
    series = series_of(metric, distinct)
    found = tallied(judge.books, series.key, member)
    if series.distinct == "day":
        return tally.different_days(found, first, judge.last)
    if series.distinct:
        return tally.different_values(found, first, judge.last)
    return tally.amount(found, first, judge.last) // metric.per


def community_value(judge: Judge, one: Requirement) -> int:
    """Return the community's metric that a mark is a share of, in the mark's window."""
    assert one.share is not None
    return counted(judge, one.share.of, "", COMMUNITY, window_start(one, judge.last))


def mark_key(one: Requirement) -> str:
    """Return the name under which a daily run notes the community's metric."""
    assert one.share is not None
    window = f"{one.days}d" if one.days else f"{one.months}mo" if one.months else "all"
    return f"{one.share.of}/{window}"


def window_start(one: Requirement, last: int) -> int | None:
    """Return the first day of a window that ends on `last`, that day included; None is of all time."""
    if one.days:
        return last - one.days + 1
    if one.months:
        return months_before(date.fromordinal(last), one.months).toordinal() + 1
    return None


def months_before(day: date, months: int) -> date:
    """Return the same day so many months before, or that month's last."""
    total = day.year * 12 + day.month - 1 - months
    year, month = divmod(total, 12)
    after = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), after - timedelta(days=1))
