"""The journal on both databases: a head that orders writers, and events that are only ever added."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import select

from ledger.core.books.shelf import EVENT, KEY, RULEBOOK, Published, Recorded, Seen
from ledger.core.books.view import Head, Key
from ledger.core.events import CommunityCreated, RulebookPublished
from ledger.core.values import Micros, Position
from ledger.store.directory import Community
from ledger.store.engine import Connection, Database
from ledger.store.journal import (
    Sealed,
    append,
    entry_rows,
    move_head,
    read_head,
    read_rulebooks,
    tier_change_rows,
)
from ledger.store.tables import TABLES
from tests.databases import head_held, only_postgres, only_sqlite
from tests.store.samples import SALT, TEXTS, blank_books, committed, contribution, load, save, seal

FIRST = Head(position=Position(1), hash=b"1" * 32, recorded_at=Micros(10), members=1)
SECOND = Head(position=Position(2), hash=b"2" * 32, recorded_at=Micros(20), members=3)


async def head_of(database: Database, community: UUID) -> Head | None:
    return await database.write(lambda connection: read_head(connection, community, lock=False))


async def move(database: Database, community: UUID, before: Head, after: Head) -> bool:
    return await committed(database, lambda connection: move_head(connection, community, before, after))


async def rows_of(database: Database, table: str, community: UUID) -> list[tuple[Any, ...]]:
    """Return a table's rows without the community, in order of their key."""
    columns = [column for column in TABLES[table].columns if column.name != "community_id"]
    statement = select(*columns).where(TABLES[table].c.community_id == community).order_by(*columns)
    return [tuple(row) for row in await database.read(statement)]


def execution(sql: str, *arguments: Any) -> Callable[[Connection], Coroutine[Any, Any, int]]:
    """Return the work of one statement."""
    return lambda connection: connection.execute(sql, *arguments)


async def appended(database: Database, community: UUID, sealed: list[Sealed]) -> None:
    await committed(database, lambda connection: append(connection, community, sealed))


class TestHead:
    async def test_a_new_log_is_at_position_0_with_a_hash_of_its_own(
        self, database: Database, tenant: Community, neighbour: Community
    ) -> None:
        mine, theirs = await head_of(database, tenant.id), await head_of(database, neighbour.id)
        assert mine is not None
        assert theirs is not None
        assert (mine.position, mine.members) == (0, 0)
        assert mine.hash != theirs.hash

    async def test_a_community_that_is_not_there_has_no_head(self, database: Database) -> None:
        assert await head_of(database, UUID(int=1)) is None

    async def test_it_moves_from_where_it_is_expected(self, database: Database, tenant: Community) -> None:
        assert await move(database, tenant.id, Head(), FIRST)
        assert await move(database, tenant.id, FIRST, SECOND)
        assert await head_of(database, tenant.id) == SECOND

    async def test_it_does_not_move_from_anywhere_else(self, database: Database, tenant: Community) -> None:
        assert await move(database, tenant.id, Head(), FIRST)
        assert not await move(database, tenant.id, Head(), SECOND)
        assert not await move(database, tenant.id, SECOND, FIRST)
        assert await head_of(database, tenant.id) == FIRST

    async def test_moving_one_leaves_the_others(
        self, database: Database, tenant: Community, neighbour: Community
    ) -> None:
        before = await head_of(database, neighbour.id)
        assert await move(database, tenant.id, Head(), FIRST)
        assert await head_of(database, neighbour.id) == before

    async def test_locking_it_waits_for_who_holds_it(
        self, database: Database, database_url: str, tenant: Community
    ) -> None:
        async with head_held(database_url, tenant.id):
            waiting = asyncio.create_task(
                committed(database, lambda connection: read_head(connection, tenant.id, lock=True))
            )
            await asyncio.sleep(0.1)
            assert not waiting.done()
        assert await waiting is not None

    async def test_moving_it_waits_too(self, database: Database, database_url: str, tenant: Community) -> None:
        async with head_held(database_url, tenant.id):
            waiting = asyncio.create_task(move(database, tenant.id, Head(), FIRST))
            await asyncio.sleep(0.1)
            assert not waiting.done()
        assert await waiting

    async def test_of_many_who_move_it_at_once_one_does(
        self, database: Database, other: Database, tenant: Community
    ) -> None:
        tries = [move(where, tenant.id, Head(), FIRST) for where in (database, other) for _ in range(4)]
        assert sorted(await asyncio.gather(*tries)) == [False] * 7 + [True]

    async def test_a_move_rolled_back_never_was(self, database: Database, tenant: Community) -> None:
        async def work(connection: Connection) -> bool:
            await connection.begin()
            return await move_head(connection, tenant.id, Head(), FIRST)

        assert await database.write(work)
        head = await head_of(database, tenant.id)
        assert head is not None
        assert head.position == 0


