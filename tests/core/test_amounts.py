"""What a grant comes to: amounts, starts, the floor, and what a number can hold (SEMANTICS 6, 9, 14, 20)."""

from __future__ import annotations

import pytest

from ledger.core.outcomes import EntryKind, Step
from ledger.core.values import LARGEST_POINTS
from tests.core.conftest import Begin
from tests.core.play import Outcome, length, rulebook

DATA = rulebook(
    "id: paid, event: paid, amount: {from: data.amount}",
    "id: spent, event: spent, amount: {from: data.amount, negate: true}",
    "id: half, event: half, amount: {from: data.amount, percent: 50}",
    "id: odd, event: odd, amount: {from: data.amount, percent: 33.3}",
    "id: more, event: more, amount: {from: data.amount, percent: 150, negate: true}",
    "id: won, event: won, amount: {by_rank: [10, 6, 3]}",
)


@pytest.mark.parametrize(
    ("type_", "amount", "granted"),
    [
        ("paid", 7, 7),
        ("paid", 0, 0),
        ("paid", -7, -7),
        ("spent", 7, -7),
        ("spent", -7, 7),
        ("half", 7, 3),
        ("half", -7, -3),
        ("half", 1, 0),
        ("half", -1, 0),
        ("odd", 1000, 333),
        ("odd", 3, 0),
        ("odd", -1001, -333),
        ("more", 3, -4),
        ("more", -3, 4),
        ("paid", LARGEST_POINTS, LARGEST_POINTS),
    ],
)
def test_amounts_from_the_data_are_rounded_toward_zero_once(
    begin: Begin, type_: str, amount: int, granted: int
) -> None:
    play = begin(DATA)
    assert play.pays(type_, by="ann", amount=amount) == granted
    assert play.balance("ann") == granted
    assert play.decisions()[0].outcome is Outcome.GRANTED


@pytest.mark.parametrize("amount", [None, "7", 7.0, 7.5, True, [7], {"points": 7}, LARGEST_POINTS + 1, -(2**63)])
def test_an_amount_that_is_no_whole_number_is_not_matched(begin: Begin, amount: object) -> None:
    play = begin(DATA)
    fields = {} if amount is None else {"amount": amount}
    assert play.says("paid", by="ann", data=fields) is Outcome.NOT_MATCHED
    assert play.balance("ann") == 0


@pytest.mark.parametrize(("rank", "granted"), [(1, 10), (2, 6), (3, 3)])
def test_a_rank_is_paid_by_its_place(begin: Begin, rank: int, granted: int) -> None:
    assert begin(DATA).pays("won", by="ann", rank=rank) == granted


@pytest.mark.parametrize("rank", [0, -1, 4, None, "1", 1.0, True, 2**60])
def test_a_rank_beyond_the_list_is_not_matched(begin: Begin, rank: object) -> None:
    assert begin(DATA).says("won", by="ann", rank=rank) is Outcome.NOT_MATCHED


def test_a_rulebook_counts_in_whole_units_and_events_in_the_smallest_parts(begin: Begin) -> None:
    play = begin(
        rulebook(
            "id: fixed, event: fixed, amount: 1.25",
            "id: paid, event: paid, amount: {from: data.amount}",
            unit="{scale: 2, start: 0.5}",
        )
    )
    assert play.pays("fixed", by="ann") == 50 + 125
    assert play.pays("paid", by="ann", amount=3) == 3
    assert play.balance("ann") == 178


def test_no_balance_passes_what_a_json_number_holds(begin: Begin) -> None:
    play = begin(DATA)
    play.send("paid", by="ann", amount=LARGEST_POINTS - 5)
    assert play.pays("paid", by="ann", amount=9) == 5
    assert play.decisions()[0].steps == (Step(code="largest", before=9, after=5),)
    assert play.pays("paid", by="ann", amount=9) == 0
    assert play.pays("spent", by="bob", amount=LARGEST_POINTS) == -LARGEST_POINTS
    assert play.pays("spent", by="bob", amount=1) == 0
    assert play.pays("more", by="eve", amount=LARGEST_POINTS) == -LARGEST_POINTS


FLOOR = rulebook(
    "id: up, event: up, amount: 5",
    "id: down, event: down, amount: -8",
    "id: welcome, event: welcome, amount: 2",
    unit="{start: {amount: 3, on: joined}, floor: 3}",
)


def test_a_loss_is_clipped_at_the_floor(begin: Begin) -> None:
    play = begin(FLOOR)
    play.send("member.joined", by="ann")
    play.send("up", by="ann")
    assert play.pays("down", by="ann") == -5
    assert play.balance("ann") == 3
    assert play.decisions()[0].steps == (Step(code="floor", before=-8, after=-5),)
    assert play.says("down", by="ann") is Outcome.FLOORED
    assert play.balance("ann") == 3


def test_a_balance_below_the_floor_is_not_lowered_and_a_gain_is_not_touched(begin: Begin) -> None:
    play = begin(FLOOR)
    play.send("welcome", by="ann")
    assert play.says("down", by="ann") is Outcome.FLOORED
    assert play.balance("ann") == 2
    assert play.pays("up", by="ann") == 5


def test_without_a_floor_a_balance_may_be_owed(begin: Begin) -> None:
    play = begin(rulebook("id: down, event: down, amount: -8"))
    assert play.pays("down", by="ann") == -8
    assert play.account("ann").balance == play.account("ann").available == -8


def test_losses_are_not_taken_from_what_was_ever_earned(begin: Begin) -> None:
    play = begin(FLOOR)
    play.send("member.joined", by="ann")
    play.send("up", by="ann")
    play.send("down", by="ann")
    assert (play.balance("ann"), play.earned("ann")) == (3, 5)


def test_a_start_is_written_on_first_sight_for_everyone_the_event_names(begin: Begin) -> None:
    play = begin(rulebook("id: hi, event: hi, amount: 1", unit="{start: 5}"))
    play.send("hi", by="ann", people={"buddy": "bob"})
    assert (play.balance("ann"), play.balance("bob")) == (6, 5)
    assert [d.kind for d in play.decisions()] == [EntryKind.OPENING, EntryKind.OPENING, EntryKind.AWARD]
    play.send("member.joined", by="ann")
    assert play.balance("ann") == 6


def test_a_start_on_joining_is_written_once_however_often_one_joins(begin: Begin) -> None:
    play = begin(FLOOR)
    play.send("up", by="ann")
    assert play.balance("ann") == 5
    play.send("member.joined", by="ann")
    play.send("member.left", by="ann")
    play.send("member.joined", by="ann")
    assert play.balance("ann") == 8
    assert play.earned("ann") == 5


def test_everyone_gets_a_start_though_the_event_itself_is_too_late(begin: Begin) -> None:
    play = begin(rulebook("id: hi, event: hi, amount: 1", unit="{start: 5}"))
    play.send("hi", by="ann", at=play.now - length(days=8))
    assert play.balance("ann") == 5


def test_each_unit_has_its_own_start_floor_and_scale(begin: Begin) -> None:
    play = begin(
        "units: {points: {start: 1, floor: 0}, coins: {scale: 2, start: 2.5}}\n"
        "rules:\n"
        "  - {id: a, event: e, amount: -3}\n"
        "  - {id: b, event: e, unit: coins, amount: -3}\n"
    )
    play.send("e", by="ann")
    assert (play.balance("ann", "points"), play.balance("ann", "coins")) == (0, -50)
