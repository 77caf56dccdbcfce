"""The ledger against a model of plain dicts: every answer and every balance, on both databases."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from ledger.core import reversal, undo
from ledger.core.decide import grading
from ledger.core.rules import caps, cooldown, factors, lots
from ledger.service.writer import Writer
from ledger.store.engine import Database
from tests import rulebooks
from tests.clock import Clock
from tests.databases import only_sqlite
from tests.model.driving import Comparison
from tests.model.habits import GARDEN, POND, Habits


async def _compare(
    database: Database, writer: Writer, clock: Clock, habits: Habits, *, seed: int, many: int
) -> int:
    community = await rulebooks.begin(database, writer, rulebook=habits.rulebook)
    comparison = Comparison(database, writer, community, clock, habits)
    model = await comparison.run(seed=seed, many=many, look_every=100)
    return len(model.back)


BOTH = pytest.mark.parametrize("habits", [GARDEN, POND], ids=["garden", "pond"])


@BOTH
async def test_random_operations_do_in_the_ledger_what_they_do_in_the_model(
    database: Database, writer: Writer, clock: Clock, habits: Habits
) -> None:
    assert await _compare(database, writer, clock, habits, seed=1, many=1_500) > 100


@pytest.mark.acceptance
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("seed", [2, 3])
@BOTH
async def test_ten_thousand_operations_of_a_seed_do_the_same_in_the_ledger_and_the_model(
    database: Database, writer: Writer, clock: Clock, habits: Habits, seed: int
) -> None:
    """20,000 of each rulebook on each database."""
    assert await _compare(database, writer, clock, habits, seed=seed, many=10_000) > 500


def _room_of_one_more(plain: Any) -> Any:
    return lambda self, wanted: plain(self, wanted) if wanted <= self.room else plain(self, wanted) + 1


def _boundless_budget(plain: Any) -> Any:
    return lambda self, wanted: wanted if self.step.startswith("budget:") else plain(self, wanted)


PLANTED: dict[str, tuple[Habits, Any, str, Any]] = {
    "the floor is not looked at": (GARDEN, grading, "floored", lambda unit, account, amount: amount),
    "a cap has room for one more": (GARDEN, caps.Limit, "allowed", _room_of_one_more(caps.Limit.allowed)),
    "a cooldown is over at once": (GARDEN, cooldown, "ready_at", lambda books, case, rule, receiver: None),
    "a grant can be undone again": (GARDEN, undo, "is_undone", lambda books, position, ordinal: False),
    "an undo that came first is forgotten": (
        GARDEN,
        grading,
        "undone_before_it_came",
        lambda books, case, rule: False,
    ),
    "all givers weigh the same": (POND, factors, "level_of", lambda books, version, ladder, member: ""),
    "an activity multiplies nothing": (POND, factors, "_activities", lambda case, rule, running: ("", Fraction(1))),
    "what waits counts at once": (POND, grading, "_waiting", lambda books, look, decision: decision),
    "what is declined keeps its claim": (POND, reversal, "claims_back", lambda *_: ()),
    "points never end": (POND, lots, "expires_at", lambda version, unit, dated: None),
    "a month is a day": (POND, lots, "last_day", lambda expiry, dated: dated),
    "what expired is taken once more": (POND, lots, "expired_of", lambda *_: 0),
    "a loss is not given back to its lots": (POND, lots, "refill", lambda *_, **__: ()),
    "a budget has no end": (POND, caps.Limit, "allowed", _boundless_budget(caps.Limit.allowed)),
}


@only_sqlite
@pytest.mark.parametrize("bug", PLANTED)
async def test_the_comparison_fails_where_a_bug_is_planted(
    database: Database, writer: Writer, clock: Clock, monkeypatch: pytest.MonkeyPatch, bug: str
) -> None:
    habits, where, name, broken = PLANTED[bug]
    monkeypatch.setattr(where, name, broken)
    with pytest.raises(AssertionError, match="the ledger, then the model"):
        await _compare(database, writer, clock, habits, seed=1, many=1_500)
