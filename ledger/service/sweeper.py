"""Does what is due where no command came by to do it: expiries, releases and daily runs, in bounded chunks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from ledger.core.commands import SettleDue
from ledger.core.refusals import Refusal
from ledger.service.clock import Clock
from ledger.service.erasing import destroy
from ledger.service.progress import Progress, silent
from ledger.service.writer import QueueFull, Writer
from ledger.store import directory
from ledger.store.directory import Community
from ledger.store.engine import ANSWERED_WITH_AN_ERROR, AWAY, Database
from ledger.store.reads.due import what_is_due

log = structlog.get_logger()
CHUNK = 200
"""How many members one batch settles at most: commands wait no longer than for that."""


@asynccontextmanager
async def sweeping(database: Database, writer: Writer, clock: Clock, *, every: float) -> AsyncIterator[None]:
    """Sweep every so many seconds while the block runs."""
    task = asyncio.create_task(_sweep_on(database, writer, clock, every), name="sweeper")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _sweep_on(database: Database, writer: Writer, clock: Clock, every: float) -> None:
    while True:
        try:
            for community in await directory.every(database):
                await sweep(database, writer, community, clock)
                await destroy(database, community, most=CHUNK)
        except (*AWAY, *ANSWERED_WITH_AN_ERROR, QueueFull) as error:  # a task's rim: the next round tries again
            log.warning("sweep failed", error=type(error).__name__)
        await asyncio.sleep(every)


async def sweep(
    database: Database, writer: Writer, community: Community, clock: Clock, *, progress: Progress = silent
) -> int:
    """Do all that is due in a community now; return how many batches that took."""
    batches = 0
    while True:
        due = await what_is_due(database, community.id, at=clock(), first=CHUNK)
        if not due.members and not due.ladders:
            return batches
        [answer] = await writer.submit(community, [SettleDue(members=due.members, ladders=due.ladders)])
        batches += 1
        progress(batches, batches)
        if isinstance(answer, Refusal) or answer.replayed:
            # Another process was quicker, or something is due that nobody can do: the next round looks again.
            return batches
