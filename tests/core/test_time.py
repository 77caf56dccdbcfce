"""Which time counts for what: rulebooks, late events, clocks (SEMANTICS 2, 3, 4)."""

from __future__ import annotations

import pytest

from ledger.core.commands import PublishRulebook
from ledger.core.decide.answers import Accepted
from ledger.core.events import decisions
from ledger.core.refusals import EffectiveBeforeCurrent, TimeInFuture, VersionTaken
from ledger.core.values import Micros
from tests.core.conftest import Begin
from tests.core.play import Outcome, cached_read, instant, length, rulebook

ONE = rulebook("id: hi, event: hi, amount: 1")
TEN = rulebook("id: hi, event: hi, amount: 10")
HUNDRED = rulebook("id: hi, event: hi, amount: 100")


def test_the_first_rulebook_is_in_force_from_the_beginning_of_time(begin: Begin) -> None:
    play = begin(ONE)
    assert play.pays("hi", by="ann", at="1971-03-01T00:00:00Z", imported=True) == 1
    assert play.last.rulebook == 1


def test_a_later_rulebook_is_in_force_from_the_instant_it_is_published(begin: Begin) -> None:
    play = begin(ONE)
    play.later(hours=1)
    play.publish(TEN)
    published = play.last.recorded_at
    assert play.pays("hi", by="ann", at=published) == 10
    assert play.pays("hi", by="ann", at=published - 1) == 1


def test_a_late_event_is_graded_by_the_rulebook_of_its_time(begin: Begin) -> None:
    play = begin(ONE)
    play.publish(TEN, effective="2026-01-03T00:00:00Z")
    play.publish(HUNDRED, effective="2026-01-04T00:00:00Z")
    assert play.pays("hi", by="ann", at="2026-01-02T23:59:59.999999Z") == 1
    assert play.pays("hi", by="ann", at="2026-01-03T00:00:00Z") == 10
    assert play.pays("hi", by="ann", at="2026-01-03T23:59:59Z") == 10
    assert play.pays("hi", by="ann", at="2026-01-04T00:00:00Z") == 100
    assert play.pays("hi", by="ann") == 100


def test_of_two_rulebooks_from_one_instant_the_later_published_holds(begin: Begin) -> None:
    play = begin(ONE)
    play.publish(TEN, effective="2026-01-03T00:00:00Z")
    play.publish(HUNDRED, effective="2026-01-03T00:00:00Z")
    assert play.pays("hi", by="ann", at="2026-01-03T00:00:00Z") == 100


def test_a_rulebook_cannot_take_effect_before_the_one_it_follows(begin: Begin) -> None:
    play = begin(ONE)
    play.publish(TEN, effective="2026-01-03T00:00:00Z")
    answer = play.publish(HUNDRED, effective="2026-01-02T23:59:59Z")
    assert answer == EffectiveBeforeCurrent(earliest=instant("2026-01-03T00:00:00Z"))
    assert len(play.events) == 2


def test_a_rulebook_for_a_taken_version_is_refused_and_a_repeat_is_not(begin: Begin) -> None:
    play = begin(ONE)
    command = PublishRulebook(yaml=TEN, rulebook=cached_read(TEN), number=2)
    assert isinstance(play.answer(command), Accepted)
    assert play.answer(PublishRulebook(yaml=TEN, rulebook=cached_read(TEN), number=4)) == VersionTaken(next=3)
    before = len(play.events)
    play.answer(command)
    assert len(play.events) == before


@pytest.mark.parametrize(
    ("late", "outcome"),
    [
        (length(days=7), Outcome.GRANTED),
        (length(days=7) + 1, Outcome.TOO_LATE),
        (length(days=400), Outcome.TOO_LATE),
    ],
)
def test_live_events_are_paid_up_to_seven_days_late(begin: Begin, late: int, outcome: Outcome) -> None:
    play = begin(ONE)
    assert play.says("hi", by="ann", at=play.now - late) is outcome
    assert play.balance("ann") == (1 if outcome is Outcome.GRANTED else 0)


