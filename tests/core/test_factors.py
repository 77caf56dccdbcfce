"""Giver weight by tier, and activity factors: exact, and rounded toward zero once (SEMANTICS 9)."""

from __future__ import annotations

import pytest

from ledger.core.outcomes import Step
from tests.core.conftest import Begin
from tests.core.play import Outcome, Play, counters, rulebook

CIRCLE = """\
tiers:
  circle:
    every: day@04:00
    levels:
      - {id: newcomer}
      - {id: ordinary, enter: {all: [{metric: points.earned, gte: 10}]}, stay: forever}
      - {id: core, enter: {all: [{metric: points.earned, gte: 20}]}, stay: forever}
"""
WEIGHT = "giver_weight: {newcomer: 0, core: 1.5}"
THANKS = rulebook(
    "id: gift, event: gift, amount: {from: data.n}",
    f"id: thanked, event: thanked, to: author, amount: {{from: data.n}}, {WEIGHT}, undo_on: [unthanked],"
    " caps: [{points: 40, per: day, counts: net}]",
    f"id: once, event: once, to: author, amount: 1, once_per: [member], {WEIGHT}",
    more=CIRCLE
    + "activities:\n"
    + "  - {id: noon, at: 'FREQ=DAILY;BYHOUR=12', for: 1h, multiply: {thanked: 1.5}}\n"
    + "  - {id: lunch, at: 'FREQ=DAILY;BYHOUR=12', for: 2h, multiply: {thanked: 2.25}}\n",
)


def at(begin: Begin, when: str, stacking: str = "highest") -> Play:
    play = begin(f"{THANKS}stacking: {stacking}\n", now=f"2026-01-05T{when}:00Z")
    for name, points in (("new", 1), ("ordinary", 10), ("core", 20)):
        play.send("gift", by=name, n=points)
    return play


def test_a_giver_whose_weight_is_0_pays_nothing_and_the_once_is_not_used_up(begin: Begin) -> None:
    play = at(begin, "09:00")
    assert play.says("thanked", by="new", author="ann", n=5) is Outcome.NOT_ELIGIBLE
    (decision,) = play.decisions()
    assert (decision.wanted, decision.granted, decision.steps) == (5, 0, (Step(code="giver", before=5, after=0),))
    assert play.says("once", by="new", author="ann") is Outcome.NOT_ELIGIBLE
    assert play.pays("once", by="core", author="ann") == 1
    assert play.says("once", by="core", author="ann") is Outcome.ONCE_ONLY


@pytest.mark.parametrize(("amount", "paid"), [(5, 7), (4, 6), (1, 1), (-5, -7), (-1, -1)])
def test_a_weight_of_one_and_a_half_is_rounded_toward_zero(begin: Begin, amount: int, paid: int) -> None:
    play = at(begin, "09:00")
    assert play.pays("thanked", by="core", author="ann", n=amount) == paid
    assert play.pays("thanked", by="ordinary", author="ann", n=amount) == amount


def test_a_weight_that_leaves_less_than_one_pays_nothing(begin: Begin) -> None:
    play = begin(
        rulebook("id: a, event: a, amount: 1, giver_weight: {newcomer: 0.9}", more=CIRCLE),
        now="2026-01-05T09:00:00Z",
    )
    assert play.says("a", by="ann") is Outcome.NOT_ELIGIBLE


def test_the_weight_is_that_of_who_gives_not_of_who_gets(begin: Begin) -> None:
    play = at(begin, "09:00")
    assert play.pays("thanked", by="core", author="new", n=5) == 7
    assert play.pays("thanked", by="new", author="core", n=5) == 0
    assert play.pays("thanked", author="core", n=5) == 5  # nobody gives: nobody's weight


def test_the_weight_is_that_of_the_level_at_the_events_place(begin: Begin) -> None:
    play = at(begin, "09:00")
    play.send("gift", by="new", n=19)
    assert play.pays("thanked", by="new", author="ann", n=5, at="2026-01-04T09:00:00Z") == 7


def test_weight_and_activity_are_rounded_once_together(begin: Begin) -> None:
    """5 x 1.5 x 2.25 is 16.875; rounded on the way it would be 15."""
    play = at(begin, "12:00")
    assert play.pays("thanked", by="core", author="ann", n=5) == 16
    assert play.decisions()[0].steps == (
        Step(code="giver", before=5, after=7),
        Step(code="activity:lunch", before=7, after=16),
    )


@pytest.mark.parametrize(("stacking", "paid"), [("highest", 9), ("add", 11), ("compound", 13)])
def test_activities_at_once_join_as_the_rulebook_says(begin: Begin, stacking: str, paid: int) -> None:
    """4 x 2.25 is 9; 4 x (1 + 0.5 + 1.25) is 11; 4 x 1.5 x 2.25 is 13.5."""
    play = at(begin, "12:30", stacking)
    assert play.pays("thanked", by="ordinary", author="ann", n=4) == paid


def test_an_activity_is_half_open(begin: Begin) -> None:
    play = at(begin, "15:00")
    for when, paid in (
        ("11:59:59.999999", 4),
        ("12:00:00", 9),
        ("12:59:59.999999", 9),
        ("13:59:59", 9),
        ("14:00:00", 4),
    ):
        assert play.pays("thanked", by="ordinary", author=f"a{when}", n=4, at=f"2026-01-05T{when}Z") == paid


def test_caps_come_after_factors_and_count_what_was_applied(begin: Begin) -> None:
    play = at(begin, "12:00")
    assert play.pays("thanked", "s", by="core", author="ann", n=10) == 33
    assert play.pays("thanked", "t", by="core", author="ann", n=10) == 7
    assert counters(play.books, "cap:thanked") == {("4", "2026-01-05"): 40}
    play.send("unthanked", "s")
    assert play.balance("ann") == 7
    assert counters(play.books, "cap:thanked") == {("4", "2026-01-05"): 7}
    assert play.pays("thanked", "u", by="core", author="ann", n=10) == 33
