"""Stories: submitted, reviewed, featured, withdrawn; thanks; what each brings, and that withdrawing undoes it."""

from __future__ import annotations

import pytest

from ledger.core.books.goods import Story
from ledger.core.books.shelf import STORY
from ledger.core.commands import ReviewContribution
from ledger.core.decide.answers import Accepted, Answer, Repeated
from ledger.core.events import Event
from ledger.core.outcomes import Outcome
from ledger.core.refusals import IdempotencyConflict, NothingToReview, Refusal, ReservedSource
from ledger.core.rhythm.stories import (
    STORIES_SOURCE,
    FeatureStory,
    ReviewStory,
    SubmitStory,
    ThankStory,
    WithdrawStory,
)
from ledger.core.values import MemberId, Position
from tests.core.play import Play
from tests.core.replaying import retold

RULES = """\
community: {tz: UTC}
creates: {story.submitted: story}
units: {points: {floor: 0, claw: debt}}
rules:
  - {id: hello, event: member.hello, amount: 1}
  - {id: story, event: story.submitted, amount: 5, pending: review, caps: [{count: 1, per: week}],
     undo_on: [story.withdrawn]}
  - {id: featured, event: story.featured, to: story.author, amount: 30, once_per: [story],
     undo_on: [story.unfeatured, story.withdrawn]}
  - {id: thanked, event: reaction.added, to: object.author, amount: 2, when: {not_self: actor},
     undo_on: [{event: reaction.removed, match: [actor]}]}
"""


class Tellers(Play):
    """A community whose members tell stories, known by where they were submitted."""

    def submit(self, name: str, *, key: str | None = None, title: str = "Rain") -> Answer:
        """Submit a story."""
        self.sent += 1
        return self.answer(
            SubmitStory(key=key or f"s{self.sent}", member=self.member(name), title=title, body="It rained.")
        )

    def told(self, name: str) -> Position:
        """Submit a story that is taken; return where it stands."""
        answer = self.submit(name)
        assert isinstance(answer, Accepted), answer
        return answer.position

    def judged(self, story: Position, *, publish: bool) -> Answer:
        """Review a story."""
        return self.answer(ReviewStory(story=story, publish=publish, by="key:k", reason="r"))

    def feature(self, story: Position, *, featured: bool = True) -> Answer:
        """Feature a story, or no longer."""
        return self.answer(FeatureStory(story=story, featured=featured, by="key:k"))

    def withdraw(self, story: Position, name: str | None = None) -> Answer:
        """Withdraw a story, as its author or as an operator."""
        return self.answer(WithdrawStory(story=story, by="x", member=self.member(name) if name else None))

    def thank(self, story: Position, name: str, *, thanked: bool = True) -> Answer:
        """Thank for a story."""
        return self.answer(ThankStory(story=story, member=self.member(name), thanked=thanked))

    def story(self, position: Position) -> Story:
        """Return how far a story is."""
        subject = self.at(position).subject
        assert subject is not None
        return self.books.read(STORY, (subject,))

    def at(self, position: Position) -> Event:
        """Return an event by its place."""
        return self.events[position - 1]


@pytest.fixture
def tellers() -> Tellers:
    """A community of ann, bob and cyd, with one point each."""
    play = Tellers(RULES)
    for name in ("ann", "bob", "cyd"):
        play.send("member.hello", by=name)
    return play


def code(answer: Answer) -> str:
    """Return a refusal's code."""
    assert isinstance(answer, Refusal), answer
    return answer.code


def test_a_story_waits_for_its_review_and_pays_when_it_is_published(tellers: Tellers) -> None:
    story = tellers.told("ann")
    event = tellers.last
    assert (event.type, event.source, event.subject) == ("story.submitted", STORIES_SOURCE, f"story:{story}")
    assert tellers.decisions("story")[0].outcome is Outcome.PENDING
    assert (tellers.story(story).state, tellers.balance("ann")) == ("SUBMITTED", 1)
    tellers.judged(story, publish=True)
    assert (tellers.story(story).state, tellers.balance("ann")) == ("PUBLISHED", 6)
    assert tellers.story(story).published_at == tellers.last.occurred_at
    tellers.check()


