"""What the writer asks of a connection, whichever database it goes to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Table

Row = tuple[Any, ...]


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


def columns_of(table: Table) -> list[str]:
    """Return a tenant table's columns without the community."""
    return [column.name for column in table.columns if column.name != "community_id"]


def on_conflict(table: Table) -> str:
    """Return the end of an insert that replaces rows with the same key."""
    keys = [column.name for column in table.primary_key.columns]
    rest = [name for name in columns_of(table) if name not in keys]
    update = ", ".join(f"{name} = excluded.{name}" for name in rest)
    return f" ON CONFLICT ({', '.join(keys)}) DO " + (f"UPDATE SET {update}" if rest else "NOTHING")
