"""Activities that are scheduled by command: who may come, who came, and what rules make of it."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.core.books.goods import Gathering
from ledger.core.books.shelf import GATHERING
from ledger.core.decide.answers import Accepted, Answer, Repeated
from ledger.core.events import ContributionRecorded
from ledger.core.outcomes import Outcome
from ledger.core.refusals import Refusal
from ledger.core.rhythm.activities import (
    ActivityTerms,
    AnswerActivity,
    CancelActivity,
    RecordAttendance,
    ScheduleActivity,
)
from ledger.core.rhythm.activities import Answer as Said
from ledger.core.rhythm.rounds import CloseRound, OpenRound, commitment
from tests.core.play import Play, instant, length
from tests.core.replaying import retold

RULES = """\
community: {tz: Asia/Shanghai}
units: {points: {floor: 0, claw: debt}}
rules:
  - {id: hello, event: member.hello, amount: {from: data.n}}
  - {id: topic, event: topic.joined, amount: 2, once_per: [member, activity]}
  - {id: game, event: game.won, amount: 10, only_in: [game_night]}
  - {id: came, event: activity.attended, amount: 1}
  - {id: host, event: activity.hosted, amount: 15, pending: review}
activities:
  - {id: game_night, at: 'FREQ=WEEKLY;BYDAY=SA;BYHOUR=20', for: 1h, unlock: [game]}
  - {id: share_day, at: 'FREQ=WEEKLY;BYDAY=WE;BYHOUR=20', for: 2h, multiply: {topic: 2}}
tiers:
  circle:
    every: event
    measure: points.balance
    stay: while
    levels: {ordinary: 2, core: 50}
"""
NOW = "2026-01-05T04:00:00Z"  # a Monday, noon in Shanghai
ONCE = "FREQ=DAILY;COUNT=1;BYHOUR=20;BYMINUTE=0;BYSECOND=0"
FRIDAY = "2026-01-09T12:00:00Z"  # eight in the evening
SPECIAL = f"special/{FRIDAY}"
RULEBOOKS_OWN = "game_night/2026-01-10T12:00:00Z"
SEED = "5e" * 32


class Club(Play):
    """A community that meets. ann has 60 points, bob and cyd 10, dan 1."""

    def schedule(
        self, code: str = "special", *, rule: str = ONCE, kind: str = "game_night", **parts: Any
    ) -> Answer:
        """Schedule a series from Friday on, for an hour."""
        given = {"starts_at": instant(FRIDAY), "length": length(hours=1), "once": rule == ONCE, **parts}
        return self.answer(
            ScheduleActivity(terms=ActivityTerms(code=code, kind=kind, rule=rule, **given), by="key:k")
        )

    def said(self, name: str, answer: Said = Said.GOING, activity: str = SPECIAL) -> str:
        """Answer an invitation; return what came of it."""
        return told(self.answer(AnswerActivity(activity=activity, member=self.member(name), answer=answer)))

    def came(self, *names: str, activity: str = SPECIAL) -> Answer:
        """Say who came."""
        members = tuple(self.member(name) for name in names)
        return self.answer(RecordAttendance(activity=activity, members=members, by="key:k"))

    def cancel(self, activity: str = SPECIAL) -> Answer:
        """Cancel an occurrence or a series."""
        return self.answer(CancelActivity(activity=activity, by="key:k", reason="Rain"))

    def known(self, activity: str = SPECIAL) -> Gathering:
        """Return what is known of an occurrence."""
        return self.books.read(GATHERING, (activity,))


def told(answer: Answer) -> str:
    """Return a refusal's code, or what sort of answer it is."""
    return answer.code if isinstance(answer, Refusal) else type(answer).__name__


@pytest.fixture
def club() -> Club:
    """The club on Monday noon."""
    play = Club(RULES, now=NOW)
    for name, points in (("ann", 60), ("bob", 10), ("cyd", 10), ("dan", 1)):
        play.send("member.hello", by=name, n=points)
    return play


def test_what_is_scheduled_once_is_an_activity_of_its_kind_for_rules(club: Club) -> None:
    assert told(club.schedule()) == "Accepted"
    assert club.says("game.won", by="ann") is Outcome.OUTSIDE_ACTIVITY
    club.on("2026-01-09T12:30:00Z")
    assert club.pays("game.won", by="ann") == 10
    club.on("2026-01-09T13:00:00Z")
    assert club.says("game.won", by="ann") is Outcome.OUTSIDE_ACTIVITY
    assert club.pays("game.won", by="ann", activity=SPECIAL) == 10
    club.on("2026-01-16T12:30:00Z")
    assert club.says("game.won", by="ann") is Outcome.OUTSIDE_ACTIVITY
    club.check()


def test_a_series_comes_again_and_its_factor_with_it(club: Club) -> None:
    weekly = "FREQ=WEEKLY;BYHOUR=20;BYMINUTE=0;BYSECOND=0"
    club.schedule(kind="share_day", rule=weekly)
    for day in ("2026-01-09", "2026-01-16"):
        club.on(f"{day}T12:30:00Z")
        assert club.pays("topic.joined", by="ann") == 4
        assert club.says("topic.joined", by="ann") is Outcome.ONCE_ONLY
    club.cancel("special")
    club.on("2026-01-23T12:30:00Z")
    assert club.pays("topic.joined", by="ann") == 2
    club.check()


