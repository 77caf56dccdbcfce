"""`verify` is silent about what the writer wrote, and finds whatever was done to the log since."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from ledger.core.commands import RecordContribution
from ledger.core.values import identity
from ledger.service.fold import Difference
from ledger.service.verify import PAGE, verify
from ledger.service.writer import Writer
from ledger.store.directory import Community
from ledger.store.engine import Database
from ledger.store.tables import TABLES
from tests import rulebooks
from tests.schema.story import STORY, commands
from tests.tampering import restored, tampered

EVENT = TABLES["event"].c
LAST = len(STORY) + 2
Plant = tuple[str, list[Any], str]
HASHED = [column.name for column in EVENT if column.name not in ("community_id", "position")]
BODIES = [
    b"",
    b"x",
    b"[]",
    b"{}",
    b"null",
    b'{"type":"community.created","slug":"x","name":"x"}',
    b'{"type":"contribution"}',
    b'{"type":"contribution","undoes":"\xff"}',
    b'{"type":"contribution","actor":99999999999999999999999999}',
    b'{"type":"contribution","data":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}",
    b'{"type":"contribution","decisions":[{"rule":"x","outcome":"GRANTED","granted":5}]}',
    b'{"type":"contribution","decisions":[{"rule":"x","outcome":"NEW"}]}',
    b'{"type":"rulebook.published","version":1,"yaml":""}',
]
"""What might stand where the body of an event was."""


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
    """Return the last row of a community's table, or the one with these keys."""
    columns = TABLES[table].c
    statement = select(TABLES[table]).where(columns.community_id == community.id)
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


async def test_verify_is_silent_after_a_story(database: Database, garden: Community) -> None:
    found = await verify(database, garden.id)
    assert found.differences == []
    assert found.events == LAST


@pytest.mark.parametrize("role", ["", "actor", "member", "joined"])
async def test_verify_is_silent_whatever_a_role_is_called(
    database: Database, writer: Writer, garden: Community, role: str
) -> None:
    actor, other = (identity(name, source="chat:room") for name in ("somebody", "another"))
    command = RecordContribution(
        source="chat:room", key="r1", type="hand.waved", occurred_at=None, actor=actor, people={role: other}
    )
    await writer.submit(garden, [command])
    assert await _found(database, garden) == []


async def test_verify_is_silent_while_others_write(database: Database, writer: Writer, garden: Community) -> None:
    ana = identity("ana", source="chat")
    waves = [RecordContribution(source="chat", key=f"w{n}", type="checked.in", actor=ana) for n in range(60)]
    writing = asyncio.gather(*(writer.submit(garden, [wave]) for wave in waves))
    found = [await verify(database, garden.id) for _ in range(5)]
    await writing
    assert [one.differences for one in found] == [[]] * 5


async def test_the_digest_is_of_facts_not_of_when_they_were_recorded(
    database: Database, writer: Writer, garden: Community
) -> None:
    again = await rulebooks.begin(database, writer, "again")
    for command in commands():
        await writer.submit(again, [command])
    first, second = [await verify(database, one.id) for one in (garden, again)]
    assert first.digest == second.digest
    assert first.head != second.head


async def _missed(
    database: Database, database_url: str, garden: Community, plants: list[Plant]
) -> list[tuple[Any, ...]]:
    """Plant each change in the events, one after another; return those that were not found at their place."""
    missed = []
    for sql, arguments, place in plants:
        async with restored(database_url, "event"):
            await tampered(database_url, sql, *arguments)
            found = await _found(database, garden)
        if not any(f" at {place}" in one for one in found):
            missed.append((sql, *(str(argument)[:60] for argument in arguments), found))
    assert await _found(database, garden) == [], "everything was put back"
    return missed


async def test_an_edit_of_any_column_of_an_event_is_found(
    database: Database, database_url: str, garden: Community
) -> None:
    row = {**await _row(database, garden, "event", position=9), "subject": "thread-1"}
    plants = [
        (f"UPDATE event SET {name} = $1 WHERE position = 9", [_changed(row[name])], "event 9") for name in HASHED
    ]
    emptied = "UPDATE event SET {} = NULL WHERE position = 5 AND type = 'thread.liked'"
    plants += [(emptied.format(name), [], "event 5") for name in ("subject", "private_digest")]
    assert await _missed(database, database_url, garden, plants) == []


async def test_another_body_is_found_whatever_it_is(
    database: Database, database_url: str, garden: Community
) -> None:
    row = await _row(database, garden, "event", position=9)
    bodies = [row["body"] + b" ", row["body"].replace(b'"granted":18', b'"granted":19'), *BODIES]
    assert row["body"] not in bodies
    edit = "UPDATE event SET body = $1 WHERE position = 9"
    plants = [(edit, [body], "event 9") for body in bodies]
    assert await _missed(database, database_url, garden, plants) == []


