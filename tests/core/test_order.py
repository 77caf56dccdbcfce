"""Order: strikes by the ladder's steps, forgetting, appeals, and where a member stands meanwhile."""

from __future__ import annotations

import pytest

from ledger.core.commands import RecordViolation
from ledger.core.conduct import State
from ledger.core.decide.answers import Accepted, Repeated
from ledger.core.events import RedemptionStatus
from ledger.core.outcomes import EntryKind, Outcome
from ledger.core.refusals import (
    AppealTooLate,
    HouseRuleUnknown,
    IdempotencyConflict,
    MemberUnknown,
    NoAppeal,
    NothingToAppeal,
    NothingToLift,
    OtherStepNext,
    ViolationResolved,
    ViolationUnknown,
)
from ledger.core.rulebook.grammar.catalogue import Fulfilment
from ledger.core.values import DAY, HOUR, MemberId, Position
from ledger.core.violations import Action
from tests.core.conftest import Begin
from tests.core.play import Play
from tests.core.shop import shop
from tests.core.strikes import (
    LADDER,
    ORDER,
    appeal,
    book,
    confirm,
    decide,
    lift,
    report,
    resolve,
    standing,
    strike,
    struck,
    violation,
)

# Reports


def test_a_report_brings_nothing_before_it_is_confirmed(play: Play) -> None:
    of = report(play, "ann")
    assert (standing(play, "ann").state, violation(play, of).open) == (State.GOOD, 1)
    assert play.pays("shared", "s1", by="ann") == 8


def test_a_report_sent_again_is_the_same_report(play: Play) -> None:
    command = RecordViolation(key="k", member=play.member("ann"), rule="advert", by="key:mod", evidence="seen")
    assert isinstance(play.answer(command), Accepted)
    position = play.last.position
    assert play.answer(command) == Repeated(position=position)
    other = RecordViolation(key="k", member=play.member("ann"), rule="advert", by="key:mod", evidence="heard")
    assert play.answer(other) == IdempotencyConflict(position=position)


@pytest.mark.parametrize(
    ("rule", "member", "refusal"),
    [("shouting", 1, HouseRuleUnknown(rule="shouting")), ("advert", 99, MemberUnknown())],
)
def test_only_members_and_house_rules_there_are_can_be_reported(
    play: Play, rule: str, member: int, refusal: object
) -> None:
    command = RecordViolation(key="k", member=MemberId(member), rule=rule, by="key:mod")
    assert play.answer(command) == refusal


def test_a_dismissed_report_counts_nowhere_and_is_done_with(play: Play) -> None:
    of = report(play, "ann")
    assert isinstance(resolve(play, of, Action.DISMISSED), Accepted)
    assert (violation(play, of).action, violation(play, of).open) == ("DISMISSED", 0)
    for action in (None, Action.WARNING, Action.DISMISSED):
        assert resolve(play, of, action) == ViolationResolved(action="DISMISSED")
    assert resolve(play, of, Action.LIFTED) == NothingToLift()
    strike(play, "ann")
    assert struck(play, "ann") == ["WARNING"]


def test_a_report_is_confirmed_once(play: Play) -> None:
    of = strike(play, "ann")
    assert resolve(play, of) == ViolationResolved(action="WARNING")
    assert struck(play, "ann") == ["WARNING"]


def test_what_is_no_report_cannot_be_resolved(play: Play) -> None:
    for position in (Position(0), Position(1), Position(99)):
        assert resolve(play, position) == ViolationUnknown()


# Ladders


def test_the_second_violation_of_a_shared_ladder_removes(play: Play) -> None:
    strike(play, "ann", "advert")
    assert (standing(play, "ann").state, standing(play, "ann").earns) == (State.WARNED, True)
    strike(play, "ann", "rumour")
    assert (struck(play, "ann"), standing(play, "ann").state) == (["WARNING", "REMOVAL"], State.REMOVED)
    assert play.says("shared", "s1", by="ann") is Outcome.NOT_EARNING
    assert play.says("shared", "s2", by="bob") is Outcome.GRANTED