def test_a_kind_that_the_rulebook_does_not_know_changes_no_rule(club: Club) -> None:
    club.schedule(kind="picnic")
    club.on("2026-01-09T12:30:00Z")
    assert club.says("game.won", by="ann") is Outcome.OUTSIDE_ACTIVITY
    assert club.said("ann") == "Accepted"


def test_who_left_takes_no_place_until_they_are_back_and_nobody_answers_years_ahead(club: Club) -> None:
    club.schedule()
    club.send("member.left", by="bob")
    assert (club.said("bob"), club.said("bob", Said.DECLINED)) == ("NOT_AMONG_US", "Accepted")
    club.send("member.joined", by="bob")
    assert club.said("bob") == "Accepted"
    assert club.said("ann", activity="game_night/2027-01-02T12:00:00Z") == "Accepted"
    assert club.said("ann", activity="game_night/2027-01-09T12:00:00Z") == "ACTIVITY_FAR_OFF"
    club.check()


@pytest.mark.parametrize("activity", [SPECIAL, RULEBOOKS_OWN])
def test_what_was_cancelled_does_not_happen(club: Club, activity: str) -> None:
    club.schedule()
    first = club.cancel(activity)
    assert isinstance(first, Accepted)
    assert club.cancel(activity) == Repeated(position=first.position)
    club.on(activity.partition("/")[2].replace(":00:00", ":30:00"))
    assert club.says("game.won", by="ann") is Outcome.OUTSIDE_ACTIVITY
    assert club.says("game.won", by="ann", activity=activity) is Outcome.OUTSIDE_ACTIVITY
    assert club.said("ann", activity=activity) == told(club.came("ann", activity=activity)) == "ACTIVITY_OVER"
    club.check()


def test_places_are_given_in_order_until_none_is_left(club: Club) -> None:
    club.schedule(capacity=2)
    assert [club.said(name) for name in ("ann", "bob", "bob", "cyd")] == [
        "Accepted",
        "Accepted",
        "Repeated",
        "ACTIVITY_FULL",
    ]
    assert club.said("cyd", Said.MAYBE) == "Accepted"
    assert club.said("bob", Said.DECLINED) == "Accepted"
    assert club.known().going == 1
    assert club.said("cyd") == "Accepted"
    assert club.known().going == 2
    club.on("2026-01-09T13:00:00Z")
    assert club.said("cyd", Said.DECLINED) == "ACTIVITY_OVER"
    club.check()


def test_the_last_place_goes_to_one_of_sixty_four(club: Club) -> None:
    for number in range(64):
        club.send("member.hello", by=f"m{number}", n=1)
    club.schedule(capacity=1)
    answers = [club.said(f"m{number}") for number in range(64)]
    assert (answers.count("Accepted"), answers.count("ACTIVITY_FULL")) == (1, 63)
    assert club.known().going == 1


def test_until_a_time_places_are_kept_for_the_core(club: Club) -> None:
    club.schedule(capacity=3, priority_until=instant("2026-01-07T00:00:00Z"))
    assert (club.said("bob"), club.said("ann")) == ("PRIORITY_SIGNUP", "Accepted")
    assert club.said("bob", Said.MAYBE) == "Accepted"
    club.on("2026-01-07T00:00:00Z")
    assert club.said("bob") == "Accepted"
    club.check()


def test_some_activities_are_for_a_level_and_above(club: Club) -> None:
    club.schedule(min_tier="ordinary")
    assert (club.said("dan"), club.said("bob"), club.said("ann")) == ("LEVEL_TOO_LOW", "Accepted", "Accepted")
    assert told(club.schedule("other", min_tier="king")) == "LEVEL_UNKNOWN"


def test_the_core_is_whoever_has_a_place_in_a_group() -> None:
    rules = RULES.replace("levels: {ordinary: 2, core: 50}", "levels: {ordinary: 2, core: 50, elder: 900}")
    play = Club(rules, now=NOW)
    play.send("member.hello", by="ann", n=60)
    play.schedule(priority_until=instant(FRIDAY))
    assert play.said("ann") == "PRIORITY_SIGNUP"
    daily = """\
tiers:
  circle:
    every: day@04:00
    lockable: true
    levels: [{id: ordinary}, {id: core, enter: {all: [{metric: points.balance, gte: 50}]}, grants: ['group:core']},
             {id: elder, enter: manual}]
"""
    other = Club(RULES.partition("tiers:")[0] + daily, now=NOW)
    other.send("member.hello", by="ann", n=60)
    other.send("member.hello", by="bob", n=6)
    other.schedule(priority_until=instant(FRIDAY))
    assert (other.said("ann"), other.said("bob")) == ("Accepted", "PRIORITY_SIGNUP")


