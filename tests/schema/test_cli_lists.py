"""Lists on the command line: balances, entries, boards and levels, in three formats."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.databases import KINDS, Databases
from tests.schema import market
from tests.schema.cli import Cli, Ran
from tests.schema.story import BALANCES, event, written

LISTS = ["balances", "entries", "leaderboard", "tiers history", "keys list"]


@pytest.fixture(scope="session", params=KINDS)
async def sold(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Cli]:
    """The market, for tests that only read."""
    folder = tmp_path_factory.mktemp("market")
    (folder / "market.yaml").write_text(market.RULEBOOK, "utf-8")
    async with databases.fresh(str(request.param)) as url:
        cli = Cli(url)
        command = ("import", written(folder, market.EVENTS), "-c", "market", "--rulebook", folder / "market.yaml")
        imported = await asyncio.to_thread(cli, *command)
        assert imported.ok()
        yield cli


def _points(ran: Ran) -> dict[str, str]:
    return {row["member"]: row["balance"] for row in ran.ok().rows}


def test_balances_are_in_order_of_names_without_those_who_left(told: Cli) -> None:
    assert told("balances", "-c", "garden").ok().text == (
        "member,unit,balance,available,held,earned,tier\n"
        "ana,points,21,21,0,16,regular\n"
        "bo,points,18,18,0,13,regular\n"
    )


def test_those_who_left_are_listed_when_asked_for(told: Cli) -> None:
    assert _points(told("balances", "-c", "garden", "--left")) == {who: str(n) for who, n in BALANCES.items()}


def test_a_date_means_the_end_of_that_day_where_the_community_lives(told: Cli) -> None:
    assert _points(told("balances", "-c", "garden", "--left", "--at", "2024-03-04")) == {
        "ana": "21",
        "bo": "17",
        "cai": "0",
    }
    assert _points(told("balances", "-c", "garden", "--left", "--at", "2024-03-03")) == {}


def test_a_time_means_that_instant_included(told: Cli) -> None:
    assert _points(told("balances", "-c", "garden", "--at", "2024-03-04T01:09:59.999999Z")) == {"ana": "5"}
    assert _points(told("balances", "-c", "garden", "--at", "2024-03-04T01:10:00Z")) == {"ana": "15"}
    assert _points(told("balances", "-c", "garden", "--at", "2024-03-04T09:10:00+08:00")) == {"ana": "15"}


def test_as_of_an_instant_shows_the_level_of_then_and_who_was_there(told: Cli) -> None:
    """What was taken back later is no longer earned then: a reversal counts at its original's date."""
    rows = told("balances", "-c", "garden", "--at", "2024-03-04T05:30:00Z").ok().rows
    assert [(row["member"], row["balance"], row["earned"], row["tier"]) for row in rows] == [
        ("ana", "33", "15", "pillar"),
        ("bo", "35", "12", "pillar"),
        ("cai", "0", "1", ""),
    ]


def test_as_of_now_is_what_the_balances_are(told: Cli) -> None:
    assert told("balances", "-c", "garden", "--at", "2026-01-01").ok() == told("balances", "-c", "garden").ok()


@pytest.mark.parametrize("time", ["soon", "2024-13-01", "2024-02-30", "", "2024-03-04T08:00:00", "9999-12-31"])
def test_what_is_no_time_is_named(told: Cli, time: str) -> None:
    ran = told("balances", "-c", "garden", "--at", time)
    assert (ran.code, ran.output) == (1, b"")
    assert time in ran.said
    assert "expected" in ran.said


def test_each_unit_is_listed_with_its_decimals_unless_one_is_asked_for(sold: Cli) -> None:
    rows = sold("balances", "-c", "market").ok().rows
    assert [(row["unit"], row["member"], row["balance"]) for row in rows] == [
        ("coins", "ana", "22.00"),
        ("coins", "bo", "11.70"),
        ("coins", "cai", "11.75"),
        ("stars", "ana", "1"),
        ("stars", "bo", "0"),
        ("stars", "cai", "0"),
    ]
    assert sold("balances", "-c", "market", "--unit", "stars").ok().rows == rows[3:]


@pytest.mark.parametrize("command", ["balances", "entries"])
def test_an_unknown_unit_names_those_there_are(sold: Cli, command: str) -> None:
    ran = sold(command, "-c", "market", "--unit", "coin")
    assert (ran.code, ran.said) == (1, "ledger: there is no unit 'coin'; there are: coins, stars\n")


def test_json_has_numbers_as_numbers(told: Cli, sold: Cli) -> None:
    [ana, _] = told("balances", "-c", "garden", "--format", "json").ok().objects
    assert ana == {
        "member": "ana",
        "unit": "points",
        "balance": 21,
        "available": 21,
        "held": 0,
        "earned": 16,
        "tier": "regular",
    }
    assert '"balance": 22.00,' in sold("balances", "-c", "market", "--format", "json").ok().text


