"""The ledger against a model of plain dicts: every answer and every balance, on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.core import undo
from ledger.core.decide import grading
from ledger.core.rules import caps, cooldown
from ledger.service.writer import Writer
from ledger.store.engine import Database
from tests import rulebooks
from tests.clock import Clock
from tests.databases import only_sqlite
from tests.model.driving import GARDEN, compare


async def _compare(database: Database, writer: Writer, clock: Clock, *, seed: int, many: int) -> int:
    community = await rulebooks.begin(database, writer, rulebook=GARDEN)
    model = await compare(database, writer, community, clock, seed=seed, many=many, look_every=100)
    return len(model.back)


async def test_random_operations_do_in_the_ledger_what_they_do_in_the_model(
    database: Database, writer: Writer, clock: Clock
) -> None:
    assert await _compare(database, writer, clock, seed=1, many=1_500) > 100


@pytest.mark.acceptance
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("seed", [2, 3])
async def test_ten_thousand_operations_of_a_seed_do_the_same_in_the_ledger_and_the_model(
    database: Database, writer: Writer, clock: Clock, seed: int
) -> None:
    """20,000 on each database."""
    assert await _compare(database, writer, clock, seed=seed, many=10_000) > 500


def _room_of_one_more(plain: Any) -> Any:
    return lambda self, wanted: plain(self, wanted) if wanted <= self.room else plain(self, wanted) + 1


PLANTED = {
    "the floor is not looked at": (grading, "floored", lambda unit, account, amount: amount),
    "a cap has room for one more": (caps.Limit, "allowed", _room_of_one_more(caps.Limit.allowed)),
    "a cooldown is over at once": (cooldown, "ready_at", lambda books, case, rule, receiver: None),
    "a grant can be undone again": (undo, "is_undone", lambda books, position, ordinal: False),
    "an undo that came first is forgotten": (grading, "undone_before_it_came", lambda books, case, rule: False),
}


@only_sqlite
@pytest.mark.parametrize("bug", PLANTED)
async def test_the_comparison_fails_where_a_bug_is_planted(
    database: Database, writer: Writer, clock: Clock, monkeypatch: pytest.MonkeyPatch, bug: str
) -> None:
    monkeypatch.setattr(*PLANTED[bug])
    with pytest.raises(AssertionError, match="the ledger, then the model"):
        await _compare(database, writer, clock, seed=1, many=1_500)
