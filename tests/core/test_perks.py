"""Perks: what a redemption holds, pays and gives back; who is refused and why; each thing once."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.core.commands import AdjustPoints, PutPerk, RecordViolation, ReportGroup, ResolveViolation
from ledger.core.decide.answers import Accepted, Repeated
from ledger.core.events import RedemptionMade, RedemptionRefused
from ledger.core.events import RedemptionStatus as S
from ledger.core.outcomes import EntryKind, Outcome
from ledger.core.refusals import (
    IdempotencyConflict,
    MemberUnknown,
    PerkTermsWrong,
    PerkUnknown,
    StockBelowTaken,
    StockTooLow,
)
from ledger.core.rulebook.grammar.catalogue import Fulfilment, PerkLimit, PerkTerms
from ledger.core.values import DAY, Micros, Position, identity
from ledger.core.violations import Action
from tests.core.play import SOURCE, instant
from tests.core.shop import CODE, QUARTER, Shop, shop

LADDER = """\
tiers:
  rank: {every: event, measure: points.balance, levels: {low: 5, high: 150}}
"""
BACK = [S.DECLINED, S.CANCELLED, S.FAILED]


def test_a_redemption_holds_its_price_and_then_pays_it() -> None:
    play = shop()
    play.put(cost=80, stock=2)
    place = play.redeem("ann")
    [held] = play.decisions()
    assert (held.kind, held.outcome, held.wanted, held.granted, held.after) == (
        EntryKind.REDEMPTION,
        Outcome.HELD,
        -80,
        0,
        100,
    )
    assert (play.purse("ann"), play.balance("ann")) == ((20, 80), 100)
    assert (play.perk().reserved, play.perk().sold) == (1, 0)
    assert play.move(place, S.FULFILLED) == "FULFILLED"
    assert (play.purse("ann"), play.balance("ann"), play.earned("ann")) == ((20, 0), 20, 100)
    assert (play.perk().reserved, play.perk().sold) == (0, 1)
    play.check()


@pytest.mark.parametrize("end", BACK)
def test_points_come_back_with_whatever_ends_it_unfulfilled(end: S) -> None:
    play = shop()
    play.put(cost=80, stock=1, limit=PerkLimit(count=1))
    place = play.redeem("ann")
    assert play.block("bob") == "SOLD_OUT"
    assert play.move(place, end) == end
    assert (play.purse("ann"), play.balance("ann")) == ((100, 0), 100)
    assert play.move(place, end) == "REDEMPTION_DONE"
    assert play.redeem("ann") > place
    play.check()


def test_a_hold_that_nobody_fulfils_ends_by_itself_however_late_the_sweeper() -> None:
    play = shop()
    play.put(cost=80, stock=1, reserve_for=QUARTER)
    place = play.redeem("ann")
    play.later(minutes=14)
    assert play.block("bob") == "SOLD_OUT"
    play.later(minutes=60)
    later = play.redeem("bob")
    expired = play.at(Position(later - 1))
    assert (expired.type, expired.occurred_at) == (
        "redemption.expired",
        play.at(place).recorded_at + QUARTER,
    )
    assert (play.redemption(place).status, play.purse("ann"), play.holds("ann")) == (S.EXPIRED, (100, 0), 0)
    play.later(minutes=16)
    play.settle()
    assert play.purse("bob") == (100, 0)
    play.check()


def test_the_order_of_refusals() -> None:
    play = shop(more=LADDER)
    begins, ends = instant("2026-02-01T00:00"), instant("2026-03-01T00:00")
    terms: dict[str, Any] = {"cost": 500, "stock": 0, "tiers": ("high",), "limit": PerkLimit(count=0)}
    play.put(starts_at=begins, ends_at=ends, **terms)
    play.send("member.left", by="cyd")
    assert play.block("cyd") == "ACCOUNT_CLOSED"
    assert play.block("ann") == "NOT_STARTED"
    play.on("2026-03-01T00:00:00Z")
    assert play.block("ann") == "ENDED"
    play.put(**terms)
    assert play.block("ann") == "TIER_TOO_LOW"
    play.put(**{**terms, "tiers": ()})
    assert play.block("ann") == "LIMIT_REACHED"
    play.put(cost=500, stock=0)
    assert play.block("ann") == "SOLD_OUT"
    play.put(cost=500)
    assert play.block("ann", expected_cost=400) == "PRICE_CHANGED"
    assert play.block("ann", expected_cost=500) == "NOT_ENOUGH_POINTS"
    play.put(cost=100)
    assert play.redeem("ann", expected_cost=100)
    assert play.purse("ann") == (0, 100)
    play.check()


def test_a_refusal_stays_for_its_key_and_another_key_may_do_better() -> None:
    play = shop()
    play.put(cost=150)
    first = play.try_redeem("ann", key="one")
    assert isinstance(first, Accepted)
    play.send("gain", by="ann", n=100)
    again = play.try_redeem("ann", key="one")
    assert again == Repeated(position=first.position)
    assert isinstance(play.at(first.position).fact, RedemptionRefused)
    assert play.purse("ann") == (200, 0)
    place = play.redeem("ann", key="two")
    assert play.try_redeem("ann", key="two") == Repeated(position=place)
    assert isinstance(play.try_redeem("ann", key="two", note="other"), IdempotencyConflict)
    assert play.purse("ann") == (50, 150)
    play.check()


def test_nothing_is_written_where_there_is_no_such_perk_or_member() -> None:
    play = shop()
    play.put(cost=1)
    before = play.books.head.position
    assert isinstance(play.try_redeem("ann", "boat"), PerkUnknown)
    assert isinstance(play.try_redeem("nobody"), MemberUnknown)
    assert play.books.head.position == before


def test_so_many_a_month_and_what_comes_back_counts_no_more() -> None:
    play = shop(points=1000, now="2026-01-31T12:00:00Z")
    play.put(cost=10, limit=PerkLimit(count=2, per="month"), refund_within=Micros(7 * DAY))
    first = play.redeem("ann")
    play.move(play.redeem("ann"), S.FULFILLED)
    assert play.block("ann") == "LIMIT_REACHED"
    play.move(first, S.DECLINED)
    third = play.redeem("ann")
    play.move(third, S.FULFILLED)
    assert play.block("ann") == "LIMIT_REACHED"
    play.on("2026-02-01T00:00:00Z")
    assert play.redeem("ann")
    assert play.move(third, S.REFUNDED) == "REFUNDED"
    assert play.redeem("ann")
    play.check()


def test_codes_are_handed_out_at_once_and_each_only_once() -> None:
    play = shop()
    play.put(cost=30, fulfilment=CODE)
    assert play.block("ann") == "SOLD_OUT"
    play.add_codes("A", "B", "A")
    assert (play.perk().codes, play.add_codes("B", "C").fact.count) == (2, 1)  # type: ignore[union-attr]
    handed = [play.redemption(play.redeem(name)).handed for name in ("ann", "bob", "cyd")]
    assert handed == [1, 2, 3]
    assert play.block("ann") == "SOLD_OUT"
    assert play.purse("ann") == (70, 0)
    assert [d.outcome for d in play.at(Position(play.last.position - 3)).fact.decisions] == [Outcome.GRANTED]  # type: ignore[union-attr]
    play.check()


def test_who_waits_for_a_code_gets_the_next_first_come_first() -> None:
    play = shop()
    play.put(cost=30, fulfilment=CODE, reserve_for=QUARTER)
    ann, bob = play.redeem("ann"), play.redeem("bob")
    assert (play.redemption(ann).status, play.purse("ann")) == (S.APPROVED, (70, 30))
    assert play.move(bob, S.FULFILLED) == "NO_CODE_LEFT"
    play.add_codes("A")
    assert (play.redemption(ann).status, play.redemption(bob).status) == (S.FULFILLED, S.APPROVED)
    assert play.purse("ann") == (70, 0)
    assert play.move(bob, S.FULFILLED, voucher="by hand") == "FULFILLED"
    assert (play.redemption(bob).handed, play.perk().handed) == (0, 1)
    play.check()


def test_what_wants_approval_waits_for_it() -> None:
    play = shop()
    play.put(cost=30, fulfilment=CODE, approve=True)
    play.add_codes("A")
    place = play.redeem("ann")
    assert play.redemption(place).status == S.REQUESTED
    assert play.move(place, S.APPROVED) == "FULFILLED"
    assert play.redemption(place).handed == 1
    assert play.move(place, S.CANCELLED) == "REDEMPTION_DONE"
    play.check()


def test_a_refund_comes_within_its_window_and_the_stock_comes_back() -> None:
    play = shop()
    play.put(cost=80, stock=1, refund_within=Micros(7 * DAY))
    place = play.redeem("ann")
    play.move(place, S.FULFILLED)
    play.later(days=7)
    assert play.move(place, S.REFUNDED) == "REFUNDED"
    [refund] = play.decisions()
    assert (refund.kind, refund.granted, refund.after) == (EntryKind.REFUND, 80, 100)
    assert (play.earned("ann"), play.perk().sold) == (100, 0)
    assert play.move(place, S.REFUNDED) == "REDEMPTION_DONE"
    late = play.redeem("bob")
    play.move(late, S.FULFILLED)
    play.later(days=7, seconds=1)
    assert play.move(late, S.REFUNDED) == "REFUND_TOO_LATE"
    play.check()


def test_held_points_do_not_expire_and_go_back_to_their_lots() -> None:
    play = shop(unit="{floor: 0, expire: {after: 3d}}")  # 100 each, gone on the 9th
    play.send("gain", by="ann", n=50, late=2 * DAY)  # gone on the 7th
    play.put(cost=80)
    place = play.redeem("ann")
    assert play.lots("ann") == [(70, "2026-01-09T00:00")]
    play.on("2026-01-08T12:00:00Z")
    play.move(place, S.DECLINED)
    # 30 go back to their lot; 50 expired meanwhile and live seven more days.
    assert play.lots("ann") == [(100, "2026-01-09T00:00"), (50, "2026-01-16T00:00")]
    play.on("2026-01-16T00:00:00Z")
    play.settle()
    assert (play.balance("ann"), play.purse("ann")) == (0, (0, 0))
    play.check()


@pytest.mark.parametrize(
    ("claw", "balance", "end"),
    [("debt", -30, "FULFILLED"), ("clip", 0, "NOT_COVERED"), ("within_balance", 0, "FULFILLED")],
)
def test_what_is_undone_while_it_is_held(claw: str, balance: int, end: str) -> None:
    play = shop(unit=f"{{floor: 0, claw: {claw}}}", points=30)
    play.put(cost=30)
    place = play.redeem("ann")
    play.send("taken", "first of ann")
    assert play.move(place, S.FULFILLED) == end
    if end == "NOT_COVERED":
        assert play.move(place, S.DECLINED) == "DECLINED"
    assert (play.balance("ann"), play.purse("ann")) == (balance, (balance, 0))
    play.check()


def test_what_is_given_costs_nothing_and_asks_only_that_it_is_there() -> None:
    play = shop(more=LADDER)
    play.put(cost=80, stock=1, tiers=("high",), limit=PerkLimit(count=1))
    place = play.redeem("ann", given=True)
    assert (play.redemption(place).given, play.redemption(place).cost, play.purse("ann")) == (1, 0, (100, 0))
    assert play.at(place).type == "perk.granted"
    assert play.block("bob", given=True) == "SOLD_OUT"
    play.move(place, S.FULFILLED)
    assert play.balance("ann") == 100
    play.check()


def test_every_new_member_is_welcomed_once() -> None:
    play = shop()
    play.put("hello", limit=PerkLimit(count=1))
    play.welcome_with("hello")
    play.send("gain", by="dan", author="eve", n=5)
    given = [event.fact for event in play.events if event.type == "perk.granted"]
    assert [fact.member for fact in given if isinstance(fact, RedemptionMade)] == [
        play.member("dan"),
        play.member("eve"),
    ]
    play.send("gain", by="dan", n=5)
    assert play.block("dan", "hello") == "LIMIT_REACHED"
    adjustment = AdjustPoints(key="a", member=identity("fay", source=SOURCE), delta=5, reason="r", by="key:k")
    assert isinstance(play.answer(adjustment), Accepted)
    assert (play.last.type, play.last.key) == ("perk.granted", f"welcome/{play.member('fay')}")
    play.check()


def test_a_place_in_a_group_is_wanted_until_a_bot_reports_it() -> None:

    play = shop()
    play.put(cost=30, fulfilment=Fulfilment.PLATFORM_ROLE, target="vip", refund_within=Micros(DAY))
    place = play.redeem("ann")
    assert (play.wanted("ann", "vip"), play.redemption(place).status) == (True, S.APPROVED)
    play.answer(ReportGroup(member=play.member("ann"), group="vip", inside=True, by="key:k"))
    assert (play.redemption(place).status, play.purse("ann")) == (S.FULFILLED, (70, 0))
    play.move(place, S.REFUNDED)
    assert (play.wanted("ann", "vip"), play.purse("ann")) == (False, (100, 0))
    other = play.redeem("bob")
    play.move(other, S.FAILED)
    assert not play.wanted("bob", "vip")
    play.check()


def test_stock_never_falls_below_what_is_asked_for_and_had() -> None:
    play = shop()
    play.put(cost=10, stock=2)
    play.redeem("ann")
    assert play.stock(-2) == StockTooLow(left=1)
    fewer = PutPerk(terms=PerkTerms(code="seat", cost=10, stock=0), by="key:k")
    assert play.answer(fewer) == StockBelowTaken(taken=1)
    assert isinstance(play.stock(-1), Accepted)
    assert play.block("bob") == "SOLD_OUT"
    assert isinstance(play.stock(3), Accepted)
    assert play.redeem("bob")
    play.put("endless", cost=1)
    assert play.stock(1, "endless") == StockTooLow(left=0)
    play.check()


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"unit": "gold"}, "unit"),
        ({"tiers": ("king",)}, "tiers"),
        ({"fulfilment": Fulfilment.WEBHOOK}, "target"),
        ({"fulfilment": Fulfilment.PLATFORM_ROLE}, "target"),
    ],
)
def test_terms_fit_the_rulebook(terms: dict[str, object], field: str) -> None:
    play = shop(more=LADDER)
    answer = play.answer(PutPerk(terms=PerkTerms(code="x", **terms), by="k"))  # type: ignore[arg-type]
    assert answer == PerkTermsWrong(field=field)


def test_the_last_of_it_goes_to_one_of_sixty_four() -> None:
    play: Shop = shop()
    for number in range(64):
        play.send("gain", by=f"m{number}", n=100)
    play.put(cost=80, stock=1)
    answers = [play.try_redeem(f"m{number}") for number in range(64)]
    facts = [play.at(answer.position).fact for answer in answers if isinstance(answer, Accepted)]
    assert [type(fact) for fact in facts].count(RedemptionMade) == 1
    assert {fact.code for fact in facts if isinstance(fact, RedemptionRefused)} == {"SOLD_OUT"}
    play.check()


def test_who_was_removed_redeems_nothing_until_that_is_lifted() -> None:
    strict = "ladders:\n  conduct: {steps: [{remove: true}]}\nviolations:\n  advert: {ladder: conduct}\n"
    play = shop(more=strict)
    play.put(cost=10)
    report = play.do(RecordViolation(key="v", member=play.member("ann"), rule="advert", by="key:k"))
    assert play.redeem("ann")
    play.do(ResolveViolation(position=report.position, action=None, by="key:k"))
    assert play.block("ann") == "STANDING"
    assert play.block("ann", given=True) == "STANDING"
    play.do(ResolveViolation(position=report.position, action=Action.LIFTED, by="key:k"))
    assert play.redeem("ann")
    play.check()
