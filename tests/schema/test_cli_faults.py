"""What goes wrong on the command line is a sentence and an exit code, never a traceback."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.databases import Databases, only_postgres
from tests.schema.cli import Cli
from tests.schema.story import event, written
from tests.tampering import tamper

LEDGER = [sys.executable, "-c", "from schema.cli import main; main()"]


def _process(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `ledger` as a process of its own."""
    given = {**os.environ, **environment}
    return subprocess.run([*LEDGER, *map(str, arguments)], capture_output=True, text=True, check=False, env=given)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LEDGER_QUEUE_LIMIT", "0", "greater than or equal to 1"),
        ("LEDGER_BATCH_LIMIT", "many", "valid integer"),
        ("LEDGER_RATE_LIMIT", "-1", "greater than 0"),
        ("LEDGER_CACHE_LIMIT", "-1", "greater than or equal to 0"),
    ],
)
def test_a_setting_out_of_range_is_named_in_one_line(ledger: Cli, name: str, value: str, said: str) -> None:
    ran = ledger("verify", **{name: value})
    assert ran.code == 2
    assert ran.said.startswith(f"ledger: {name}: ")
    assert said in ran.said
    assert ran.said.count("\n") == 1


def test_every_setting_out_of_range_has_its_line(ledger: Cli) -> None:
    ran = ledger("verify", LEDGER_QUEUE_LIMIT="0", LEDGER_RATE_LIMIT="fast")
    assert [line.split(":")[1].strip() for line in ran.said.splitlines()] == [
        "LEDGER_QUEUE_LIMIT",
        "LEDGER_RATE_LIMIT",
    ]


@pytest.mark.parametrize("command", ["balances -c garden", "migrate", "verify"])
@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://db.example/ledger", "found mysql://"),
        ("nonsense", "expected sqlite:///FILE or postgresql://USER@HOST/NAME"),
        ("postgresql://db.example:port/ledger", "expected sqlite:///FILE or postgresql://USER@HOST/NAME"),
        ("sqlite://", "a database in memory would forget"),
        ("sqlite:///:memory:", "a database in memory would forget"),
    ],
)
def test_an_address_of_no_database_is_said_to_be_one(command: str, url: str, said: str) -> None:
    ran = Cli(url)(*command.split())
    assert ran.code == 1
    assert ran.said.startswith("ledger: LEDGER_DATABASE_URL: ")
    assert said in ran.said
    assert ran.said.count("\n") == 1


@pytest.mark.parametrize("command", ["balances -c garden", "migrate"])
def test_a_server_that_does_not_answer_is_said_so_without_the_password(command: str) -> None:
    ran = Cli("postgresql://ana:s3cret@127.0.0.1:1/ledger")(*command.split())
    assert ran.code == 1
    assert "127.0.0.1" in ran.said
    assert "s3cret" not in ran.said
    assert ran.said.count("\n") == 1


@only_postgres
@pytest.mark.parametrize("command", ["balances -c garden", "migrate"])
def test_a_database_that_is_not_there_is_named(database_url: str, command: str) -> None:
    ran = Cli(database_url.rpartition("/")[0] + "/nowhere")(*command.split())
    assert ran.code == 1
    assert 'database "nowhere" does not exist' in ran.said
    assert ran.said.count("\n") == 1


@only_postgres
@pytest.mark.parametrize("command", ["balances -c garden", "migrate"])
def test_a_user_who_is_not_there_is_named(database_url: str, command: str) -> None:
    ran = Cli(database_url.replace("postgres@", "nobody-here:s3cret@"))(*command.split())
    assert ran.code == 1
    assert "nobody-here" in ran.said
    assert "s3cret" not in ran.said


@pytest.mark.parametrize("command", ["balances -c garden", "migrate"])
def test_a_file_that_is_no_database_is_said_so(tmp_path: Path, command: str) -> None:
    text = tmp_path / "text.sqlite"
    text.write_text("hello " * 500, "utf-8")
    ran = Cli(f"sqlite:///{text}")(*command.split())
    assert (ran.code, ran.said) == (1, "ledger: file is not a database\n")


def test_a_folder_given_as_a_file_is_said_so_and_leaves_no_traceback(tmp_path: Path) -> None:
    """Often, since what a thread says at the very end is a matter of luck; pytest looks at threads, too."""
    for _ in range(30):
        ran = Cli(f"sqlite:///{tmp_path}")("balances", "-c", "garden")
        assert ran.code == 1
        assert ran.said.startswith("ledger: ")
        assert ran.said.count("\n") == 1


def test_what_the_writer_meets_in_the_database_is_said_plainly(garden: Cli, tmp_path: Path) -> None:
    """A table lost is nobody's everyday, but it is no traceback either."""
    tamper(garden.url, "DROP TABLE counter")
    ran = garden("import", written(tmp_path, [event("in-9", "checked.in", "ana")], "more.ndjson"), "-c", "garden")
    assert ran.code == 1
    assert "counter" in ran.said
    assert ran.said.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [[], ["nonsense"], ["balances"], ["import"], ["keys"], ["keys", "nonsense"], ["balances", "--nonsense"]],
)
def test_a_command_asked_for_wrongly_shows_how_it_is_used(ledger: Cli, arguments: list[str]) -> None:
    ran = ledger(*arguments)
    assert ran.code == 2
    assert "Usage:" in ran.said + ran.text


