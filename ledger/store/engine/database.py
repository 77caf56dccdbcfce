"""A database: work on a connection for writing, statements for reading, and what it may answer instead."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import Select, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from ledger.store.engine.connection import Connection
from ledger.store.engine.postgres import NO_ROW_BY_ROW, PostgresConnection, durable
from ledger.store.engine.sqlite import PRAGMAS, SqliteConnection, run_through

T = TypeVar("T")
Reading = Callable[[Select[Any]], Awaitable[list[Any]]]
ANSWERED_WITH_AN_ERROR = (SQLAlchemyError, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError)
"""Whatever a database says instead of doing what it was asked."""

AWAY = (
    OSError,
    sqlite3.OperationalError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    OperationalError,
    InterfaceError,
)
"""What a database that is away, full or being shut down raises."""

WRITE_CONNECTIONS = 4
STATEMENT_SECONDS = 600


class DatabaseUnknown(Exception):
    """The address names no database the ledger can use."""


class Database:
    """One database: `write` runs work on a connection for writing, `session` reads."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self.reader: AsyncEngine = _reading_engine(url)
        self._thread: ThreadPoolExecutor | None = None
        self._sqlite: SqliteConnection | None = None
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._opening = asyncio.Lock()

    async def write(self, work: Callable[[Connection], Coroutine[Any, Any, T]]) -> T:
        """Run `work` on a connection for writing; on SQLite on the one writer thread, in one hop."""
        if self.is_sqlite:
            return await asyncio.get_running_loop().run_in_executor(
                self._writer_thread(), self._work_on_sqlite, work
            )
        pool = await self._open_pool()
        async with pool.acquire() as connection:
            wrapped = PostgresConnection(connection)  # type: ignore[arg-type]  # the pool's proxy has the same methods
            try:
                return await work(wrapped)
            finally:
                await wrapped.rollback()

    def _writer_thread(self) -> ThreadPoolExecutor:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "ledger-writer")
        return self._thread

    def _work_on_sqlite(self, work: Callable[[Connection], Coroutine[Any, Any, T]]) -> T:
        if self._sqlite is None:
            self._sqlite = SqliteConnection(_sqlite_path(self.url))
        try:
            return run_through(work(self._sqlite))
        finally:
            run_through(self._sqlite.rollback())

    async def _open_pool(self) -> asyncpg.Pool[asyncpg.Record]:
        async with self._opening:
            if self._pool is None:
                dsn = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
                self._pool = await asyncpg.create_pool(
                    dsn,
                    min_size=1,
                    max_size=WRITE_CONNECTIONS,
                    command_timeout=STATEMENT_SECONDS,
                    server_settings=await durable(dsn),
                )
        return self._pool

    async def read(self, statement: Select[Any], *, whole: bool = False) -> list[Any]:
        """Return a statement's rows, read in a short transaction; `whole` if it looks at most rows."""
        async with self.reader.connect() as connection:
            if whole:
                await self._expect_most_rows(connection)
            return list((await connection.execute(statement)).all())

    async def _expect_most_rows(self, connection: AsyncConnection) -> None:
        if not self.is_sqlite:
            await connection.execute(text(NO_ROW_BY_ROW))

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Reading]:
        """Read whole tables, in many statements, as of one instant, whatever is written meanwhile."""
        level = "AUTOCOMMIT" if self.is_sqlite else "REPEATABLE READ"
        async with self.reader.connect() as plain:
            connection = await plain.execution_options(isolation_level=level)
            if self.is_sqlite:
                await connection.execute(text("BEGIN"))
            await self._expect_most_rows(connection)
            try:

                async def read(statement: Select[Any]) -> list[Any]:
                    return list((await connection.execute(statement)).all())

                yield read
            finally:
                if self.is_sqlite:
                    await connection.execute(text("ROLLBACK"))

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """Open a short session for reading."""
        async with AsyncSession(self.reader, expire_on_commit=False) as session:
            yield session

    async def close(self) -> None:
        """Close every connection."""
        if self._pool is not None:
            await self._pool.close()
        if self._thread is not None:
            if self._sqlite is not None:
                self._thread.submit(self._sqlite.close).result()
            self._thread.shutdown()
        await self.reader.dispose()


def address(spelled: str) -> URL:
    """Read `sqlite:///file` or `postgresql://…`; a driver suffix is accepted and ignored.

    Raises:
        DatabaseUnknown: it is neither.
    """
    try:
        url = make_url(spelled)
    except (ArgumentError, ValueError) as error:  # ValueError: a port that is no number
        raise DatabaseUnknown("expected sqlite:///FILE or postgresql://USER@HOST/NAME") from error
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise DatabaseUnknown(f"expected sqlite:///… or postgresql://…, found {url.get_backend_name()}://")
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise DatabaseUnknown("expected a file: sqlite:///FILE; a database in memory would forget")
    if url.get_backend_name() == "sqlite" and Path(url.database or "").is_dir():
        raise DatabaseUnknown(f"expected a file: sqlite:///FILE; {url.database} is a folder")
    return url


def lacks_file(url: URL) -> bool:
    """Say whether an address names a file that is not there; opening it would make it."""
    return url.get_backend_name() == "sqlite" and not Path(url.database or "").exists()


def _sqlite_path(url: URL) -> str:
    path = Path(url.database or "")
    path.parent.mkdir(parents=True, exist_ok=True)
    return str(path)


def _reading_engine(url: URL) -> AsyncEngine:
    """Return the engine for reading. Its errors name no parameters: they would bring names and texts into logs."""
    if url.get_backend_name() == "postgresql":
        return create_async_engine(
            url.set(drivername="postgresql+asyncpg"), pool_pre_ping=True, hide_parameters=True
        )
    _sqlite_path(url)
    engine = create_async_engine(url.set(drivername="sqlite+aiosqlite"), hide_parameters=True)

    @event.listens_for(engine.sync_engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine
