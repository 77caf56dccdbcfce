"""Lifting: what a strike took is given back, and what it withheld is granted, as of its time and no more."""

from __future__ import annotations

import pytest

from ledger.core.commands import AdjustPoints
from ledger.core.conduct import State
from ledger.core.events import decisions
from ledger.core.outcomes import EntryKind, Outcome
from ledger.core.postings import posting
from ledger.core.refusals import (
    NothingToLift,
)
from ledger.core.violations import Action, ViolationConfirmed
from tests.core.conftest import Begin
from tests.core.play import Play
from tests.core.strikes import (
    LADDER,
    book,
    confirm,
    lift,
    report,
    resolve,
    standing,
    strike,
    struck,
    violation,
)


@pytest.fixture
def play(begin: Begin) -> Play:
    play = begin(book())
    play.send("waved", by="ann")
    play.send("waved", by="bob")
    return play


def test_an_appeal_that_is_granted_restores_exactly(begin: Begin) -> None:
    play, twin = begin(book(more=LADDER)), begin(book(more=LADDER))
    for one in (play, twin):
        one.send("shared", "s1", by="ann")
        one.send("shared", "s2", by="ann")
        one.send("waved", by="bob")
    before = (play.balance("ann"), play.earned("ann"), play.level("ann", "circle"), play.wanted("ann"))
    assert before == (16, 16, "core", True)
    strike(play, "ann", "spam")
    second = strike(play, "ann", "spam")
    assert play.balance("ann") == 11
    removed = strike(play, "ann", "spam")
    assert [play.wanted("ann", group) for group in ("lobby", "core")] == [False, False]
    for one in (play, twin):
        one.later(days=1, hours=1)
        one.send("shared", "s3", by="ann")
        one.send("liked", "s3", by="bob", author="ann")
        one.later(hours=1)
        one.send("shared", "s4", by="ann")
        one.send("shared", "s5", by="ann")
        one.send("lost", by="ann")
    assert play.balance("ann") == 7, "only the loss was theirs"
    play.later(days=2)
    twin.later(days=2)
    lift(play, removed)
    lift(play, second)
    assert twin.balance("ann") == 16 - 4 + 16 + 3
    assert (play.balance("ann"), play.earned("ann")) == (twin.balance("ann"), twin.earned("ann"))
    assert [play.wanted("ann", group) for group in ("lobby", "core")] == [True, True]
    assert (standing(play, "ann").state, standing(play, "ann").earns) == (State.WARNED, True)
    back = [(d.rule, d.outcome, d.granted) for event in play.events[-2:] for d in decisions(event)]
    assert back == [
        ("share", Outcome.GRANTED, 8),
        ("liked", Outcome.GRANTED, 3),
        ("share", Outcome.GRANTED, 8),
        ("share", Outcome.CAPPED, 0),
        ("penalty", Outcome.GRANTED, 5),
    ]


def test_a_restored_grant_is_dated_when_it_was_earned(play: Play) -> None:
    strike(play, "ann")
    of = strike(play, "ann")
    play.send("shared", "s1", by="ann")
    earned_at = play.last.occurred_at
    play.later(days=3)
    lift(play, of)
    [granted] = play.decisions()
    assert (granted.dated, granted.kind, granted.granted) == (earned_at, EntryKind.AWARD, 8)


def test_a_penalty_is_given_back_by_what_was_taken_and_from_where_it_went(play: Play) -> None:
    play.adjust("ann", 3)
    strike(play, "ann", "spam")
    of = strike(play, "ann", "spam")
    play.adjust("ann", 10)
    taken = next(e for e in play.events if isinstance(e.fact, ViolationConfirmed) and e.fact.of == of)
    lift(play, of)
    [back] = play.decisions()
    assert (play.balance("ann"), play.earned("ann")) == (13, 0)
    assert (back.kind, back.granted, back.reverses is not None) == (EntryKind.REVERSAL, 3, True)
    gone, returned = posting(decisions(taken)[0]), posting(back)
    assert gone is not None
    assert returned is not None
    assert (gone.destination, returned.source) == ("system:penalties", "system:penalties")


def test_only_a_strike_can_be_lifted_and_once(play: Play) -> None:
    of = report(play, "ann")
    assert resolve(play, of, Action.LIFTED) == NothingToLift()
    confirm(play, of)
    lift(play, of)
    assert resolve(play, of, Action.LIFTED) == NothingToLift()
    assert (struck(play, "ann"), violation(play, of).action) == ([], "LIFTED")


def test_a_lifted_strike_no_longer_counts_but_those_after_it_stay_what_they_were(play: Play) -> None:
    first, second = strike(play, "ann"), strike(play, "ann")
    lift(play, first)
    assert (struck(play, "ann"), standing(play, "ann").state) == (["REMOVAL"], State.REMOVED)
    lift(play, second)
    strike(play, "ann")
    assert struck(play, "ann") == ["WARNING"]


def test_what_another_strike_withholds_too_stays_withheld(play: Play) -> None:
    strike(play, "ann")
    removed = strike(play, "ann")
    strike(play, "ann", "spam")
    spam = strike(play, "ann", "spam")
    play.send("shared", "s1", by="ann")
    lift(play, removed)
    assert play.decisions() == []
    lift(play, spam)
    assert play.granted() == {"penalty": 0, "share": 8}


