"""What people do by hand is taken back by doing its opposite, or is final: which is which (docs/rulebook.md)."""

from __future__ import annotations

import pytest

from ledger.core.commands import ReportGroup, ReviewContribution
from ledger.core.decide.answers import Answer
from ledger.core.events import Event
from ledger.core.refusals import NothingToReview
from tests.core.conftest import Begin
from tests.core.ladders import circle, ladder, level, until
from tests.core.play import Outcome, Play, rulebook

STORIES = rulebook(
    "id: story, event: story.submitted, amount: 5, pending: review, once_per: [object], undo_on: [story.withdrawn]"
)
RICH = "{metric: points.balance, gte: 50}"
KEPT = "{min_stay: 1d}"


@pytest.fixture
def play(begin: Begin) -> Play:
    return begin(STORIES)


def second_review(play: Play, story: Event, *, approved: bool) -> Answer:
    """Return the answer to whoever reviews what was reviewed before."""
    return play.answer(ReviewContribution(position=story.position, approved=approved, by="member:2"))


class TestReviews:
    def test_an_approval_is_not_turned_into_a_refusal(self, play: Play) -> None:
        story = play.send("story.submitted", "s1", by="ann")
        play.review(story, approved=True)
        before = play.account("ann")
        answer = second_review(play, story, approved=False)
        assert answer == NothingToReview(position=story.position)
        assert play.account("ann") == before

    @pytest.mark.parametrize("undo", ["story.withdrawn", "contribution.undone"])
    def test_but_what_was_approved_is_undone_whole_with_its_event(self, play: Play, undo: str) -> None:
        story = play.send("story.submitted", "s1", by="ann", key="first")
        play.review(story, approved=True)
        assert (play.balance("ann"), play.earned("ann")) == (5, 5)
        play.send(undo, "s1", by="ann", undoes="first")
        assert (play.balance("ann"), play.earned("ann"), play.account("ann").pending) == (0, 0, 0)
        play.review(play.send("story.submitted", "s1", by="ann"), approved=True)
        assert (play.balance("ann"), play.earned("ann")) == (5, 5), "the claim came back, too"

    def test_a_refusal_is_final_for_its_event_and_leaves_nothing_to_undo(self, play: Play) -> None:
        story = play.send("story.submitted", "s1", by="ann", key="first")
        play.review(story, approved=False)
        assert second_review(play, story, approved=True) == NothingToReview(position=story.position)
        play.send("contribution.undone", undoes="first")
        assert play.decisions() == []
        assert (play.balance("ann"), play.account("ann").pending, play.earned("ann")) == (0, 0, 0)

    def test_who_was_refused_by_mistake_sends_it_again_under_another_id(self, play: Play) -> None:
        story = play.send("story.submitted", "s1", by="ann")
        play.review(story, approved=False)
        again = play.send("story.submitted", "s1", by="ann")
        assert play.decisions()[0].outcome is Outcome.PENDING
        play.review(again, approved=True)
        assert play.balance("ann") == 5


class TestLocks:
    def test_a_lock_is_taken_back_to_what_the_ladder_says(self, begin: Begin) -> None:
        play = begin(ladder(level("rich", RICH, stay=KEPT), level("top", "{metric: points.balance, gte: 90}")))
        play.send("gain", by="ann", n=50)
        play.lock("ann", "top")
        play.lock("ann", None)
        until(play, "2026-01-07T12:00:00Z")
        assert circle(play, "ann") == "rich"

    def test_a_manual_level_is_taken_back_by_a_lock_below_it(self, begin: Begin) -> None:
        """To let go alone is not enough: nobody but a person takes away what only a person gives."""
        play = begin(ladder(level("rich", RICH, stay=KEPT), "id: leader, enter: manual"))
        play.send("gain", by="ann", n=50)
        play.lock("ann", "leader")
        play.lock("ann", None)
        until(play, "2026-01-09T12:00:00Z")
        assert circle(play, "ann") == "leader"
        play.lock("ann", "base")
        play.lock("ann", None)
        until(play, "2026-01-10T12:00:00Z")
        assert circle(play, "ann") == "rich"

    def test_to_let_go_of_nobody_changes_no_level(self, begin: Begin) -> None:
        play = begin(ladder(level("rich", RICH, stay=KEPT)))
        play.send("gain", by="ann", n=50)
        play.lock("ann", None)
        assert circle(play, "ann") == "rich"
        assert play.moves("ann")[1:] == []

    def test_a_fall_of_the_daily_run_is_taken_back_by_a_lock_and_then_judged_anew(self, begin: Begin) -> None:
        play = begin(ladder(level("rich", RICH, stay="{grace: 2d}")))
        play.send("gain", by="ann", n=50)
        play.send("gain", by="ann", n=-1)
        until(play, "2026-01-09T12:00:00Z")
        assert circle(play, "ann") == "base"
        play.lock("ann", "rich")
        play.lock("ann", None)
        until(play, "2026-01-11T12:00:00Z")
        assert circle(play, "ann") == "rich", "grace begins anew"
        until(play, "2026-01-12T12:00:00Z")
        assert circle(play, "ann") == "base"


class TestPlaces:
    RULES = ladder(level("rich", RICH, stay=KEPT) + ", grants: ['group:vip']")

    def test_holds_and_reports_are_taken_back_by_their_opposites(self, begin: Begin) -> None:
        play = begin(self.RULES)
        play.send("gain", by="ann", n=50)
        ann = play.member("ann")
        wished = play.wanted("ann", "vip")
        for held in (True, False):
            play.hold("ann", "vip", held=held)
            assert play.wanted("ann", "vip") == wished
        for inside in (True, False, True):
            play.do(ReportGroup(member=ann, group="vip", inside=inside, by="key:bot"))
            assert play.wanted("ann", "vip") == wished


def test_what_the_ledger_says_itself_cannot_be_undone_by_a_bot(play: Play) -> None:
    """Reviews, locks and due acts are no events of a bot's source: nothing that a bot may send names them."""
    story = play.send("story.submitted", "s1", by="ann")
    review = play.review(story, approved=True)
    play.send("contribution.undone", undoes=review.key)
    assert play.decisions() == []
    assert play.balance("ann") == 5
