"""Whoever is erased ends everywhere: what they asked for, where they had a place, what is said of them."""

from __future__ import annotations

from ledger.core.books.shelf import ACCOUNT, RSVP
from ledger.core.commands import ReviewContribution
from ledger.core.events import RedemptionStatus
from ledger.core.members.commands import EraseMember
from ledger.core.naming import named
from ledger.core.outcomes import Outcome
from ledger.core.rhythm.activities import Answer as Said
from ledger.core.rhythm.activities import AnswerActivity, RecordAttendance
from ledger.core.rhythm.claims import SubmitClaim
from ledger.core.rhythm.rounds import CloseRound
from ledger.core.rhythm.stories import SubmitStory
from ledger.core.rulebook.grammar.catalogue import Fulfilment
from ledger.core.values import DAY, MemberId, Micros
from ledger.core.violations import Action
from tests.core.replaying import retold
from tests.core.strikes import appeal, decide, report, resolve, strike
from tests.core.test_gatherings import FRIDAY, SPECIAL, told
from tests.core.test_merging import merge
from tests.core.test_rounds import SEED
from tests.core.whole import RULES, Whole, whole

S = RedemptionStatus


def erased(play: Whole, name: str) -> MemberId:
    """Erase a member, and return their number."""
    number = play.member(name)
    play.do(EraseMember(member=number, by="member:1"))
    play.check()
    return number


def test_what_they_asked_for_ends_and_is_there_for_others() -> None:
    play = whole()
    play.put("mug", cost=20, stock=3)
    play.put("key", cost=10, fulfilment=Fulfilment.CODE, reserve_for=Micros(DAY))
    play.put("vip", cost=20, fulfilment=Fulfilment.PLATFORM_ROLE, target="vip")
    had, asked = play.redeem("ann", "mug"), play.redeem("ann", "mug")
    play.move(had, S.FULFILLED)
    approved = play.redeem("ann", "mug")
    play.move(approved, S.APPROVED)
    waits, place = play.redeem("ann", "key"), play.redeem("ann", "vip")
    assert (play.perk("mug").reserved, play.wanted("ann", "vip"), play.purse("ann")) == (2, True, (10, 70))
    number = erased(play, "ann")
    states = [play.redemption(one).status for one in (had, asked, approved, waits, place)]
    assert states == [S.FULFILLED, *[S.CANCELLED] * 4]
    assert (play.perk("mug").reserved, play.perk("mug").sold) == (0, 1)
    account = play.books.read(ACCOUNT, (number, "points"))
    assert (account.balance, account.held) == (80, 0), "they are nobody's, and the sums are what they were"
    play.add_codes("A", perk="key")
    assert play.perk("key").handed == 0, "no code goes to nobody"
    assert play.redemption(play.redeem("bob", "key")).handed == 1
    play.check()


def test_a_hold_that_had_expired_before_is_expired_and_not_cancelled() -> None:
    play = whole()
    play.put("key", cost=10, fulfilment=Fulfilment.CODE, reserve_for=Micros(DAY))
    waits = play.redeem("ann", "key")
    play.later(days=2)
    erased(play, "ann")
    assert play.redemption(waits).status == S.EXPIRED


def test_their_place_is_free_at_what_is_to_come_and_what_was_stays_as_it_was() -> None:
    play = whole()
    past = "game_night/2026-01-10T12:00:00Z"
    play.schedule(capacity=1)
    play.said("ann", activity=past)
    play.said("ann")
    assert play.said("bob") == "ACTIVITY_FULL"
    play.said("cyd", Said.MAYBE)
    assert play.said("ann", activity="game_night/2026-01-17T12:00:00Z") == "Accepted"
    play.on("2026-01-09T11:00:00Z")
    number = erased(play, "ann")
    assert (play.known().going, play.books.read(RSVP, (SPECIAL, number)).answer) == (0, "")
    assert play.known("game_night/2026-01-17T12:00:00Z").going == 0
    assert play.said("bob") == "Accepted"
    play.on("2026-01-11T11:00:00Z")
    erased(play, "bob")
    assert play.known().going == 1, "that was on Friday, and somebody came"
    play.check()


