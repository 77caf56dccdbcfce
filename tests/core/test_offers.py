"""Offers: value first, then rarely, and not at a bad time; and the playbook that what happens ticks."""

from __future__ import annotations

from ledger.core.books.offers import PLAYBOOK, write_tasks
from ledger.core.books.shelf import TICK
from ledger.core.commands import PutOffer, PutPerk, RetireOffer, SetCommunity, ShowOffer, TakeOffer, TickTask
from ledger.core.decide.answers import Accepted, Answer
from ledger.core.offers.gates import glance, shut
from ledger.core.refusals import MemberUnknown, OfferClosed, OfferTermsWrong, OfferUnknown, TaskUnknown
from ledger.core.rulebook.grammar import OfferTerms, PerkLimit
from ledger.core.rulebook.grammar.catalogue import Fulfilment
from ledger.core.values import DAY, MINUTE
from tests.core.play import Play, cached_read, instant

RULEBOOK = """\
community: {tz: Asia/Shanghai}
units: {points: {}}
creates: {answer.posted: answer}
rules:
  - {id: answer, event: answer.posted, amount: 3}
tiers:
  circle:
    every: day@04:00
    levels:
      - {id: newcomer}
      - {id: ordinary, enter: {all: [{metric: points.earned, in: 90d, gte: 3}]}, stay: forever}
perks:
  seat: {cost: {points: 80}, stock: 20, per_member: {count: 1, per: month}, tiers: [ordinary], reserve_for: 15m,
    deliver: code, refund: {within: 7d}}
offers:
  launch:
    audience: [ordinary]
    perk: seat
    after_value: {any: [{metric: value_received, in: 14d, gte: 2}, {metric: recognised, in: 7d, gte: 1}]}
    at_most: [{count: 1, per: 14d, by: [member]}, {count: 2, per: 30d, by: [community]}]
    silent_if: [{metric: violations, in: 7d, gte: 1}]
welcome: {perk: seat}
playbook:
  - {stage: founding, id: intros, due: 3d, done_by: member.introduced}
  - {stage: daily, id: stories, every: 14d, done_by: story.featured}
  - {stage: conversion, id: offer, after: {health: [steady, lively]}, done_by: offer.shown}
  - {stage: tiering, id: core, after: {members: {gte: 30}}, done_by: tier.reached}
"""


def group() -> Play:
    """A group in which ann, bob and cyd each gave an answer."""
    play = Play(RULEBOOK, now="2026-01-05T12:00:00Z")
    book = play.rulebook
    play.do(PutPerk(terms=book.perks[0], by="key:k"))
    play.do(PutOffer(terms=book.offers[0], by="key:k"))
    for name in ("ann", "bob", "cyd"):
        play.send("answer.posted", f"answer of {name}", by=name)
    return play


def thank(play: Play, name: str, *, times: int = 1) -> None:
    """Let a member get thanks."""
    for number in range(times):
        play.send("reaction.added", f"answer of {name}", by=f"fan{number}")


def show(play: Play, name: str) -> Answer:
    """Show the offer to a member."""
    play.sent += 1
    return play.answer(ShowOffer(key=f"o{play.sent}", offer="launch", member=play.member(name), by="key:k"))


def gates(play: Play, name: str) -> list[str]:
    """Return what stands between a member and the offer."""
    look = glance(play.books, play.books.versions.latest, play.member(name), "launch", play.now)
    assert look is not None
    return [one.gate for one in shut(play.books, look)]


def closed(gate: str, opens: str | None = None) -> OfferClosed:
    """Return the refusal of an offer."""
    return OfferClosed(gate=gate, opens_at=instant(opens) if opens else None)


def test_an_offer_comes_after_value_and_then_at_most_once_in_fourteen_days() -> None:
    play = group()
    assert show(play, "ann") == closed("NO_VALUE_YET")
    thank(play, "ann")
    assert gates(play, "ann") == ["NO_VALUE_YET"]
    play.send("reaction.added", "answer of ann", by="dan")
    assert gates(play, "ann") == []
    assert isinstance(show(play, "ann"), Accepted)
    opens = "2026-01-18T16:00"  # the 19th begins in Shanghai
    assert show(play, "ann") == closed("SHOWN_RECENTLY", opens)
    play.on("2026-01-18T15:59:59Z")
    thank(play, "ann", times=2)
    assert show(play, "ann") == closed("SHOWN_RECENTLY", opens)
    play.later(seconds=1)
    assert isinstance(show(play, "ann"), Accepted)
    play.check()