def test_who_came_is_said_once_each_and_the_host_is_reviewed(club: Club) -> None:
    club.schedule(host=club.member("ann"))
    assert told(club.came("bob")) == "ACTIVITY_NOT_BEGUN"
    club.on("2026-01-10T00:00:00Z")
    assert told(club.came("bob", "cyd", "bob")) == "Accepted"
    facts = [event for event in club.events if event.source == "ledger:activities"]
    assert [(event.type, event.subject, event.occurred_at) for event in facts] == [
        ("activity.attended", SPECIAL, instant(FRIDAY)),
        ("activity.attended", SPECIAL, instant(FRIDAY)),
        ("activity.hosted", SPECIAL, instant(FRIDAY)),
    ]
    assert [club.balance(name) for name in ("bob", "cyd")] == [11, 11]
    assert (club.account("ann").pending, club.known().attended) == (15, 2)
    club.review(facts[-1], approved=True)
    assert club.balance("ann") == 75
    before = len(club.events)
    assert told(club.came("cyd", "bob")) == "Repeated"
    assert len(club.events) == before
    assert told(club.came("cyd", "dan")) == "Accepted"
    assert club.known().attended == 3
    assert told(club.came("eve")) == "MEMBER_UNKNOWN"
    club.check()


def test_a_draw_is_also_from_who_came_to_the_rounds_activity(club: Club) -> None:
    club.schedule()
    club.on("2026-01-09T12:30:00Z")
    club.came("bob", "cyd")
    opening = OpenRound(code="raffle", title="r", commitment=commitment(SEED), by="k", activity=SPECIAL)
    assert told(club.answer(opening)) == "Accepted"
    club.send("round.entered", "raffle", by="ann")
    club.answer(CloseRound(key="k", code="raffle", seed=SEED, by="k", draw=3))
    assert club.last.fact.entrants == tuple(club.member(name) for name in ("ann", "bob", "cyd"))  # type: ignore[union-attr]
    assert all(club.balance(name) >= 20 for name in ("ann", "bob", "cyd"))
    other = OpenRound(code="x", title="r", commitment=commitment(SEED), by="k", activity="special/nowhen")
    assert told(club.answer(other)) == "ACTIVITY_UNKNOWN"
    club.check()


@pytest.mark.parametrize(
    "activity",
    [
        "special",
        "special/",
        "special/2026-01-10T12:00:00Z",
        "special/2026-01-09T12:00:00+00:00",
        "special/2026-01-09T12:00:00",
        "special/9999-12-31T12:00:00Z",
        "special/0001-01-01T00:00:00Z",
        "nothing/2026-01-09T12:00:00Z",
        "game_night/2026-01-09T12:00:00Z",
    ],
)
def test_what_does_not_happen_is_no_activity(club: Club, activity: str) -> None:
    club.schedule()
    assert club.said("ann", activity=activity) == "ACTIVITY_UNKNOWN"


def test_a_code_is_a_series_name_for_ever(club: Club) -> None:
    first = club.schedule()
    assert isinstance(first, Accepted)
    assert club.schedule() == Repeated(position=first.position)
    assert told(club.schedule(capacity=3)) == "ACTIVITY_EXISTS"
    assert told(club.schedule("share_day")) == "ACTIVITY_EXISTS"
    assert told(club.cancel("share_day")) == "ACTIVITY_UNKNOWN"
    club.cancel("special")
    assert told(club.schedule()) == "ACTIVITY_EXISTS"
    assert told(club.schedule("hosted", host=99)) == "MEMBER_UNKNOWN"


def test_where_to_join_is_outside_the_log(club: Club) -> None:
    terms = ActivityTerms(code="c", kind="k", rule=ONCE, starts_at=instant(FRIDAY), length=1, once=True)
    club.do(ScheduleActivity(terms=terms, by="key:k", join_url="https://meet.example/x"))
    assert club.books.events[-1].private == {"texts": {"url": "https://meet.example/x"}}


def test_what_happened_once_long_ago_leaves_the_agenda(club: Club) -> None:
    from ledger.core.books.activities import agenda

    club.schedule()
    club.schedule("weekly", rule="FREQ=WEEKLY;BYHOUR=9;BYMINUTE=0;BYSECOND=0")
    club.on("2026-03-01T00:00:00Z")
    club.schedule("next", starts_at=instant("2026-03-02T12:00:00Z"))
    assert agenda(club.books) == ["weekly", "next"]


def test_told_again_to_other_rules_activities_stand(club: Club) -> None:
    club.schedule(capacity=1, host=club.member("ann"), priority_until=instant(FRIDAY))
    club.said("ann")
    club.on("2026-01-09T12:30:00Z")
    club.came("ann", "bob")
    club.send("game.won", by="bob")
    again = retold(
        club, RULES.replace("amount: 10, only_in", "amount: 20, only_in").replace("core: 50", "core: 500")
    )
    assert again.refused == []
    assert again.balance("bob") == 10 + 1 + 20
    came = [event for event in club.events if isinstance(event.fact, ContributionRecorded)]
    assert len(came) == 4 + 3 + 1
