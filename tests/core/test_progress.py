"""How far a member is on a ladder: what is open, how much of it is there, and until when what is there counts."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from ledger.core.books.blank import blank_books
from ledger.core.books.shelf import ACCOUNT, TIER, Account, Standing
from ledger.core.calendar import local_date
from ledger.core.progress import ANY, NONE, Progress, progress, share
from ledger.core.rulebook.grammar import CommunityPart, Ladder, Level, Rulebook, Unit
from ledger.core.rulebook.versions import Version
from ledger.core.values import MemberId, Micros
from tests.core.conftest import Begin
from tests.core.play import Play, rulebook

LEVELS = tuple(Level(code=code, threshold=at) for code, at in (("low", -5), ("mid", 10), ("high", 30)))
LADDER = Ladder(code="rank", unit="points", measure="balance", stay="while", levels=LEVELS)
ANN = MemberId(1)


def found(ladder: Ladder, held: str, account: Account) -> Progress:
    book = Rulebook(name="", community=CommunityPart(), units=(Unit(code="points"),), ladders=(ladder,))
    books = blank_books()
    books.write(ACCOUNT, (ANN, "points"), account)
    books.write(TIER, ("rank", ANN), Standing(level=held))
    return progress(books, Version(1, None, book), ladder, ANN, Micros(0))


@pytest.mark.parametrize(
    ("held", "balance", "current", "following", "missing", "fraction"),
    [
        ("", -9, None, "low", 4, Fraction(0)),
        ("low", 0, "low", "mid", 10, Fraction(0)),
        ("low", 5, "low", "mid", 5, Fraction(1, 2)),
        ("mid", 10, "mid", "high", 20, Fraction(1, 3)),
        ("mid", 40, "mid", "high", 0, Fraction(1)),
        ("high", 7, "high", None, 0, Fraction(1)),
        ("gone", 12, None, "low", 0, Fraction(1)),
    ],
)
def test_the_next_level_is_the_one_above_the_level_that_is_held(
    held: str, balance: int, current: str | None, following: str | None, missing: int, fraction: Fraction
) -> None:
    told = found(LADDER, held, Account(balance=balance, earned=99))
    assert (told.current.code if told.current else None) == current
    assert (told.next.code if told.next else None) == following
    assert (sum(mark.missing for mark in told.nearest), told.fraction) == (missing, fraction)
    assert told.keeps_until is None


def test_a_ladder_of_points_earned_does_not_look_at_the_balance() -> None:
    ladder = Ladder(code="rank", unit="points", measure="earned", stay="forever", levels=LEVELS)
    assert found(ladder, "low", Account(balance=-3, earned=4)).nearest[0].current == 4


def test_a_ladder_without_levels_has_nothing_to_reach() -> None:
    empty = Ladder(code="rank", unit="points", measure="balance", stay="while", levels=())
    told = found(empty, "", Account(balance=5))
    assert (told.current, told.next, told.fraction) == (None, None, Fraction(1))


@pytest.mark.parametrize(
    ("current", "target", "expected"), [(0, 0, 1), (-1, 0, 0), (-3, -5, 1), (-9, -5, 0), (1, 3, Fraction(1, 3))]
)
def test_a_share_is_between_nothing_and_all(current: int, target: int, expected: Fraction | int) -> None:
    assert share(current, target) == expected


TERMS = """
metrics:
  helps: {event: helped}
tiers:
  circle:
    every: day@04:00
    lockable: true
    levels:
    - {id: newcomer}
    - id: ordinary
      enter: {any: [{metric: active_days, in: 14d, gte: 3}, {metric: member_for, gte: 14d}]}
      stay: forever
    - id: core
      enter:
        all: [{metric: points.earned, in: 30d, gte: 100}, {metric: active_days, in: 10d, gte: 2}]
        none: [{metric: violations, in: 20d, gte: 1}, {all: [{metric: helps, gte: 9}, {metric: helps, lte: 3}]}]
      stay: {low_water: 0.5, grace: 3d, min_stay: 5d}
"""


def circle() -> str:
    return rulebook(
        "id: up, event: up, amount: {from: data.n}", "id: helped, event: helped, amount: 1", unit="{}", more=TERMS
    )


def told_of(play: Play, name: str = "ann") -> Progress:
    play.settle()
    version = play.books.versions.latest
    return progress(play.books, version, version.ladders["circle"], play.member(name), play.now)


def day(play: Play) -> int:
    return local_date(play.now, "UTC").toordinal()


def test_of_several_that_do_alone_the_nearest_counts(begin: Begin) -> None:
    play = begin(circle())
    play.send("up", by="ann", n=5)
    play.later(days=1)
    play.send("up", by="ann", n=5)
    told = told_of(play)
    assert told.enter is not None
    assert (told.current and told.current.code, told.next and told.next.code) == ("newcomer", "ordinary")
    assert (told.enter.mode, told.enter.met, told.fraction) == (ANY, False, Fraction(2, 3))
    assert [(mark.asked.metric, mark.current, mark.target, mark.missing) for mark in told.nearest] == [
        ("active_days", 2, 3, 1),
        ("member_for", 1, 14, 13),
    ]
    active = told.nearest[0]
    assert active.until == day(play) - 1 + 13, "the first of the two days goes after the 14th"


def test_what_is_forbidden_counts_only_when_it_is_there(begin: Begin) -> None:
    play = begin(circle())
    for _ in range(3):
        play.send("up", by="ann", n=10)
        play.later(days=1)
    told = told_of(play)
    assert (told.current and told.current.code, told.next and told.next.code) == ("ordinary", "core")
    assert told.enter is not None
    assert [part.mode for part in told.enter.parts] == [NONE]
    assert told.enter.parts[0].met
    assert told.fraction == (Fraction(30, 100) + 1) / 2
    play.send("violation.confirmed", by="ann")
    told = told_of(play)
    assert told.enter is not None
    assert not told.enter.parts[0].met
    assert [mark.asked.metric for mark in told.nearest] == ["points.earned", "violations"]
    forbidden = told.nearest[-1]
    assert (forbidden.met, forbidden.reached, forbidden.missing) == (False, True, 0)
    assert forbidden.until == day(play) + 19
    play.later(days=20)
    assert [mark.asked.metric for mark in told_of(play).nearest] == ["points.earned", "active_days"]


@pytest.mark.parametrize("before", [0, 1, 4, 9, 20])
def test_until_when_a_level_is_kept_is_the_day_it_falls(begin: Begin, before: int) -> None:
    """What is told on any day is what then happens when nothing more is done."""
    play = begin(circle())
    for _ in range(3):
        play.send("up", by="ann", n=40)
        play.later(days=1)
    play.settle()
    assert play.level("ann", "circle") == "core"
    play.later(days=before)
    until = told_of(play).keeps_until
    if play.level("ann", "circle") != "core":
        assert until is None, "an ordinary one is never lost"
        return
    assert until is not None
    date.fromordinal(until)
    play.later(days=until - day(play) - 1)
    play.settle()
    assert play.level("ann", "circle") == "core"
    play.later(days=1)
    play.settle()
    assert play.level("ann", "circle") == "ordinary"


def test_a_level_one_just_reached_is_kept_for_its_least_stay(begin: Begin) -> None:
    play = begin(circle().replace("min_stay: 5d", "min_stay: 60d"))
    for _ in range(3):
        play.send("up", by="ann", n=40)
        play.later(days=1)
    reached = told_of(play)
    since = local_date(play.books.read(TIER, ("circle", play.member("ann"))).since_at, "UTC")
    assert reached.keeps_until == (since + timedelta(days=60)).toordinal()
