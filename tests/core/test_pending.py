"""Grants that wait: counted on arrival, in nothing until released, dated when they were earned (SEMANTICS 11)."""

from __future__ import annotations

import pytest

from ledger.core.commands import ReviewContribution
from ledger.core.events import Event, PointsReleased
from ledger.core.outcomes import EntryKind
from ledger.core.refusals import NothingToReview
from tests.core.conftest import Begin
from tests.core.play import Outcome, Play, claims, counters, length, rulebook

SHARING = rulebook(
    "id: share, event: share.posted, amount: 8, pending: 2h, caps: [{count: 2, per: day}],"
    " undo_on: [share.removed]",
    "id: first, event: share.posted, amount: 10, pending: 2h, once_per: [member], undo_on: [share.removed]",
    "id: story, event: story.submitted, amount: 5, pending: review, once_per: [object], undo_on: [story.withdrawn]",
    more="tiers:\n  rank: {every: event, measure: points.earned, levels: {known: 5, core: 18}}\n",
)


@pytest.fixture
def play(begin: Begin) -> Play:
    return begin(SHARING)


def test_what_waits_is_in_no_balance_not_earned_and_raises_no_level(play: Play) -> None:
    assert play.pays("share.posted", "s1", by="ann") == 0
    assert [(d.outcome, d.granted, d.pending) for d in play.decisions()] == [
        (Outcome.PENDING, 0, 8),
        (Outcome.PENDING, 0, 10),
    ]
    account = play.account("ann")
    assert (account.balance, account.pending, account.earned, play.level("ann")) == (0, 18, 0, "")


def test_after_its_delay_it_counts_dated_when_it_was_earned(play: Play) -> None:
    posted = play.send("share.posted", "s1", by="ann", late=length(hours=1))
    play.later(hours=1, minutes=59)
    play.settle()
    assert play.balance("ann") == 0
    play.later(minutes=1)
    play.settle()
    account = play.account("ann")
    assert (account.balance, account.pending, account.earned, play.level("ann")) == (18, 0, 18, "core")
    assert play.last.type == "points.released"
    assert play.last.occurred_at == posted.recorded_at + length(hours=2)
    assert [(d.rule, d.granted, d.dated) for d in play.decisions()] == [
        ("share", 8, posted.occurred_at),
        ("first", 10, posted.occurred_at),
    ]


def test_the_delay_runs_from_when_it_was_recorded(play: Play) -> None:
    play.send("share.posted", "s1", by="ann", late=length(days=3))
    play.settle()
    assert play.balance("ann") == 0
    play.later(hours=2)
    play.settle()
    assert play.balance("ann") == 18


def test_whoever_comes_first_finds_it_released(play: Play) -> None:
    """Without any sweeper."""
    play.send("share.posted", "s1", by="ann")
    play.later(days=1)
    play.send("share.posted", "s2", by="ann")
    assert play.balance("ann") == 18
    assert [event.type for event in play.events[-2:]] == ["points.released", "share.posted"]
    assert play.account("ann").pending == 8


def test_it_is_capped_on_its_occurrence_day_when_it_arrives(play: Play) -> None:
    for subject in ("s1", "s2"):
        play.send("share.posted", subject, by="ann", late=length(days=1))
    assert play.says("share.posted", "s3", by="ann", late=length(days=1)) is Outcome.ONCE_ONLY
    assert play.decisions("share")[0].outcome is Outcome.CAPPED
    play.send("share.posted", "s4", by="ann")
    assert play.decisions("share")[0].pending == 8
    days = {period: count for (_, period), count in counters(play.books, "cap:share").items()}
    assert days == {"2026-01-04": 2, "2026-01-05": 1}


def test_it_claims_when_it_arrives_and_gives_the_claim_back_when_undone(play: Play) -> None:
    play.send("share.posted", "s1", by="ann")
    assert play.says("share.posted", "s2", by="ann") is Outcome.ONCE_ONLY
    play.send("share.removed", "s1")
    assert play.says("share.posted", "s3", by="ann") is Outcome.PENDING
    assert play.account("ann").pending == 8 + 8 + 10


