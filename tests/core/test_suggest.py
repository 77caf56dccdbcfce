"""The nearest ways to the next level: by which rule, how many times, and what that brings."""

from __future__ import annotations

import pytest

from ledger.core.suggest import Way, Ways, pays_in, ways
from ledger.core.values import Micros
from tests.core.conftest import Begin
from tests.core.play import Play
from tests.core.strikes import ORDER, lift, strike

RULES = """\
units: {points: {}, paid: {scale: 2, spendable: false}}
rules:
- {id: share, event: shared, amount: 8, undo_on: [unshared]}
- {id: talk, event: talked, amount: 3}
- {id: intro, event: introduced, amount: 10, once_per: [member]}
- {id: guide, event: guided, amount: 30, when: {standing: good}}
- {id: host, event: hosted, amount: 25, when: {tier: [core]}}
- {id: liked, event: liked, to: author, amount: 50}
- {id: off, event: slept, amount: 99, enabled: false}
- {id: lost, event: lost, amount: -4}
- {id: payment, event: paid, unit: paid, amount: {from: data.n}}
metrics:
  shares: {event: shared, undo_on: [unshared]}
activities:
- {id: share_day, at: 'FREQ=WEEKLY;BYDAY=WE;BYHOUR=20', for: 2h, multiply: {share: 2, talk: 0.5}}
- {id: night, at: 'FREQ=DAILY;BYHOUR=21', for: 1h, multiply: {guide: 2}, unlock: [guide]}
"""


def told(begin: Begin, enter: str, rest: str = "") -> Play:
    """Begin where ann, who has done nothing that counts, has one level above her that asks for something."""
    levels = f"- {{id: newcomer}}\n    - {{id: core, enter: {enter}, stay: {{grace: 7d}}}}\n{rest}"
    tiers = f"tiers:\n  rank:\n    every: day@04:00\n    lockable: true\n    levels:\n    {levels}"
    play = begin(f"preset: suggestions\n{RULES}{ORDER}{tiers}")
    play.send("waved", by="ann")
    return play


def found(play: Play, name: str = "ann") -> Ways:
    now = Micros(max(play.now, play.books.head.recorded_at))
    version = play.books.versions.at(now)
    assert version.main_ladder is not None
    return ways(play.books, version, version.main_ladder, play.member(name), now)


def short(way: Way) -> tuple[str, str, int, int, int | None]:
    """Return what a way says: its code, what it is for, what is missing of that, times, and points in all."""
    return way.code, way.mark.asked.metric, way.mark.missing, way.times, way.points


def said(play: Play) -> list[tuple[str, str, int, int, int | None]]:
    return [short(way) for way in found(play).ways]


def test_points_come_by_the_two_rules_that_need_fewest_times(begin: Begin) -> None:
    play = told(begin, "{all: [{metric: points.earned, in: 90d, gte: 40}]}")
    assert said(play) == [("guide", "points.earned", 40, 2, 60), ("share", "points.earned", 40, 5, 40)]
    play.send("shared", "s1", by="ann")
    play.send("talked", by="ann")
    assert said(play) == [("guide", "points.earned", 29, 1, 30), ("share", "points.earned", 29, 4, 32)]


def test_what_pays_once_for_ever_is_named_where_once_is_enough_and_never_again(begin: Begin) -> None:
    play = told(begin, "{all: [{metric: points.earned, gte: 10}]}")
    assert [(way.code, way.times, way.points) for way in found(play).ways] == [("intro", 1, 10), ("guide", 1, 30)]
    play.send("introduced", by="ann")
    play.send("lost", by="ann")
    play.adjust("ann", -1)
    assert said(play) == [], "ten were earned"
    more = told(begin, "{all: [{metric: points.earned, gte: 20}]}")
    more.send("introduced", by="ann")
    assert [short(way) for way in found(more).ways] == [
        ("guide", "points.earned", 10, 1, 30),
        ("share", "points.earned", 10, 2, 16),
    ]


