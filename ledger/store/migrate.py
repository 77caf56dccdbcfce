"""Brings a database to the newest shape, and says whether it is there."""

from __future__ import annotations

import asyncio
from importlib import resources
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection as SyncConnection
from sqlalchemy import inspect, text

from ledger.store.engine import Database, address

MIGRATING = 0x1ED6E4
"""The advisory lock of migrations and grants: a tool's convenience; the ledger itself never takes one."""


def configuration(url: str) -> Config:
    """Return Alembic's configuration for a database."""
    packaged = Path(str(resources.files("ledger"))) / "migrations"
    folder = packaged if packaged.is_dir() else Path(__file__).parents[2] / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.attributes["url"] = url
    return config


def migrate(url: str, revision: str = "head", *, role: str = "") -> None:
    """Upgrade to a revision, then let `role` serve, if one is named.

    Runs its own event loop, so call it outside of one or in a thread.
    """
    command.upgrade(configuration(url), revision)
    if role:
        grant(url, role)


def grant(url: str, role: str) -> None:
    """Let a role of PostgreSQL do what the server does, and no more: it can add events, never change them.

    The role must exist and must not own the tables, or the grants mean nothing. SQLite has no roles.
    Runs its own event loop, as `migrate` does.
    """

    async def run() -> None:
        database = Database(address(url))
        try:
            if not database.is_sqlite:
                async with database.reader.begin() as connection:
                    await connection.run_sync(_grant, role)
        finally:
            await database.close()

    asyncio.run(run())


def _grant(connection: SyncConnection, role: str) -> None:
    """Take everything from the role and give it what it needs, in one transaction, so it is never without."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    schema, name = quote(connection.dialect.default_schema_name or "public"), quote(role)
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATING})
    for statement in (
        f"GRANT USAGE ON SCHEMA {schema} TO {name}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {name}",
        f"REVOKE UPDATE, DELETE ON {schema}.event FROM {name}",
        f"REVOKE INSERT, UPDATE, DELETE ON {schema}.alembic_version FROM {name}",
    ):
        connection.exec_driver_sql(statement)


async def pending(database: Database) -> bool:
    """Say whether the database lacks the newest shape."""

    def current(connection: SyncConnection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    async with database.reader.connect() as connection:
        revision = await connection.run_sync(current)
    return revision != ScriptDirectory.from_config(configuration("")).get_current_head()


async def is_empty(database: Database) -> bool:
    """Say whether the database has no tables at all."""
    async with database.reader.connect() as connection:
        return not await connection.run_sync(lambda plain: inspect(plain).get_table_names())