def test_undone_while_it_waits_nothing_ever_moves(play: Play) -> None:
    play.send("share.posted", "s1", by="ann")
    assert play.pays("share.removed", "s1") == 0
    assert [(d.outcome, d.kind, d.pending) for d in play.decisions()] == [
        (Outcome.REVERSED, EntryKind.REVERSAL, -8),
        (Outcome.REVERSED, EntryKind.REVERSAL, -10),
    ]
    assert counters(play.books, "cap:share") == {}
    assert claims(play.books, "once:first") == {}
    play.later(hours=3)
    before = len(play.events)
    play.settle()
    assert len(play.events) == before
    assert (play.balance("ann"), play.account("ann").pending, play.earned("ann")) == (0, 0, 0)


def test_undone_after_its_release_it_is_taken_back_like_any_other(play: Play) -> None:
    play.send("share.posted", "s1", by="ann", key="k")
    play.later(hours=3)
    assert play.pays("share.removed", "s1") == -18
    assert (play.balance("ann"), play.earned("ann"), play.level("ann")) == (0, 0, "")
    assert claims(play.books, "once:first") == {}
    assert play.pays("contribution.undone", undoes="k") == 0


def test_approved_it_counts_and_a_second_review_finds_nothing(play: Play) -> None:
    story = play.send("story.submitted", "t1", by="ann")
    play.later(days=3)
    play.settle()
    assert (play.balance("ann"), play.account("ann").pending) == (0, 5)
    play.review(story, approved=True)
    assert [(d.granted, d.dated) for d in play.decisions()] == [(5, story.occurred_at)]
    assert (play.balance("ann"), play.earned("ann"), play.level("ann")) == (5, 5, "known")
    assert play.answer(review_of(story)) == NothingToReview(position=story.position)


def test_declined_it_gives_back_claims_and_nothing_else(play: Play) -> None:
    story = play.send("story.submitted", "t1", by="ann")
    play.review(story, approved=False)
    assert [(d.outcome, d.granted, d.pending) for d in play.decisions()] == [(Outcome.REVERSED, 0, -5)]
    assert (play.balance("ann"), play.account("ann").pending, play.earned("ann")) == (0, 0, 0)
    assert play.answer(review_of(story)) == NothingToReview(position=story.position)
    assert play.pays("story.withdrawn", "t1") == 0
    assert play.says("story.submitted", "t1", by="ann") is Outcome.PENDING


def test_withdrawn_before_its_review_there_is_nothing_to_review(play: Play) -> None:
    story = play.send("story.submitted", "t1", by="ann")
    play.send("story.withdrawn", "t1")
    assert play.answer(review_of(story)) == NothingToReview(position=story.position)


def test_withdrawn_after_its_review_it_is_taken_back(play: Play) -> None:
    story = play.send("story.submitted", "t1", by="ann")
    play.review(story, approved=True)
    assert play.pays("story.withdrawn", "t1") == -5
    assert (play.balance("ann"), play.earned("ann")) == (0, 0)


def test_a_review_lets_nothing_pass_that_waits_for_its_time(play: Play) -> None:
    share = play.send("share.posted", "s1", by="ann")
    assert play.answer(review_of(share)) == NothingToReview(position=share.position)
    assert play.answer(review_of(play.events[0])) == NothingToReview(position=play.events[0].position)
    assert play.account("ann").pending == 18


def test_what_is_due_at_one_instant_is_released_at_once_and_the_rest_in_its_time(play: Play) -> None:
    play.send("share.posted", "s1", by="ann")
    play.later(minutes=10)
    second = play.send("share.posted", "s2", by="ann")
    play.later(days=1)
    play.settle()
    acts = [event for event in play.events if event.type == "points.released"]
    assert [len(event.fact.decisions) for event in acts if isinstance(event.fact, PointsReleased)] == [2, 1]
    assert acts[1].occurred_at == second.recorded_at + length(hours=2)
    assert play.balance("ann") == 26