def test_spam_warns_then_takes_five_and_a_day_of_earning_then_removes(play: Play) -> None:
    play.send("shared", "s1", by="ann")
    strike(play, "ann", "spam")
    assert (play.balance("ann"), standing(play, "ann").earns) == (8, True)
    play.later(days=1)
    strike(play, "ann", "spam")
    assert (play.balance("ann"), play.earned("ann")) == (3, 8)
    [taken] = play.decisions()
    assert (taken.kind, taken.rule, taken.wanted, taken.granted) == (EntryKind.PENALTY, "penalty", -5, -5)
    play.later(hours=23, minutes=59)
    assert play.says("shared", "s2", by="ann") is Outcome.NOT_EARNING
    play.later(minutes=2)
    assert play.pays("shared", "s3", by="ann") == 8
    strike(play, "ann", "spam")
    assert struck(play, "ann") == ["WARNING", "PENALTY", "REMOVAL"]
    assert (play.balance("ann"), standing(play, "ann").state) == (11, State.REMOVED)


def test_ladders_count_apart(play: Play) -> None:
    strike(play, "ann", "advert")
    strike(play, "ann", "spam")
    assert struck(play, "ann") == ["WARNING", "WARNING"]


def test_a_penalty_stops_at_the_floor_and_a_debt_is_not_deepened(play: Play) -> None:
    play.adjust("ann", 3)
    strike(play, "ann", "spam")
    strike(play, "ann", "spam")
    [taken] = play.decisions()
    assert (taken.wanted, taken.granted, play.balance("ann")) == (-5, -3, 0)
    strike(play, "bob", "spam")
    strike(play, "bob", "spam")
    [nothing] = play.decisions()
    assert (nothing.outcome, nothing.granted) == (Outcome.FLOORED, 0)


def test_who_expects_another_step_is_told_which_is_next(play: Play) -> None:
    first, second = report(play, "ann"), report(play, "ann", "rumour")
    assert resolve(play, first, Action.REMOVAL) == OtherStepNext(next="WARNING")
    assert isinstance(resolve(play, first, Action.WARNING), Accepted)
    assert resolve(play, second, Action.WARNING) == OtherStepNext(next="REMOVAL")
    assert isinstance(resolve(play, second, Action.REMOVAL), Accepted)


def test_the_last_step_stands_for_all_after_it(begin: Begin) -> None:
    play = begin("violations: {noise: {steps: [{warn: true}, {points: -2}]}}\nunits: {points: {}}\nrules: []\n")
    play.send("waved", by="ann")
    for _ in range(4):
        strike(play, "ann", "noise")
    assert (struck(play, "ann"), play.balance("ann")) == (["WARNING", *["PENALTY"] * 3], -6)
    assert standing(play, "ann").clears_at is None


def test_the_rulebook_of_the_report_says_what_a_strike_brings(play: Play) -> None:
    before = report(play, "ann")
    play.publish(book().replace("steps: [{warn: true}, {remove: true}]", "steps: [{remove: true}]"))
    after = report(play, "bob")
    confirm(play, before)
    confirm(play, after)
    assert (struck(play, "ann"), struck(play, "bob")) == (["WARNING"], ["REMOVAL"])


# Forgetting


@pytest.mark.parametrize(("rule", "days", "next_"), [("advert", 180, "REMOVAL"), ("spam", 30, "PENALTY")])
def test_a_strike_is_forgotten_on_the_dot(begin: Begin, rule: str, days: int, next_: str) -> None:
    for late, brings in ((0, "WARNING"), (1, next_)):
        play = begin(book())
        play.send("waved", by="ann")
        strike(play, "ann", rule)
        confirmed_at = play.last.recorded_at
        again = report(play, "ann", rule)
        play.now = type(play.now)(confirmed_at + days * DAY - late)
        assert standing(play, "ann").state is (State.WARNED if late else State.GOOD)
        confirm(play, again)
        assert play.last.recorded_at == confirmed_at + days * DAY - late
        assert struck(play, "ann")[-1] == brings


