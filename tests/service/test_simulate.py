"""What if: the real past under a draft, in memory. The same rulebook differs in nothing."""

from __future__ import annotations

import pytest

from ledger.core.values import DAY
from ledger.service.rulebooks import RulebookFaulty
from ledger.service.simulate import KindDifference, MemberDifference, TierMove, simulate
from ledger.service.tier_runs import preview
from ledger.service.writer import Writer
from ledger.store.directory import Community
from ledger.store.engine import Database
from tests.clock import NOON, Clock
from tests.service.sayings import facts_of
from tests.service.timed import DEARER, RULEBOOK, begun, ledger, lively


@pytest.fixture
async def community(database: Database, writer: Writer, clock: Clock) -> Community:
    community = await begun(database, writer)
    await lively(writer, community, clock)
    return community


async def test_the_same_rulebook_differs_in_nothing(database: Database, community: Community, clock: Clock) -> None:
    result = await simulate(database, community.id, RULEBOOK, at=clock())
    assert (result.members, result.kinds, result.moves, result.refused) == ([], [], [], 0)
    assert result.events == 13


async def test_a_price_moves_every_balance_it_is_part_of_and_nothing_is_written(
    database: Database, community: Community, clock: Clock
) -> None:
    before = await facts_of(database, community.id)
    result = await simulate(database, community.id, DEARER, at=clock())
    # ana: two hellos, two shares, two thanks; ben: two hellos, one share left; cyd: two hellos.
    assert result.members == [
        MemberDifference(1, "points", 30, 32),  # type: ignore[arg-type]
        MemberDifference(2, "points", 18, 20),  # type: ignore[arg-type]
        MemberDifference(3, "points", 10, 12),  # type: ignore[arg-type]
    ]
    assert result.kinds == [KindDifference("member.hello", "points", 30, 36)]
    assert await facts_of(database, community.id) == before


async def test_a_draft_from_a_date_on_leaves_what_was_before_it(
    database: Database, community: Community, clock: Clock
) -> None:
    result = await simulate(database, community.id, DEARER, since=NOON + DAY, at=clock())  # type: ignore[arg-type]
    assert [one.after - one.before for one in result.members] == [1, 1, 1]


async def test_levels_that_would_differ_are_named(database: Database, community: Community, clock: Clock) -> None:
    easier = RULEBOOK.replace("gte: 15", "gte: 10")
    result = await simulate(database, community.id, easier, at=clock())
    assert result.members == []
    assert TierMove(3, "circle", "newcomer", "regular") in result.moves  # type: ignore[arg-type]
    counted = {(one.ladder, one.level): (one.before, one.after) for one in result.levels}
    assert sum(before for before, _ in counted.values()) == sum(after for _, after in counted.values()) == 3


async def test_a_draft_with_faults_is_refused_with_all_of_them(
    database: Database, community: Community, clock: Clock
) -> None:
    faulty = RULEBOOK.replace("amount: 5", "amount: five").replace("pending: 2h", "pending: soon")
    with pytest.raises(RulebookFaulty) as raised:
        await simulate(database, community.id, faulty, at=clock())
    assert len(raised.value.faults) == 2


async def test_the_next_daily_run_can_be_looked_at_without_doing_it(
    database: Database, writer: Writer, community: Community, clock: Clock
) -> None:
    clock.advance(3 * DAY)
    before = await facts_of(database, community.id)
    found = await preview(ledger(database, writer, clock), community)
    assert await facts_of(database, community.id) == before
    # Nobody earned in the three days before the 28th; the run of that day is the first below, the next one lowers.
    assert str(found.day) == "2026-11-29"
    assert [(one.member, one.before, one.after) for one in found.changes] == [
        (1, "regular", "newcomer"),
        (2, "regular", "newcomer"),
    ]
