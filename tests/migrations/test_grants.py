"""What the server's role may do on PostgreSQL: add events, never change them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from typing import TypeAlias

import asyncpg
import pytest
from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError

from ledger.core.commands import RecordContribution
from ledger.core.values import identity
from ledger.service.writer import Receipt, Writer
from ledger.store.engine import Database, address
from ledger.store.migrate import grant, migrate, pending
from ledger.store.tables import METADATA, TABLES
from tests import rulebooks
from tests.clock import Clock
from tests.databases import only_postgres

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
NUMBERS = count(1)

pytestmark = only_postgres


@pytest.fixture
async def role(database_url: str) -> str:
    """A role that exists and may log in, and nothing else; its name needs quoting."""
    name = f"the-server-{next(NUMBERS)}"
    connection = await asyncpg.connect(database_url)
    await connection.execute(f'CREATE ROLE "{name}" LOGIN')
    await connection.close()
    return name


@pytest.fixture
def server_url(database_url: str, role: str) -> str:
    return address(database_url).set(username=role).render_as_string(hide_password=False)


@pytest.fixture
async def as_server(database_url: str, server_url: str, role: str) -> AsyncIterator[Connection]:
    """A connection as the role, after it was granted what the server needs."""
    await asyncio.to_thread(grant, database_url, role)
    connection = await asyncpg.connect(server_url)
    yield connection
    await connection.close()


async def test_the_role_may_neither_change_events_nor_shapes(as_server: Connection) -> None:
    for statement in (
        "UPDATE event SET type = 'other'",
        "DELETE FROM event",
        "TRUNCATE event",
        "ALTER TABLE event DISABLE TRIGGER event_append_only",
        "DROP TABLE event",
        "UPDATE alembic_version SET version_num = 'other'",
        "CREATE TABLE stray (id BIGINT)",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await as_server.execute(statement)


async def test_without_the_grant_the_role_may_not_even_read(server_url: str) -> None:
    connection = await asyncpg.connect(server_url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.fetch("SELECT 1 FROM event")
    await connection.close()


async def test_the_writer_works_as_the_role_that_migrating_named(
    database_url: str, server_url: str, role: str
) -> None:
    await asyncio.to_thread(migrate, database_url, role=role)
    database = Database(address(server_url))
    assert not await pending(database)
    writer = Writer(database, clock=Clock())
    community = await rulebooks.begin(database, writer)
    ana = identity("chat:ana", source="chat")
    command = RecordContribution(source="chat", key="1", type="thread.opened", subject="t1", actor=ana)
    first, again = await writer.submit(community, [command, command])
    assert isinstance(first, Receipt)
    assert isinstance(again, Receipt)
    assert (first.position, again.position, again.replayed) == (3, 3, True)
    account = TABLES["account"].c
    rows = await database.read(select(account.balance).where(account.community_id == community.id))
    assert rows == [(15,)]
    await database.close()


async def test_every_other_table_can_be_read_and_changed(as_server: Connection) -> None:
    for table in sorted(set(METADATA.tables) - {"event"}):
        for act in ("SELECT", "INSERT", "UPDATE", "DELETE"):
            assert await as_server.fetchval("SELECT has_table_privilege($1, $2)", table, act), (table, act)
        assert not await as_server.fetchval("SELECT has_table_privilege($1, 'TRUNCATE')", table), table


async def test_granting_again_takes_back_what_somebody_added(
    database_url: str, role: str, as_server: Connection
) -> None:
    owner = await asyncpg.connect(database_url)
    await owner.execute(f'GRANT ALL ON event TO "{role}"')
    assert await as_server.fetchval("SELECT has_table_privilege('event', 'DELETE')")
    await asyncio.to_thread(grant, database_url, role)
    assert not await as_server.fetchval("SELECT has_table_privilege('event', 'DELETE')")
    assert await as_server.fetchval("SELECT has_table_privilege('event', 'INSERT')")
    await owner.close()


async def test_granting_to_a_role_that_is_not_there_says_so(database_url: str) -> None:
    with pytest.raises(ProgrammingError, match="nobody-here"):
        await asyncio.to_thread(migrate, database_url, role="nobody-here")