def test_a_declined_story_pays_nothing_and_its_week_is_free_again(tellers: Tellers) -> None:
    story = tellers.told("ann")
    tellers.judged(story, publish=False)
    assert (tellers.story(story).state, tellers.balance("ann")) == ("DECLINED", 1)
    assert tellers.story(story).published_at is None
    tellers.told("ann")
    assert tellers.decisions("story")[0].outcome is Outcome.PENDING
    tellers.check()


def test_a_story_no_rule_pays_for_is_reviewed_all_the_same(tellers: Tellers) -> None:
    tellers.told("ann")
    second = tellers.told("ann")
    assert tellers.decisions("story")[0].outcome is Outcome.CAPPED
    tellers.judged(second, publish=True)
    assert (tellers.story(second).state, tellers.balance("ann")) == ("PUBLISHED", 1)
    hello = tellers.send("member.hello", by="ann")
    nothing = ReviewContribution(position=hello.position, approved=True, by="key:k")
    assert isinstance(tellers.answer(nothing), NothingToReview)
    tellers.check()


def test_featuring_pays_once_and_unfeaturing_takes_it_back(tellers: Tellers) -> None:
    story = tellers.told("ann")
    assert code(tellers.feature(story)) == "STORY_DONE"
    tellers.judged(story, publish=True)
    tellers.feature(story)
    assert (tellers.story(story).state, tellers.balance("ann")) == ("FEATURED", 36)
    first = tellers.story(story).moved
    assert tellers.feature(story) == Repeated(position=first)
    tellers.feature(story, featured=False)
    assert (tellers.story(story).state, tellers.balance("ann")) == ("PUBLISHED", 6)
    assert tellers.story(story).featured_at is None
    tellers.feature(story)
    assert tellers.balance("ann") == 36
    tellers.check()


@pytest.mark.parametrize("who", ["ann", None])
def test_a_withdrawn_story_undoes_all_that_it_brought(tellers: Tellers, who: str | None) -> None:
    story = tellers.told("ann")
    tellers.judged(story, publish=True)
    tellers.feature(story)
    withdrawn = tellers.withdraw(story, who)
    assert (tellers.story(story).state, tellers.balance("ann")) == ("WITHDRAWN", 1)
    assert [one.granted for one in tellers.decisions()] == [-5, -30]
    assert isinstance(withdrawn, Accepted)
    assert tellers.withdraw(story, who) == Repeated(position=withdrawn.position)
    for again in (tellers.feature(story), tellers.judged(story, publish=True), tellers.thank(story, "bob")):
        assert code(again) == "STORY_DONE"
    tellers.check()


def test_withdrawn_while_it_waits_nothing_is_left_to_review(tellers: Tellers) -> None:
    story = tellers.told("ann")
    tellers.withdraw(story, "ann")
    assert (tellers.account("ann").pending, tellers.balance("ann")) == (0, 1)
    assert code(tellers.judged(story, publish=True)) == "STORY_DONE"
    tellers.check()


def test_only_its_author_and_operators_withdraw_a_story(tellers: Tellers) -> None:
    story = tellers.told("ann")
    assert code(tellers.withdraw(story, "bob")) == "STORY_NOT_YOURS"
    assert tellers.story(story).state == "SUBMITTED"


def test_reviewed_twice_alike_is_once_and_otherwise_is_refused(tellers: Tellers) -> None:
    story = tellers.told("ann")
    first = tellers.judged(story, publish=True)
    assert isinstance(first, Accepted)
    assert tellers.judged(story, publish=True) == Repeated(position=first.position)
    assert code(tellers.judged(story, publish=False)) == "STORY_DONE"
    assert tellers.balance("ann") == 6


