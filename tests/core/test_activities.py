"""Rules inside and outside of activities, by name or by time, on every clock (SEMANTICS 15)."""

from __future__ import annotations

import pytest

from tests.core.conftest import Begin
from tests.core.play import Outcome, Play, claims, length, rulebook

NIGHT = """\
activities:
  - {id: game_night, at: 'FREQ=WEEKLY;BYDAY=SA;BYHOUR=20', for: 1h, unlock: [game]}
  - {id: news, at: 'FREQ=DAILY;BYHOUR=8', for: 30m, multiply: {topic: 1.5}}
"""
RULES = (
    "id: game, event: game.won, amount: 10, once_per: [member, round], only_in: [game_night]",
    "id: topic, event: topic.joined, amount: 2, once_per: [member, activity]",
)
SATURDAY = "2026-01-10T20:30:00Z"


def night(begin: Begin, now: str = SATURDAY, tz: str = "UTC") -> Play:
    return begin(rulebook(*RULES, tz=tz, more=NIGHT), now=now)


@pytest.mark.parametrize(
    ("when", "outcome"),
    [
        ("2026-01-10T19:59:59.999999Z", Outcome.OUTSIDE_ACTIVITY),
        ("2026-01-10T20:00:00Z", Outcome.GRANTED),
        ("2026-01-10T20:59:59.999999Z", Outcome.GRANTED),
        ("2026-01-10T21:00:00Z", Outcome.OUTSIDE_ACTIVITY),
        ("2026-01-09T20:30:00Z", Outcome.OUTSIDE_ACTIVITY),
    ],
)
def test_only_in_is_from_its_start_up_to_its_end_when_it_happened(
    begin: Begin, when: str, outcome: Outcome
) -> None:
    play = night(begin, now="2026-01-11T12:00:00Z")
    assert play.says("game.won", by="ann", round=1, at=when) is outcome


def test_outside_nothing_is_claimed(begin: Begin) -> None:
    play = night(begin, now="2026-01-10T19:00:00Z")
    assert play.says("game.won", by="ann", round=1) is Outcome.OUTSIDE_ACTIVITY
    play.on(SATURDAY)
    assert play.pays("game.won", by="ann", round=1) == 10
    assert play.says("game.won", by="ann", round=1) is Outcome.ONCE_ONLY


def test_an_event_that_names_the_activity_belongs_to_its_last_start_also_after_its_end(begin: Begin) -> None:
    play = night(begin, now="2026-01-12T09:00:00Z")
    assert play.pays("game.won", by="ann", round=1, activity="game_night") == 10
    assert play.pays("game.won", by="bob", round=1, activity="game_night/2026-01-10T20:00:00Z") == 10


def test_an_event_that_names_another_activity_is_not_in_what_runs_meanwhile(begin: Begin) -> None:
    play = night(begin)
    assert play.says("game.won", by="ann", round=1, activity="news") is Outcome.OUTSIDE_ACTIVITY
    assert play.says("game.won", by="ann", round=1, activity="a walk") is Outcome.OUTSIDE_ACTIVITY


def test_before_its_first_start_there_is_no_activity_to_name(begin: Begin) -> None:
    more = NIGHT.replace("for: 1h,", "for: 1h, starts: 2026-01-17,")
    play = begin(rulebook(*RULES, more=more), now=SATURDAY)
    assert play.says("game.won", by="ann", round=1, activity="game_night") is Outcome.OUTSIDE_ACTIVITY
    play.on("2026-01-17T20:00:00Z")
    assert play.pays("game.won", by="ann", round=1) == 10


def test_once_per_activity_is_once_in_each_of_its_times(begin: Begin) -> None:
    play = night(begin, now="2026-01-10T08:00:00Z")
    assert play.pays("topic.joined", by="ann") == 3
    assert play.says("topic.joined", by="ann") is Outcome.ONCE_ONLY
    assert play.pays("topic.joined", by="bob") == 3
    play.later(days=1)
    assert play.pays("topic.joined", by="ann") == 3
    assert list(claims(play.books, "once:topic")) == [
        "1,news/2026-01-10T08:00:00Z",
        "2,news/2026-01-10T08:00:00Z",
        "1,news/2026-01-11T08:00:00Z",
    ]


def test_by_name_and_by_time_it_is_the_same_activity(begin: Begin) -> None:
    play = night(begin, now="2026-01-10T08:10:00Z")
    play.send("topic.joined", by="ann")
    assert play.says("topic.joined", by="ann", activity="news") is Outcome.ONCE_ONLY
    assert play.says("topic.joined", by="ann", activity="news/2026-01-10T08:00:00Z") is Outcome.ONCE_ONLY


