"""Ladders judged daily: rises at any award, falls in the run, which looks at the days before it (SEMANTICS 23)."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.core.events import TierRunOpened
from ledger.core.rulebook.grammar import Requirement
from ledger.core.tiers.terms import window_start
from tests.core.conftest import Begin
from tests.core.ladders import circle, ladder, level, until, watches
from tests.core.play import Play, length

KEPT = "{min_stay: 1d}"
TWICE = level("on", "{metric: visits, in: 3d, gte: 2}", stay=KEPT)
RICH = "{metric: points.balance, gte: 50}"


def visit(play: Play, name: str = "ann", n: int = 1) -> None:
    play.send("visited", by=name, n=n)


def test_everybody_is_on_the_lowest_level_from_first_sight(begin: Begin) -> None:
    play = begin(ladder(TWICE))
    play.send("waved", by="ann", author="bob")
    assert (circle(play, "ann"), circle(play, "bob")) == ("base", "base")


def test_a_rise_comes_with_the_award_and_counts_today(begin: Begin) -> None:
    play = begin(ladder(TWICE))
    visit(play)
    play.later(days=2)
    visit(play)
    assert circle(play, "ann") == "on"
    assert play.moves("ann") == [("base", "2026-01-05T12:00"), ("on", "2026-01-07T12:00")]


def test_a_window_of_days_has_today_in_it(begin: Begin) -> None:
    play = begin(ladder(TWICE))
    visit(play)
    play.later(days=3)
    visit(play)
    assert circle(play, "ann") == "base"


def test_the_daily_run_looks_at_the_days_up_to_yesterday(begin: Begin) -> None:
    """On the 5th and 7th: the run of the 8th sees both, that of the 9th looks from the 6th to the 8th."""
    play = begin(ladder(TWICE))
    visit(play)
    play.later(days=2)
    visit(play)
    until(play, "2026-01-09T03:59:59Z")
    assert circle(play, "ann") == "on"
    until(play, "2026-01-09T04:00:00Z")
    assert circle(play, "ann") == "base"
    assert play.moves("ann")[-1] == ("base", "2026-01-09T04:00")


def test_what_is_lost_at_the_event_falls_in_the_next_run_only(begin: Begin) -> None:
    play = begin(ladder(level("rich", RICH, stay=KEPT)))
    play.send("gain", by="ann", n=50)
    play.send("gain", by="ann", n=-50)
    assert circle(play, "ann") == "rich"
    until(play, "2026-01-06T04:00:00Z")
    assert circle(play, "ann") == "base"


def test_a_level_kept_while_its_terms_hold_may_fall_at_the_event(begin: Begin) -> None:
    play = begin(ladder(level("rich", RICH, stay="while"), level("rise", "{metric: points.balance, gte: 90}")))
    play.send("gain", by="ann", n=100)
    assert circle(play, "ann") == "rise"
    play.send("gain", by="ann", n=-20)
    assert circle(play, "ann") == "rich"
    play.send("gain", by="ann", n=-80)
    assert [step for step, _ in play.moves("ann")] == ["rise", "rich", "base"]


def test_a_level_for_ever_is_never_lost(begin: Begin) -> None:
    play = begin(ladder(level("rich", RICH, stay="forever")))
    play.send("gain", by="ann", n=50)
    play.send("gain", by="ann", n=-50)
    until(play, "2026-03-05T12:00:00Z")
    assert circle(play, "ann") == "rich"


def test_a_level_reached_in_the_morning_before_the_run_is_not_taken_by_it(begin: Begin) -> None:
    """The run of that day does not see that day yet."""
    play = begin(ladder(level("on", "{metric: visits, in: 3d, gte: 2}", stay="{low_water: 0.9}")))
    play.on("2026-01-07T01:00:00Z")
    visit(play, n=2)
    until(play, "2026-01-10T12:00:00Z")
    assert circle(play, "ann") == "on", "the run of the 10th looks at the 7th, 8th and 9th"
    until(play, "2026-01-11T04:00:00Z")
    assert circle(play, "ann") == "base"


@pytest.mark.parametrize(("last", "months", "first"), [
    ("2026-03-31", 1, "2026-03-01"),
    ("2026-03-27", 1, "2026-02-28"),
    ("2026-03-15", 6, "2025-09-16"),
    ("2028-02-29", 12, "2027-03-01"),
    ("2026-01-15", 1, "2025-12-16"),
    ("2026-12-31", 12, "2026-01-01"),
])  # fmt: skip
def test_months_are_calendar_months_and_end_today(last: str, months: int, first: str) -> None:
    mark = Requirement(metric="visits", months=months)
    start = window_start(mark, date.fromisoformat(last).toordinal())
    assert start == date.fromisoformat(first).toordinal()


@pytest.mark.parametrize(
    ("mark", "kept", "lost"), [("gte: 50", 45, 44), ("gte: 15", 14, 13), ("gt: 50", 46, 45), ("gte: 1", 1, 0)]
)
def test_low_water_is_compared_without_rounding(begin: Begin, mark: str, kept: int, lost: int) -> None:
    """45 x 10 is not less than 50 x 9; 13.5 is kept by 14."""
    play = begin(ladder(level("rich", f"{{metric: points.balance, {mark}}}", stay="{low_water: 0.9}")))
    for name, left in (("kept", kept), ("lost", lost)):
        play.send("gain", by=name, n=60)
        play.send("gain", by=name, n=left - 60)
    until(play, "2026-01-07T12:00:00Z")
    assert (circle(play, "kept"), circle(play, "lost")) == ("rich", "base")


def test_low_water_lowers_no_hard_mark_no_upper_bound_and_nothing_within_none(begin: Begin) -> None:
    marks = "{metric: visits, gte: 10, hard: true}, {metric: flags, lte: 4}, {metric: points.balance, gte: 10}"
    none = "{metric: likes, gte: 10}"
    play = begin(ladder(level("in", marks, none=none, stay="{low_water: 0.5}")))
    for name in ("hard", "upper", "none", "low"):
        visit(play, name, n=10)
        play.send("gain", by=name, n=10)
        assert circle(play, name) == "in"
    visit(play, "hard", n=-1)
    for _ in range(4):
        play.send("flagged", author="upper")
        play.send("liked", author="none")
    for _ in range(3):
        play.send("liked", author="none")
    play.send("gain", by="low", n=-5)
    until(play, "2026-01-07T12:00:00Z")
    assert [circle(play, name) for name in ("hard", "upper", "none", "low")] == ["base", "in", "in", "in"]
    play.send("flagged", author="upper")
    for _ in range(3):
        play.send("liked", author="none")
    play.send("gain", by="low", n=-1)
    until(play, "2026-01-08T12:00:00Z")
    assert [circle(play, name) for name in ("hard", "upper", "none", "low")] == ["base"] * 4


def test_low_water_does_not_lower_membership(begin: Begin) -> None:
    """After five days half of ten days is not enough to hold the level between."""
    play = begin(
        ladder(
            level("old", "{metric: member_for, gte: 10d}", stay="{low_water: 0.5}"), level("rich", RICH, stay=KEPT)
        )
    )
    play.send("gain", by="ann", n=50)
    play.later(days=6)
    play.send("gain", by="ann", n=-50)
    until(play, "2026-01-12T12:00:00Z")
    assert circle(play, "ann") == "base"
    until(play, "2026-01-16T04:00:00Z")
    assert play.moves("ann")[-1] == ("old", "2026-01-16T04:00"), "time alone raises in the daily run"


def test_grace_counts_runs_in_a_row_below_the_mark_and_notice_goes_out_once(begin: Begin) -> None:
    play = begin(ladder(level("rich", RICH, stay="{grace: 5d, warn_before: 2d}")))
    play.send("gain", by="ann", n=50)
    play.send("gain", by="ann", n=-1)
    until(play, "2026-01-09T12:00:00Z")
    play.send("gain", by="ann", n=1)
    until(play, "2026-01-10T12:00:00Z")
    play.send("gain", by="ann", n=-1)
    until(play, "2026-01-15T12:00:00Z")
    assert circle(play, "ann") == "rich", "five runs: the 11th to the 15th"
    assert [(day, one.below, one.warned) for day, one in watches(play, "ann")] == [
        ("2026-01-06", 1, False),
        ("2026-01-07", 2, False),
        ("2026-01-08", 3, False),
        ("2026-01-09", 4, True),
        ("2026-01-09", 4, False),
        ("2026-01-10", 0, False),
        ("2026-01-11", 1, False),
        ("2026-01-12", 2, False),
        ("2026-01-13", 3, False),
        ("2026-01-14", 4, True),
        ("2026-01-14", 4, False),
        ("2026-01-15", 5, False),
    ]
    until(play, "2026-01-16T04:00:00Z")
    assert play.moves("ann")[-1] == ("base", "2026-01-16T04:00")


def test_a_level_is_not_lost_within_its_least_stay(begin: Begin) -> None:
    play = begin(ladder(level("rich", RICH, stay="{min_stay: 14d}")))
    play.send("gain", by="ann", n=50)
    play.send("gain", by="ann", n=-50)
    until(play, "2026-01-19T03:59:59Z")
    assert circle(play, "ann") == "rich"
    until(play, "2026-01-19T04:00:00Z")
    assert circle(play, "ann") == "base"


def test_the_fall_is_to_the_highest_level_still_held(begin: Begin) -> None:
    play = begin(
        ladder(
            level("one", "{metric: points.balance, gte: 10}", stay="{low_water: 0.9}"),
            level("two", "{metric: points.balance, gte: 20}", stay="{low_water: 0.9}"),
            level("three", "{metric: points.balance, gte: 30}", stay="{low_water: 0.9}"),
        )
    )
    for name, left in (("ann", 18), ("bob", 9), ("cyd", 8)):
        play.send("gain", by=name, n=30)
        play.send("gain", by=name, n=left - 30)
    until(play, "2026-01-06T04:00:00Z")
    assert [circle(play, name) for name in ("ann", "bob", "cyd")] == ["two", "one", "base"]


def test_all_any_and_none_nest(begin: Begin) -> None:
    either = "{all: [{metric: visits, gte: 3}, {metric: likes, gte: 1}]}, {any: [{metric: points.balance, gte: 9}]}"
    play = begin(ladder(level("in", any_=either, none="{all: [{metric: flags, gte: 1}, {metric: flags, lt: 3}]}")))
    visit(play, "ann", n=3)
    assert circle(play, "ann") == "base"
    play.send("liked", author="ann")
    assert circle(play, "ann") == "in"
    play.send("gain", by="bob", n=9)
    assert circle(play, "bob") == "in"
    play.send("flagged", author="cyd")
    play.send("gain", by="cyd", n=9)
    assert circle(play, "cyd") == "base"
    play.send("flagged", author="cyd")
    play.send("flagged", author="cyd")
    assert circle(play, "cyd") == "in"


def test_different_givers_and_days_are_told_apart(begin: Begin) -> None:
    marks = "{metric: likes, in: 5d, gte: 4}, {metric: likes, in: 5d, distinct: giver, gte: 2}"
    play = begin(ladder(level("liked", f"{marks}, {{metric: likes, in: 5d, distinct: day, gte: 3}}", stay=KEPT)))
    for day, giver in enumerate(("bob", "bob", "bob", "bob")):
        play.on(f"2026-01-0{5 + day // 2}T12:00:00Z")
        play.send("liked", by=giver, author="ann")
    play.send("liked", by="cyd", author="ann")
    assert circle(play, "ann") == "base", "two days"
    play.later(days=1)
    play.send("liked", by="cyd", author="ann")
    assert circle(play, "ann") == "liked"
    until(play, "2026-01-10T12:00:00Z")
    assert circle(play, "ann") == "liked"
    until(play, "2026-01-11T12:00:00Z")
    assert circle(play, "ann") == "base", "from the 6th to the 10th there were two days"


@pytest.mark.parametrize(("topics", "needed"), [(8, 2), (9, 3), (10, 3), (100, 10)])
def test_a_mark_may_be_a_share_of_the_communitys_and_at_most_so_much(
    begin: Begin, topics: int, needed: int
) -> None:
    """A quarter, at most 10: 9 topics ask for 2.25, which 3 reach."""
    mark = "{metric: visits, in: 9d, gte: {percent: 25, of: community.topics, at_most: 10}}"
    play = begin(ladder(level("in", mark)))
    for _ in range(topics):
        play.send("topic", by="bob")
    visit(play, n=needed - 1)
    assert circle(play, "ann") == "base"
    visit(play)
    assert circle(play, "ann") == "in"


def test_a_share_is_of_the_same_window(begin: Begin) -> None:
    play = begin(ladder(level("in", "{metric: visits, in: 2d, gte: {percent: 50, of: community.topics}}")))
    for _ in range(8):
        play.send("topic", by="bob")
    play.later(days=2)
    play.send("topic", by="bob")
    visit(play)
    assert circle(play, "ann") == "in"


def test_a_share_is_noted_when_the_run_is_opened(begin: Begin) -> None:
    """What comes while members are judged moves no mark: all are judged by the same."""
    play = begin(ladder(level("in", "{metric: visits, gte: {percent: 50, of: community.topics}}", stay=KEPT)))
    visit(play, n=2)
    for _ in range(2):
        play.send("topic", by="bob")
    play.later(days=1)
    for _ in range(9):
        play.send("topic", by="bob", late=length(hours=13))
    play.settle()
    opened = [event.fact for event in play.events if isinstance(event.fact, TierRunOpened)]
    assert opened[-1].marks == {"topics/all": (2,)}
    assert circle(play, "ann") == "in"
