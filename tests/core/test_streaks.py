"""Streaks: days or weeks in a row, with freezes; in the order of arrival, and never rewritten (SEMANTICS 12)."""

from __future__ import annotations

import pytest

from ledger.core.outcomes import EntryKind
from tests.core.conftest import Begin
from tests.core.play import Play, length, rulebook

TALK = "id: talk, event: talked, amount: 1, undo_on: [untalked]"
WEEKS = "{id: weeks, per: week, from: [talk], reward: {2: 10, 4: 40}}"
DAYS = "{id: days, per: day, from: [talk], reward: {3: 5, 5: 9}}"
FROZEN = "{id: days, per: day, from: [talk], reward: {3: 5, 5: 9, 8: 20}, freezes: {every: 3, hold: 1}}"


def begun(
    begin: Begin, *streaks: str, tz: str = "UTC", now: str = "2026-01-05T12:00:00Z", week: str = "mon"
) -> Play:
    more = f"streaks: [{', '.join(streaks)}]\n"
    text = rulebook(TALK, more=more).replace("{tz: UTC}", f"{{tz: {tz}, week_start: {week}}}")
    return begin(text, now=now)


def paid(play: Play, *days: int) -> list[int]:
    """Return the rewards of talking on each of these days after the beginning."""
    start, rewards = play.now, []
    for day in days:
        play.later(microseconds=start + length(days=day) - play.now)
        rewards.append(play.pays("talked", f"s{day}", by="ann") - 1)
    return rewards


def test_each_length_pays_once_a_run(begin: Begin) -> None:
    play = begun(begin, DAYS)
    assert paid(play, 0, 1, 1, 2, 2, 3, 4, 5) == [0, 0, 0, 5, 0, 0, 9, 0]
    assert play.decisions("days") == []


def test_a_reward_is_a_bonus_that_is_earned(begin: Begin) -> None:
    play = begun(begin, DAYS)
    paid(play, 0, 1, 2)
    (decision,) = play.decisions("days")
    assert (decision.kind, decision.granted, decision.after) == (EntryKind.BONUS, 5, 8)
    assert (play.balance("ann"), play.earned("ann")) == (8, 8)


def test_a_missed_day_begins_again(begin: Begin) -> None:
    assert paid(begun(begin, DAYS), 0, 1, 3, 4, 5) == [0, 0, 0, 0, 5]


def test_days_are_the_communitys(begin: Begin) -> None:
    play = begun(begin, DAYS, tz="Pacific/Kiritimati", now="2026-01-05T09:59:00Z")  # there 23:59
    play.send("talked", by="ann")
    play.later(minutes=2)
    play.send("talked", by="ann")
    play.later(days=1)
    assert play.pays("talked", by="ann") == 6


@pytest.mark.parametrize(("week", "days"), [("mon", (6, 7, 14)), ("sun", (5, 6, 13)), ("sat", (4, 5, 12))])
def test_a_week_begins_on_the_communitys_first_day(begin: Begin, week: str, days: tuple[int, ...]) -> None:
    """From Monday the 5th on: the last day of one week, the first of the next, the first of the third."""
    assert paid(begun(begin, WEEKS, week=week), *days) == [0, 10, 0]


def test_weeks_over_the_turn_of_the_year(begin: Begin) -> None:
    assert paid(begun(begin, WEEKS, now="2025-12-24T12:00:00Z"), 0, 5, 14, 20) == [0, 10, 0, 40]


def test_missing_a_week_takes_nothing_that_was_earned(begin: Begin) -> None:
    play = begun(begin, WEEKS)
    assert paid(play, 0, 7, 21, 28) == [0, 10, 0, 10]
    assert play.balance("ann") == 24


def test_a_freeze_is_earned_every_so_many_days_and_spent_on_a_missed_one(begin: Begin) -> None:
    """Days 0, 1, 2 earn a freeze, day 3 is missed; 4 is the fourth, 5 the fifth, 6 the sixth and earns another."""
    assert paid(begun(begin, FROZEN), 0, 1, 2, 4, 5, 6, 8, 9) == [0, 0, 5, 0, 9, 0, 0, 20]


def test_at_most_so_many_freezes_are_kept(begin: Begin) -> None:
    """Six days earn two, one is held: two missed days end the run."""
    assert paid(begun(begin, FROZEN), 0, 1, 2, 3, 4, 5, 8, 9, 10) == [0, 0, 5, 0, 9, 0, 0, 0, 5]


def test_a_broken_run_keeps_no_freeze(begin: Begin) -> None:
    """A freeze is left over when two days are missed; the new run cannot use it."""
    assert paid(begun(begin, FROZEN), 0, 1, 2, 5, 6, 8, 9) == [0, 0, 5, 0, 0, 0, 0]


def test_a_late_event_neither_fills_a_gap_nor_begins_again(begin: Begin) -> None:
    play = begun(begin, DAYS)
    paid(play, 0, 2)
    assert play.pays("talked", by="ann", late=length(days=1)) == 1
    play.later(days=1)
    assert play.pays("talked", by="ann") == 1
    play.later(days=1)
    assert play.pays("talked", by="ann") == 6


def test_an_undo_rewrites_nothing(begin: Begin) -> None:
    play = begun(begin, DAYS)
    paid(play, 0, 1)
    play.send("untalked", "s1")
    assert play.balance("ann") == 1
    play.later(days=1)
    assert play.pays("talked", by="ann") == 6
    play.send("untalked", "s0")
    assert play.balance("ann") == 6


def test_only_its_rules_and_only_grants_that_pay_move_it(begin: Begin) -> None:
    rules = (f"{TALK}, caps: [{{points: 1, per: week}}]", "id: other, event: other, amount: 1")
    play = begin(rulebook(*rules, more=f"streaks: [{DAYS}]\n"))
    for number in range(5):
        assert play.pays("talked", by="ann") == (number == 0)
        play.send("other", by="ann")
        play.later(days=1)
    assert play.balance("ann") == 6


def test_two_streaks_may_pay_at_once_and_outside_of_cap_groups(begin: Begin) -> None:
    other = DAYS.replace("days,", "again,").replace("3: 5", "3: 7")
    groups = "cap_groups: {daily: {points: 2, per: day, rules: [talk]}}\n"
    play = begin(rulebook(TALK, more=f"streaks: [{DAYS}, {other}]\n{groups}"))
    assert paid(play, 0, 1, 2) == [0, 0, 12]
    assert [(d.rule, d.after) for d in play.decisions()] == [("talk", 3), ("days", 8), ("again", 15)]


def test_what_waits_moves_a_streak_when_it_arrives(begin: Begin) -> None:
    play = begin(rulebook(f"{TALK}, pending: 30d", more=f"streaks: [{DAYS}]\n"))
    assert paid(play, 0, 1, 2) == [-1, -1, 4]