class TestAppend:
    @pytest.mark.parametrize("size", [1, 10, 1_000, 10_000])
    async def test_events_come_back_by_position_and_by_key(
        self, database: Database, tenant: Community, size: int
    ) -> None:
        sealed = [seal(contribution(position)) for position in range(1, size + 1)]
        await appended(database, tenant.id, sealed)
        wanted: dict[Key, Any] = {}
        for one in sealed:
            wanted[(EVENT, (one.event.position,))] = Recorded(event=one.event)
            wanted[(KEY, (one.event.source, one.event.key))] = Seen(position=one.event.position, mac=one.event.mac)
        assert await load(database, tenant.id, wanted) == wanted

    async def test_unusual_texts_come_back_as_they_were(self, database: Database, tenant: Community) -> None:
        sealed = [
            seal(contribution(number, key=text[:256], subject=text, type=text[:128], source=f"chat:{number}"))
            for number, text in enumerate(TEXTS, start=1)
        ]
        await appended(database, tenant.id, sealed)
        wanted: dict[Key, Any] = {(EVENT, (one.event.position,)): Recorded(event=one.event) for one in sealed}
        assert await load(database, tenant.id, wanted) == wanted

    async def test_bytes_are_stored_as_they_are(self, database: Database, tenant: Community) -> None:
        one = seal(contribution(1), {"member": "telegram:42"})._replace(body=b'{"type":"\xff\x00"}')
        await appended(database, tenant.id, [one])
        (row,) = await rows_of(database, "event", tenant.id)
        assert row[-4:] == (one.event.mac, one.private_digest, one.body, one.hash)

    async def test_only_what_has_a_private_part_gets_a_row_of_it(
        self, database: Database, tenant: Community
    ) -> None:
        private = seal(contribution(2), {"texts": {"title": "中文"}})
        await appended(database, tenant.id, [seal(contribution(1)), private])
        assert await rows_of(database, "event_private", tenant.id) == [(2, SALT, private.private)]

    async def test_each_decision_about_a_member_is_an_entry(self, database: Database, tenant: Community) -> None:
        event = contribution(3)
        await appended(database, tenant.id, [seal(event)])
        rows = await rows_of(database, "entry", tenant.id)
        assert rows == list(entry_rows(event))
        assert [(row[1], row[8], row[9]) for row in rows] == [(0, 3, 3), (2, -3, 0)]
        assert [row[-2:] for row in rows] == [(None, None), (3, 0)]

    async def test_each_level_that_moved_is_a_row(self, database: Database, tenant: Community) -> None:
        event = contribution(3)
        await appended(database, tenant.id, [seal(event)])
        rows = await rows_of(database, "tier_change", tenant.id)
        assert rows == list(tier_change_rows(event))
        assert [row[4:6] for row in rows] == [("", "regular"), ("regular", "")]

    async def test_facts_of_the_ledger_itself_have_neither(self, database: Database, tenant: Community) -> None:
        created = seal(contribution(1, fact=CommunityCreated(slug="garden", name="Garden")))
        await appended(database, tenant.id, [created])
        assert await rows_of(database, "entry", tenant.id) == []
        assert await rows_of(database, "tier_change", tenant.id) == []

    @pytest.mark.parametrize(("position", "key"), [(1, "other"), (2, "key-1")])
    async def test_neither_a_position_nor_a_key_is_taken_twice(
        self, database: Database, tenant: Community, position: int, key: str
    ) -> None:
        await appended(database, tenant.id, [seal(contribution(1))])
        with pytest.raises(Exception, match=r"(?i)unique"):
            await appended(database, tenant.id, [seal(contribution(3)), seal(contribution(position, key=key))])
        assert [row[0] for row in await rows_of(database, "event", tenant.id)] == [1]

    async def test_two_communities_have_positions_and_keys_of_their_own(
        self, database: Database, tenant: Community, neighbour: Community
    ) -> None:
        for community in (tenant, neighbour):
            await appended(database, community.id, [seal(contribution(1))])
        assert await rows_of(database, "event", tenant.id) == await rows_of(database, "event", neighbour.id)

    async def test_appending_nothing_is_allowed(self, database: Database, tenant: Community) -> None:
        await appended(database, tenant.id, [])
        assert await rows_of(database, "event", tenant.id) == []


