"""The sweeper does what is due where no command came by: releases, expiries, daily runs; twice changes nothing."""

from __future__ import annotations

import asyncio

from ledger.core.values import DAY, HOUR
from ledger.service.sweeper import sweep, sweeping
from ledger.service.verify import verify
from ledger.service.writer import Receipt, Writer
from ledger.store.engine import Database
from ledger.store.reads.due import what_is_due
from tests.clock import Clock
from tests.service.sayings import rows_of, said
from tests.service.timed import begun


async def _balances(database: Database, community_id: object) -> dict[int, tuple[int, int]]:
    rows = await rows_of(database, community_id, "account", "member", "balance", "pending")  # type: ignore[arg-type]
    return {member: (balance, pending) for member, balance, pending in rows}


async def test_what_waits_is_released_and_what_is_old_expires(
    database: Database, writer: Writer, clock: Clock
) -> None:
    community = await begun(database, writer)
    await writer.submit(community, [said("a", "share.posted", subject="s"), said("b", "member.hello")])
    assert await _balances(database, community.id) == {1: (5, 8)}
    clock.advance(3 * HOUR)
    assert await sweep(database, writer, community, clock) == 1
    assert await _balances(database, community.id) == {1: (13, 0)}
    assert await sweep(database, writer, community, clock) == 0
    clock.advance(11 * DAY)
    due = await what_is_due(database, community.id, at=clock(), first=10)
    assert (due.members, due.ladders) == ((1,), ("circle",))
    assert await sweep(database, writer, community, clock) > 0
    assert await _balances(database, community.id) == {1: (0, 0)}
    assert await what_is_due(database, community.id, at=clock(), first=10) == ((), ())
    assert (await verify(database, community.id)).differences == []


async def test_two_processes_sweep_and_each_act_is_done_once(
    database: Database, other: Database, writer: Writer, clock: Clock
) -> None:
    community = await begun(database, writer)
    rival = Writer(other, clock=clock)
    for number in range(40):
        await writer.submit(community, [said(f"k{number}", "share.posted", by=f"m{number}", subject=f"s{number}")])
    clock.advance(3 * HOUR)
    await asyncio.gather(
        *(sweep(where, by, community, clock) for where, by in ((database, writer), (other, rival)))
    )
    assert set((await _balances(database, community.id)).values()) == {(8, 0)}
    released = [
        row for row in await rows_of(database, community.id, "event", "type") if row == ("points.released",)
    ]
    assert len(released) == 40
    assert (await verify(database, community.id)).differences == []
    await rival.drain()


async def test_a_command_finds_everything_done_that_was_due_before_it(
    database: Database, writer: Writer, clock: Clock
) -> None:
    community = await begun(database, writer)
    await writer.submit(community, [said("a", "share.posted", subject="s")])
    clock.advance(11 * DAY)
    [answer] = await writer.submit(community, [said("b", "member.hello")])
    types = [row[1] for row in await rows_of(database, community.id, "event", "position", "type")]
    assert types[-1] == "member.hello"
    assert types.index("points.released") < types.index("points.expired") < len(types) - 1
    assert isinstance(answer, Receipt)
    assert answer.position == len(types)
    assert await _balances(database, community.id) == {1: (5, 0)}
    assert (await verify(database, community.id)).differences == []


async def test_it_goes_on_by_itself_while_a_server_runs(database: Database, writer: Writer, clock: Clock) -> None:
    community = await begun(database, writer)
    await writer.submit(community, [said("a", "share.posted", subject="s")])
    clock.advance(3 * HOUR)
    async with sweeping(database, writer, clock, every=0.01):
        for _ in range(500):
            if await _balances(database, community.id) == {1: (8, 0)}:
                break
            await asyncio.sleep(0.01)
    assert await _balances(database, community.id) == {1: (8, 0)}
