"""The one room that asks which database it is: addresses, connections for writing, engines for reading.

Writing speaks to the driver itself (sqlite3 on one thread of its own, asyncpg from a small pool), since
the writer's few statements are the product's speed. Reading goes through SQLAlchemy.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar
from uuid import UUID

import asyncpg
from sqlalchemy import BigInteger, LargeBinary, Select, String, Table, Uuid, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

T = TypeVar("T")
Reading = Callable[[Select[Any]], Awaitable[list[Any]]]
Row = tuple[Any, ...]
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000", "recursive_triggers=ON")
"""FULL, since NORMAL lost acknowledged writes when the power was cut; recursive, since else REPLACE passes by
the append-only triggers."""

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


class Connection(Protocol):
    """A connection for writing. `$1` is always the community; keys and rows never hold it."""

    locks_whole_database: bool

    async def begin(self) -> None:
        """Begin a transaction."""

    async def commit(self) -> None:
        """Commit; what was written is durable when this returns."""

    async def rollback(self) -> None:
        """Give up the transaction, if one is open."""

    async def fetch(self, sql: str, *arguments: Any) -> list[Row]:
        """Run a statement that returns rows."""

    async def execute(self, sql: str, *arguments: Any) -> int:
        """Run a statement and return how many rows it touched."""

    async def select(
        self, table: Table, keys: Sequence[str], wanted: Sequence[Row], columns: Sequence[str], community: UUID
    ) -> list[Row]:
        """Return `columns` of the rows whose `keys` are among `wanted`, in no order."""

    async def insert(self, table: Table, rows: Sequence[Row], community: UUID) -> None:
        """Insert rows given in the order of the table's columns, without the community."""

    async def upsert(self, table: Table, rows: Sequence[Row], community: UUID) -> None:
        """Insert rows, or replace those with the same key."""


def _columns(table: Table) -> list[str]:
    return [column.name for column in table.columns if column.name != "community_id"]


def _on_conflict(table: Table) -> str:
    keys = [column.name for column in table.primary_key.columns]
    rest = [name for name in _columns(table) if name not in keys]
    update = ", ".join(f"{name} = excluded.{name}" for name in rest)
    return f" ON CONFLICT ({', '.join(keys)}) DO " + (f"UPDATE SET {update}" if rest else "NOTHING")


