"""Levels by threshold, judged at the event that moved the measure (SEMANTICS 3, 20, 23)."""

from __future__ import annotations

import pytest

from ledger.core.events import ContributionRecorded
from ledger.core.outcomes import TierChange
from tests.core.conftest import Begin
from tests.core.play import Play, rulebook


def ranked(
    measure: str = "points.balance", stay: str = "while", *, unit: str = "{floor: 0}", more: str = ""
) -> str:
    ladder = f"{{every: event, measure: {measure}, stay: {stay}, levels: {{gold: 50, bronze: 10, silver: 20}}}}"
    return rulebook(
        "id: up, event: up, amount: {from: data.n}, undo_on: [undone]",
        "id: down, event: down, amount: {from: data.n, negate: true}",
        unit=unit,
        more=f"tiers:\n  rank: {ladder}\n{more}",
    )


def changes(play: Play) -> tuple[TierChange, ...]:
    fact = play.last.fact
    assert isinstance(fact, ContributionRecorded)
    return fact.tiers


def up(play: Play, points: int) -> str:
    play.send("up", by="ann", n=points)
    return play.level("ann")


def test_a_level_is_reached_at_its_threshold_and_not_a_point_before(begin: Begin) -> None:
    play = begin(ranked())
    assert [up(play, points) for points in (9, 1, 9, 1, 29, 1, 500)] == [
        "",
        "bronze",
        "bronze",
        "silver",
        "silver",
        "gold",
        "gold",
    ]


def test_a_crossing_is_recorded_with_the_award_once(begin: Begin) -> None:
    play = begin(ranked())
    up(play, 9)
    assert changes(play) == ()
    up(play, 20)
    ann = play.member("ann")
    assert changes(play) == (TierChange(ladder="rank", member=ann, before=None, after="silver"),)
    up(play, 1)
    assert changes(play) == ()


def test_while_follows_the_balance_down(begin: Begin) -> None:
    play = begin(ranked())
    up(play, 50)
    play.send("down", by="ann", n=1)
    assert play.level("ann") == "silver"
    play.send("down", by="ann", n=49)
    assert play.level("ann") == ""
    assert changes(play)[0].after is None


def test_forever_is_never_lost_and_still_rises(begin: Begin) -> None:
    play = begin(ranked(stay="forever"))
    up(play, 20)
    play.send("down", by="ann", n=20)
    assert play.level("ann") == "silver"
    assert changes(play) == ()
    assert up(play, 10) == "silver"
    assert up(play, 40) == "gold"


def test_spending_does_not_lower_a_level_by_what_was_earned(begin: Begin) -> None:
    play = begin(ranked("points.earned"))
    up(play, 20)
    play.send("down", by="ann", n=20)
    assert play.level("ann") == "silver"


def test_a_start_counts_for_the_balance_and_not_as_earned(begin: Begin) -> None:
    for measure, level in (("points.balance", "bronze"), ("points.earned", "")):
        play = begin(ranked(measure, unit="{start: 9}"))
        assert up(play, 1) == level


def test_an_undo_moves_levels_too(begin: Begin) -> None:
    play = begin(ranked())
    play.send("up", "s", by="ann", n=60)
    play.send("undone", "s")
    assert play.level("ann") == ""


def test_everyone_an_event_pays_is_judged_in_the_order_of_the_rules(begin: Begin) -> None:
    play = begin(
        rulebook(
            "id: a, event: e, to: author, amount: 10",
            "id: b, event: e, amount: 20",
            more="tiers:\n  rank: {every: event, measure: points.balance, levels: {one: 10, two: 20}}\n",
        )
    )
    play.send("e", by="bob", author="ann")
    assert [(c.member, c.after) for c in changes(play)] == [
        (play.member("ann"), "one"),
        (play.member("bob"), "two"),
    ]


def test_an_event_that_gives_and_takes_is_judged_by_its_end(begin: Begin) -> None:
    play = begin(
        rulebook(
            "id: a, event: e, amount: 10",
            "id: b, event: e, amount: -5",
            more="tiers:\n  rank: {every: event, measure: points.balance, levels: {one: 10}}\n",
        )
    )
    play.send("e", by="ann")
    assert changes(play) == ()


def test_ladders_and_units_are_separate(begin: Begin) -> None:
    play = begin(
        "units: {points: {}, coins: {scale: 2}}\n"
        "rules:\n  - {id: a, event: a, amount: 10}\n  - {id: b, event: b, unit: coins, amount: 0.5}\n"
        "tiers:\n"
        "  rank: {every: event, measure: points.balance, levels: {one: 10}}\n"
        "  rich: {every: event, measure: coins.earned, levels: {half: 0.5, whole: 1}}\n"
    )
    play.send("a", by="ann")
    assert (play.level("ann", "rank"), play.level("ann", "rich")) == ("one", "")
    play.send("b", by="ann")
    assert play.level("ann", "rich") == "half"
    play.send("b", by="ann")
    assert play.level("ann", "rich") == "whole"


def test_a_level_that_is_no_more_is_left_at_the_next_event(begin: Begin) -> None:
    play = begin(ranked(stay="forever"))
    up(play, 20)
    play.later(days=1)
    play.publish(ranked(stay="forever").replace("silver: 20", "steel: 25"))
    play.later(days=1)
    assert up(play, 1) == "bronze"
    assert changes(play)[0].before == "silver"


@pytest.mark.parametrize("late", [0, 3 * 24 * 3600 * 1_000_000])
def test_a_late_event_moves_the_level_of_now(begin: Begin, late: int) -> None:
    play = begin(ranked())
    play.send("up", by="ann", n=10, late=late)
    assert play.level("ann") == "bronze"
