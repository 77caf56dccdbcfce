"""`rebuild` makes every book anew from the log, refuses a broken log, and runs no rule."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from ledger.core.books.shelf import FOLDED
from ledger.core.commands import RecordContribution
from ledger.core.decide import grading
from ledger.core.rulebook.grammar import Amount
from ledger.core.rules import amounts
from ledger.core.values import identity
from ledger.service.rebuild import PAGE, LogBroken, rebuild
from ledger.service.verify import verify
from ledger.service.writer import Receipt, Writer
from ledger.store.directory import Community
from ledger.store.engine import Database
from ledger.store.reads.balances import balances
from ledger.store.tables import SHARED, TABLES
from tests import rulebooks
from tests.clock import Clock
from tests.schema.story import BALANCES, STORY, commands
from tests.service.timed import busy
from tests.tampering import tampered

LAST = len(STORY) + 2
DERIVED = ["entry", "tier_change", *(book.name for book in FOLDED)]
Rows = dict[str, list[str]]


@pytest.fixture
async def garden(database: Database, writer: Writer, community: Community) -> Community:
    """A community with a story, beside another one with the first lines of it."""
    await writer.submit(community, commands())
    other = await rulebooks.begin(database, writer, "orchard")
    await writer.submit(other, commands()[:4])
    return community


async def _rows(database: Database) -> Rows:
    """Return every row of every community, in an order of their own."""
    found: Rows = {}
    for name in sorted(set(TABLES) - SHARED):
        statement = select(TABLES[name]).where(TABLES[name].c.community_id == TABLES["community"].c.id)
        found[name] = sorted(map(str, await database.read(statement)))
    return found


async def _balances(database: Database, community: Community) -> dict[str, int]:
    lines = await balances(database, community.id, "points", "rank", include_left=True)
    return {line.member: line.balance for line in lines}


async def test_rebuilding_what_is_whole_changes_nothing(database: Database, garden: Community) -> None:
    before = await _rows(database)
    assert await rebuild(database, garden.id) == LAST
    assert await rebuild(database, garden.id) == LAST
    after = await _rows(database)
    assert [name for name in before if before[name] != after[name]] == []


@pytest.mark.parametrize("harm", ["emptied", "edited"])
async def test_each_table_that_was_harmed_is_repaired(
    database: Database, database_url: str, writer: Writer, clock: Clock, harm: str
) -> None:
    garden = await busy(database, writer, clock)
    before = await _rows(database)
    mine = "community_id = (SELECT id FROM community WHERE slug = 'garden')"
    for table in DERIVED:
        number = [name for name, column in TABLES[table].c.items() if str(column.type) == "BIGINT"][-1]
        harms = {
            "emptied": f"DELETE FROM {table} WHERE {mine}",
            "edited": f"UPDATE {table} SET {number} = COALESCE({number}, 0) + 100000 WHERE {mine}",
        }
        await tampered(database_url, harms[harm])
        assert (await verify(database, garden.id)).differences, table
        await rebuild(database, garden.id)
        assert (await verify(database, garden.id)).differences == [], table
    assert await _rows(database) == before


async def test_stray_rows_are_taken_away(database: Database, database_url: str, garden: Community) -> None:
    before = await _rows(database)
    planted = (
        ("account", "member, unit, balance, held, pending, earned", "77, 'points', 1000, 0, 0, 1000"),
        ("claim", "kind, key, position, ordinal", "'once:opened', 'nothing', 3, 0"),
        ("trail", "key, position", "'subject:nothing', 3"),
        (
            "tier",
            "ladder, member, level, since_position, since_at, below, judged_on, locked",
            "'rank', 77, 'pillar', 3, 0, 0, 0, 0",
        ),
        (
            "tier_change",
            "position, ordinal, ladder, member, before, after, occurred_at",
            "900, 0, 'rank', 1, '', 'x', 0",
        ),
    )
    for table, columns, values in planted:
        row = f"SELECT id, {values} FROM community WHERE slug = 'garden'"
        await tampered(database_url, f"INSERT INTO {table} (community_id, {columns}) {row}")
    assert len((await verify(database, garden.id)).differences) == len(planted)
    await rebuild(database, garden.id)
    assert await _rows(database) == before


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE event SET subject = 'planted' WHERE position = 9",
        "UPDATE event SET mac = hash WHERE position = 9",
        "UPDATE event SET hash = body WHERE position = 9",
        "UPDATE event SET body = mac WHERE position = 9",
        "DELETE FROM event WHERE position = 1",
        "DELETE FROM event WHERE position = 9",
        f"DELETE FROM event WHERE position = {LAST}",
        "UPDATE event SET position = 500 WHERE position = 9",
        "UPDATE head SET position = position - 1",
        "UPDATE head SET position = position + 1",
        "UPDATE head SET hash = (SELECT hash FROM event WHERE position = 4 AND subject = 'thread-1' LIMIT 1)",
    ],
)
async def test_a_broken_log_is_refused_and_nothing_is_changed(
    database: Database, database_url: str, garden: Community, harm: str
) -> None:
    await tampered(database_url, harm)
    await tampered(database_url, "UPDATE account SET balance = balance + 7")
    before = await _rows(database)
    with pytest.raises(LogBroken) as broken:
        await rebuild(database, garden.id)
    assert broken.value.differences
    assert str(broken.value)
    assert await _rows(database) == before


@pytest.mark.parametrize("column", ["members", "recorded_at"])
async def test_a_head_that_tells_something_else_than_the_log_is_repaired(
    database: Database, database_url: str, garden: Community, column: str
) -> None:
    """A head that counts too few members would give a newcomer somebody else's number."""
    await tampered(database_url, f"UPDATE head SET {column} = {column} - 1")
    await rebuild(database, garden.id)
    assert (await verify(database, garden.id)).differences == []