def test_outside_of_any_there_is_no_once_per_activity(begin: Begin) -> None:
    play = night(begin, now="2026-01-10T12:00:00Z")
    assert [play.pays("topic.joined", by="ann") for _ in range(3)] == [2, 2, 2]
    assert claims(play.books, "once:topic") == {}


def test_an_activity_that_no_rulebook_knows_still_is_one_to_be_once_in(begin: Begin) -> None:
    play = night(begin, now="2026-01-10T12:00:00Z")
    assert play.pays("topic.joined", by="ann", activity="picnic") == 2
    assert play.says("topic.joined", by="ann", activity="picnic") is Outcome.ONCE_ONLY


@pytest.mark.parametrize(
    ("tz", "inside"),
    [
        ("Pacific/Kiritimati", "2026-01-10T06:00:00Z"),
        ("Etc/GMT+12", "2026-01-11T08:00:00Z"),
        ("Asia/Kathmandu", "2026-01-10T14:15:00Z"),
        ("America/St_Johns", "2026-01-10T23:30:00Z"),
    ],
)
def test_the_hour_and_the_weekday_are_the_communitys(begin: Begin, tz: str, inside: str) -> None:
    play = night(begin, now=inside, tz=tz)
    assert play.pays("game.won", by="ann", round=1) == 10
    play.later(minutes=-1)
    assert play.says("game.won", by="ann", round=2) is Outcome.OUTSIDE_ACTIVITY


@pytest.mark.parametrize(
    ("date", "start"),
    [
        ("2026-03-07", "2026-03-07T07:30"),  # EST
        ("2026-03-08", "2026-03-08T07:30"),  # 02:30 is skipped: it is at 03:30 EDT
        ("2026-03-09", "2026-03-09T06:30"),  # EDT
        ("2026-10-31", "2026-10-31T06:30"),
        ("2026-11-01", "2026-11-01T07:30"),  # EST by then: 02:30 comes once
        ("2026-11-02", "2026-11-02T07:30"),
    ],
)
def test_a_start_in_the_hour_that_clocks_skip_is_an_hour_later(begin: Begin, date: str, start: str) -> None:
    more = "activities:\n  - {id: early, at: 'FREQ=DAILY;BYHOUR=2;BYMINUTE=30', for: 1h}\n"
    rule = "id: game, event: game.won, amount: 10, only_in: [early]"
    play = begin(rulebook(rule, tz="America/New_York", more=more), now=f"{date}T12:00:00Z")
    assert play.pays("game.won", by="ann", at=f"{start}:00Z") == 10
    assert play.says("game.won", by="ann", at=f"{start}:00Z", late=0) is Outcome.GRANTED
    before = play.command("game.won", by="ann", at=f"{start}:00Z").occurred_at
    assert before is not None
    assert play.says("game.won", by="ann", at=before - 1) is Outcome.OUTSIDE_ACTIVITY
    assert play.says("game.won", by="ann", at=before + length(hours=1)) is Outcome.OUTSIDE_ACTIVITY


def test_an_hour_that_clocks_show_twice_is_taken_the_first_time(begin: Begin) -> None:
    more = "activities:\n  - {id: early, at: 'FREQ=DAILY;BYHOUR=1;BYMINUTE=30', for: 30m}\n"
    rule = "id: game, event: game.won, amount: 10, only_in: [early]"
    play = begin(rulebook(rule, tz="America/New_York", more=more), now="2026-11-01T12:00:00Z")
    assert play.pays("game.won", by="ann", at="2026-11-01T05:30:00Z") == 10
    assert play.says("game.won", by="ann", at="2026-11-01T06:30:00Z") is Outcome.OUTSIDE_ACTIVITY


def test_one_that_runs_over_midnight_runs_on(begin: Begin) -> None:
    more = "activities:\n  - {id: late, at: 'FREQ=WEEKLY;BYDAY=SA;BYHOUR=23', for: 3h}\n"
    play = begin(
        rulebook("id: game, event: game.won, amount: 10, only_in: [late]", more=more), now="2026-01-11T01:59:59Z"
    )
    assert play.pays("game.won", by="ann") == 10
    play.later(seconds=1)
    assert play.says("game.won", by="ann") is Outcome.OUTSIDE_ACTIVITY