def test_a_table_shows_every_row_and_says_when_there_is_none(told: Cli) -> None:
    shown = told("balances", "-c", "garden", "--format", "table").ok().text
    assert [word in shown for word in ("member", "ana", "bo", "regular")] == [True] * 4
    assert "cai" not in shown
    empty = told("balances", "-c", "garden", "--at", "2024-03-03", "--format", "table").ok().text
    assert empty.strip() == "Nothing yet."


@pytest.mark.parametrize("format_", ["csv", "json", "table"])
@pytest.mark.parametrize(
    "command", ["balances", "entries", "leaderboard", "tiers history", "keys list", "settings"]
)
def test_every_list_comes_in_every_format(told: Cli, command: str, format_: str) -> None:
    community = [] if command == "settings" else ["-c", "garden"]
    ran = told(*command.split(), *community, "--format", format_).ok()
    assert ran.output.endswith(b"\n")
    assert ran.said == ""


def test_an_unknown_format_is_refused(told: Cli) -> None:
    ran = told("balances", "-c", "garden", "--format", "xml")
    assert (ran.code, ran.output) == (2, b"")
    assert "--format" in ran.said


def test_names_that_look_like_markup_are_shown_as_they_are(garden: Cli, tmp_path: Path) -> None:
    names = ["[bold]x", "[/x]", ":smile:", 'a,"b"', "安 雪"]
    told = [event(f"odd-{n}", "hand.waved", f"chat:{name}") for n, name in enumerate(names)]
    garden("import", written(tmp_path, told, "odd.ndjson"), "-c", "garden").ok()
    spelled = {f"chat:{name}" for name in names}
    assert spelled <= set(_points(garden("balances", "-c", "garden")))
    table = garden("balances", "-c", "garden", "--format", "table").ok().text
    assert [name for name in names if f"chat:{name}" not in table] == []


def test_entries_are_in_order_of_the_log_without_those_that_wished_for_nothing(told: Cli) -> None:
    ran = told("entries", "-c", "garden").ok()
    assert ran.text.startswith(
        "event_id,member,unit,wanted,applied,balance_after,rule\n"
        "join-ana,ana,points,5,5,5,start\n"
        "t1,ana,points,10,10,15,opened\n"
        "like-1,bo,points,5,5,5,start\n"
        "like-1,ana,points,3,3,18,liked\n"
        "help-1,bo,points,12,12,17,helped\n"
        "help-2,bo,points,40,18,35,helped\n"
    )
    assert "\nscold-3,cai,points,-4,0,0,scolded\n" in ran.text
    assert "\ngone-1,ana,points,-10,-10,23,opened\ngone-1,ana,points,-3,-3,20,liked\n" in ran.text


def test_all_entries_have_those_that_wished_for_nothing_too(told: Cli) -> None:
    some, every = told("entries", "-c", "garden").ok().rows, told("entries", "-c", "garden", "--all").ok().rows
    assert [row for row in every if row["wanted"] != "0"] == some
    assert {row["event_id"] for row in every if row["wanted"] == "0"} == {
        *("like-2", "like-3", "in-2", "t7", "help-3", "help-5")
    }


def test_entries_add_up_to_the_balances(told: Cli) -> None:
    sums = dict.fromkeys(BALANCES, 0)
    for row in told("entries", "-c", "garden").ok().rows:
        sums[row["member"]] += int(row["applied"])
        assert sums[row["member"]] == int(row["balance_after"])
    assert sums == BALANCES


def test_entries_of_one_unit_alone(sold: Cli) -> None:
    rows = sold("entries", "-c", "market", "-u", "stars").ok().rows
    assert [(row["event_id"], row["applied"]) for row in rows] == [("st1", "1")]