class SqliteConnection:
    """The standard library's sqlite3. Its methods never wait, so a whole batch runs in one go on its thread."""

    locks_whole_database = True

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in PRAGMAS:
            self._connection.execute(f"PRAGMA {pragma}")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    async def begin(self) -> None:
        """Begin, taking the write lock at once."""
        self._connection.execute("BEGIN IMMEDIATE")

    async def commit(self) -> None:
        """Commit."""
        self._connection.execute("COMMIT")

    async def rollback(self) -> None:
        """Roll back, if a transaction is open."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    async def fetch(self, sql: str, *arguments: Any) -> list[Row]:
        """Run a statement that returns rows."""
        return self._connection.execute(sql, _named(arguments)).fetchall()

    async def execute(self, sql: str, *arguments: Any) -> int:
        """Run a statement."""
        return self._connection.execute(sql, _named(arguments)).rowcount

    async def select(
        self, table: Table, keys: Sequence[str], wanted: Sequence[Row], columns: Sequence[str], community: UUID
    ) -> list[Row]:
        """Join the table to the wanted keys, which travel as one JSON parameter."""
        given = ", ".join(f"json_extract(value, '$[{number}]') AS {key}" for number, key in enumerate(keys))
        equal = " AND ".join(f"t.{key} = want.{key}" for key in keys)
        chosen = ", ".join(f"t.{column}" for column in columns)
        sql = (
            f"WITH want AS MATERIALIZED (SELECT {given} FROM json_each($2)) SELECT {chosen} FROM want "  # noqa: S608  # names of our own tables
            f"CROSS JOIN {table.name} AS t WHERE t.community_id = $1 AND {equal}"
        )
        return await self.fetch(sql, community, json.dumps([list(row) for row in wanted]))

    async def insert(self, table: Table, rows: Sequence[Row], community: UUID) -> None:
        """Insert rows."""
        self._insert(table, rows, community, "")

    async def upsert(self, table: Table, rows: Sequence[Row], community: UUID) -> None:
        """Insert or replace rows."""
        self._insert(table, rows, community, _on_conflict(table))

    def _insert(self, table: Table, rows: Sequence[Row], community: UUID, tail: str) -> None:
        columns = _columns(table)
        marks = ", ".join("?" * len(columns))
        sql = f"INSERT INTO {table.name} (community_id, {', '.join(columns)}) VALUES ('{community.hex}', {marks})"  # noqa: S608  # our own names and a UUID's hex digits
        self._connection.executemany(sql + tail, rows)


def _named(arguments: Sequence[Any]) -> dict[str, Any]:
    return {
        str(number): value.hex if isinstance(value, UUID) else value
        for number, value in enumerate(arguments, start=1)
    }


class PostgresConnection:
    """asyncpg. Many rows travel as one array a column, so a statement's plan is the same at any batch size."""

    locks_whole_database = False

    def __init__(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        self._connection = connection
        self._transaction: asyncpg.transaction.Transaction | None = None

    async def begin(self) -> None:
        """Begin a transaction."""
        transaction = self._connection.transaction()
        await transaction.start()
        self._transaction = transaction

    async def commit(self) -> None:
        """Commit."""
        transaction, self._transaction = self._transaction, None
        assert transaction is not None
        await transaction.commit()

    async def rollback(self) -> None:
        """Roll back, if a transaction is open and the connection still stands."""
        transaction, self._transaction = self._transaction, None
        if transaction is not None and not self._connection.is_closed():
            await transaction.rollback()

    async def fetch(self, sql: str, *arguments: Any) -> list[Row]:
        """Run a statement that returns rows."""
        return [tuple(record.values()) for record in await self._connection.fetch(sql, *arguments)]

    async def execute(self, sql: str, *arguments: Any) -> int:
        """Run a statement."""
        status = await self._connection.execute(sql, *arguments)
        return int(status.rpartition(" ")[2]) if status[-1:].isdigit() else 0

    async def select(
        self, table: Table, keys: Sequence[str], wanted: Sequence[Row], columns: Sequence[str], community: UUID
    ) -> list[Row]:
        """Join the table to the wanted keys, one array a key."""
        arrays = ", ".join(f"${number}::{_type(table, key)}[]" for number, key in enumerate(keys, start=2))
        equal = " AND ".join(f"t.{key} = want.{key}" for key in keys)
        chosen = ", ".join(f"t.{column}" for column in columns)
        sql = (
            f"SELECT {chosen} FROM unnest({arrays}) AS want({', '.join(keys)}) "  # noqa: S608  # names of our own tables
            f"JOIN {table.name} AS t ON t.community_id = $1 AND {equal}"
        )
        return await self.fetch(sql, community, *(list(column) for column in zip(*wanted, strict=True)))

    async def insert(self, table: Table, rows: Sequence[Row], community: UUID) -> None:
        """Insert rows."""
        await self._insert(table, rows, community, "")

    async def upsert(self, table: Table, rows: Sequence[Row], community: UUID) -> None:
        """Insert or replace rows."""
        await self._insert(table, rows, community, _on_conflict(table))

    async def _insert(self, table: Table, rows: Sequence[Row], community: UUID, tail: str) -> None:
        if not rows:
            return
        columns = _columns(table)
        arrays = ", ".join(f"${number}::{_type(table, name)}[]" for number, name in enumerate(columns, start=2))
        sql = (
            f"INSERT INTO {table.name} (community_id, {', '.join(columns)}) SELECT $1, given.* "  # noqa: S608  # names of our own tables
            f"FROM unnest({arrays}) AS given({', '.join(columns)})"
        )
        arguments = (list(column) for column in zip(*rows, strict=True))
        await self._connection.execute(sql + tail, community, *arguments)


def _type(table: Table, column: str) -> str:
    match table.columns[column].type:
        case BigInteger():
            return "bigint"
        case LargeBinary():
            return "bytea"
        case Uuid():
            return "uuid"
        case String():
            return "text"
        case other:
            raise AssertionError(other)


def run_through(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits, without an event loop."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]  # a coroutine's result
    raise AssertionError("work on SQLite must not wait")


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
                    dsn, min_size=1, max_size=WRITE_CONNECTIONS, command_timeout=STATEMENT_SECONDS
                )
        return self._pool

    async def read(self, statement: Select[Any]) -> list[Any]:
        """Return a statement's rows, read in a short transaction of its own."""
        async with self.reader.connect() as connection:
            return list((await connection.execute(statement)).all())

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Reading]:
        """Read many statements as of one instant, whatever is written meanwhile."""
        level = "AUTOCOMMIT" if self.is_sqlite else "REPEATABLE READ"
        async with self.reader.connect() as plain:
            connection = await plain.execution_options(isolation_level=level)
            if self.is_sqlite:
                await connection.execute(text("BEGIN"))
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