def test_they_host_nothing_win_nothing_and_nothing_is_done_for_them() -> None:
    play = whole()
    play.schedule(host=play.member("ann"))
    play.open()
    for name in ("ann", "bob"):
        play.enter(name)
    number = erased(play, "ann")
    play.on(FRIDAY)
    assert told(play.came("bob")) == "Accepted"
    assert play.last.type == "activity.attended", "nobody hosted it"
    assert told(play.schedule("other", host=number)) == "MEMBER_GONE"
    for command in (
        AnswerActivity(activity=SPECIAL, member=number, answer=Said.GOING),
        RecordAttendance(activity=SPECIAL, members=(number,), by="key:k"),
        CloseRound(key="c", code="chain", seed=SEED, by="key:k", winners=(number,)),
        SubmitStory(key="s", member=number, title="t", body="b"),
        SubmitClaim(key="c", member=number, type="share.posted"),
    ):
        assert told(play.answer(command)) == "MEMBER_GONE", command
    assert play.closed(play.close(draw=1)).entrants == (play.member("bob"),)
    play.check()


def test_their_stories_are_nowhere_and_thanks_for_them_pay_nobody() -> None:
    play = whole()
    shown, waits = play.told("ann"), play.told("ann")
    play.judged(shown, publish=True)
    play.thank(shown, "bob")
    number = erased(play, "ann")
    assert play.books.read(ACCOUNT, (number, "points")).balance == 107
    for answer in (
        play.judged(waits, publish=True),
        play.feature(shown),
        play.withdraw(shown),
        play.thank(shown, "cyd"),
    ):
        assert told(answer) == "STORY_UNKNOWN"
    assert told(play.answer(ReviewContribution(position=waits, approved=True, by="key:k"))) == "NOTHING_TO_REVIEW"
    assert play.says("reaction.added", play.at(shown).subject, by="cyd") is Outcome.NO_RECIPIENT
    play.check()


def test_reports_about_them_can_only_be_closed() -> None:
    play = whole()
    confirmed, waits = strike(play, "ann"), report(play, "ann")
    appeal(play, confirmed)
    erased(play, "ann")
    assert told(resolve(play, waits)) == "MEMBER_GONE"
    assert told(resolve(play, confirmed, Action.LIFTED)) == "MEMBER_GONE"
    assert told(decide(play, confirmed, lifted=True)) == "MEMBER_GONE"
    assert told(decide(play, confirmed, lifted=False)) == "Accepted"
    assert told(resolve(play, waits, Action.DISMISSED)) == "Accepted"
    play.check()


def test_whoever_was_one_person_with_them_is_nobody_too_with_all_they_asked_for() -> None:
    play = whole()
    play.put("mug", cost=30, stock=3)
    play.schedule(capacity=2)
    play.said("bob")
    merge(play, "ann", "bob")
    asked = play.redeem("bob", "mug")
    erased(play, "ann")
    assert (play.redemption(asked).status, play.known().going) == (S.CANCELLED, 0)
    play.check()


def test_every_fact_with_words_about_a_member_is_known_to_be_about_them() -> None:
    play = whole()
    play.send("answer.posted", "answer of ann", by="ann")
    play.schedule(host=play.member("ann"))
    play.thanked("ann", by="bob")
    waits = play.told("ann")
    play.judged(waits, publish=False)
    play.claim("ann")
    claimed = play.last
    play.review(claimed, approved=False)
    play.put("mug", cost=30)
    play.move(play.redeem("ann", "mug"), S.DECLINED)
    appeal(play, strike(play, "ann"))
    ann = play.member("ann")
    types = {one.type for one in play.events if ann in named(one.fact)}
    assert {
        "activity.scheduled",
        "reaction.added",
        "contribution.reviewed",
        "story.submitted",
        "share.posted",
        "perk.redeemed",
        "redemption.declined",
        "violation.recorded",
        "violation.confirmed",
        "violation.appealed",
    } <= types


def test_told_again_an_erasure_ends_the_same() -> None:
    play = whole()
    play.put("mug", cost=30, stock=3)
    asked = play.redeem("ann", "mug")
    play.schedule(capacity=1)
    play.said("ann")
    number = erased(play, "ann")
    again = retold(play, RULES)
    assert again.refused == []
    assert again.books.read(ACCOUNT, (number, "points")) == play.books.read(ACCOUNT, (number, "points"))
    assert play.redemption(asked).status == S.CANCELLED
