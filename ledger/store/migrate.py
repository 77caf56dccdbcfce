"""Brings a database to the newest shape, and says whether it is there."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection as SyncConnection

from ledger.store.engine import Database


def configuration(url: str) -> Config:
    """Return Alembic's configuration for a database."""
    packaged = Path(str(resources.files("ledger"))) / "migrations"
    folder = packaged if packaged.is_dir() else Path(__file__).parents[2] / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.attributes["url"] = url
    return config


def migrate(url: str, revision: str = "head") -> None:
    """Upgrade to a revision. Runs its own event loop, so call it outside of one or in a thread."""
    command.upgrade(configuration(url), revision)


async def pending(database: Database) -> bool:
    """Say whether the database lacks the newest shape."""

    def current(connection: SyncConnection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    async with database.reader.connect() as connection:
        revision = await connection.run_sync(current)
    return revision != ScriptDirectory.from_config(configuration("")).get_current_head()
