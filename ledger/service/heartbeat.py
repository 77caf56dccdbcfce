"""Says now and then that a server is alive: a clock is judged by that and by the log (see `health`)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from ledger.core.values import Micros
from ledger.service.clock import Clock
from ledger.store.engine import AWAY, Connection, Database

log = structlog.get_logger()
EVERY_SECONDS = 600
SERVER = "server"


@asynccontextmanager
async def beating(database: Database, clock: Clock) -> AsyncIterator[None]:
    """Beat while the block runs."""
    task = asyncio.create_task(_beat_on(database, clock), name="heartbeat")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _beat_on(database: Database, clock: Clock) -> None:
    while True:
        try:
            await beat(database, at=clock())
        except AWAY as error:  # the database is away; the next beat may find it again
            log.warning("no heartbeat", error=type(error).__name__)
        await asyncio.sleep(EVERY_SECONDS)


async def beat(database: Database, *, at: Micros) -> None:
    """Note that a server is alive; never earlier than it was noted before."""

    async def work(connection: Connection) -> None:
        await connection.begin()
        await connection.execute(
            "INSERT INTO heartbeat (name, at) VALUES ($1, $2)"
            " ON CONFLICT (name) DO UPDATE SET at = excluded.at WHERE heartbeat.at < excluded.at",
            SERVER,
            at,
        )
        await connection.commit()

    await database.write(work)
