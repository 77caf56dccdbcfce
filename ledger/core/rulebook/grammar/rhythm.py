"""What pays by rhythm: activities that raise or open rules, streaks, and sums of a day."""

from __future__ import annotations

from fractions import Fraction

from ledger.core.rulebook.grammar.rules import Condition
from ledger.core.values import Value


class Activity(Value):
    """Something that recurs: `rule` is an RRULE in local wall time, `length` is in microseconds.

    `starts` is the first local day it can happen on, as an ordinal; it settles every second week from which.
    """

    id: str
    rule: str
    length: int
    starts: int = 0
    multiply: dict[str, Fraction] = {}
    unlock: tuple[str, ...] = ()
    names: dict[str, str] = {}


class Freezes(Value):
    """Missed periods that a streak survives: one is earned every so many periods, at most `hold` are kept."""

    every: int
    hold: int


class Streak(Value):
    """Periods in a row with at least one grant of `rules`; each length in `rewards` pays once a run."""

    id: str
    unit: str
    per: str
    rules: tuple[str, ...]
    rewards: dict[int, int]
    freezes: Freezes | None = None
    names: dict[str, str] = {}


class Accrual(Value):
    """A member's sum of `field` over a local day's events, and what that day's sum is worth in all.

    Below `least` nothing; else `points`, times whole `per`s of the sum where `per` is given. `events` empty is
    every event whose data has the field.
    """

    id: str
    unit: str
    field: str
    points: int = 1
    per: int = 0
    least: int = 1
    events: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    names: dict[str, str] = {}