@pytest.mark.parametrize(
    ("options", "rows"),
    [
        ([], ["1 ana 20.50", "2 bo 10.25", "3 cai 10.25"]),
        (["--rank", "competition"], ["1 ana 20.50", "2 bo 10.25", "2 cai 10.25"]),
        (["--top", "2"], ["1 ana 20.50", "2 bo 10.25"]),
        (["--month", "2024-01"], ["1 ana 20.50"]),
        (["--month", "2024-02"], ["1 bo 10.25", "2 cai 10.25"]),
        (["--month", "2024-02", "--rank", "dense"], ["1 bo 10.25", "1 cai 10.25"]),
        (["--month", "2023-12"], []),
        (["--from", "2024-02-01"], ["1 bo 10.25", "2 cai 10.25"]),
        (["--to", "2024-01-30"], ["1 ana 10.25"]),
        (["--to", "2024-01-31"], ["1 ana 20.50"]),
        (["--from", "2024-01-11", "--to", "2024-02-09"], ["1 ana 10.25", "2 bo 10.25"]),
        (["--board", "stars"], ["1 ana 1"]),
    ],
)
def test_a_board_counts_applied_points_in_a_local_window(sold: Cli, options: list[str], rows: list[str]) -> None:
    ran = sold("leaderboard", "-c", "market", *options).ok()
    assert [f"{row['rank']} {row['member']} {row['points']}" for row in ran.rows] == rows


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--board", "year"], "there is no board 'year'; there are: month, stars"),
        (["--rank", "random"], "'random' is no way to rank"),
        (["--month", "2024-13"], "'2024-13' is no month"),
        (["--month", "2024-02", "--from", "2024-02-01"], "give either --month or --from and --to"),
        (["--from", "yesterday"], "'yesterday' is no date"),
        (["--month", "9999-12"], "expected an earlier date"),
        (["--to", "9999-12-31"], "expected an earlier date"),
    ],
)
def test_a_board_asked_for_wrongly_says_what_is_expected(sold: Cli, options: list[str], said: str) -> None:
    ran = sold("leaderboard", "-c", "market", *options)
    assert (ran.code, ran.output) == (1, b"")
    assert said in ran.said


def test_a_board_keeps_members_of_one_name_apart(garden: Cli, tmp_path: Path) -> None:
    """A bare id belongs to its source's platform: two people may be printed alike."""
    told = [event("mail-1", "thread.opened", "ana", source="mail:list", subject="mail-thread")]
    garden("import", written(tmp_path, told, "mail.ndjson"), "-c", "garden").ok()
    rows = garden("leaderboard", "-c", "garden").ok().rows
    assert [(row["member"], row["points"]) for row in rows] == [("ana", "21"), ("bo", "18"), ("ana", "15")]


def test_levels_are_told_in_order_up_and_down(told: Cli) -> None:
    rows = told("tiers", "history", "-c", "garden").ok().rows
    assert [(row["event_id"], row["member"], row["before"], row["after"]) for row in rows] == [
        ("t1", "ana", "", "regular"),
        ("help-1", "bo", "", "regular"),
        ("help-2", "bo", "regular", "pillar"),
        ("t3", "ana", "regular", "pillar"),
        ("gone-1", "ana", "pillar", "regular"),
        ("unhelp-2", "bo", "pillar", "regular"),
    ]
    assert rows[0]["ladder"] == "rank"
    assert rows[0]["occurred_at"] == "2024-03-04T01:10:00.000Z"


@pytest.mark.parametrize(
    "command",
    [
        "balances",
        "entries",
        "leaderboard",
        "tiers history",
        "export",
        "keys list",
        "verify",
        "rebuild",
        "explain t1",
    ],
)
def test_an_unknown_community_names_those_there_are(told: Cli, command: str) -> None:
    ran = told(*command.split(), "--community", "gardn")
    assert (ran.code, ran.output) == (1, b"")
    assert ran.said.startswith("ledger: there is no community 'gardn' in ")
    assert ran.said.endswith("; there are: garden\n")


def test_without_any_community_it_says_so(ledger: Cli) -> None:
    ran = ledger("balances", "-c", "garden")
    assert ran.code == 1
    assert ran.said.startswith("ledger: there is no community 'garden' in ")
    assert ran.said.endswith("; there are: none yet\n")


def test_balances_leave_out_what_has_expired(ledger: Cli, tmp_path: Path) -> None:
    """Five points of 2024 with a life of ten days; nobody has swept since."""
    (tmp_path / "fading.yaml").write_text(
        "units: {points: {expire: {after: 10d}}}\nrules:\n- {id: hello, event: member.hello, amount: 5}\n", "utf-8"
    )
    hello = {
        "specversion": "1.0",
        "id": "h1",
        "source": "chat:hall",
        "type": "member.hello",
        "time": "2024-03-01T12:00:00Z",
        "data": {"member": "ann"},
    }
    ledger("import", written(tmp_path, [hello]), "-c", "hall", "--rulebook", tmp_path / "fading.yaml").ok()
    assert ledger("balances", "-c", "hall").ok().text.splitlines()[1] == "ann,points,0,0,0,5,"
    assert _points(ledger("balances", "-c", "hall", "--at", "2024-03-11")) == {"ann": "5"}
    ledger("tiers", "run", "-c", "hall").ok()
    assert ledger("balances", "-c", "hall").ok().text.splitlines()[1] == "ann,points,0,0,0,5,"
