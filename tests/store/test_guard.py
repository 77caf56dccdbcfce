"""The tenant guard stops what it should, and sees every way to the database."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from ledger.store.directory import Community
from ledger.store.engine import Connection, Database
from ledger.store.tables import TABLES
from tests.guard import TenantGuard, is_bound


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT position FROM head WHERE community_id = $1",
        "SELECT e.body FROM rulebook AS r JOIN event AS e ON e.community_id = $1 AND e.position = r.position",
        "SELECT delta FROM entry WHERE (community_id, member) IN (($1, $2))",
        "INSERT INTO event (community_id, position) VALUES ($1, $2)",
        "UPDATE head SET position = $3 WHERE community_id = $1 AND position = $2",
        "SELECT slug FROM community",
        "CREATE INDEX entry_by_member ON entry (member)",
    ],
)
def test_a_statement_that_says_whose_rows_it_means_passes(sql: str) -> None:
    assert is_bound(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT position FROM head",
        "SELECT event.community_id, event.position FROM event WHERE event.position = $1",
        "INSERT INTO event (position, body) VALUES ($1, $2)",
        "UPDATE head SET position = 0",
        "DELETE FROM trail",
        "select count(*) from ENTRY",
    ],
)
def test_a_statement_that_does_not_is_stopped(sql: str) -> None:
    assert not is_bound(sql)


async def test_a_planted_statement_on_a_connection_for_writing_fails(
    database: Database, community: Community, guard: TenantGuard
) -> None:
    async def work(connection: Connection) -> None:
        await connection.fetch("SELECT position FROM head")

    with pytest.raises(AssertionError, match="D4: whose rows"):
        await database.write(work)
    assert _taken(guard) == ["SELECT position FROM head"]


async def test_a_planted_statement_that_changes_rows_fails_before_it_runs(
    database: Database, community: Community, guard: TenantGuard
) -> None:
    async def work(connection: Connection) -> None:
        await connection.execute("UPDATE head SET position = 0")

    with pytest.raises(AssertionError, match="D4: whose rows"):
        await database.write(work)
    head = TABLES["head"].c
    assert await database.read(select(head.position).where(head.community_id == community.id)) == [(2,)]
    assert _taken(guard) == ["UPDATE head SET position = 0"]


async def test_a_planted_statement_on_the_reading_engine_fails(database: Database, guard: TenantGuard) -> None:
    with pytest.raises(AssertionError, match="D4: whose rows"):
        await database.read(select(TABLES["event"]))
    assert len(_taken(guard)) == 1


async def test_the_guard_sees_what_the_writer_sends(
    database: Database, community: Community, guard: TenantGuard
) -> None:
    seen = guard.seen
    head = TABLES["head"].c
    await database.read(select(head.position).where(head.community_id == community.id))
    assert guard.seen == seen + 1
    assert seen > 10


def _taken(guard: TenantGuard) -> list[str]:
    """Return what the guard stopped, and let the test pass."""
    offences, guard.offences = guard.offences, []
    return offences
