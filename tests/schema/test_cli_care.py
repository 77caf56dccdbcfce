"""Commands that care for a ledger: migrate, verify, rebuild, settings."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ledger.settings import Settings
from tests.databases import Databases, only_postgres
from tests.schema.cli import Cli
from tests.schema.story import BALANCES, EVENTS, written
from tests.tampering import tamper


def test_verify_tells_events_digest_and_head_and_ends_well(told: Cli) -> None:
    ran = told("verify", "-c", "garden").ok()
    first, digest, head = ran.text.splitlines()
    assert first == f"garden: {EVENTS + 2} events, whole"
    assert [len(line.split()[-1]) for line in (digest, head)] == [64, 64]
    assert ran.said == ""


def test_verify_looks_at_every_community_unless_one_is_named(garden: Cli, small: Path, tmp_path: Path) -> None:
    garden("import", written(tmp_path, [], "none.ndjson"), "-c", "orchard", "--rulebook", small).ok()
    heads = [line for line in garden("verify").ok().text.splitlines() if not line.startswith(" ")]
    assert heads == [f"garden: {EVENTS + 2} events, whole", "orchard: 2 events, whole"]
    assert garden("verify", "-c", "orchard").ok().text.startswith("orchard:")


def test_verify_of_an_empty_database_is_well(ledger: Cli) -> None:
    assert ledger("verify").ok().output == b""


def test_verify_names_what_differs_and_ends_with_1_until_it_is_rebuilt(garden: Cli) -> None:
    tamper(garden.url, "UPDATE account SET balance = balance + 1 WHERE member = 1")
    ran = garden("verify", "-c", "garden")
    assert ran.code == 1
    assert "garden: 31 events, 1 differences" in ran.text
    assert "BOOK at account 1/points: expected (1, 'points', 21," in ran.text
    assert garden("rebuild", "-c", "garden").ok().text == "garden: rebuilt from 31 events\n"
    assert garden("verify", "-c", "garden").ok()


def test_one_broken_community_does_not_hide_that_others_are_whole(garden: Cli, small: Path, tmp_path: Path) -> None:
    garden("import", written(tmp_path, [], "none.ndjson"), "-c", "orchard", "--rulebook", small).ok()
    tamper(garden.url, "DELETE FROM claim")
    ran = garden("verify")
    assert ran.code == 1
    assert "orchard: 2 events, whole" in ran.text


def test_rebuild_of_a_broken_log_says_where_and_changes_nothing(garden: Cli) -> None:
    tamper(garden.url, "UPDATE event SET subject = 'other' WHERE position = 4")
    tamper(garden.url, "UPDATE account SET balance = 7 WHERE member = 1")
    ran = garden("rebuild", "-c", "garden")
    assert (ran.code, ran.output) == (1, b"")
    assert "HASH at event 4" in ran.said
    assert "ana,points,7," in garden("balances", "-c", "garden").ok().text


def test_rebuild_of_every_community_says_how_many_events_each_has(garden: Cli, small: Path, tmp_path: Path) -> None:
    garden("import", written(tmp_path, [], "none.ndjson"), "-c", "orchard", "--rulebook", small).ok()
    assert garden("rebuild").ok().text == "garden: rebuilt from 31 events\norchard: rebuilt from 2 events\n"
    rows = garden("balances", "-c", "garden", "--left").ok().rows
    assert {row["member"]: int(row["balance"]) for row in rows} == BALANCES


async def test_migrate_makes_the_tables_and_again_is_no_change(databases: Databases, kind: str) -> None:
    async with databases.empty(kind) as url:
        cli = Cli(url)
        for _ in range(2):
            ran = await asyncio.to_thread(cli, "migrate")
            assert ran.ok().said == "The database has the newest tables.\n"
        assert (await asyncio.to_thread(cli, "verify")).ok()


@only_postgres
def test_a_database_that_lacks_the_newest_tables_is_told_to_migrate(garden: Cli) -> None:
    tamper(garden.url, "UPDATE alembic_version SET version_num = '0000'")
    ran = garden("balances", "-c", "garden")
    assert ran.code == 1
    assert "run `ledger migrate`" in ran.said


def test_every_setting_is_told_with_its_value_its_default_and_its_meaning(ledger: Cli) -> None:
    rows = {row["variable"]: row for row in ledger("settings", LEDGER_QUEUE_LIMIT="7").ok().rows}
    assert set(rows) == {f"LEDGER_{name.upper()}" for name in Settings.model_fields}
    assert [name for name, row in rows.items() if len(row["meaning"]) < 20] == []
    assert (rows["LEDGER_QUEUE_LIMIT"]["value"], rows["LEDGER_QUEUE_LIMIT"]["default"]) == ("7", "20000")


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+asyncpg", "postgresql+psycopg"])
def test_a_password_is_not_shown(ledger: Cli, scheme: str) -> None:
    text = ledger("settings", LEDGER_DATABASE_URL=f"{scheme}://ana:s3cret@db.example/ledger").ok().text
    assert f"{scheme}://ana:***@db.example/ledger" in text
    assert "s3cret" not in text


def test_what_is_no_address_is_not_shown_since_it_may_hold_a_password(ledger: Cli) -> None:
    for odd in ("postgresql://ana:s3cret@db.example:port/ledger", "ana:s3cret"):
        text = ledger("settings", LEDGER_DATABASE_URL=odd).ok().text
        assert "LEDGER_DATABASE_URL,no address" in text
        assert "s3cret" not in text
