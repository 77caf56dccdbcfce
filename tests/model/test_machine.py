"""Hypothesis drives the core through every step it has, in any order: see `machine` for what must hold."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from ledger.core import undo
from ledger.core.decide import due
from ledger.core.rules import caps, lots
from tests.model.machine import Community

QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck), "print_blob": True}


def _run(examples: int, steps: int, **more: Any) -> None:
    run_state_machine_as_test(
        Community, settings=settings(max_examples=examples, stateful_step_count=steps, **{**QUIET, **more})
    )


def test_whatever_steps_are_taken_the_books_are_the_log_folded_and_no_promise_is_broken() -> None:
    _run(35, 40)


@pytest.mark.acceptance
@pytest.mark.timeout(3_600)
def test_many_more_and_longer_walks_break_no_promise() -> None:
    _run(1_500, 100)


PLANTED = {
    "a cap has room for one more": (caps.Limit, "allowed", lambda limit, wanted: min(wanted, limit.room + 1)),
    "what is spent is taken from no lot": (lots, "spend", lambda *_, **__: ()),
    "points end at once": (lots, "last_day", lambda expiry, dated: dated),
    "what is released is granted twice over": (due, "bounded", lambda account, amount: 2 * amount),
    "a grant can be undone again": (undo, "is_undone", lambda books, position, ordinal: False),
}


@pytest.mark.parametrize("bug", PLANTED)
def test_a_walk_fails_where_a_bug_is_planted(monkeypatch: pytest.MonkeyPatch, bug: str) -> None:
    monkeypatch.setattr(*PLANTED[bug])
    with pytest.raises(AssertionError):
        _run(200, 40, database=None, derandomize=True, phases=[Phase.generate], print_blob=False)
