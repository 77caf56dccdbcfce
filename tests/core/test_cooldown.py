"""The least distance between two grants, by when things happened (SEMANTICS 3, 10)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.values import SECOND, Micros
from tests.core.conftest import Begin
from tests.core.play import Outcome, Play, instant, length, rulebook

RULES = rulebook(
    "id: talk, event: talk, amount: 1, when: {ok: {not_in: [false]}}, cooldown: 60s, undo_on: [talk.removed]"
)


def test_a_second_grant_waits_for_the_cooldown(begin: Begin) -> None:
    play = begin(RULES)
    assert play.pays("talk", by="ann") == 1
    play.later(seconds=59)
    assert play.says("talk", by="ann") is Outcome.COOLDOWN
    assert play.decisions()[0].possible_again_at == instant("2026-01-05T12:01:00Z")
    play.later(seconds=1)
    assert play.pays("talk", by="ann") == 1


def test_what_was_not_paid_does_not_prolong_the_cooldown(begin: Begin) -> None:
    play = begin(RULES)
    play.send("talk", by="ann")
    for _ in range(5):
        play.later(seconds=10)
        play.send("talk", by="ann")
        play.send("talk", by="ann", ok=False)
    play.later(seconds=10)
    assert play.pays("talk", by="ann") == 1


def test_another_member_is_not_kept_waiting(begin: Begin) -> None:
    play = begin(RULES)
    assert play.pays("talk", by="ann") == 1
    assert play.pays("talk", by="bob") == 1


def test_the_cooldown_is_the_receivers(begin: Begin) -> None:
    play = begin(rulebook("id: r, event: e, to: author, amount: 1, cooldown: 60s"))
    assert play.pays("e", by="ann", author="eve") == 1
    assert play.pays("e", by="bob", author="eve") == 0


def test_a_late_event_is_measured_from_when_it_happened(begin: Begin) -> None:
    play = begin(RULES)
    play.send("talk", by="ann")
    assert play.pays("talk", by="ann", late=length(seconds=59)) == 0
    assert play.pays("talk", by="ann", late=length(seconds=60)) == 1


def test_a_backlog_sent_late_is_held_to_the_cooldown_too(begin: Begin) -> None:
    """One live message must not open the gate for an hour of old ones."""
    play = begin(RULES)
    play.send("talk", by="ann")
    start = length(hours=1)
    paid = [play.pays("talk", by="ann", late=start - length(seconds=second)) for second in range(0, 180, 10)]
    assert sum(paid) == 3
    assert paid == [1, 0, 0, 0, 0, 0] * 3


def test_an_undone_grant_still_counts_as_the_last_one(begin: Begin) -> None:
    play = begin(RULES)
    play.send("talk", "m1", by="ann")
    play.send("talk.removed", "m1")
    assert play.says("talk", "m2", by="ann") is Outcome.COOLDOWN


@given(st.lists(st.integers(0, 400), max_size=40))
def test_whatever_the_order_of_arrival_no_two_grants_are_nearer_than_the_cooldown(seconds: list[int]) -> None:
    play = Play(RULES)
    paid: list[int] = []
    for second in seconds:
        at = Micros(play.now - length(hours=1) + second * SECOND)
        granted = play.pays("talk", by="ann", at=at)
        near = any(abs(second - other) < 60 for other in paid)
        assert granted == (0 if near else 1)
        paid += [second] if granted else []


@pytest.mark.parametrize("cooldown", ["1s", "7m", "24h", "30d"])
def test_a_cooldown_may_be_of_any_length(begin: Begin, cooldown: str) -> None:
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    seconds = int(cooldown[:-1]) * units[cooldown[-1]]
    play = begin(RULES.replace("60s", cooldown))
    play.send("talk", by="ann")
    play.later(seconds=seconds, microseconds=-1)
    assert play.says("talk", by="ann") is Outcome.COOLDOWN
    play.later(microseconds=1)
    assert play.says("talk", by="ann") is Outcome.GRANTED
