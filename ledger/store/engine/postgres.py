"""PostgreSQL for writing: asyncpg, with many rows as one array a column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import BigInteger, LargeBinary, String, Table, Uuid

from ledger.store.engine.connection import Row, columns_of, on_conflict

NO_ROW_BY_ROW = "SET LOCAL enable_nestloop = off"
"""For what reads most of a table: a table that was filled a moment ago has no statistics, so the planner takes it
for a few rows, and looks up thousands one by one, or walks a whole table for each."""


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
        arrays = ", ".join(f"${number}::{column_type(table, key)}[]" for number, key in enumerate(keys, start=2))
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
        await self._insert(table, rows, community, on_conflict(table))

    async def _insert(self, table: Table, rows: Sequence[Row], community: UUID, tail: str) -> None:
        if not rows:
            return
        columns = columns_of(table)
        arrays = ", ".join(
            f"${number}::{column_type(table, name)}[]" for number, name in enumerate(columns, start=2)
        )
        sql = (
            f"INSERT INTO {table.name} (community_id, {', '.join(columns)}) SELECT $1, given.* "  # noqa: S608  # names of our own tables
            f"FROM unnest({arrays}) AS given({', '.join(columns)})"
        )
        arguments = (list(column) for column in zip(*rows, strict=True))
        await self._connection.execute(sql + tail, community, *arguments)


def column_type(table: Table, column: str) -> str:
    """Return a column's type as PostgreSQL spells it."""
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


async def durable(dsn: str) -> dict[str, str]:
    """Return what our connections set so that a commit is durable when it returns, whatever the default."""
    connection = await asyncpg.connect(dsn)
    try:
        chosen = await connection.fetchval("SHOW synchronous_commit")
    finally:
        await connection.close()
    return {"synchronous_commit": "on"} if chosen == "off" else {}