def test_the_community_sees_it_rarely_too() -> None:
    play = group()
    for name in ("ann", "bob", "cyd"):
        thank(play, name, times=2)
    assert isinstance(show(play, "ann"), Accepted)
    play.later(days=3)
    assert isinstance(show(play, "bob"), Accepted)
    assert show(play, "cyd") == closed("COMMUNITY_CAP", "2026-02-03T16:00")
    assert isinstance(show(play, "nobody"), MemberUnknown)
    play.check()


def test_recognition_is_value_and_value_taken_back_is_none() -> None:
    play = group()
    play.send("story.featured", "answer of bob", by="ann")
    assert gates(play, "bob") == []
    play.send("story.unfeatured", "answer of bob", by="ann")
    assert gates(play, "bob") == ["NO_VALUE_YET"]
    play.check()


def test_newcomers_are_left_alone_and_so_is_who_was_told_off() -> None:
    play = group()
    play.send("hello", by="dan")
    assert gates(play, "dan") == ["NOT_IN_AUDIENCE", "NO_VALUE_YET"]
    thank(play, "ann", times=2)
    play.send("violation.confirmed", by="ann")
    assert gates(play, "ann") == ["SILENT"]
    play.later(days=7)
    assert "SILENT" not in gates(play, "ann")
    play.check()


def test_taking_an_offer_is_recorded_and_a_retired_one_is_shut() -> None:
    play = group()
    thank(play, "ann", times=2)
    take = TakeOffer(key="t", offer="launch", member=play.member("ann"), by="member:1")
    assert isinstance(play.answer(take), Accepted)
    play.do(RetireOffer(offer="launch", by="key:k"))
    assert show(play, "ann") == closed("OFFER_RETIRED")
    assert play.answer(RetireOffer(offer="sale", by="k")) == OfferUnknown(offer="sale")
    wrong = OfferTerms(code="x", audience=("king",))
    assert play.answer(PutOffer(terms=wrong, by="k")) == OfferTermsWrong(field="audience")
    play.check()


def test_the_seeds_of_a_rulebook_are_read_whole() -> None:
    book = cached_read(RULEBOOK)
    perk, offer = book.perks[0], book.offers[0]
    assert (perk.unit, perk.cost, perk.stock, perk.tiers) == ("points", 80, 20, ("ordinary",))
    assert (perk.limit, perk.fulfilment) == (PerkLimit(count=1, per="month"), Fulfilment.CODE)
    assert (perk.reserve_for, perk.refund_within) == (15 * MINUTE, 7 * DAY)
    marks = [(one.metric, one.days, one.target) for one in offer.after_any]
    assert marks == [("value_received", 14, 2), ("recognised", 7, 1)]
    assert [(one.count, one.days, one.by_community) for one in offer.at_most] == [(1, 14, False), (2, 30, True)]
    assert (book.welcome, [task.id for task in book.playbook]) == ("seat", ["intros", "stories", "offer", "core"])


def test_what_happens_ticks_the_playbook() -> None:
    play = Play(RULEBOOK, now="2026-01-05T12:00:00Z")
    play.do(SetCommunity(name=PLAYBOOK, value=write_tasks(play.rulebook.playbook), by="key:k"))
    assert play.books.read(TICK, ("member.introduced",)) == TICK.blank
    first = play.send("member.introduced", by="ann")
    assert play.books.read(TICK, ("member.introduced",)).position == first.position
    reached = play.send("answer.posted", "a", by="ann")
    assert play.books.read(TICK, ("tier.reached",)).position == reached.position
    play.do(TickTask(task="stories", done=True, by="member:1"))
    assert play.books.read(TICK, ("task:stories",)).undone == 0
    play.do(TickTask(task="stories", done=False, by="member:1"))
    assert play.books.read(TICK, ("task:stories",)).undone == 1
    assert play.answer(TickTask(task="dance", done=True, by="k")) == TaskUnknown(task="dance")
    play.check()
