"""Changes rows behind the ledger's back, as somebody with the database's password could."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import Any

import asyncpg

from ledger.store.engine import address


def tamper(url: str, sql: str, *arguments: Any) -> int:
    """Run a statement with `$1` arguments and return how many rows it touched; no trigger stops it.

    A change of a table's shape touches -1. Runs its own event loop on PostgreSQL, so call it outside of one
    or in a thread.
    """
    touched = _run(url, sql, *arguments)
    assert touched, "this changed nothing, so nothing can be found"
    return touched


async def tampered(url: str, sql: str, *arguments: Any) -> int:
    """Run `tamper` from within a loop."""
    return await asyncio.to_thread(tamper, url, sql, *arguments)


@asynccontextmanager
async def restored(url: str, table: str) -> AsyncIterator[None]:
    """Put a table's rows back as they were, whatever is done to them meanwhile."""
    await tampered(url, f"CREATE TABLE kept AS SELECT * FROM {table}")
    try:
        yield
    finally:
        await asyncio.to_thread(_run, url, f"DELETE FROM {table}")
        await tampered(url, f"INSERT INTO {table} SELECT * FROM kept")
        await tampered(url, "DROP TABLE kept")


def _run(url: str, sql: str, *arguments: Any) -> int:
    return _on_sqlite(url, sql, arguments) if url.startswith("sqlite") else _on_postgres(url, sql, arguments)


def _on_sqlite(url: str, sql: str, arguments: tuple[Any, ...]) -> int:
    with closing(sqlite3.connect(address(url).database or "", isolation_level=None)) as connection:
        guards = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in guards:
            connection.execute(f"DROP TRIGGER {name}")
        return connection.execute(re.sub(r"\$(\d+)", r"?\1", sql), arguments).rowcount


def _on_postgres(url: str, sql: str, arguments: tuple[Any, ...]) -> int:
    async def run() -> int:
        connection = await asyncpg.connect(url)
        try:
            await connection.execute("ALTER TABLE event DISABLE TRIGGER USER")
            status = await connection.execute(sql, *arguments)
            return int(status.rpartition(" ")[2]) if status[-1].isdigit() else -1
        finally:
            await connection.close()

    return asyncio.run(run())
