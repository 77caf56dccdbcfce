"""Accruals: what a day's sum is worth, to which each event posts the difference (SEMANTICS 12)."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.core.books.shelf import TALLY
from ledger.core.events import decisions
from tests.core.conftest import Begin
from tests.core.play import Outcome, Play, instant, length, rulebook

READING = """\
accruals:
  - {id: reading, event: [member.visited], sum: posts, gte: 5, amount: {from: sum, per: 100}}
  - {id: visit, event: [member.visited], sum: seconds, gte: 60, amount: 1}
"""


@pytest.fixture
def play(begin: Begin) -> Play:
    return begin(rulebook("id: hi, event: hi, amount: 1", more=READING))


def granted(play: Play, *values: int, **parts: Any) -> list[int]:
    return [play.pays("member.visited", by="ann", posts=value, key=f"p{value}", **parts) for value in values]


def test_each_event_posts_the_difference_to_the_days_new_worth(play: Play) -> None:
    assert granted(play, 60, 39, 1, 250) == [0, 0, 1, 2]
    assert (play.balance("ann"), play.earned("ann")) == (3, 3)


def test_below_the_least_sum_a_day_is_worth_nothing_and_a_flat_worth_is_paid_once(play: Play) -> None:
    assert [play.pays("member.visited", by="ann", seconds=n) for n in (59, 1, 3_000)] == [0, 1, 0]


def test_both_sums_of_one_event_are_paid(play: Play) -> None:
    assert play.pays("member.visited", by="ann", seconds=60, posts=200) == 3
    assert play.granted() == {"reading": 2, "visit": 1}


def test_the_next_day_begins_at_nothing(play: Play) -> None:
    granted(play, 199)
    play.on("2026-01-06T00:00:00Z")
    assert granted(play, 99, 1) == [0, 1]


def test_a_late_event_adds_to_its_old_day_which_never_closes(play: Play) -> None:
    granted(play, 60)
    play.later(days=3)
    assert granted(play, 40, late=length(days=3)) == [1]
    assert granted(play, 50) == [0]
    assert play.decisions()[0].rule == "reading"


def test_one_that_comes_too_late_is_recorded_and_adds_nothing(play: Play) -> None:
    granted(play, 60)
    play.later(days=8)
    assert play.says("member.visited", by="ann", posts=40, late=length(days=8)) is Outcome.TOO_LATE
    assert granted(play, 100, late=length(days=8), imported=True) == [1]


@pytest.mark.parametrize(
    ("undone", "left"), [((250,), 1), ((60,), 2), ((60, 250), 0), ((250, 60), 0), ((1,), 3), ((60, 39, 1, 250), 0)]
)
def test_an_undo_of_one_of_them_restates_its_day(begin: Begin, undone: tuple[int, ...], left: int) -> None:
    """60 + 39 + 1 + 250 are worth 3; without 60 it is 290 and worth 2."""
    play = begin(rulebook("id: hi, event: hi, amount: 1", more=READING))
    granted(play, 60, 39, 1, 250)
    play.later(days=2)
    for value in undone:
        play.send("contribution.undone", undoes=f"p{value}")
    assert play.balance("ann") == left == play.earned("ann")


def test_an_event_is_undone_once_and_can_be_added_again(play: Play) -> None:
    granted(play, 60, 40)
    assert play.pays("contribution.undone", undoes="p60") == -1
    assert play.pays("contribution.undone", undoes="p60") == 0
    assert play.pays("member.visited", by="ann", posts=60) == 1


def test_an_undo_that_came_before_its_event_leaves_it_out(play: Play) -> None:
    play.send("contribution.undone", undoes="p100")
    assert play.says("member.visited", by="ann", posts=100, key="p100") is Outcome.REVERSED
    assert granted(play, 99, 1) == [0, 1]


@pytest.mark.parametrize("value", [0, -5, "100", 1.5, True, None])
def test_only_whole_numbers_above_nothing_are_added(play: Play, value: object) -> None:
    assert play.pays("member.visited", by="ann", posts=value) == 0
    assert play.decisions() == []
    assert play.pays("member.visited", posts=100) == 0, "nobody did it"


def test_every_type_adds_where_none_is_named_and_conditions_hold(begin: Begin) -> None:
    more = "accruals: [{id: a, sum: n, amount: {from: sum, per: 10}, when: {bot: false}}]\n"
    play = begin(rulebook("id: hi, event: hi, amount: 1", more=more))
    assert play.pays("x", by="ann", n=6) == 0
    assert play.pays("hi", by="ann", n=4) == 2
    assert play.pays("y", by="ann", n=10, bot=True) == 0


def test_days_are_the_communitys(begin: Begin) -> None:
    play = begin(
        rulebook("id: hi, event: hi, amount: 1", tz="Etc/GMT+12", more=READING), now="2026-01-05T11:59:00Z"
    )
    assert granted(play, 60) == [0]
    play.later(minutes=2)
    assert granted(play, 59, 41) == [0, 1]


def test_what_it_adds_expires_with_its_day_and_a_day_with_worth_is_active(begin: Begin) -> None:
    more = (
        READING
        + "tiers: {t: {every: 'day@04:00', levels: [{id: a}, "
        + "{id: b, enter: {all: [{metric: active_days, gte: 2}]}, stay: forever}]}}\n"
    )
    play = begin(rulebook("id: hi, event: hi, amount: 1", unit="{expire: {after: 1d}}", more=more))
    granted(play, 100)
    assert play.lots("ann") == [(1, "2026-01-07T00:00")]
    play.later(days=1)
    granted(play, 50)
    assert play.books.read(TALLY, ("active_days", play.member("ann"))).days == 1
    assert play.level("ann", "t") == "a"
    granted(play, 51)
    assert play.level("ann", "t") == "b"
    assert decisions(play.last)[0].granted == 1
    assert play.now > instant("2026-01-06T00:00:00Z")