async def test_another_community_is_left_alone(database: Database, database_url: str, garden: Community) -> None:
    await tampered(database_url, "UPDATE account SET balance = balance + 7")
    before = await _rows(database)
    await rebuild(database, garden.id)
    after = await _rows(database)
    differing = [row for row in before["account"] if row not in after["account"]]
    assert len(differing) == len(BALANCES)
    assert [name for name in before if name != "account" and before[name] != after[name]] == []


async def test_the_writer_goes_on_after_a_rebuild(
    database: Database, database_url: str, writer: Writer, garden: Community
) -> None:
    await tampered(database_url, "DELETE FROM account")
    await rebuild(database, garden.id)
    bo = identity("bo", source="chat")
    [receipt] = await writer.submit(
        garden, [RecordContribution(source="chat", key="w1", type="checked.in", actor=bo)]
    )
    assert isinstance(receipt, Receipt)
    assert receipt.position == LAST + 1
    assert (await verify(database, garden.id)).differences == []
    assert await _balances(database, garden) == {**BALANCES, "bo": BALANCES["bo"] + 1}


async def test_a_log_of_many_pages_is_rebuilt_whole(
    database: Database, database_url: str, writer: Writer, community: Community
) -> None:
    people = [identity(f"m{number}", source="chat") for number in range(50)]
    events = [
        RecordContribution(source="chat", key=f"w{n}", type="thread.opened", subject=f"t{n}", actor=people[n % 50])
        for n in range(2 * PAGE + 1)
    ]
    await writer.submit(community, events)
    before = await _rows(database)
    await tampered(database_url, "DELETE FROM entry")
    await tampered(database_url, "DELETE FROM account")
    assert await rebuild(database, community.id) == 2 * PAGE + 3
    assert await _rows(database) == before


async def test_a_bug_in_a_rules_code_changes_no_history(
    database: Database, writer: Writer, garden: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rules run once: what was decided stays decided, whatever the code says today."""
    before = await _rows(database)

    def doubled(amount: Amount, data: dict[str, Any]) -> int | None:
        right = amounts.wanted(amount, data)
        return None if right is None else 2 * right

    monkeypatch.setattr(grading, "amount_wanted", doubled)
    await rebuild(database, garden.id)
    assert (await verify(database, garden.id)).differences == []
    assert await _rows(database) == before
    bo = identity("bo", source="chat")
    await writer.submit(garden, [RecordContribution(source="chat", key="w1", type="checked.in", actor=bo)])
    assert await _balances(database, garden) == {**BALANCES, "bo": BALANCES["bo"] + 2}, "the bug was planted"
    after = await _rows(database)
    monkeypatch.undo()
    await rebuild(database, garden.id)
    assert (await verify(database, garden.id)).differences == []
    assert await _rows(database) == after
