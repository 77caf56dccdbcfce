"""Limits for newcomers: caps by level, rules by level and by how long somebody is a member."""

from __future__ import annotations

import pytest

from ledger.core.outcomes import Step
from tests.core.conftest import Begin
from tests.core.play import Outcome, Play, counters, length, rulebook

CIRCLE = """\
tiers:
  circle:
    every: day@04:00
    levels:
      - {id: newcomer}
      - {id: ordinary, enter: {all: [{metric: points.earned, gte: 20}]}, stay: forever}
"""


def caps(begin: Begin, *rules: str, more: str = "") -> Play:
    return begin(rulebook("id: gift, event: gift, amount: {from: data.n}", *rules, more=CIRCLE + more))


def test_a_cap_for_a_level_binds_only_who_is_on_it(begin: Begin) -> None:
    play = caps(begin, "id: talk, event: talked, amount: 3, caps: [{points: 5, per: day, tiers: [newcomer]}]")
    assert [play.pays("talked", by="ann") for _ in range(3)] == [3, 2, 0]
    play.send("gift", by="ann", n=20)
    assert [play.pays("talked", by="ann") for _ in range(3)] == [3, 3, 3]
    assert counters(play.books, "cap:talk") == {("1", "2026-01-05"): 5}


def test_each_level_may_have_its_own_cap(begin: Begin) -> None:
    play = caps(
        begin,
        "id: talk, event: talked, amount: 3, caps: [{points: 5, per: day, tiers: [newcomer]},"
        " {points: 10, per: day, tiers: [ordinary]}]",
    )
    assert [play.pays("talked", by="ann") for _ in range(3)] == [3, 2, 0]
    play.send("gift", by="ann", n=20)
    assert [play.pays("talked", by="ann") for _ in range(5)] == [3, 3, 3, 1, 0]


def test_a_shared_cap_for_newcomers(begin: Begin) -> None:
    group = "cap_groups: {ramp: {points: 5, per: day, rules: [talk, help], tiers: [newcomer]}}\n"
    play = caps(begin, "id: talk, event: talked, amount: 3", "id: help, event: helped, amount: 4", more=group)
    assert (play.pays("talked", by="ann"), play.pays("helped", by="ann")) == (3, 2)
    play.send("gift", by="ann", n=20)
    assert (play.pays("talked", by="ann"), play.pays("helped", by="ann")) == (3, 4)


def test_a_rule_for_some_levels_pays_only_them(begin: Begin) -> None:
    play = caps(begin, "id: host, event: hosted, amount: 3, when: {tier: [ordinary]}")
    assert play.says("hosted", by="ann") is Outcome.NOT_ELIGIBLE
    assert play.decisions()[0].steps == (Step(code="level", before=0, after=0),)
    play.send("gift", by="ann", n=20)
    assert play.pays("hosted", by="ann") == 3


def test_the_level_is_that_of_who_is_paid(begin: Begin) -> None:
    play = caps(begin, "id: buddy, event: settled, to: buddy, amount: 3, when: {tier: [ordinary]}")
    play.send("gift", by="ann", n=20)
    assert play.pays("settled", by="new", people={"buddy": "ann"}) == 3
    assert play.says("settled", by="ann", people={"buddy": "new"}) is Outcome.NOT_ELIGIBLE


@pytest.mark.parametrize(
    ("bound", "days", "outcome"),
    [
        ("gte: 3d", 2, Outcome.NOT_ELIGIBLE),
        ("gte: 3d", 3, Outcome.GRANTED),
        ("lt: 3d", 2, Outcome.GRANTED),
        ("lt: 3d", 3, Outcome.NOT_ELIGIBLE),
        ("lte: 3d", 3, Outcome.GRANTED),
        ("gt: 3d", 3, Outcome.NOT_ELIGIBLE),
        ("gte: 1d, lt: 3d", 2, Outcome.GRANTED),
    ],
)
def test_a_rule_for_those_who_are_members_for_so_long(
    begin: Begin, bound: str, days: int, outcome: Outcome
) -> None:
    play = begin(rulebook(f"id: link, event: linked, amount: 3, when: {{member_for: {{{bound}}}}}"))
    seen = play.send("member.joined", by="ann").recorded_at
    play.later(microseconds=seen + length(days=days) - play.now)
    assert play.says("linked", by="ann") is outcome
    if outcome is Outcome.NOT_ELIGIBLE:
        assert play.decisions()[0].steps == (Step(code="age", before=0, after=0),)


def test_membership_is_counted_from_the_earliest_of_sight_and_joining_to_when_it_is_recorded(begin: Begin) -> None:
    play = begin(rulebook("id: link, event: linked, amount: 3, when: {member_for: {gte: 3d}}"))
    play.send("waved", by="ann")
    assert play.pays("linked", by="ann") == 0
    play.send("member.joined", by="ann", late=length(days=3))
    assert play.pays("linked", by="ann") == 3
    play.send("waved", by="bob")
    play.later(days=3)
    assert play.pays("linked", by="bob", late=length(days=2)) == 3, "a late event is judged as of now"


def test_somebody_first_seen_with_an_event_is_a_member_for_no_time(begin: Begin) -> None:
    play = begin(rulebook("id: hello, event: hello, amount: 3, when: {member_for: {lte: 0s}}"))
    assert play.pays("hello", by="ann") == 3
