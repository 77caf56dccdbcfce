"""Addresses, transactions, and reading while others write, on both databases."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import make_url
from sqlmodel import col
from sqlmodel import select as select_rows

from ledger.core.books.view import Head
from ledger.core.values import Position
from ledger.store.directory import Community
from ledger.store.engine import Connection, Database, DatabaseUnknown, address
from ledger.store.journal import move_head
from ledger.store.tables import TABLES, CommunityRow, HeadRow
from tests.databases import only_postgres, only_sqlite
from tests.store.samples import committed

HEAD = TABLES["head"].c


async def position_of(database: Database, community: Community) -> int:
    rows = await database.read(select(HEAD.position).where(HEAD.community_id == community.id))
    return int(rows[0][0])


async def advance(connection: Connection, community: Community, *, to: int) -> bool:
    before = Head(position=Position(to - 1))
    return await move_head(connection, community.id, before, Head(position=Position(to), hash=b"x"))


class TestAddress:
    @pytest.mark.parametrize(
        "spelled",
        [
            "sqlite:///var/ledger.sqlite",
            "sqlite+aiosqlite:////absolute/ledger.sqlite",
            "postgresql://ledger@localhost/ledger",
            "postgresql+asyncpg://ledger:p%40ss@localhost:5433/ledger",
        ],
    )
    def test_it_is_a_file_of_sqlite_or_a_name_on_postgresql(self, spelled: str) -> None:
        assert address(spelled) == make_url(spelled)

    @pytest.mark.parametrize(
        "spelled", ["", "ledger.sqlite", "mysql://localhost/ledger", "sqlite://", "sqlite:///:memory:"]
    )
    def test_it_is_nothing_else(self, spelled: str) -> None:
        with pytest.raises(DatabaseUnknown, match="expected"):
            address(spelled)

    async def test_a_missing_folder_is_made(self, tmp_path: Path) -> None:
        database = Database(address(f"sqlite:///{tmp_path}/a/b/ledger.sqlite"))
        await committed(database, lambda connection: connection.execute("CREATE TABLE t (n BIGINT)"))
        await database.close()
        assert (tmp_path / "a" / "b" / "ledger.sqlite").exists()


class TestTransaction:
    async def test_what_is_committed_is_seen_by_others(
        self, database: Database, other: Database, tenant: Community
    ) -> None:
        assert await committed(database, lambda connection: advance(connection, tenant, to=1))
        assert await position_of(other, tenant) == 1

    async def test_what_is_not_committed_never_was(self, database: Database, tenant: Community) -> None:
        async def work(connection: Connection) -> bool:
            await connection.begin()
            return await advance(connection, tenant, to=1)

        assert await database.write(work)
        assert await position_of(database, tenant) == 0

    async def test_an_error_rolls_back_and_leaves_the_connection_in_order(
        self, database: Database, tenant: Community
    ) -> None:
        async def work(connection: Connection) -> None:
            await connection.begin()
            await advance(connection, tenant, to=1)
            raise LookupError("in the middle")

        for _ in range(6):
            with pytest.raises(LookupError, match="in the middle"):
                await database.write(work)
        assert await committed(database, lambda connection: advance(connection, tenant, to=1))

    async def test_a_broken_statement_rolls_back_and_leaves_the_connection_in_order(
        self, database: Database, tenant: Community
    ) -> None:
        async def work(connection: Connection) -> None:
            await connection.begin()
            await advance(connection, tenant, to=1)
            await connection.execute("SELECT no_such_column FROM head WHERE community_id = $1", tenant.id)

        for _ in range(6):
            with pytest.raises((sqlite3.OperationalError, asyncpg.UndefinedColumnError)):
                await database.write(work)
        assert await position_of(database, tenant) == 0

    async def test_rolling_back_without_a_transaction_is_allowed(self, database: Database) -> None:
        await database.write(lambda connection: connection.rollback())

    async def test_a_statement_tells_how_many_rows_it_touched(self, database: Database, tenant: Community) -> None:
        sql = "UPDATE head SET members = members + 1 WHERE community_id = $1 AND position = $2"
        assert await committed(database, lambda connection: connection.execute(sql, tenant.id, 0)) == 1
        assert await committed(database, lambda connection: connection.execute(sql, tenant.id, 9)) == 0

    @only_sqlite
    async def test_on_sqlite_a_file_keeps_a_log_and_syncs_every_commit(self, database: Database) -> None:
        async def work(connection: Connection) -> list[tuple[object, ...]]:
            names = ("journal_mode", "synchronous", "foreign_keys")
            return [row for name in names for row in await connection.fetch(f"PRAGMA {name}")]

        assert await database.write(work) == [("wal",), (2,), (1,)]

    @only_sqlite
    async def test_on_sqlite_work_must_not_wait(self, database: Database) -> None:
        async def work(connection: Connection) -> None:
            await asyncio.sleep(0)

        with pytest.raises(AssertionError, match="must not wait"):
            await database.write(work)

    @only_postgres
    async def test_on_postgresql_writers_run_side_by_side(self, database: Database) -> None:
        meeting = asyncio.Barrier(3)

        async def work(connection: Connection) -> None:
            await connection.begin()
            await meeting.wait()

        await asyncio.wait_for(asyncio.gather(*(database.write(work) for _ in range(3))), timeout=10)


class TestReading:
    async def test_a_session_reads_rows(self, database: Database, tenant: Community) -> None:
        async with database.session() as session:
            row = (await session.exec(select_rows(CommunityRow).where(CommunityRow.id == tenant.id))).one()
            statement = select_rows(HeadRow).where(col(HeadRow.community_id) == tenant.id)
            head = (await session.exec(statement)).one()
        assert (row.slug, row.secret, head.position) == ("garden", tenant.secret, 0)

    async def test_reading_never_waits_for_who_writes(self, database: Database, tenant: Community) -> None:
        async def work(connection: Connection) -> None:
            await connection.begin()
            await advance(connection, tenant, to=1)

        async with asyncio.timeout(10):
            for _ in range(3):
                await asyncio.gather(database.write(work), position_of(database, tenant))

    async def test_a_snapshot_stays_as_it_was_whatever_is_written(
        self, database: Database, tenant: Community
    ) -> None:
        statement = select(HEAD.position).where(HEAD.community_id == tenant.id)
        async with database.snapshot() as read:
            assert await read(statement) == [(0,)]
            assert await committed(database, lambda connection: advance(connection, tenant, to=1))
            assert await read(statement) == [(0,)]
        async with database.snapshot() as read:
            assert await read(statement) == [(1,)]

    @only_postgres
    async def test_on_postgresql_only_what_reads_whole_tables_is_planned_without_looking_rows_up_one_by_one(
        self, database: Database
    ) -> None:
        loops = select(func.current_setting("enable_nestloop"))
        assert await database.read(loops, whole=True) == [("off",)]
        assert await database.read(loops) == [("on",)]
        async with database.snapshot() as read:
            assert await read(loops) == [("off",)]

    async def test_a_snapshot_left_by_an_error_holds_nothing_up(
        self, database: Database, tenant: Community
    ) -> None:
        statement = select(HEAD.position).where(HEAD.community_id == tenant.id)

        async def reading_breaks() -> None:
            async with database.snapshot() as read:
                await read(statement)
                raise LookupError

        for _ in range(6):
            with pytest.raises(LookupError):
                await reading_breaks()
        assert await committed(database, lambda connection: advance(connection, tenant, to=1))
        assert await position_of(database, tenant) == 1
