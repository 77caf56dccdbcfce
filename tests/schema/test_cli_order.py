"""`ledger violations`: reports, strikes and their end, on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

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
    rows = orderly("violations", "list", "-c", "garden", "--open").ok().rows
    assert [(row["report"], row["count"], row["will_be"]) for row in rows] == [(second, "2", "PENALTY")]
    orderly("violations", "confirm", second, "-c", "garden").ok()
    before = _balance(orderly)
    assert orderly("violations", "lift", second, "-c", "garden").ok().text == (
        f"report {second}: Lifted: what it took was given back.\n"
    )
    assert _balance(orderly) == before + 5
    assert "whole" in orderly("verify", "-c", "garden").ok().text


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
                "cli reported that Ana 安 broke the house rule advert.",
                "cli confirmed that Ana 安 broke",
                "is removed",
            ],
        ),
        ("zh-CN", ["cli 举报 Ana 安 违反群规 advert。", "cli 确认 Ana 安 违反群规 advert", "被移出"]),
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
