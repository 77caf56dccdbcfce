"""What people do to levels by hand, dry runs, and how daily runs go through all members and days."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.core.decide.judging import CHUNK, dry_run
from ledger.core.events import TierRunOpened, TiersJudged
from ledger.core.values import MemberId
from tests.core.conftest import Begin
from tests.core.ladders import circle, ladder, level, until
from tests.core.play import instant, tiers

KEPT = "{min_stay: 1d}"
RICH = "{metric: points.balance, gte: 50}"


def test_a_locked_member_is_moved_by_nothing_but_a_person(begin: Begin) -> None:
    play = begin(ladder(level("rich", RICH, stay=KEPT), "id: leader, enter: manual"))
    play.send("gain", by="ann", n=50)
    play.lock("ann", "leader")
    play.send("gain", by="ann", n=-50)
    until(play, "2026-02-01T12:00:00Z")
    assert circle(play, "ann") == "leader"
    play.lock("ann", "base")
    play.send("gain", by="ann", n=90)
    until(play, "2026-02-03T12:00:00Z")
    assert circle(play, "ann") == "base"


def test_unlocked_a_member_is_judged_again_from_the_next_award_or_run_on(begin: Begin) -> None:
    play = begin(ladder(level("rich", RICH, stay="{grace: 2d}")))
    play.send("gain", by="ann", n=50)
    play.lock("ann", "base")
    play.lock("ann", None)
    assert circle(play, "ann") == "base"
    until(play, "2026-01-06T04:00:00Z")
    assert circle(play, "ann") == "rich"
    play.send("waved", by="bob")
    play.lock("bob", "rich")
    play.lock("bob", None)
    until(play, "2026-01-08T12:00:00Z")
    assert circle(play, "bob") == "rich", "grace is for them too"
    until(play, "2026-01-09T04:00:00Z")
    assert circle(play, "bob") == "base"


def test_a_manual_level_is_reached_and_left_by_hand_only(begin: Begin) -> None:
    play = begin(ladder(level("rich", RICH, stay=KEPT), "id: leader, enter: manual"))
    play.send("gain", by="ann", n=99)
    assert circle(play, "ann") == "rich"
    play.lock("ann", "leader")
    play.lock("ann", None)
    play.send("gain", by="ann", n=-99)
    until(play, "2026-02-01T12:00:00Z")
    assert circle(play, "ann") == "leader"


def test_a_lock_comes_after_what_was_due_before_it(begin: Begin) -> None:
    play = begin(ladder(level("rich", RICH, stay=KEPT), level("top", "{metric: points.balance, gte: 99}")))
    play.send("gain", by="ann", n=50)
    play.send("gain", by="ann", n=-50)
    play.later(days=1)
    play.lock("ann", "top")
    assert play.moves("ann")[-2:] == [("base", "2026-01-06T04:00"), ("top", "2026-01-06T12:00")]


def test_a_dry_run_says_what_would_move_and_changes_nothing(begin: Begin) -> None:
    play = begin(ladder(level("rich", RICH, stay=KEPT), "id: leader, enter: manual"))
    for name in ("ann", "bob", "cyd"):
        play.send("gain", by=name, n=50)
    play.send("gain", by="ann", n=-50)
    play.send("gain", by="cyd", n=-50)
    play.lock("cyd", "rich")
    before, events = play.state(), len(play.events)
    version = play.books.versions.latest
    members = [MemberId(number) for number in (1, 2, 3)]
    found = list(dry_run(play.books, version, version.ladders["circle"], members, date(2026, 1, 6).toordinal()))
    assert [(one.member, one.before, one.after, one.at) for one in found] == [
        (play.member("ann"), "rich", "base", instant("2026-01-06T04:00:00Z"))
    ]
    assert (play.state(), len(play.events)) == (before, events)
    until(play, "2026-01-06T04:00:00Z")
    assert [one.after for one in tiers(play.last)] == ["base"]


# Runs


def test_a_run_goes_through_all_members_in_chunks(begin: Begin) -> None:
    play = begin(ladder(level("old", "{metric: member_for, gte: 10h}")))
    for number in range(CHUNK + 10):
        play.send("waved", by=f"m{number}")
    until(play, "2026-01-06T04:00:00Z")
    judged = [event.fact for event in play.events if isinstance(event.fact, TiersJudged)]
    assert [(fact.first, fact.last, len(fact.tiers)) for fact in judged] == [(1, 500, 500), (501, 510, 10)]
    assert judged[-1].next_at == instant("2026-01-07T04:00:00Z")


def test_a_level_that_a_new_rulebook_no_longer_has_counts_as_none(begin: Begin) -> None:
    play = begin(ladder(level("rich", RICH, stay="forever")))
    play.send("gain", by="ann", n=50)
    play.publish(ladder(level("wealthy", "{metric: points.balance, gte: 60}")))
    until(play, "2026-01-06T04:00:00Z")
    assert play.moves("ann")[-1] == ("base", "2026-01-06T04:00")
    play.send("gain", by="ann", n=10)
    assert circle(play, "ann") == "wealthy"


def test_a_ladder_that_comes_later_finds_everybody_in_its_first_run(begin: Begin) -> None:
    play = begin(ladder(level("rich", RICH)).split("tiers:")[0])
    play.send("gain", by="ann", n=50)
    play.send("gain", by="bob", n=1)
    play.publish(ladder(level("rich", RICH)))
    until(play, "2026-01-06T04:00:00Z")
    assert (circle(play, "ann"), circle(play, "bob")) == ("rich", "base")


@pytest.mark.parametrize(
    ("tz", "run"),
    [
        ("Pacific/Kiritimati", "2026-01-05T14:00"),
        ("Etc/GMT+12", "2026-01-05T16:00"),
        ("America/St_Johns", "2026-01-06T07:30"),
    ],
)
def test_the_run_is_at_the_communitys_hour(begin: Begin, tz: str, run: str) -> None:
    play = begin(ladder(level("old", "{metric: member_for, gte: 1h}"), tz=tz), now="2026-01-05T12:00:00Z")
    play.send("waved", by="ann")
    until(play, "2026-01-07T12:00:00Z")
    assert play.moves("ann")[-1] == ("old", run)


@pytest.mark.parametrize(
    ("now", "at", "runs"),
    [
        ("2026-03-07T12:00:00Z", "02:30", ["2026-03-08T07:30", "2026-03-09T06:30", "2026-03-10T06:30"]),
        ("2026-10-31T12:00:00Z", "01:30", ["2026-11-01T05:30", "2026-11-02T06:30", "2026-11-03T06:30"]),
    ],
)
def test_a_run_that_clocks_skip_is_an_hour_later_and_one_they_show_twice_is_once(
    begin: Begin, now: str, at: str, runs: list[str]
) -> None:
    play = begin(ladder(level("on", "{metric: visits, gte: 1}"), tz="America/New_York", at=at), now=now)
    play.send("waved", by="ann")
    until(play, f"{runs[-1]}:00Z")
    opened = [event.occurred_at for event in play.events if isinstance(event.fact, TierRunOpened)]
    assert opened == [instant(f"{one}:00Z") for one in runs]
