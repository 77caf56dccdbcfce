"""Two members who are one person: offers, places, thanks, claims and rounds; and parted again."""

from __future__ import annotations

from ledger.core.books.shelf import RSVP
from ledger.core.events import decisions
from ledger.core.members.commands import MergeMembers
from ledger.core.offers.gates import glance, shut
from ledger.core.outcomes import Outcome
from ledger.core.rhythm.activities import Answer as Said
from tests.core.replaying import retold
from tests.core.test_gatherings import FRIDAY, SPECIAL, told
from tests.core.test_merging import merge, unmerge
from tests.core.whole import RULES, Whole, whole


def gates(play: Whole, name: str) -> list[str]:
    """Return what stands between a member and the offer."""
    look = glance(play.books, play.books.versions.latest, play.member(name), "launch", play.now)
    assert look is not None
    return [one.gate for one in shut(play.books, look)]


def answer_of(play: Whole, name: str, activity: str = SPECIAL) -> str:
    return play.books.read(RSVP, (activity, play.member(name))).answer


def test_an_offer_that_one_saw_is_not_shown_to_the_other_until_they_are_parted() -> None:
    play = whole()
    for name in ("ann", "bob"):
        play.send("answer.posted", f"answer of {name}", by=name)
        play.thanked(name, by="cyd")
    assert told(play.show("bob")) == "Accepted"
    event = merge(play, "ann", "bob")
    assert told(play.show("ann")) == told(play.show("bob")) == "OFFER_CLOSED"
    assert gates(play, "ann") == ["SHOWN_RECENTLY"]
    unmerge(play, event)
    assert (gates(play, "ann"), gates(play, "bob")) == ([], ["SHOWN_RECENTLY"])


def test_value_that_one_had_opens_an_offer_for_both() -> None:
    play = whole()
    play.send("answer.posted", "answer of bob", by="bob")
    play.thanked("bob", by="cyd")
    event = merge(play, "ann", "bob")
    assert told(play.show("ann")) == "Accepted"
    unmerge(play, event)
    assert gates(play, "ann")[0] == "NO_VALUE_YET"


def test_one_person_has_one_place() -> None:
    play = whole()
    play.schedule(capacity=2)
    play.said("ann")
    play.said("bob")
    assert play.said("cyd") == "ACTIVITY_FULL"
    event = merge(play, "ann", "bob")
    assert (play.known().going, answer_of(play, "ann"), answer_of(play, "bob")) == (1, "", "GOING")
    assert play.said("ann") == "Repeated"
    assert play.said("cyd") == "Accepted"
    assert play.said("ann", Said.DECLINED) == "Accepted"
    assert play.known().going == 1, "either of them gives the place up"
    assert play.said("dan") == "Accepted"
    assert play.said("bob") == "ACTIVITY_FULL"
    unmerge(play, event)
    assert (answer_of(play, "ann"), answer_of(play, "bob"), play.known().going) == ("DECLINED", "", 2)
    play.check()


def test_who_came_by_one_name_did_not_come_again_by_the_other() -> None:
    play = whole()
    play.schedule()
    play.on(FRIDAY)
    play.came("bob")
    merge(play, "ann", "bob")
    assert told(play.came("ann", "bob")) == "Repeated"
    assert play.balance("ann") == 201
    play.check()


def test_one_person_thanks_once_and_either_takes_it_back() -> None:
    play = whole()
    story = play.told("ann")
    play.judged(story, publish=True)
    play.thank(story, "bob")
    event = merge(play, "cyd", "bob")
    assert told(play.thank(story, "cyd")) == "Repeated"
    assert play.story(story).thanks == 1
    assert told(play.thank(story, "cyd", thanked=False)) == "Accepted"
    assert (play.story(story).thanks, play.balance("ann")) == (0, 105), "what bob had brought is taken back by cyd"
    play.thank(story, "cyd")
    unmerge(play, event)
    assert told(play.thank(story, "bob")) == "Accepted"
    assert play.story(story).thanks == 2


def test_nobody_thanks_themselves_by_another_name_and_either_withdraws() -> None:
    play = whole()
    story = play.told("ann")
    play.judged(story, publish=True)
    event = merge(play, "bob", "ann")
    assert told(play.thank(story, "bob")) == "OWN_STORY"
    unmerge(play, event)
    assert told(play.withdraw(story, "bob")) == "STORY_NOT_YOURS"
    merge(play, "bob", "ann")
    assert told(play.withdraw(story, "bob")) == "Accepted"
    assert play.balance("bob") == 200
    play.check()


def test_claims_are_capped_for_both_together() -> None:
    play = whole()
    event = merge(play, "ann", "bob")
    for name in ("ann", "bob"):
        play.claim(name)
    first, second = play.events[-2:]
    play.review(first, approved=True)
    [capped] = decisions(play.at(second.position))
    assert capped.outcome is Outcome.CAPPED
    assert play.balance("ann") == 208
    unmerge(play, event)
    assert (play.balance("ann"), play.balance("bob")) == (108, 100)


def test_one_person_has_one_ticket() -> None:
    play = whole()
    play.open()
    for name in ("ann", "bob", "cyd"):
        play.enter(name)
    merge(play, "ann", "bob")
    assert told(play.close("ann", "bob")) == "WINNERS_OR_DRAW"
    closed = play.closed(play.close(draw=2))
    assert closed.entrants == (play.member("ann"), play.member("cyd"))
    play.check()


def test_told_again_two_answers_are_one() -> None:
    play = whole()
    play.schedule(capacity=2)
    for name in ("ann", "bob"):
        play.said(name)
    play.do(MergeMembers(into=play.member("ann"), gone=play.member("bob"), by="key:k", reason="r"))
    play.said("ann", Said.MAYBE)
    again = retold(play, RULES)
    assert again.refused == []
    assert again.books.read(RSVP, (SPECIAL, play.member("ann"))).answer == "MAYBE"
