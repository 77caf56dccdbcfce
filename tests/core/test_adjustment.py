"""Points given or taken by hand: with a reason, never below the floor, never earned (SEMANTICS 20)."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from ledger.core.commands import AdjustPoints
from ledger.core.decide.answers import Accepted, Answer, Repeated
from ledger.core.outcomes import EntryKind
from ledger.core.refusals import (
    AmountsNotAllowed,
    BelowFloor,
    IdempotencyConflict,
    MemberUnknown,
    NothingToAdjust,
    TooManyPoints,
    UnitUnknown,
)
from ledger.core.values import LARGEST_POINTS, MemberId, identity
from tests.core.conftest import Begin
from tests.core.play import SOURCE, Play, rulebook

RULES = rulebook(
    "id: hi, event: hi, amount: 10, caps: [{points: 10, per: day, counts: net}], undo_on: [undone]",
    "id: paid, event: paid, amount: {from: data.n}",
    unit="{start: 5, floor: 0, claw: clip}",
    more="tiers:\n  rank: {every: event, measure: points.balance, levels: {one: 10}}\n",
)


@pytest.fixture
def play(begin: Begin) -> Play:
    return begin(RULES)


def adjust(play: Play, delta: int, member: str | int = "ann", key: str = "", unit: str | None = None) -> Answer:
    who = MemberId(member) if isinstance(member, int) else identity(member, source=SOURCE)
    key = key or f"adjust {len(play.events)}"
    return play.answer(AdjustPoints(key=key, member=who, delta=delta, reason="fair", by="key:1", unit=unit))


def test_an_adjustment_moves_the_balance_and_not_what_was_earned(play: Play) -> None:
    play.send("hi", by="ann")
    assert isinstance(adjust(play, -3), Accepted)
    assert isinstance(adjust(play, 7, member=1), Accepted)
    (decision,) = play.decisions()
    assert (decision.kind, decision.granted, decision.after) == (EntryKind.ADJUSTMENT, 7, 19)
    assert (play.balance("ann"), play.earned("ann")) == (19, 10)


def test_a_new_member_gets_the_start_first(play: Play) -> None:
    adjust(play, 5)
    assert [d.kind for d in play.decisions()] == [EntryKind.OPENING, EntryKind.ADJUSTMENT]
    assert (play.balance("ann"), play.level("ann")) == (10, "one")


def test_an_adjustment_moves_levels_and_no_caps(play: Play) -> None:
    play.send("hi", by="ann")
    adjust(play, -15)
    assert play.level("ann") == ""
    assert play.pays("hi", by="ann") == 0


def test_an_adjustment_cannot_be_undone_by_an_event(play: Play) -> None:
    adjust(play, 5, key="k")
    assert play.pays("contribution.undone", undoes="k") == 0


def test_what_an_adjustment_is_refused_for(play: Play) -> None:
    play.send("hi", by="ann")
    before = (play.state(), len(play.events))
    assert adjust(play, 0) == NothingToAdjust()
    assert adjust(play, 1, unit="gold") == UnitUnknown(unit="gold")
    assert adjust(play, 1, member=9) == MemberUnknown()
    assert adjust(play, -16) == BelowFloor(most=15)
    assert isinstance(adjust(play, LARGEST_POINTS), TooManyPoints)
    assert adjust(play, -6, member="new") == BelowFloor(most=5)
    assert before == (play.state(), len(play.events))
    assert play.member("new") == 0


def test_an_adjustment_sent_again_is_made_once(play: Play) -> None:
    first = adjust(play, 5, key="k")
    assert isinstance(first, Accepted)
    assert adjust(play, 5, key="k") == Repeated(position=first.position)
    assert adjust(play, 6, key="k") == IdempotencyConflict(position=first.position)
    assert play.balance("ann") == 10


def test_who_may_not_name_amounts_cannot_send_what_a_rule_pays_by_amount(play: Play) -> None:
    command = play.command("paid", by="ann", n=5)
    plain = play.command("hi", by="ann")
    for sent, refused in ((command, True), (plain, False)):
        answer = play.answer(replace(sent, may_name_amounts=False))
        assert (answer == AmountsNotAllowed(rule="paid")) is refused
    assert play.balance("ann") == 15