async def test_any_bit_of_any_body_that_is_flipped_is_found(
    database: Database, database_url: str, garden: Community
) -> None:
    chance = random.Random(1)
    edit = "UPDATE event SET body = $1 WHERE position = $2 AND body = $3"
    async with restored(database_url, "event"):
        for _ in range(30):
            position = chance.randint(3, LAST)
            body = (await _row(database, garden, "event", position=position))["body"]
            place = chance.randrange(len(body))
            flipped = body[:place] + bytes([body[place] ^ 1 << chance.randrange(8)]) + body[place + 1 :]
            await tampered(database_url, edit, flipped, position, body)
            found = await _found(database, garden)
            assert any(f" at event {position}" in one for one in found), (position, flipped, found)
            await tampered(database_url, edit, body, position, flipped)
    assert await _found(database, garden) == []


async def test_a_deleted_event_is_found(database: Database, database_url: str, garden: Community) -> None:
    delete = "DELETE FROM event WHERE position = $1"
    plants = [(delete, [place], f"event {place + 1}" if place < LAST else "head") for place in (1, 2, 9, LAST)]
    assert await _missed(database, database_url, garden, plants) == []


COPY = "type, source, key || '-copy', subject, occurred_at, recorded_at, rulebook, mac, private_digest, body, hash"


async def test_an_inserted_event_is_found(database: Database, database_url: str, garden: Community) -> None:
    copy = f"INSERT INTO event SELECT community_id, {{}}, {COPY} FROM event WHERE position = {LAST}"
    plants: list[Plant] = [(copy.format(place), [], f"event {place}") for place in (-7, 0, LAST + 1, LAST + 100)]
    assert await _missed(database, database_url, garden, plants) == []


async def test_an_event_inserted_between_two_is_found(
    database: Database, database_url: str, garden: Community
) -> None:
    await tampered(database_url, "UPDATE event SET position = -position - 1 WHERE position > 9")
    await tampered(database_url, "UPDATE event SET position = -position WHERE position < 0")
    await tampered(database_url, f"INSERT INTO event SELECT community_id, 10, {COPY} FROM event WHERE position = 9")
    found = await _found(database, garden)
    assert any(" at event 10" in one for one in found), found


async def test_two_swapped_bodies_are_both_found(database: Database, database_url: str, garden: Community) -> None:
    one, two = [(await _row(database, garden, "event", position=position))["body"] for position in (9, 12)]
    await tampered(database_url, "UPDATE event SET body = $1 WHERE position = 9", two)
    await tampered(database_url, "UPDATE event SET body = $1 WHERE position = 12", one)
    found = await _found(database, garden)
    assert [place for place in (9, 12) if not any(f"HASH at event {place}" in one for one in found)] == []


async def test_two_swapped_events_are_found(database: Database, database_url: str, garden: Community) -> None:
    await tampered(database_url, "UPDATE event SET position = 1000 WHERE position = 9")
    await tampered(database_url, "UPDATE event SET position = 9 WHERE position = 10")
    await tampered(database_url, "UPDATE event SET position = 10 WHERE position = 1000")
    found = await _found(database, garden)
    assert any(" at event 9" in one for one in found), found


@pytest.mark.parametrize("column", ["content", "salt"])
async def test_an_edited_private_part_is_found(
    database: Database, database_url: str, garden: Community, column: str
) -> None:
    before = (await _row(database, garden, "event_private", position=9))[column]
    await tampered(database_url, f"UPDATE event_private SET {column} = $1 WHERE position = 9", _changed(before))
    assert await _found(database, garden) == [
        "PRIVATE at event 9: expected the content its digest was made of, found another"
    ]


async def test_a_private_part_given_to_another_event_is_found(
    database: Database, database_url: str, garden: Community
) -> None:
    none = next(number for number, one in enumerate(STORY, start=3) if one["id"] == "gone-1")
    for position in (none, LAST + 1, 0):
        copy = f"SELECT community_id, {position}, salt, content FROM event_private WHERE position = 9"
        await tampered(database_url, f"INSERT INTO event_private {copy}")
    found = await _found(database, garden)
    assert sorted(one.split(":")[0] for one in found) == [
        f"PRIVATE at event {none}",
        "STRAY at event_private 0",
        f"STRAY at event_private {LAST + 1}",
    ]


async def test_an_erased_private_part_is_no_difference(
    database: Database, database_url: str, garden: Community
) -> None:
    await tampered(database_url, "DELETE FROM event_private WHERE position = 9")
    assert await _found(database, garden) == []


async def test_the_edges_of_what_is_read_at_once_are_looked_at_too(
    database: Database, database_url: str, community: Community, writer: Writer
) -> None:
    waves = [RecordContribution(source="chat", key=f"w{n}", type="hand.waved") for n in range(PAGE + 10)]
    await writer.submit(community, waves)
    assert await _found(database, community) == []
    for position in (PAGE - 1, PAGE, PAGE + 1, PAGE + 2):
        await tampered(database_url, "UPDATE event SET subject = 'planted' WHERE position = $1", position)
    found = await _found(database, community)
    assert [one.split(":")[0] for one in found] == [f"HASH at event {PAGE + shift}" for shift in (-1, 0, 1, 2)]


def test_a_difference_reads_as_a_sentence() -> None:
    assert str(Difference(code="BOOK", place="account 1/points", expected="5", found="7")) == (
        "BOOK at account 1/points: expected 5, found 7"
    )
    assert str(Difference(code="STRAY", place="entry 0")) == "STRAY at entry 0"
    assert msgspec.structs.asdict(Difference(code="STRAY", place="entry 0"))["code"] == "STRAY"
