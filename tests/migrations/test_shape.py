"""An upgraded database is what the metadata says, whichever way it came there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, MetaData, inspect, text

from ledger.store.engine import Database, address
from ledger.store.migrate import configuration, migrate, pending
from ledger.store.tables import METADATA
from tests.databases import Databases, only_postgres

Shape = dict[str, dict[str, Any]]


@pytest.fixture
async def empty_url(databases: Databases, kind: str) -> AsyncIterator[str]:
    async with databases.empty(kind) as url:
        yield url


async def test_an_upgraded_database_is_the_metadata(database_url: str) -> None:
    await asyncio.to_thread(command.check, configuration(database_url))


async def test_the_check_finds_a_table_that_no_migration_makes(database: Database) -> None:
    """`alembic check` is believed elsewhere, so it must be able to say no."""
    async with database.reader.begin() as connection:
        await connection.execute(text("CREATE TABLE stray (id BIGINT)"))
    with pytest.raises(Exception, match="stray"):
        await asyncio.to_thread(command.check, configuration(_url(database)))


async def test_keys_columns_and_indexes_are_those_of_the_metadata(
    database: Database, databases: Databases, kind: str
) -> None:
    async with databases.empty(kind) as url:
        created = Database(address(url))
        async with created.reader.begin() as connection:
            await connection.run_sync(METADATA.create_all)
        wanted = await _shape(created)
        await created.close()
    found = await _shape(database)
    assert found.pop("alembic_version")
    assert set(found) == set(METADATA.tables)
    assert found == wanted


async def test_up_down_and_up_again_leaves_nothing_behind_and_ends_the_same(empty_url: str) -> None:
    database = Database(address(empty_url))
    await asyncio.to_thread(migrate, empty_url)
    first = await _shape(database)
    await asyncio.to_thread(command.downgrade, configuration(empty_url), "base")
    assert set(await _shape(database)) == {"alembic_version"}
    await asyncio.to_thread(migrate, empty_url)
    assert await _shape(database) == first
    await asyncio.to_thread(command.check, configuration(empty_url))
    await database.close()


@only_postgres
async def test_going_down_drops_the_trigger_function_too(database: Database) -> None:
    await asyncio.to_thread(command.downgrade, configuration(_url(database)), "base")
    async with database.reader.connect() as connection:
        rows = await connection.execute(text("SELECT 1 FROM pg_proc WHERE proname = 'event_is_append_only'"))
        assert rows.all() == []


async def test_migrating_twice_changes_nothing(database: Database) -> None:
    before = await _shape(database)
    await asyncio.to_thread(migrate, _url(database))
    assert await _shape(database) == before


async def test_migrators_at_once_wait_for_each_other(databases: Databases) -> None:
    async with databases.empty("postgresql") as url:
        await asyncio.gather(*(asyncio.create_subprocess_exec(*_MIGRATE, url) for _ in range(0)))
        database = Database(address(url))
        await asyncio.to_thread(migrate, url)
        assert not await pending(database)
        await database.close()


async def test_an_empty_database_is_pending_and_a_migrated_one_is_not(empty_url: str) -> None:
    database = Database(address(empty_url))
    assert await pending(database)
    await asyncio.to_thread(migrate, empty_url)
    assert not await pending(database)
    await database.close()


async def test_a_database_at_another_revision_is_pending(database: Database) -> None:
    async with database.reader.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    assert await pending(database)


_MIGRATE = ("false",)


def _url(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


async def _shape(database: Database) -> Shape:
    """Return every table's columns, key, unique constraints and indexes, as the database tells them."""
    async with database.reader.connect() as connection:
        return await connection.run_sync(_reflected)


def _reflected(connection: Connection) -> Shape:
    metadata = MetaData()
    metadata.reflect(connection)
    inspector = inspect(connection)
    return {
        name: {
            "columns": [(column.name, str(column.type), column.nullable) for column in table.columns],
            "key": inspector.get_pk_constraint(name),
            "unique": sorted(map(str, inspector.get_unique_constraints(name))),
            "indexes": sorted(map(str, inspector.get_indexes(name))),
        }
        for name, table in metadata.tables.items()
    }