def test_a_removal_is_never_forgotten(play: Play) -> None:
    strike(play, "ann")
    strike(play, "ann")
    play.later(days=4_000)
    assert standing(play, "ann").state is State.REMOVED
    assert play.says("shared", "s1", by="ann") is Outcome.NOT_EARNING


# Appeals


def test_an_appeal_does_not_suspend(play: Play) -> None:
    strike(play, "ann")
    of = strike(play, "ann")
    play.later(days=6)
    assert isinstance(appeal(play, of), Accepted)
    assert (standing(play, "ann").state, violation(play, of).open) == (State.REMOVED, 1)
    assert play.says("shared", "s1", by="ann") is Outcome.NOT_EARNING


def test_an_appeal_that_is_turned_down_changes_nothing_and_is_the_last(play: Play) -> None:
    strike(play, "ann")
    of = strike(play, "ann")
    appeal(play, of)
    assert isinstance(decide(play, of, lifted=False), Accepted)
    assert (standing(play, "ann").state, violation(play, of).open) == (State.REMOVED, 0)
    assert appeal(play, of) == NothingToAppeal()
    assert decide(play, of, lifted=True) == NoAppeal()


def test_one_may_appeal_for_as_long_as_the_ladder_says(begin: Begin) -> None:
    for late, taken in ((1, True), (0, False)):
        play = begin(book())
        play.send("waved", by="ann")
        of = strike(play, "ann")
        until = violation(play, of).appeal_until
        assert until == play.last.recorded_at + 7 * DAY
        play.now = type(play.now)(until - late)
        assert appeal(play, of) == (Accepted(position=play.last.position) if taken else AppealTooLate(until=until))


def test_who_may_not_appeal(play: Play) -> None:
    of = report(play, "ann")
    assert appeal(play, of) == NothingToAppeal(), "it is not confirmed"
    assert appeal(play, of, "bob") == ViolationUnknown(), "it is another's"
    confirm(play, of)
    assert isinstance(appeal(play, of), Accepted)
    assert appeal(play, of) == NothingToAppeal(), "they did already"
    spam = strike(play, "ann", "spam")
    assert appeal(play, spam) == NothingToAppeal(), "its ladder gives no time for it"
    assert decide(play, spam, lifted=True) == NoAppeal()


# Metrics, levels, groups


def test_confirmed_violations_are_counted_and_lifted_ones_are_not(begin: Begin) -> None:
    play = begin(book(more=LADDER))
    play.send("waved", by="ann")
    strike(play, "ann", "advert")
    of = strike(play, "ann", "spam")
    play.send("shared", "s1", by="ann")
    play.send("shared", "s2", by="ann")
    assert play.level("ann", "circle") == "newcomer", "two violations keep them from it"
    lift(play, of)
    assert (play.level("ann", "circle"), play.wanted("ann")) == ("core", True)


def test_a_metric_can_ask_what_a_violation_brought(begin: Begin) -> None:
    more = (
        "metrics: {grave: {event: violation.confirmed, when: {action: {in: [PENALTY, REMOVAL]}}}}\n"
        "tiers: {circle: {every: day@04:00, levels: [{id: good, stay: while,\n"
        "  enter: {none: [{metric: grave, gte: 1}]}}]}}\n"
    )
    play = begin(book(more=more))
    play.send("shared", "s1", by="ann")
    assert play.level("ann", "circle") == "good"
    strike(play, "ann", "spam")
    assert play.level("ann", "circle") == "good"
    of = strike(play, "ann", "spam")
    assert play.level("ann", "circle") == ""
    lift(play, of)
    assert play.level("ann", "circle") == "good"


def test_a_removed_member_is_wanted_nowhere_whatever_levels_and_hands_do(begin: Begin) -> None:
    play = begin(book(more=LADDER))
    play.send("waved", by="ann")
    play.hold("ann", "lobby")
    strike(play, "ann")
    of = strike(play, "ann")
    assert not play.wanted("ann", "lobby"), "a held place too"
    play.adjust("ann", 5)
    play.hold("ann", "lobby", held=False)
    play.send("shared", "s1", by="ann")
    play.send("shared", "s2", by="ann")
    assert [play.wanted("ann", group) for group in ("lobby", "core")] == [False, False]
    lift(play, of)
    assert [play.wanted("ann", group) for group in ("lobby", "core")] == [True, True]


