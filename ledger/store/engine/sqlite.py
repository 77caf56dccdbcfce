"""SQLite for writing: the standard library's driver, on one thread of its own."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Table

from ledger.store.engine.connection import Row, columns_of, on_conflict

T = TypeVar("T")
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000", "recursive_triggers=ON")
"""FULL, since NORMAL lost acknowledged writes when the power was cut; recursive, since else REPLACE passes by
the append-only triggers."""


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
        self._insert(table, rows, community, on_conflict(table))

    def _insert(self, table: Table, rows: Sequence[Row], community: UUID, tail: str) -> None:
        columns = columns_of(table)
        marks = ", ".join("?" * len(columns))
        sql = f"INSERT INTO {table.name} (community_id, {', '.join(columns)}) VALUES ('{community.hex}', {marks})"  # noqa: S608  # our own names and a UUID's hex digits
        self._connection.executemany(sql + tail, rows)


def _named(arguments: Sequence[Any]) -> dict[str, Any]:
    return {
        str(number): value.hex if isinstance(value, UUID) else value
        for number, value in enumerate(arguments, start=1)
    }


def run_through(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits, without an event loop."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]  # a coroutine's result
    raise AssertionError("work on SQLite must not wait")