def test_what_was_undone_meanwhile_is_not_granted(play: Play) -> None:
    strike(play, "ann")
    of = strike(play, "ann")
    play.send("shared", "s1", by="ann")
    play.send("shared", "s2", by="ann")
    play.send("unshared", "s1")
    [withdrawn] = play.decisions()
    assert (withdrawn.outcome, withdrawn.granted) == (Outcome.REVERSED, 0)
    lift(play, of)
    assert (play.granted(), play.balance("ann")) == ({"share": 8}, 8)


@pytest.mark.parametrize("pointed", [False, True])
def test_a_restored_grant_is_undone_like_any_other(play: Play, *, pointed: bool) -> None:
    strike(play, "ann")
    of = strike(play, "ann")
    play.send("shared", "s1", by="ann", key="first")
    lift(play, of)
    assert play.balance("ann") == 8
    if pointed:
        play.send("contribution.undone", undoes="first")
    else:
        play.send("unshared", "s1")
    assert (play.balance("ann"), play.earned("ann")) == (0, 0)
    play.send("unshared", "s1")
    assert play.balance("ann") == 0
    assert play.pays("shared", "s2", by="ann") == 8
    assert play.pays("shared", "s3", by="ann") == 8, "the count of the day came back"


def test_what_was_earned_by_another_event_since_is_not_granted_twice(begin: Begin) -> None:
    play = begin(book("id: share, event: shared, amount: 8, once_per: [member]"))
    play.send("waved", by="ann")
    strike(play, "ann", "spam")
    of = strike(play, "ann", "spam")
    play.send("shared", "s1", by="ann")
    play.later(days=2)
    assert play.pays("shared", "s2", by="ann") == 8
    lift(play, of)
    assert [d.outcome for d in play.decisions("share")] == [Outcome.ONCE_ONLY]


def test_a_slot_taken_since_stays_with_who_took_it(begin: Begin) -> None:
    rule = "id: best, event: best, to: author, amount: 10, slot: [question]"
    for first, end in (("cyd", (10, 0)), (None, (0, 10)), ("later", (0, 10))):
        play = begin(book(rule))
        for name in ("ann", "cyd"):
            play.send("waved", by=name)
        if first == "cyd":
            play.send("best", "a0", author="cyd", question="q")
        strike(play, "ann")
        of = strike(play, "ann")
        play.send("best", "a1", author="ann", question="q")
        if first == "later":
            play.send("best", "a2", author="cyd", question="q")
        if first is None:
            lift(play, of)
            assert play.balance("ann") == 10
            play.send("best", "a2", author="cyd", question="q")
        else:
            lift(play, of)
        assert (play.balance("ann"), play.balance("cyd")) == end


def test_what_waits_goes_on_waiting_from_when_it_came(begin: Begin) -> None:
    rules = (
        "id: share, event: shared, amount: 8, pending: 2h",
        "id: story, event: story, amount: 5, pending: review",
    )
    play = begin(book(*rules))
    play.send("waved", by="ann")
    strike(play, "ann")
    of = strike(play, "ann")
    play.send("shared", "s1", by="ann")
    play.later(hours=1)
    story = play.send("story", "s2", by="ann")
    play.send("shared", "s3", by="ann")
    play.later(hours=1, minutes=30)
    lift(play, of)
    assert [(d.outcome, d.granted, d.pending) for d in play.decisions()] == [
        (Outcome.GRANTED, 8, 0),
        (Outcome.PENDING, 0, 5),
        (Outcome.PENDING, 0, 8),
    ]
    assert (play.balance("ann"), play.account("ann").pending) == (8, 13)
    play.later(minutes=31)
    play.settle()
    assert (play.balance("ann"), play.account("ann").pending) == (16, 5)
    assert play.decisions()[0].dated == story.occurred_at
    play.review(story, approved=True)
    assert (play.balance("ann"), play.account("ann").pending) == (21, 0)
    assert play.decisions()[0].dated == story.occurred_at


def test_sums_of_a_day_and_streaks_come_back_too(begin: Begin) -> None:
    more = (
        "accruals: [{id: read, event: [visited], sum: n, gte: 5, amount: {from: sum, per: 5}}]\n"
        "streaks: [{id: days, per: day, from: [share], reward: {3: 7}}]\n"
    )
    play = begin(book(more=more))
    play.send("shared", "s1", by="ann")
    play.send("visited", by="ann", n=7)
    assert play.balance("ann") == 8 + 1
    strike(play, "ann")
    of = strike(play, "ann")
    assert play.says("visited", by="ann", n=3) is Outcome.NOT_EARNING
    play.later(days=1)
    play.send("shared", "s2", by="ann")
    play.later(days=1)
    play.send("shared", "s3", by="ann")
    assert play.balance("ann") == 9
    lift(play, of)
    assert (play.granted(), play.balance("ann")) == ({"read": 1, "share": 16, "days": 7}, 9 + 1 + 16 + 7)
    read = next(event for event in play.events if event.type == "visited")
    play.send("contribution.undone", undoes=read.key)
    assert play.balance("ann") == 33 - 2, "what is left of the day's sum is 3"


def test_giving_to_others_goes_on(play: Play) -> None:
    """Who is removed earns nothing; what they do may still count for others."""
    strike(play, "ann")
    strike(play, "ann")
    assert play.pays("liked", "s1", by="ann", author="bob") == 3


def test_points_given_by_hand_are_given(play: Play) -> None:
    strike(play, "ann")
    strike(play, "ann")
    play.do(AdjustPoints(key="k", member=play.member("ann"), delta=4, reason="r", by="key:k"))
    assert play.balance("ann") == 4
