"""`verify` finds every row beside the log that is not as the log says."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from ledger.core.books.shelf import FOLDED
from ledger.core.commands import RecordContribution
from ledger.core.values import identity
from ledger.service.rebuild import rebuild
from ledger.service.verify import MOST_DIFFERENCES, verify
from ledger.service.writer import Writer
from ledger.store.directory import Community
from ledger.store.engine import Database
from ledger.store.tables import TABLES
from tests import rulebooks
from tests.clock import Clock
from tests.schema.story import STORY, commands
from tests.service.timed import busy
from tests.tampering import restored, tampered

EVENT = TABLES["event"].c
LAST = len(STORY) + 2
HASHED = [column.name for column in EVENT if column.name not in ("community_id", "position")]


@pytest.fixture
async def garden(database: Database, writer: Writer, community: Community) -> Community:
    """A community with a story, beside another one with the first lines of it."""
    await writer.submit(community, commands())
    other = await rulebooks.begin(database, writer, "orchard")
    await writer.submit(other, commands()[:4])
    return community


async def _found(database: Database, community: Community) -> list[str]:
    return [str(difference) for difference in (await verify(database, community.id)).differences]


async def _row(database: Database, community: Community, table: str, **keys: Any) -> dict[str, Any]:
    """Return the last row of a community's table by its key, or the one with these keys."""
    columns = TABLES[table].c
    statement = select(TABLES[table]).where(columns.community_id == community.id)
    statement = statement.order_by(*TABLES[table].primary_key.columns)
    for name, value in keys.items():
        statement = statement.where(columns[name] == value)
    rows = await database.read(statement)
    return dict(rows[-1]._mapping)


def _changed(value: Any) -> Any:
    match value:
        case bytes():
            return value[:-1] + bytes([value[-1] ^ 1])
        case str():
            return f"{value}x"
        case int():
            return value + 1
    return b"x" * 32 if value is None else value


ROWS = ["entry", "tier_change", *(book.name for book in FOLDED)]


@pytest.mark.parametrize("table", ROWS)
async def test_every_edited_deleted_and_inserted_row_of_a_table_is_found(
    database: Database, database_url: str, writer: Writer, clock: Clock, table: str
) -> None:
    garden = await busy(database, writer, clock)
    row = await _row(database, garden, table)
    row.pop("community_id")
    keys = [column.name for column in TABLES[table].primary_key if column.name != "community_id"]
    where = " AND ".join(f"{name} = ${number}" for number, name in enumerate(keys, start=1))
    mine = f"community_id = (SELECT id FROM community WHERE slug = 'garden') AND {where}"
    marks = [row[name] for name in keys]
    every = ", ".join(row)
    changes = {
        f"edited {name}": (
            f"UPDATE {table} SET {name} = ${len(keys) + 1} WHERE {mine}",
            [*marks, _planted(value, TABLES[table].c[name].type.python_type)],
        )
        for name, value in row.items()
    }
    changes["deleted"] = (f"DELETE FROM {table} WHERE {mine}", marks)
    for name in keys:
        others = ", ".join(_other(column, row) if column == name else column for column in row)
        changes[f"inserted {name}"] = (
            f"INSERT INTO {table} (community_id, {every}) SELECT community_id, {others} FROM {table} WHERE {mine}",
            marks,
        )
    missed = []
    for name, (sql, arguments) in changes.items():
        async with restored(database_url, table):
            await tampered(database_url, sql, *arguments)
            found = await _found(database, garden)
        if not any(f" at {table} " in one for one in found):
            missed.append((name, found))
    assert missed == []
    assert await _found(database, garden) == []


def _planted(value: Any, kind: type) -> Any:
    return _changed(value if value is not None else kind())


def _other(column: str, row: dict[str, Any]) -> str:
    return f"{column} + 1000" if isinstance(row[column], int) else f"{column} || 'x'"


async def test_an_edit_of_any_column_of_the_head_is_found(
    database: Database, database_url: str, garden: Community
) -> None:
    row = await _row(database, garden, "head")
    mine = "community_id = (SELECT id FROM community WHERE slug = 'garden')"
    for column in ("position", "hash", "recorded_at", "members"):
        async with restored(database_url, "head"):
            await tampered(database_url, f"UPDATE head SET {column} = $1 WHERE {mine}", _changed(row[column]))
            assert [one.split(":")[0] for one in await _found(database, garden)] == ["HEAD at head"], column


async def test_a_head_that_is_gone_is_found(database: Database, database_url: str, garden: Community) -> None:
    await tampered(database_url, "DELETE FROM head")
    assert [one.split(":")[0] for one in await _found(database, garden)] == ["HEAD at head"]


@pytest.mark.parametrize("table", ["entry", "tier_change"])
async def test_a_derived_row_of_no_event_is_found(
    database: Database, database_url: str, garden: Community, table: str
) -> None:
    row = await _row(database, garden, table)
    columns = ", ".join(name for name in row if name not in ("community_id", "position"))
    for position in (-1, 0, LAST + 1):
        copy = f"SELECT community_id, {position}, {columns} FROM {table} WHERE position = {row['position']}"
        await tampered(database_url, f"INSERT INTO {table} (community_id, position, {columns}) {copy}")
    strays = [one for one in await _found(database, garden) if one.startswith("STRAY")]
    assert sorted(strays) == sorted(f"STRAY at {table} {position}" for position in (-1, 0, LAST + 1))


async def test_what_was_done_to_another_community_is_not_this_ones(
    database: Database, database_url: str, garden: Community
) -> None:
    theirs = "community_id = (SELECT id FROM community WHERE slug = 'orchard')"
    await tampered(database_url, f"DELETE FROM account WHERE {theirs}")
    assert await _found(database, garden) == []


async def test_the_first_differences_are_told_and_not_every_one(
    database: Database, database_url: str, garden: Community, writer: Writer
) -> None:
    ana = identity("ana", source="chat")
    waves = [RecordContribution(source="chat", key=f"w{n}", type="checked.in", actor=ana) for n in range(150)]
    await writer.submit(garden, waves)
    await tampered(database_url, "DELETE FROM entry")
    found = await _found(database, garden)
    assert len(found) == MOST_DIFFERENCES
    assert found[0].startswith("BOOK at entry 3/0: expected")


async def test_an_identity_that_was_given_to_another_member_is_found(
    database: Database, database_url: str, garden: Community
) -> None:
    mine = "community_id = (SELECT id FROM community WHERE slug = 'garden')"
    await tampered(database_url, f"UPDATE identity SET member = 3 - member WHERE member < 3 AND {mine}")
    assert await _found(database, garden)


async def test_a_balance_recorded_on_a_wrong_book_is_found_even_after_a_rebuild(
    database: Database, database_url: str, garden: Community
) -> None:
    """The wrong book was mended, but the log says for ever that somebody had what they never had."""
    mine = "community_id = (SELECT id FROM community WHERE slug = 'garden')"
    await tampered(database_url, f"UPDATE account SET balance = balance + 100 WHERE member = 1 AND {mine}")
    ana = identity("ana", source="chat")
    writer = Writer(database)
    await writer.submit(garden, [RecordContribution(source="chat", key="w1", type="checked.in", actor=ana)])
    await writer.drain()
    await rebuild(database, garden.id)
    assert await _found(database, garden)