def test_thanks_pay_the_author_once_a_member_and_can_be_taken_back(tellers: Tellers) -> None:
    story = tellers.told("ann")
    assert code(tellers.thank(story, "bob")) == "STORY_DONE"
    tellers.judged(story, publish=True)
    assert code(tellers.thank(story, "ann")) == "OWN_STORY"
    for name in ("bob", "cyd", "bob"):
        tellers.thank(story, name)
    assert (tellers.story(story).thanks, tellers.balance("ann")) == (2, 10)
    tellers.thank(story, "bob", thanked=False)
    tellers.thank(story, "bob", thanked=False)
    assert (tellers.story(story).thanks, tellers.balance("ann")) == (1, 8)
    tellers.thank(story, "bob")
    assert (tellers.story(story).thanks, tellers.balance("ann")) == (2, 10)
    tellers.check()


def test_a_key_sent_again_is_the_same_story_and_with_another_text_a_conflict(tellers: Tellers) -> None:
    first = tellers.submit("ann", key="1/k")
    assert isinstance(first, Accepted)
    assert tellers.submit("ann", key="1/k") == Repeated(position=first.position)
    assert isinstance(tellers.submit("ann", key="1/k", title="Snow"), IdempotencyConflict)


def test_no_event_of_a_story_can_be_sent_in_the_ledgers_name(tellers: Tellers) -> None:
    answer = tellers.answer(tellers.command("story.featured", "story:4", source=STORIES_SOURCE))
    assert isinstance(answer, ReservedSource)


def test_the_texts_of_a_story_are_outside_the_log(tellers: Tellers) -> None:
    tellers.told("ann")
    [*_, written] = tellers.books.events
    assert written.private == {"texts": {"title": "Rain", "body": "It rained."}}
    assert b"rained" not in repr(written.event.fact).encode()


def test_what_bots_send_moves_stories_too(tellers: Tellers) -> None:
    first = tellers.send("story.submitted", "tale-1", by="bob").position
    tellers.send("story.submitted", "tale-1", by="cyd")
    assert (tellers.story(first).author, tellers.story(first).position) == (tellers.member("bob"), first)
    tellers.send("story.unfeatured", "tale-1")
    assert tellers.story(first).state == "SUBMITTED"
    tellers.send("story.featured", "tale-1")
    tellers.send("reaction.added", "tale-1", by="ann")
    tellers.send("reaction.added", "tale-1", by="ann")
    assert (tellers.story(first).state, tellers.story(first).thanks) == ("FEATURED", 1)
    assert tellers.story(first).published_at == tellers.story(first).featured_at
    tellers.send("story.withdrawn", "tale-1")
    assert (tellers.story(first).state, tellers.balance("bob")) == ("WITHDRAWN", 1 + 2 + 2)
    tellers.send("story.featured", "tale-1")
    assert tellers.story(first).state == "WITHDRAWN"
    tellers.send("story.featured", "nothing")
    tellers.send("story.submitted", by="ann")
    tellers.check()


def test_a_subject_that_a_bot_took_first_is_left_to_it(tellers: Tellers) -> None:
    tellers.send("story.submitted", f"story:{len(tellers.events) + 2}", by="bob")
    story = tellers.told("ann")
    assert tellers.at(story).subject == f"story:{story}+"
    assert tellers.story(story).author == tellers.member("ann")


@pytest.mark.parametrize("position", [1, 3, 99])
def test_what_is_no_story_is_unknown(tellers: Tellers, position: int) -> None:
    assert code(tellers.judged(Position(position), publish=True)) == "STORY_UNKNOWN"
    assert code(tellers.answer(SubmitStory(key="k", member=MemberId(9), title="t", body="b"))) == "MEMBER_UNKNOWN"


def test_told_again_to_other_rules_a_story_pays_what_they_say(tellers: Tellers) -> None:
    story = tellers.told("ann")
    tellers.judged(story, publish=True)
    tellers.feature(story)
    tellers.thank(story, "bob")
    gone = tellers.told("bob")
    tellers.withdraw(gone, "bob")
    again = retold(tellers, RULES.replace("amount: 5", "amount: 7").replace("amount: 30", "amount: 20"))
    assert again.refused == []
    assert again.balance("ann") == 1 + 7 + 20 + 2
    assert again.balance("bob") == 1