def test_an_undo_that_came_before_its_event_leaves_nothing_to_wait(play: Play) -> None:
    play.send("contribution.undone", undoes="late one")
    assert play.says("share.posted", "s1", by="ann", key="late one") is Outcome.REVERSED
    assert play.account("ann").pending == 0


def test_net_room_comes_back_and_gross_room_does_not(begin: Begin) -> None:
    play = begin(
        rulebook(
            "id: a, event: a, amount: 7, pending: 1d, undo_on: [undone],"
            " caps: [{points: 10, per: day, counts: net}]",
            "id: b, event: b, amount: 7, pending: 1d, caps: [{points: 10, per: day}], undo_on: [undone]",
        )
    )
    for type_, then in (("a", 7), ("b", 3)):
        play.send(type_, "s", by="ann")
        play.send("undone", "s")
        play.send(type_, "t", by="ann")
        assert play.decisions(type_)[-1].pending == then
        play.send("undone", "t")
    assert play.account("ann").pending == 0


def test_a_slot_is_taken_over_from_one_that_waits(begin: Begin) -> None:
    play = begin(rulebook("id: best, event: best, to: author, amount: 15, slot: [question], pending: 1d"))
    play.send("best", "a1", author="ann", question="q")
    play.send("best", "a2", author="bob", question="q")
    assert (play.account("ann").pending, play.account("bob").pending) == (0, 15)
    play.later(days=2)
    play.settle()
    assert (play.balance("ann"), play.balance("bob")) == (0, 15)


def test_a_slot_is_taken_over_from_one_that_was_released(begin: Begin) -> None:
    play = begin(rulebook("id: best, event: best, to: author, amount: 15, slot: [question], pending: 1d"))
    play.send("best", "a1", author="ann", question="q")
    play.later(days=2)
    play.send("best", "a2", author="bob", question="q")
    assert (play.balance("ann"), play.account("bob").pending) == (0, 15)


def test_a_loss_never_waits(begin: Begin) -> None:
    play = begin(rulebook("id: fee, event: fee, amount: -3, pending: 2h"))
    assert play.pays("fee", by="ann") == -3
    assert (play.balance("ann"), play.account("ann").pending) == (-3, 0)


def test_what_waits_is_released_under_whatever_rulebook_came_since(play: Play) -> None:
    play.send("share.posted", "s1", by="ann")
    play.publish(rulebook("id: other, event: other, amount: 1"))
    play.later(hours=2)
    play.settle()
    assert play.balance("ann") == 18


def test_an_active_day_is_the_day_it_was_earned_and_only_once_released(begin: Begin) -> None:
    play = begin(
        rulebook(
            "id: share, event: share.posted, amount: 8, pending: 2h, undo_on: [share.removed]",
            more=(
                "tiers:\n  circle:\n    every: day@04:00\n    levels:\n"
                "      - {id: newcomer}\n"
                "      - id: active\n"
                "        enter: {all: [{metric: active_days, in: 3d, gte: 1}]}\n"
                "        stay: {min_stay: 1d}\n"
            ),
        ),
        now="2026-01-05T23:00:00Z",
    )
    play.send("share.posted", "s", by="ann")
    assert play.level("ann", "circle") == "newcomer"
    play.on("2026-01-10T12:00:00Z")
    play.settle()
    assert play.moves("ann") == [
        ("newcomer", "2026-01-05T23:00"),
        ("active", "2026-01-06T01:00"),
        ("newcomer", "2026-01-09T04:00"),
    ]


def review_of(event: Event) -> ReviewContribution:
    """Return the command that approves of an event."""
    return ReviewContribution(position=event.position, approved=True, by="member:1")
