"""Two members who are one person: what they spend, what is held, bought places, and how they behaved."""

from __future__ import annotations

from typing import Any

from ledger.core.commands import ReportGroup
from ledger.core.conduct import State
from ledger.core.events import RedemptionStatus
from ledger.core.members.commands import UnmergeMembers
from ledger.core.outcomes import Outcome
from ledger.core.refusals import PointsHeld
from ledger.core.rulebook.grammar.catalogue import Fulfilment, PerkLimit
from ledger.core.values import DAY, Micros
from tests.core.play import Play
from tests.core.shop import Shop, shop
from tests.core.strikes import LADDER, book, confirm, lift, report, standing, strike
from tests.core.test_merging import merge, unmerge

S = RedemptionStatus
VIP: dict[str, Any] = {"fulfilment": Fulfilment.PLATFORM_ROLE, "target": "vip"}


def test_limits_hold_for_both_together_and_either_name_spends_the_one_balance() -> None:
    play = shop()
    play.put(cost=30, limit=PerkLimit(count=2, per="ever"))
    play.move(play.redeem("bob"), S.FULFILLED)
    merge(play, "ann", "bob")
    assert play.purse("ann") == (170, 0)
    assert play.redemption(play.redeem("bob")).member == play.member("ann")
    assert play.purse("ann") == (140, 30)
    assert (play.block("bob"), play.block("ann")) == ("LIMIT_REACHED", "LIMIT_REACHED")


def test_what_was_bought_before_a_merge_is_refunded_to_who_acts_and_parts_with_its_buyer() -> None:
    play = shop()
    play.put(cost=30, refund_within=Micros(DAY))
    bought = play.redeem("bob")
    play.move(bought, S.FULFILLED)
    event = merge(play, "ann", "bob")
    assert play.move(bought, S.REFUNDED) == S.REFUNDED
    assert (play.purse("ann"), play.purse("bob")) == ((200, 0), (0, 0))
    unmerge(play, event)
    assert (play.purse("ann"), play.purse("bob")) == ((100, 0), (100, 0))


def test_points_that_are_held_keep_two_from_being_merged_or_parted() -> None:
    play = shop()
    play.put(cost=80)
    open_ = play.redeem("bob")
    event = merge(play, "bob", "ann")
    play.redeem("bob")
    parting = UnmergeMembers(position=event.position, by="key:k", reason="r")
    assert play.answer(parting) == PointsHeld(held=160)
    play.move(open_, S.DECLINED)
    unmerge(play, event)
    assert (play.purse("ann"), play.purse("bob")) == ((100, 0), (20, 80))


def vip() -> Shop:
    play = shop()
    play.put(cost=30, refund_within=Micros(DAY), **VIP)
    return play


def in_vip(play: Play) -> tuple[bool, bool]:
    return play.wanted("ann", "vip"), play.wanted("bob", "vip")


def test_a_bought_place_comes_along_and_goes_back() -> None:
    play = vip()
    bought = play.redeem("bob")
    play.answer(ReportGroup(member=play.member("bob"), group="vip", inside=True, by="key:k"))
    assert play.redemption(bought).status == S.FULFILLED
    event = merge(play, "ann", "bob")
    assert in_vip(play) == (True, False)
    unmerge(play, event)
    assert in_vip(play) == (False, True)


def test_a_place_bought_before_a_merge_is_lost_with_its_refund() -> None:
    play = vip()
    bought = play.redeem("bob")
    play.answer(ReportGroup(member=play.member("bob"), group="vip", inside=True, by="key:k"))
    merge(play, "ann", "bob")
    play.move(bought, S.REFUNDED)
    assert in_vip(play) == (False, False)


def test_strikes_count_for_both_together() -> None:
    play = Play(book())
    play.send("waved", by="ann")
    play.send("waved", by="bob")
    strike(play, "bob", "spam")
    event = merge(play, "ann", "bob")
    assert standing(play, "ann").state is State.WARNED
    second = report(play, "bob", "spam")
    assert confirm(play, second).fact.count == 2  # type: ignore[union-attr]
    play.send("shared", "s", by="bob")
    [withheld] = play.decisions()
    assert (withheld.outcome, withheld.member) == (Outcome.NOT_EARNING, play.member("ann"))
    before = play.balance("ann")
    lift(play, second)
    play.check()
    assert play.balance("ann") == before + 8
    unmerge(play, event)
    assert (play.balance("ann"), play.balance("bob")) == (before, 8)
    assert (standing(play, "ann").state, standing(play, "bob").state) == (State.GOOD, State.WARNED)


def test_who_is_one_with_somebody_removed_is_removed_until_they_are_parted() -> None:
    play = Play(book(more=LADDER))
    play.send("shared", "a", by="ann")
    play.send("waved", by="bob")
    strike(play, "bob")
    strike(play, "bob")
    assert play.wanted("ann", "lobby")
    event = merge(play, "ann", "bob")
    assert (standing(play, "ann").state, play.wanted("ann", "lobby")) == (State.REMOVED, False)
    unmerge(play, event)
    assert (standing(play, "ann").state, play.wanted("ann", "lobby")) == (State.GOOD, True)
    assert (standing(play, "bob").state, play.wanted("bob", "lobby")) == (State.REMOVED, False)