def test_a_held_place_comes_back_as_it_was(begin: Begin) -> None:
    play = begin(book(more=LADDER))
    play.send("waved", by="ann")
    play.send("waved", by="bob")
    play.hold("ann", "lobby")
    play.hold("ann", "core")
    strike(play, "ann")
    of = strike(play, "ann")
    play.send("shared", "s1", by="ann")
    play.send("shared", "s2", by="ann")
    lift(play, of)
    assert play.level("ann", "circle") == "core"
    assert [play.wanted("ann", group) for group in ("lobby", "core")] == [True, False]


def test_no_earning_ends_at_its_hour_exactly(play: Play) -> None:
    strike(play, "ann", "spam")
    strike(play, "ann", "spam")
    until = play.last.recorded_at + 24 * HOUR
    play.now = type(play.now)(until - 1)
    assert play.says("shared", "s1", by="ann") is Outcome.NOT_EARNING
    assert play.decisions()[0].possible_again_at == until
    assert play.pays("shared", "s2", by="ann") == 8
    assert play.last.recorded_at == until


def test_standing_is_that_of_the_events_place_in_the_log(play: Play) -> None:
    """A late event is judged by where its sender stands when it comes, as with balances and levels."""
    strike(play, "ann", "spam")
    strike(play, "ann", "spam")
    assert play.says("shared", "s1", by="ann", late=2 * HOUR) is Outcome.NOT_EARNING
    play.later(days=1, seconds=1)
    assert play.pays("shared", "s2", by="ann", late=12 * HOUR) == 8


def test_a_release_is_of_what_was_earned_before(begin: Begin) -> None:
    play = begin(book("id: share, event: shared, amount: 8, pending: 2h"))
    play.send("shared", "s1", by="ann")
    strike(play, "ann")
    strike(play, "ann")
    play.later(hours=3)
    play.settle()
    assert play.balance("ann") == 8


# Perks


def test_a_removed_member_redeems_nothing_and_a_place_that_was_bought_comes_back() -> None:
    play = shop(more=ORDER)
    play.put("lounge", fulfilment=Fulfilment.PLATFORM_ROLE, target="lounge")
    play.put("tea")
    play.redeem("ann", "lounge")
    strike(play, "ann")
    assert play.wanted("ann", "lounge")
    of = strike(play, "ann")
    assert (play.wanted("ann", "lounge"), play.block("ann", "tea")) == (False, "STANDING")
    play.redeem("bob", "tea")
    lift(play, of)
    assert play.wanted("ann", "lounge")
    play.redeem("ann", "tea")
    play.check()


def test_a_place_that_was_given_up_meanwhile_does_not_come_back() -> None:
    play = shop(more=ORDER)
    play.put("lounge", fulfilment=Fulfilment.PLATFORM_ROLE, target="lounge")
    lounge = play.redeem("ann", "lounge")
    strike(play, "ann")
    of = strike(play, "ann")
    play.move(lounge, RedemptionStatus.DECLINED)
    lift(play, of)
    assert not play.wanted("ann", "lounge")
    play.check()


def test_what_is_approved_for_a_removed_member_gives_them_no_place() -> None:
    play = shop(more=ORDER)
    play.put("lounge", fulfilment=Fulfilment.PLATFORM_ROLE, target="lounge", approve=True)
    lounge = play.redeem("ann", "lounge")
    strike(play, "ann")
    of = strike(play, "ann")
    play.move(lounge, RedemptionStatus.APPROVED)
    assert not play.wanted("ann", "lounge")
    lift(play, of)
    assert play.wanted("ann", "lounge"), "theirs, now that they may have a place"
    play.move(lounge, RedemptionStatus.FAILED)
    assert not play.wanted("ann", "lounge")
    play.check()