def test_of_all_the_open_marks_the_one_with_least_left_comes_first(begin: Begin) -> None:
    enter = "{all: [{metric: points.earned, gte: 40}, {metric: shares, gte: 2}, {metric: paid.earned, gte: 99}]}"
    play = told(begin, enter)
    play.send("shared", "s1", by="ann")
    play.send("paid", by="ann", n=2475)
    assert said(play) == [
        ("share", "shares", 1, 1, 8),
        ("payment", "paid.earned", 7425, 0, None),
        ("guide", "points.earned", 32, 2, 60),
    ], "half of two shares, a quarter of the payment, a fifth of the points"
    play.send("shared", "s2", by="ann")
    play.send("paid", by="ann", n=7425)
    assert said(play) == [("guide", "points.earned", 24, 1, 30), ("share", "points.earned", 24, 3, 24)]


def test_where_any_will_do_each_is_a_way(begin: Begin) -> None:
    play = told(begin, "{any: [{metric: active_days, in: 14d, gte: 3}, {metric: shares, gte: 9}]}")
    play.send("shared", "s1", by="ann")
    assert said(play) == [("active_days", "active_days", 2, 2, None), ("share", "shares", 8, 8, 64)]


def test_what_must_not_be_is_no_way(begin: Begin) -> None:
    play = told(begin, "{all: [{metric: shares, gte: 1}], none: [{metric: violations, in: 180d, gte: 1}]}")
    assert said(play) == [("share", "shares", 1, 1, 8)]
    strike(play, "ann")
    play.send("shared", "s1", by="ann")
    play.later(days=1)
    play.settle()
    assert (play.level("ann"), said(play)) == ("newcomer", []), "only time forgets a strike"


def test_time_alone_is_told_in_days(begin: Begin) -> None:
    play = told(begin, "{all: [{metric: member_for, gte: 14d}]}")
    assert said(play) == [("member_for", "member_for", 14, 14, None)]
    play.later(days=5)
    play.send("waved", by="ann")
    assert said(play) == [("member_for", "member_for", 9, 9, None)]


def test_a_payment_is_told_by_what_is_missing_not_by_times(begin: Begin) -> None:
    play = told(begin, "{all: [{metric: paid.earned, in: 365d, gte: 99}]}")
    play.send("paid", by="ann", n=9800)
    [way] = found(play).ways
    assert (short(way), way.by_points) == (("payment", "paid.earned", 100, 0, None), True)


@pytest.mark.parametrize("above", ["", "    - {id: elder, enter: manual}\n"])
def test_at_the_top_and_below_what_is_given_by_hand_there_is_nothing_to_do(begin: Begin, above: str) -> None:
    play = told(begin, "{all: [{metric: shares, gte: 1}]}", above)
    play.send("shared", "s1", by="ann")
    assert (play.level("ann"), said(play)) == ("core", [])


def test_on_another_level_other_rules_pay(begin: Begin) -> None:
    above = "    - {id: elder, enter: {all: [{metric: points.earned, gte: 60}]}}\n"
    play = told(begin, "{all: [{metric: shares, gte: 1}]}", above)
    play.send("shared", "s1", by="ann")
    assert said(play) == [("guide", "points.earned", 52, 2, 60), ("host", "points.earned", 52, 3, 75)]


def test_a_removed_member_has_no_way_until_it_is_lifted(begin: Begin) -> None:
    play = told(begin, "{all: [{metric: points.earned, gte: 30}]}")
    first = strike(play, "ann")
    assert said(play) == [("share", "points.earned", 30, 4, 32), ("talk", "points.earned", 30, 10, 30)], "warned"
    second = strike(play, "ann")
    assert (found(play).progress.next is not None, said(play)) == (True, [])
    lift(play, second)
    lift(play, first)
    assert said(play)[0] == ("guide", "points.earned", 30, 1, 30)


def test_a_rule_pays_only_or_more_in_some_activities(begin: Begin) -> None:
    play = told(begin, "manual")
    rules = {rule.id: pays_in(play.rulebook, rule) for rule in play.rulebook.rules}
    assert rules == dict.fromkeys(rules, ()) | {"share": ("share_day",), "guide": ("night",)}