@pytest.mark.parametrize("command", ["", "import", "keys create", "tiers history", "serve"])
def test_every_command_helps(ledger: Cli, command: str) -> None:
    ran = ledger(*command.split(), "--help").ok()
    assert "Usage:" in ran.text


def test_a_community_that_looks_like_markup_is_printed_as_it_is(ledger: Cli) -> None:
    for name in ("[/x]", "[red]x", ":smile:"):
        ran = ledger("balances", "-c", name)
        assert (ran.code, name in ran.said) == (1, True)


def test_a_reader_that_has_left_is_no_fault_to_talk_about(filed: Cli) -> None:
    """As `ledger export | head -1` does; several at once, since each is a process."""
    reads, writes = os.pipe()
    os.close(reads)
    given = {**os.environ, "LEDGER_DATABASE_URL": filed.url}
    asked = [
        [*LEDGER, *command.split(), "-c", "garden"] for command in ("entries -f csv", "balances -f json", "export")
    ]
    started = [subprocess.Popen(one, stdout=writes, stderr=subprocess.PIPE, text=True, env=given) for one in asked]
    os.close(writes)
    assert [one.communicate()[1] for one in started] == ["", "", ""]


async def test_an_empty_database_of_ones_own_is_brought_up_to_date_by_the_first_command_that_writes(
    databases: Databases, kind: str, small: Path, tmp_path: Path
) -> None:
    async with databases.empty(kind) as url:
        ledger = Cli(url)
        nothing = await asyncio.to_thread(ledger, "verify")
        assert (nothing.code, "there is no ledger at " in nothing.said) == (1, True)
        await asyncio.to_thread(ledger, "import", written(tmp_path), "-c", "garden", "--rulebook", small)
        assert "whole" in (await asyncio.to_thread(ledger, "verify")).ok().text


def test_a_new_sqlite_file_is_made_with_its_folder(small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    ran = _process(
        *("import", written(tmp_path), "-c", "garden", "--rulebook", small),
        LEDGER_DATA_DIR=str(folder),
        LEDGER_DATABASE_URL="",
    )
    assert ran.returncode == 0, ran.stderr
    assert (folder / "ledger.sqlite").exists()


@pytest.mark.parametrize(
    "command", ["verify", "rebuild", "balances -c garden", "keys list -c garden", "export -c x"]
)
def test_a_command_that_reads_makes_no_database(tmp_path: Path, command: str) -> None:
    file = tmp_path / "mistyped" / "ledger.sqlite"
    ran = Cli(f"sqlite:///{file}")(*command.split())
    assert ran.code == 1
    assert ran.said.startswith(f"ledger: there is no ledger at sqlite:///{file}. ")
    assert not file.parent.exists()


def test_a_community_that_is_not_there_is_looked_for_in_a_named_place(filed: Cli) -> None:
    ran = filed("balances", "-c", "orchard")
    assert (ran.code, ran.said) == (
        1,
        f"ledger: there is no community 'orchard' in {filed.url}; there are: garden\n",
    )


BIG, FOREIGN = "9" * 30, "\udc80"
WHEN = ("--starts", "2026-11-28T12:00:00Z")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("members", "merge", "#1", "#2", "--reason", FOREIGN), 1),
        (("members", "erase", f"chat:{FOREIGN}", "--yes"), 1),
        (("perks", "put", "mug", "--cost", BIG), 1),
        (("perks", "put", "mug", "--cost", "1e999999"), 1),
        (("perks", "put", "mug", "--cost", "NaN"), 1),
        (("perks", "put", "mug", "--cost", "5", "--stock", BIG), 2),
        (("perks", "put", "mug", "--cost", "5", "--limit", BIG), 2),
        (("perks", "put", "mug", "--cost", "5", "--hold-minutes", BIG), 2),
        (("perks", "put", "mug", "--cost", "5", "--refund-days", BIG), 2),
        (("perks", "stock", "mug", "--reason", "x", "--add", BIG), 2),
        (("activities", "schedule", "walk", "--starts", "9999-12-31T23:59:59Z"), 1),
        (("activities", "schedule", "w" * 65, *WHEN), 1),
        (("activities", "schedule", "walk", *WHEN, "--rule", "COUNT=3"), 1),
        (("activities", "schedule", "walk", *WHEN, "--capacity", BIG), 2),
        (("activities", "schedule", "walk", *WHEN, "--title", f"en={FOREIGN}"), 1),
        (("explain", "--position", BIG), 2),
    ],
)
def test_what_no_ledger_can_hold_is_refused_in_a_sentence(
    filed: Cli, arguments: tuple[str, ...], code: int
) -> None:
    ran = filed(*arguments, "-c", "garden")
    assert ran.code == code, ran.said
    assert "Traceback" not in ran.said


def test_codes_in_another_encoding_are_refused_in_a_sentence(filed: Cli, tmp_path: Path) -> None:
    file = tmp_path / "codes"
    file.write_bytes(b"\xff\xfe")
    ran = filed("perks", "codes", "mug", file, "-c", "garden")
    assert (ran.code, "is not UTF-8" in ran.said) == (1, True)
