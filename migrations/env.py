"""Alembic's environment: one transaction for all pending migrations, one migrator at a time."""

from __future__ import annotations

import asyncio
from typing import Any

from alembic import context
from sqlalchemy import Connection, text

from ledger.settings import Settings
from ledger.store.engine import Database, address
from ledger.store.migrate import MIGRATING
from ledger.store.tables import METADATA


def render_item(kind: str, item: Any, _context: Any) -> str | bool:
    """Write plain `sa.*` types, so that old migrations never import a models' library."""
    if kind == "type" and type(item).__module__.startswith("sqlalchemy."):
        return f"sa.{item!r}"
    return False


def run(connection: Connection) -> None:
    """Run what the command asked for on one connection."""
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=True,
        render_item=render_item,
        compare_type=True,
        compare_server_default=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATING})
            connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        else:
            connection.execute(text("BEGIN IMMEDIATE"))  # the driver begins nothing before DDL
        context.run_migrations()


async def main() -> None:
    """Open the database of the settings, or the one the caller named, and run."""
    url = context.config.attributes.get("url") or Settings().database_url
    database = Database(address(url))
    try:
        async with database.reader.connect() as connection:
            await connection.run_sync(run)
            await connection.commit()
    finally:
        await database.close()


asyncio.run(main())
