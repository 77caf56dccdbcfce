"""`ledger keys`: a key is shown once, kept as a hash, and void once revoked."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest

from ledger.store.engine import address
from tests.schema.cli import Cli
from tests.schema.story import written

KEY = re.compile(r"lgr_([0-9a-f]{12})_([0-9a-f]{48})_[0-9a-f]{8}\n\Z")


def _create(cli: Cli, *options: str) -> str:
    command = ("keys", "create", "-c", "garden", "--name", "bot", "--scope", "EVENTS_WRITE", *options)
    return cli(*command).ok().text.strip()


def test_a_new_key_is_the_only_output_so_a_script_can_keep_it(garden: Cli) -> None:
    ran = garden("keys", "create", "-c", "garden", "--name", "bot", "--scope", "EVENTS_WRITE").ok()
    assert KEY.match(ran.text)
    assert ran.said == ""


async def test_only_a_hash_of_the_secret_is_in_the_database(garden: Cli) -> None:
    key = await asyncio.to_thread(_create, garden)
    secret = key.split("_")[2]
    [row] = await _rows(garden.url, "SELECT * FROM api_key")
    assert [value for value in row if secret in str(value) or secret.encode() in _bytes(value)] == []


async def _rows(url: str, sql: str) -> list[tuple[object, ...]]:
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(address(url).database or "")) as file:
            return list(file.execute(sql))
    connection = await asyncpg.connect(url)
    try:
        return [tuple(record.values()) for record in await connection.fetch(sql)]
    finally:
        await connection.close()


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes) else b""


def test_keys_are_listed_without_their_secrets(garden: Cli) -> None:
    first = _create(garden, "--scope", "AMOUNTS_WRITE", "--source", "chat:", "--source", "mail:list")
    second = _create(garden, "--expires", "2099-12-31")
    ran = garden("keys", "list", "-c", "garden").ok()
    one, two = ran.rows
    assert (one["id"], two["id"]) == (first.split("_")[1], second.split("_")[1])
    assert (one["name"], one["scopes"], one["sources"]) == ("bot", "AMOUNTS_WRITE EVENTS_WRITE", "chat: mail:list")
    assert (one["expires"], one["revoked"], two["sources"]) == ("", "", "any")
    assert two["expires"] == "2099-12-31T23:59:59.999999Z"
    assert [key for key in (first, second) if key.split("_")[2] in ran.text] == []


def test_a_revoked_key_is_listed_as_such_and_is_revoked_once(garden: Cli) -> None:
    key_id = _create(garden).split("_")[1]
    assert garden("keys", "revoke", key_id, "-c", "garden").ok().said == f"Key {key_id} is revoked.\n"
    assert garden("keys", "list", "-c", "garden").ok().rows[0]["revoked"]
    ran = garden("keys", "revoke", key_id, "-c", "garden")
    assert (ran.code, ran.said) == (
        1,
        f"ledger: there is no working key '{key_id}'; `ledger keys list` shows them\n",
    )


def test_a_key_of_another_community_cannot_be_revoked_or_seen(garden: Cli, small: Path, tmp_path: Path) -> None:
    key_id = _create(garden).split("_")[1]
    garden("import", written(tmp_path, [], "none.ndjson"), "-c", "orchard", "--rulebook", small).ok()
    assert garden("keys", "revoke", key_id, "-c", "orchard").code == 1
    assert garden("keys", "list", "-c", "orchard").ok().rows == []
    assert garden("keys", "list", "-c", "garden").ok().rows[0]["revoked"] == ""


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--scope", "EVERYTHING"], 2, "EVENTS_WRITE"),
        (["--expires", "soon"], 1, "'soon' is no time"),
        (["--source", "chat: mail:"], 1, "no blanks"),
    ],
)
def test_a_key_asked_for_wrongly_is_not_made(garden: Cli, options: list[str], code: int, said: str) -> None:
    ran = garden("keys", "create", "-c", "garden", "--name", "bot", "--scope", "EVENTS_WRITE", *options)
    assert (ran.code, ran.output) == (code, b"")
    assert said in ran.said
    assert garden("keys", "list", "-c", "garden").ok().rows == []


def test_a_key_needs_a_scope_and_a_name(garden: Cli) -> None:
    assert garden("keys", "create", "-c", "garden", "--name", "bot").code == 2
    assert garden("keys", "create", "-c", "garden", "--scope", "EVENTS_WRITE").code == 2