def test_imported_history_is_never_too_late(begin: Begin) -> None:
    assert begin(ONE).says("hi", by="ann", at="2011-01-01T00:00:00Z", imported=True) is Outcome.GRANTED


@pytest.mark.parametrize(("spelled", "days"), [("2d", 2), ("forever", 5000)])
def test_how_late_is_the_rulebooks_to_say(begin: Begin, spelled: str, days: int) -> None:
    play = begin(ONE.replace("tz: UTC", f"tz: UTC, accept_late: {spelled}"))
    assert play.says("hi", by="ann", at=play.now - length(days=days)) is Outcome.GRANTED


def test_a_late_event_is_kept_and_makes_no_claim_and_moves_no_cap(begin: Begin) -> None:
    play = begin(rulebook("id: r, event: e, amount: 5, once_per: [member], caps: [{points: 5, per: ever}]"))
    assert play.says("e", by="ann", at=play.now - length(days=8)) is Outcome.TOO_LATE
    assert play.says("e", by="ann") is Outcome.GRANTED


def test_a_clock_ten_minutes_ahead_is_taken_and_not_a_microsecond_more(begin: Begin) -> None:
    play = begin(ONE)
    latest = Micros(play.now + length(minutes=10))
    assert play.pays("hi", by="ann", at=latest) == 1
    refused = play.answer(play.command("hi", by="eve", at=latest + 1))
    assert refused == TimeInFuture(latest=latest)
    assert play.member("eve") == 0
    assert len(play.events) == 2


def test_recorded_times_rise_though_the_clock_stands_or_goes_back(begin: Begin) -> None:
    play = begin(ONE)
    for _ in range(3):
        play.send("hi", by="ann")
    play.later(hours=-1)
    play.send("hi", by="ann")
    times = [event.recorded_at for event in play.events]
    assert times == sorted(set(times))


def test_a_late_event_uses_the_room_left_in_its_own_day_and_restates_nothing(begin: Begin) -> None:
    play = begin(rulebook("id: r, event: e, amount: 6, caps: [{points: 10, per: day}]"))
    play.send("e", by="ann", at="2026-01-04T10:00:00Z")
    play.send("e", by="ann", at="2026-01-05T10:00:00Z")
    assert play.pays("e", by="ann", at="2026-01-04T09:00:00Z") == 4
    assert play.pays("e", by="ann", at="2026-01-04T08:00:00Z") == 0
    assert play.pays("e", by="ann", at="2026-01-05T11:00:00Z") == 4
    assert [sum(d.granted for d in decisions(event)) for event in play.events[1:]] == [6, 6, 4, 0, 4]


def test_tomorrows_room_can_be_taken_ten_minutes_early_but_only_once(begin: Begin) -> None:
    """A sender whose clock runs ahead moves points between days, and gains none."""
    play = begin(rulebook("id: r, event: e, amount: 10, caps: [{points: 10, per: day}]"), "2026-01-05T23:55:00Z")
    assert play.pays("e", by="ann") == 10
    assert play.pays("e", by="ann", at="2026-01-06T00:00:00Z") == 10
    assert play.pays("e", by="ann", at="2026-01-06T00:05:00Z") == 0
    play.on("2026-01-06T12:00:00Z")
    assert play.pays("e", by="ann") == 0


def test_tier_and_balance_are_the_state_at_the_events_place_in_the_log(begin: Begin) -> None:
    """A loss that happened earlier but comes later meets the floor of now."""
    play = begin(rulebook("id: up, event: up, amount: 5", "id: down, event: down, amount: -5", unit="{floor: 0}"))
    assert play.pays("down", by="ann", at="2026-01-05T11:00:00Z") == 0
    assert play.pays("up", by="ann", at="2026-01-05T10:00:00Z") == 5
    assert play.pays("down", by="ann", at="2026-01-05T09:00:00Z") == -5
