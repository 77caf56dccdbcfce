"""Wanted groups: who should be where on a platform, by level and by hand; bots report what is so."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.core.books.shelf import WISH
from ledger.core.commands import HoldGroup, LockTier, ReportGroup
from ledger.core.refusals import GroupUnknown, LadderNotLockable, LevelUnknown, MemberUnknown
from ledger.core.values import MemberId
from tests.core.conftest import Begin
from tests.core.play import Play

CIRCLE = """\
tiers:
  circle:
    every: day@04:00
    lockable: true
    levels:
      - {id: newcomer, grants: ['group:lobby']}
      - {id: core, enter: {all: [{metric: points.balance, gte: 10}]}, stay: {grace: 0d}, grants: ['group:core']}
      - {id: crown, enter: {all: [{metric: points.balance, gte: 50}]}, stay: {grace: 0d}, grants: ['group:crown']}
  other:
    every: day@04:00
    levels:
      - {id: nobody}
      - {id: star, enter: {all: [{metric: stars.earned, gte: 1}]}, stay: forever, grants: ['group:crown']}
"""
RULES = (
    "units: {points: {}, stars: {}}\nrules:\n  - {id: gain, event: gain, amount: {from: data.n}}\n"
    "  - {id: star, event: star, unit: stars, amount: 1}\n"
)


@pytest.fixture
def play(begin: Begin) -> Play:
    return begin(RULES + CIRCLE.replace("{grace: 0d}", "{min_stay: 1d}"))


def next_day(play: Play) -> None:
    play.later(days=1)
    play.settle()


def test_everybody_is_wanted_where_the_lowest_level_is(play: Play) -> None:
    play.send("waved", by="ann")
    assert (play.wanted("ann", "lobby"), play.wanted("ann")) == (True, False)


def test_a_rise_is_wanted_at_once_with_all_groups_below(play: Play) -> None:
    play.send("gain", by="ann", n=60)
    assert [play.wanted("ann", group) for group in ("lobby", "core", "crown")] == [True, True, True]
    play.send("gain", by="bob", n=20)
    assert [play.wanted("bob", group) for group in ("lobby", "core", "crown")] == [True, True, False]


def test_a_fall_is_unwanted_from_its_daily_run_on(play: Play) -> None:
    play.send("gain", by="ann", n=60)
    play.send("gain", by="ann", n=-45)
    assert play.wanted("ann", "crown")
    next_day(play)
    assert [play.wanted("ann", group) for group in ("lobby", "core", "crown")] == [True, True, False]
    wish = play.books.read(WISH, (play.member("ann"), "crown"))
    assert wish.since_at == play.events[-1].occurred_at


def test_a_group_that_another_ladder_grants_too_stays_wanted(play: Play) -> None:
    play.send("star", by="ann")
    play.send("gain", by="ann", n=60)
    play.send("gain", by="ann", n=-60)
    next_day(play)
    assert play.level("ann", "circle") == "newcomer"
    assert [play.wanted("ann", group) for group in ("core", "crown")] == [False, True]


def test_a_held_place_stays_whatever_levels_do(play: Play) -> None:
    play.send("gain", by="ann", n=20)
    play.hold("ann", "core")
    play.send("gain", by="ann", n=-20)
    next_day(play)
    assert (play.level("ann", "circle"), play.wanted("ann")) == ("newcomer", True)
    play.send("gain", by="bob", n=1)
    play.hold("bob", "core")
    play.send("gain", by="bob", n=19)
    assert (play.level("bob", "circle"), play.wanted("bob")) == ("core", False)


def test_what_is_let_go_follows_the_level_again(play: Play) -> None:
    play.send("gain", by="ann", n=20)
    play.hold("ann", "core")
    play.send("gain", by="ann", n=-20)
    next_day(play)
    play.hold("ann", "core", held=False)
    assert not play.wanted("ann")
    play.send("gain", by="ann", n=20)
    assert play.wanted("ann")


def test_to_let_go_where_nothing_was_held_changes_nothing(play: Play) -> None:
    play.send("gain", by="ann", n=20)
    before = play.books.read(WISH, (play.member("ann"), "core"))
    play.hold("ann", "core", held=False)
    assert play.books.read(WISH, (play.member("ann"), "core")) == before


def test_a_lock_moves_wanted_groups_too(play: Play) -> None:
    play.send("gain", by="ann", n=20)
    play.lock("ann", "newcomer")
    assert not play.wanted("ann")
    play.lock("ann", "crown")
    assert play.wanted("ann", "crown")


def test_a_hold_comes_after_what_was_due_before_it(play: Play) -> None:
    """The fall of this morning, which nobody has looked at yet, is not held up by it."""
    play.send("gain", by="ann", n=20)
    play.send("gain", by="ann", n=-20)
    play.later(days=1)
    play.hold("ann", "core")
    assert (play.level("ann", "circle"), play.wanted("ann")) == ("newcomer", False)


def test_what_a_bot_reports_is_kept_and_moves_nothing(play: Play) -> None:
    play.send("gain", by="ann", n=20)
    ann = play.member("ann")
    play.do(ReportGroup(member=ann, group="core", inside=True, by="key:bot"))
    wish = play.books.read(WISH, (ann, "core"))
    assert (wish.wanted, wish.inside, wish.reported_at) == (1, 1, play.last.recorded_at)
    play.do(ReportGroup(member=ann, group="core", inside=False, by="key:bot"))
    play.do(ReportGroup(member=ann, group="a group of no rulebook", inside=True, by="key:bot"))
    assert (play.books.read(WISH, (ann, "core")).inside, play.wanted("ann")) == (0, True)


def test_what_cannot_be_done_is_refused_and_writes_nothing(play: Play) -> None:
    play.send("gain", by="ann", n=20)
    ann, nobody = play.member("ann"), MemberId(77)
    before = len(play.events)
    hold: dict[str, Any] = {"group": "core", "held": True, "by": "k", "reason": ""}
    lock = {"level": "core", "by": "k", "reason": ""}
    assert play.answer(HoldGroup(member=nobody, **hold)) == MemberUnknown()
    assert play.answer(HoldGroup(member=ann, **{**hold, "group": "cor"})) == GroupUnknown(group="cor")
    assert play.answer(ReportGroup(member=nobody, group="core", inside=True, by="k")) == MemberUnknown()
    assert play.answer(ReportGroup(member=ann, group="", inside=True, by="k")) == GroupUnknown(group="")
    assert play.answer(LockTier(member=nobody, ladder=None, **lock)) == MemberUnknown()
    assert play.answer(LockTier(member=ann, ladder="other", **{**lock, "level": "star"})) == LadderNotLockable()
    assert play.answer(LockTier(member=ann, ladder="none", **lock)) == LadderNotLockable()
    assert play.answer(LockTier(member=ann, ladder=None, **{**lock, "level": "star"})) == LevelUnknown(level="star")
    assert len(play.events) == before
