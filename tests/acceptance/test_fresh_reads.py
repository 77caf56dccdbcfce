"""Reading right after a large import on PostgreSQL is about as quick as after its tables were analyzed.

Until autovacuum has looked at new tables the planner guesses; a query that is only quick by luck of
statistics takes ten times as long in just the minute in which everybody looks.
"""

from __future__ import annotations

import asyncio
import time

import asyncpg
import pytest

from tests.acceptance.history import COMMUNITY, PRESET
from tests.acceptance.shared import QA, needs_data
from tests.databases import Databases
from tests.schema.cli import Cli

MOST = 4
"""How many times as long a command may take without statistics, beyond a tenth of a second."""

COMMANDS = ("balances", "entries", "tiers history", "leaderboard", "export", "verify")

pytestmark = [needs_data, pytest.mark.acceptance]


def _seconds(cli: Cli, command: str) -> float:
    before = time.perf_counter()
    cli(*command.split(), *COMMUNITY).ok()
    return time.perf_counter() - before


async def test_reads_right_after_an_import_are_about_as_quick_as_after_an_analyze(databases: Databases) -> None:
    async with databases.fresh("postgresql") as url:
        connection = await asyncpg.connect(url)
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in tables:
            await connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
        cli, file = Cli(url), QA / "events_t1.ndjson.gz"
        await asyncio.to_thread(cli, "import", file, *COMMUNITY, "--preset", PRESET)
        fresh = {command: await asyncio.to_thread(_seconds, cli, command) for command in COMMANDS}
        await connection.execute("ANALYZE")
        known = {command: await asyncio.to_thread(_seconds, cli, command) for command in COMMANDS}
        await connection.close()
    slow = {name: (took, known[name]) for name, took in fresh.items() if took > MOST * known[name] + 0.1}
    assert slow == {}