class TestAppendOnly:
    async def test_an_event_is_never_changed(self, database: Database, tenant: Community) -> None:
        await appended(database, tenant.id, [seal(contribution(1))])
        before = await rows_of(database, "event", tenant.id)
        for act in ("UPDATE event SET type = 'other'", "UPDATE event SET body = body", "DELETE FROM event"):
            with pytest.raises(Exception, match="events are append-only"):
                await committed(database, execution(f"{act} WHERE community_id = $1", tenant.id))
        assert await rows_of(database, "event", tenant.id) == before

    async def test_an_event_is_never_replaced(self, database: Database, tenant: Community) -> None:
        one = seal(contribution(1))
        await appended(database, tenant.id, [one])
        before = await rows_of(database, "event", tenant.id)
        row = (*before[0][:1], "other", *before[0][2:])
        with pytest.raises(Exception, match="events are append-only"):
            await committed(database, lambda connection: connection.upsert(TABLES["event"], [row], tenant.id))
        assert await rows_of(database, "event", tenant.id) == before

    @only_sqlite
    async def test_an_event_is_never_replaced_by_sqlites_own_way(
        self, database: Database, tenant: Community
    ) -> None:
        """REPLACE deletes without asking a trigger, unless `recursive_triggers` is on."""
        await appended(database, tenant.id, [seal(contribution(1))])
        before = await rows_of(database, "event", tenant.id)
        columns = ", ".join(TABLES["event"].columns.keys())
        changed = columns.replace("type", "'other'")
        replace = f"INSERT OR REPLACE INTO event ({columns}) SELECT {changed} FROM event WHERE community_id = $1"
        with pytest.raises(sqlite3.IntegrityError, match="events are append-only"):
            await committed(database, lambda connection: connection.execute(replace, tenant.id))
        assert await rows_of(database, "event", tenant.id) == before

    @only_postgres
    async def test_events_are_never_emptied_out(
        self, database: Database, database_url: str, tenant: Community
    ) -> None:
        await appended(database, tenant.id, [seal(contribution(1))])
        owner = await asyncpg.connect(database_url)
        with pytest.raises(asyncpg.RaiseError, match="events are append-only"):
            await owner.execute("TRUNCATE event")
        await owner.close()

    async def test_a_private_part_can_be_erased(self, database: Database, tenant: Community) -> None:
        await appended(database, tenant.id, [seal(contribution(1), {"member": "telegram:42"})])
        before = await rows_of(database, "event", tenant.id)
        erase = "DELETE FROM event_private WHERE community_id = $1 AND position = $2"
        assert await committed(database, lambda connection: connection.execute(erase, tenant.id, 1)) == 1
        assert await rows_of(database, "event_private", tenant.id) == []
        assert await rows_of(database, "event", tenant.id) == before


async def test_rulebooks_are_read_first_to_last_with_the_facts_that_published_them(
    database: Database, tenant: Community, neighbour: Community
) -> None:
    published = [RulebookPublished(version=number, yaml=f"preset: v{number} 中文") for number in (1, 2, 3)]
    books = blank_books()
    sealed = []
    for position, fact in zip((9, 5, 7), published, strict=True):
        sealed.append(seal(contribution(position, fact=fact)))
        books.write(RULEBOOK, (fact.version,), Published(position=Position(position)))
    await appended(database, tenant.id, sealed)
    await save(database, tenant.id, books)
    assert await database.write(lambda connection: read_rulebooks(connection, tenant.id)) == published
    assert await database.write(lambda connection: read_rulebooks(connection, neighbour.id)) == []
