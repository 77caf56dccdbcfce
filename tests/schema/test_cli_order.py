"""`ledger violations`: reports, strikes and their end, on the command line."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ledger.core.commands import AppealViolation
from ledger.core.values import Position
from ledger.service.ledger import open_ledger
from ledger.service.writer import Receipt
from ledger.settings import Settings
from ledger.store.reads.names import member_by_identity
from tests.core.strikes import ORDER
from tests.rulebooks import SMALL
from tests.schema.cli import Cli
from tests.schema.story import written


@pytest.fixture
def orderly(ledger: Cli, tmp_path: Path) -> Cli:
    """The command line on a database where `garden` has lived its story and has house rules."""
    rulebook = tmp_path / "orderly.yaml"
    rulebook.write_text(SMALL + ORDER, "utf-8")
    ledger("import", written(tmp_path), "-c", "garden", "--rulebook", rulebook).ok()
    return ledger


def _report(cli: Cli, rule: str, *options: str, member: str = "chat:ana") -> str:
    """Report a violation and return its number."""
    ran = cli("violations", "record", member, rule, "-c", "garden", *options).ok()
    return ran.text.split()[1]


def test_a_report_is_recorded_listed_confirmed_and_lifted(orderly: Cli) -> None:
    first, second = _report(orderly, "spam", "--evidence", "ten links"), _report(orderly, "spam")
    rows = orderly("violations", "list", "-c", "garden").ok().rows
    columns = ("report", "member", "name", "rule", "will_be", "open")
    assert [tuple(row[column] for column in columns) for row in rows] == [
        (second, "chat:ana", "Ana 安", "spam", "WARNING", "yes"),
        (first, "chat:ana", "Ana 安", "spam", "WARNING", "yes"),
    ]
    said = orderly("violations", "confirm", first, "-c", "garden", "--note", "please").ok().text
    assert said == (
        f"report {first}: It was strike number 1, which brings a warning."
        " The next one: a warning, 5 points less, no earning for 24 hours.\n"
    )
    why = orderly("explain", f"violation.confirmed/{first}", "-c", "garden", "--lang", "en").ok().text
    assert why.endswith("\nNote: please\n")
    why = orderly("explain", "--position", first, "-c", "garden", "--lang", "zh-CN").ok().text
    assert why.endswith("\n证据：ten links\n")
    rows = orderly("violations", "list", "-c", "garden", "--open").ok().rows
    assert [(row["report"], row["count"], row["will_be"]) for row in rows] == [(second, "2", "PENALTY")]
    orderly("violations", "confirm", second, "-c", "garden").ok()
    before = _balance(orderly)
    assert orderly("violations", "lift", second, "-c", "garden").ok().text == (
        f"report {second}: Lifted: what it took was given back.\n"
    )
    assert _balance(orderly) == before + 5
    assert "whole" in orderly("verify", "-c", "garden").ok().text


def test_an_appeal_is_upheld(orderly: Cli) -> None:
    report = _report(orderly, "advert")
    orderly("violations", "confirm", report, "-c", "garden").ok()
    none = orderly("violations", "uphold", report, "-c", "garden")
    assert (none.code, "appeal" in none.said) == (1, True)
    asyncio.run(_appeal(orderly.url, int(report)))
    assert orderly("violations", "uphold", report, "-c", "garden").ok().text == (
        f"report {report}: It stands; the appeal is decided.\n"
    )
    assert "whole" in orderly("verify", "-c", "garden").ok().text


async def _appeal(url: str, report: int) -> None:
    async with open_ledger(Settings(database_url=url)) as ledger:
        garden = await ledger.community("garden")
        assert garden is not None
        ana = await member_by_identity(ledger.database, garden.id, "chat", "ana")
        assert ana is not None
        command = AppealViolation(position=Position(report), member=ana, text="It was asked for")
        [receipt] = await ledger.writer.submit(garden, [command])
        assert isinstance(receipt, Receipt)


def _balance(cli: Cli) -> int:
    rows = cli("balances", "-c", "garden").ok().rows
    return next(
        int(row["balance"]) for row in rows if row["member"] == "chat:ana" or "ana" in row["member"].lower()
    )


def test_a_dismissed_report_is_done_with(orderly: Cli) -> None:
    number = _report(orderly, "advert")
    assert orderly("violations", "dismiss", number, "-c", "garden").ok().text == (
        f"report {number}: Dismissed: nothing follows.\n"
    )
    ran = orderly("violations", "confirm", number, "-c", "garden")
    assert (ran.code, ran.said) == (1, "ledger: This report is resolved already: DISMISSED.\n")
    assert orderly("violations", "list", "-c", "garden", "--open").ok().rows == []


def test_the_same_key_is_the_same_report(orderly: Cli) -> None:
    assert _report(orderly, "advert", "--key", "k") == _report(orderly, "advert", "--key", "k")
    assert len(orderly("violations", "list", "-c", "garden").ok().rows) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("record", "chat:nobody", "advert"), "there is no member 'chat:nobody'"),
        (("record", "chat:ana", "noise"), "There is no house rule noise here."),
        (("confirm", "1"), "There is no such report for you."),
        (("lift", "999"), "There is no such report for you."),
    ],
)
def test_what_cannot_be_is_said_plainly(orderly: Cli, arguments: tuple[str, ...], said: str) -> None:
    ran = orderly("violations", *arguments, "-c", "garden")
    assert (ran.code, ran.said) == (1, f"ledger: {said}\n")


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        (
            "en",
            [
                "cli reported that Ana 安 broke the house rule “No adverts”.",
                "cli confirmed that Ana 安 broke",
                "is removed",
            ],
        ),
        ("zh-CN", ["cli 举报 Ana 安 违反群规“不发广告”。", "cli 确认 Ana 安 违反群规“不发广告”", "被移出"]),
    ],
)
def test_what_was_said_is_explained(orderly: Cli, locale: str, said: list[str]) -> None:
    for count in range(2):
        number = _report(orderly, "advert", "--key", f"k{count}")
        orderly("violations", "confirm", number, "-c", "garden").ok()
    told = ""
    for key in ("k1", f"violation.confirmed/{number}"):
        told += orderly("explain", key, "-c", "garden", "--lang", locale).ok().text
    assert [one for one in said if one not in told] == []
