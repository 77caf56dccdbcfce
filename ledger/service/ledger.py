"""A ledger in use: one database and one writer, opened from the settings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from ledger.service.clock import Clock, now
from ledger.service.writer import Writer
from ledger.settings import Settings
from ledger.store import directory
from ledger.store.directory import Community
from ledger.store.engine import Database, address, lacks_file
from ledger.store.migrate import is_empty, migrate, pending


class NotMigrated(Exception):
    """The database lacks the newest shape: run `ledger migrate`."""


class NothingThere(Exception):
    """There is no ledger at the address, and none is to be made."""


class Ledger(NamedTuple):
    """What acts on a ledger need."""

    settings: Settings
    database: Database
    writer: Writer
    clock: Clock

    async def community(self, slug: str) -> Community | None:
        """Return a community by its slug."""
        return await directory.find(self.database, slug)


@asynccontextmanager
async def open_ledger(
    settings: Settings, *, clock: Clock = now, must_be_there: bool = False
) -> AsyncIterator[Ledger]:
    """Open the database, made where there is none unless it must be there; on leaving finish what is being written.

    Raises:
        DatabaseUnknown: the address is none the ledger can use.
        NothingThere: nothing is there, and it must be.
        NotMigrated: the database lacks the newest shape.
    """
    url = address(settings.database_url)
    if must_be_there and lacks_file(url):
        raise NothingThere(f"there is no ledger at {url.render_as_string()}")
    database = Database(url)
    writer = Writer(
        database,
        clock=clock,
        queue_limit=settings.queue_limit,
        batch_limit=settings.batch_limit,
        cache_limit=settings.cache_limit,
    )
    try:
        if await pending(database):
            if must_be_there and await is_empty(database):
                raise NothingThere(f"there is no ledger at {url.render_as_string()}: the database is empty")
            await _migrate_if_ours(database)
        if await pending(database):
            raise NotMigrated("the database lacks the newest tables: run `ledger migrate`")
        yield Ledger(settings, database, writer, clock)
        await writer.drain()
    finally:
        await database.close()


async def _migrate_if_ours(database: Database) -> None:
    """Bring a SQLite file or an empty database up to date; a server that holds something is its operator's."""
    if database.is_sqlite or await is_empty(database):
        await asyncio.to_thread(migrate, database.url.render_as_string(hide_password=False))
