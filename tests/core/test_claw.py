"""How much of a grant is taken back when its points were spent (SEMANTICS 17, 18)."""

from __future__ import annotations

import pytest

from ledger.core.books.shelf import Account
from ledger.core.outcomes import Step
from ledger.core.rulebook.grammar import Claw, Unit
from ledger.core.rules.floor import taken_back
from ledger.core.values import LARGEST_POINTS
from tests.core.conftest import Begin
from tests.core.play import Outcome, counters, rulebook


def spending(unit: str) -> str:
    return rulebook(
        "id: award, event: award, amount: 10, undo_on: [undone], caps: [{points: 20, per: day, counts: net}]",
        "id: spend, event: spend, amount: {from: data.n, negate: true}",
        "id: gift, event: gift, amount: 100",
        unit=unit,
    )


TABLE = [
    ("{claw: debt}", 7, -10, -7),
    ("{floor: 0, claw: debt}", 7, -10, -7),
    ("{floor: 0, claw: clip}", 7, -3, 0),
    ("{floor: 2, claw: clip}", 7, -1, 2),
    ("{floor: 0, claw: within_balance}", 7, -3, 0),
    ("{floor: 0, claw: pending_only}", 7, 0, 3),
    ("{floor: 0, claw: clip}", 0, -10, 0),
    ("{floor: 0, claw: within_balance}", 0, -10, 0),
    ("{floor: 0, claw: pending_only}", 0, 0, 10),
    ("{claw: clip}", 7, -10, -7),
    ("{claw: within_balance}", 7, -3, 0),
]


@pytest.mark.parametrize(("unit", "spent", "taken", "left"), TABLE)
def test_what_an_undo_takes_when_points_were_spent(
    begin: Begin, unit: str, spent: int, taken: int, left: int
) -> None:
    play = begin(spending(unit))
    play.send("award", "s", by="ann")
    play.send("spend", by="ann", n=spent)
    assert play.pays("undone", "s") == taken
    (decision,) = play.decisions()
    assert decision.outcome is (Outcome.GRANTED if taken else Outcome.FLOORED)
    assert decision.steps == (() if taken == -10 else (Step(code="claw", before=-10, after=taken),))
    assert play.balance("ann") == left
    assert play.earned("ann") == 10 + taken


@pytest.mark.parametrize("claw", ["clip", "within_balance", "pending_only"])
def test_a_shortfall_is_never_collected_later(begin: Begin, claw: str) -> None:
    play = begin(spending(f"{{floor: 0, claw: {claw}}}"))
    play.send("award", "s", by="ann", key="award")
    play.send("spend", by="ann", n=7)
    play.send("undone", "s")
    before = play.balance("ann")
    play.send("gift", by="ann")
    assert play.pays("undone", "s") == 0
    assert play.pays("contribution.undone", undoes="award") == 0
    assert play.balance("ann") == before + 100


def test_debt_is_paid_off_by_what_is_earned_next(begin: Begin) -> None:
    play = begin(spending("{floor: 0, claw: debt}"))
    play.send("award", "s", by="ann")
    play.send("spend", by="ann", n=10)
    play.send("undone", "s")
    assert play.balance("ann") == -10
    assert play.pays("spend", by="ann", n=5) == 0
    play.send("gift", by="ann")
    assert play.balance("ann") == 90


def test_room_comes_back_by_what_was_really_taken(begin: Begin) -> None:
    play = begin(spending("{floor: 0, claw: clip}"))
    play.send("award", "s", by="ann")
    play.send("award", "t", by="ann")
    play.send("spend", by="ann", n=13)
    assert play.pays("undone", "s") == -7
    assert list(counters(play.books, "cap:award").values()) == [13]
    assert play.pays("award", "u", by="ann") == 7


def test_a_balance_below_the_floor_is_not_lowered_by_an_undo_that_clips(begin: Begin) -> None:
    play = begin(spending("{claw: debt}"))
    play.send("award", "s", by="ann")
    play.send("spend", by="ann", n=30)
    play.publish(spending("{floor: 0, claw: clip}"))
    play.later(days=1)
    assert play.pays("undone", "s") == 0
    assert play.balance("ann") == -20


@pytest.mark.parametrize(
    ("claw", "taken"),
    [(Claw.DEBT, -50), (Claw.CLIP, -30), (Claw.WITHIN_BALANCE, -10), (Claw.PENDING_ONLY, 0)],
)
def test_held_points_are_taken_by_clip_and_not_within_the_balance(claw: Claw, taken: int) -> None:
    account = Account(balance=30, held=20)
    assert taken_back(Unit(code="points", floor=0, claw=claw), account, -50) == taken


@pytest.mark.parametrize("claw", list(Claw))
def test_a_loss_is_always_given_back_in_full(claw: Claw) -> None:
    assert taken_back(Unit(code="points", floor=0, claw=claw), Account(balance=-9), 5) == 5


def test_a_loss_given_back_does_not_pass_what_a_json_number_holds(begin: Begin) -> None:
    play = begin(
        rulebook(
            "id: paid, event: paid, amount: {from: data.n}", "id: fee, event: fee, amount: -5, undo_on: [undone]"
        )
    )
    play.send("paid", by="ann", n=LARGEST_POINTS)
    play.send("fee", "s", by="ann")
    play.send("paid", by="ann", n=3)
    assert play.pays("undone", "s") == 2
    assert play.balance("ann") == LARGEST_POINTS
