"""Fresh, migrated databases of both kinds: copies of a template, so each costs milliseconds."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from pathlib import Path
from uuid import UUID

import aiosqlite
import asyncpg
import pytest

from ledger.store.engine import address
from ledger.store.migrate import migrate
from tests.places import throwaway_folder
from tests.postgres import Postgres

KINDS = ("sqlite", "postgresql")
TEMPLATE = "template_of_tests"

only_postgres = pytest.mark.parametrize("kind", ["postgresql"])
"""Marks a test that runs on PostgreSQL alone."""

only_sqlite = pytest.mark.parametrize("kind", ["sqlite"])
"""Marks a test that runs on SQLite alone."""


class Databases:
    """Makes databases; the PostgreSQL server starts at the first that needs it."""

    def __init__(self, folder: Path, stack: AsyncExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._numbers = count(1)
        self._server: Postgres | None = None
        self._one_at_a_time = asyncio.Lock()
        self._admin: asyncpg.Connection[asyncpg.Record] | None = None

    @asynccontextmanager
    async def fresh(self, kind: str) -> AsyncIterator[str]:
        """Lend a migrated database, by its address."""
        async with self._lend(kind, TEMPLATE) as url:
            yield url

    @asynccontextmanager
    async def empty(self, kind: str) -> AsyncIterator[str]:
        """Lend a database without any table."""
        async with self._lend(kind, "") as url:
            yield url

    @asynccontextmanager
    async def copy(self, kind: str, of: str) -> AsyncIterator[str]:
        """Lend a copy of a database that nobody has open, by its address."""
        async with self._lend(kind, Path(address(of).database or "").stem) as url:
            yield url

    @asynccontextmanager
    async def _lend(self, kind: str, template: str) -> AsyncIterator[str]:
        name = f"test_{next(self._numbers)}"
        if kind == "sqlite":
            yield await self._sqlite_file(name, template)
            return
        async with self._one_at_a_time:
            server, admin = await self._postgres()
            copied = f"TEMPLATE {template or 'template0'}{_by_copying(admin)}"
            await admin.execute(f"CREATE DATABASE {name} {copied}")
        try:
            yield server.url(name)
        finally:
            async with self._one_at_a_time:
                await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

    async def _sqlite_file(self, name: str, template: str) -> str:
        file, copied = self._folder / f"{name}.sqlite", self._folder / f"{template}.sqlite"
        if template:
            if not copied.exists():
                await asyncio.to_thread(migrate, f"sqlite:///{copied}")
            await asyncio.to_thread(shutil.copyfile, copied, file)
        return f"sqlite:///{file}"

    async def _postgres(self) -> tuple[Postgres, asyncpg.Connection[asyncpg.Record]]:
        if self._server is None or self._admin is None:
            self._server = self._stack.enter_context(Postgres())
            self._admin = await asyncpg.connect(self._server.url("postgres"))
            self._stack.push_async_callback(self._admin.close)
            await self._admin.execute(f"CREATE DATABASE {TEMPLATE}")
            await asyncio.to_thread(migrate, self._server.url(TEMPLATE))
        return self._server, self._admin


def _by_copying(admin: asyncpg.Connection[asyncpg.Record]) -> str:
    """Return what makes the server copy a template's files, as before 15: half the cost of logging them."""
    return " STRATEGY FILE_COPY" if admin.get_server_version().major >= 15 else ""


@asynccontextmanager
async def databases() -> AsyncIterator[Databases]:
    """Lend a maker of databases; in the end its server is stopped."""
    with throwaway_folder("ledger-sqlite-") as folder:
        async with AsyncExitStack() as stack:
            yield Databases(folder, stack)


@asynccontextmanager
async def head_held(url: str, community: UUID) -> AsyncIterator[None]:
    """Hold a community's head as another writer would, so that nobody else can commit meanwhile."""
    if address(url).get_backend_name() == "sqlite":
        async with aiosqlite.connect(address(url).database or "", isolation_level=None) as other:
            await other.execute("BEGIN IMMEDIATE")
            yield
            await other.execute("ROLLBACK")
        return
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT 1 FROM head WHERE community_id = $1 FOR UPDATE", community)
            yield
    finally:
        await connection.close()
