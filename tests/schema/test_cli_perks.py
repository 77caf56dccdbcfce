"""`ledger perks` and `ledger redemptions`: what an operator does without a frontend."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.schema.cli import Cli

CODES = "canary-code-1\n\ncanary-code-2\ncanary-code-1\n"
C = ("-c", "garden")


@pytest.fixture
def stall(garden: Cli) -> Cli:
    """A seat for 2 points; the story's members have some."""
    seat = ("perks", "put", "seat", *C, "--name", "en=A seat", "--name", "zh-CN=名额", "--cost", "2")
    assert garden(*seat, "--stock", "3", "--refund-days", "7").ok().said == "The perk seat is up.\n"
    return garden


def _perk(cli: Cli) -> dict[str, str]:
    return cli("perks", "list", *C).ok().rows[0]


def test_a_perk_is_put_up_listed_changed_and_retired(stall: Cli) -> None:
    assert _perk(stall) == {
        "perk": "seat",
        "name": "A seat",
        "cost": "2",
        "unit": "points",
        "fulfilment": "manual",
        "tiers": "any",
        "left": "3",
        "reserved": "0",
        "had": "0",
        "codes": "",
        "state": "up",
    }
    changed = stall("perks", "put", "seat", *C, "--cost", "3", "--tier", "regular").ok()
    assert changed.said == "The perk seat is changed.\n"
    assert (_perk(stall)["cost"], _perk(stall)["left"], _perk(stall)["tiers"]) == ("3", "3", "regular")
    stocked = stall("perks", "stock", "seat", *C, "--add", "2", "--reason", "found", "--key", "k").ok()
    assert stocked.said == "5 of seat are left.\n"
    assert (
        stall("perks", "stock", "seat", *C, "--add", "2", "--reason", "found", "--key", "k").ok().said
        == stocked.said
    )
    assert stall("perks", "list", *C, "--format", "json").ok().objects[0]["left"] == 5
    stall("perks", "retire", "seat", *C).ok()
    assert _perk(stall)["state"] == "retired"
    assert stall("verify", *C).ok()


def test_codes_come_from_a_file_and_are_shown_nowhere(stall: Cli, tmp_path: Path) -> None:
    file = tmp_path / "codes.txt"
    file.write_text(CODES)
    stall("perks", "put", "gift", *C, "--fulfilment", "code").ok()
    assert stall("perks", "codes", "gift", file, *C).ok().said == "2 of 3 codes are new; 2 of gift are left.\n"
    assert stall("perks", "codes", "gift", file, *C).ok().said == "0 of 3 codes are new; 2 of gift are left.\n"
    granted = stall("redemptions", "grant", "gift", "chat:ana", *C, "--reason", "a prize").ok()
    assert re.match(r"R-\d+: FULFILLED, fulfilled\n\Z", granted.said)
    for command in (("perks", "list"), ("redemptions", "list"), ("export",), ("entries",)):
        assert "canary-code" not in stall(*command, *C).ok().text
    assert stall("verify", *C).ok()


def test_redemptions_are_granted_fulfilled_declined_and_refunded(stall: Cli) -> None:
    codes = []
    for _ in range(2):
        said = stall("redemptions", "grant", "seat", "chat:ana", *C, "--reason", "a prize").ok().said
        assert said.endswith(": REQUESTED, asked for\n")
        codes.append(said.partition(":")[0])
    rows = stall("redemptions", "list", *C).ok().rows
    assert [(row["redemption"], row["member"], row["status"]) for row in rows] == [
        (code, "chat:ana", "REQUESTED") for code in codes
    ]
    stall("redemptions", "approve", codes[0], *C).ok()
    assert stall("redemptions", "fulfil", codes[0], *C, "--voucher", "row 3").ok().said == (
        f"{codes[0]}: FULFILLED, fulfilled\n"
    )
    stall("redemptions", "decline", codes[1], *C, "--note", "full").ok()
    stall("redemptions", "refund", codes[0], *C, "--reason", "torn").ok()
    done = stall("redemptions", "list", *C, "--status", "REFUNDED", "--format", "json").ok().objects
    assert [row["redemption"] for row in done] == [codes[0]]
    again = stall("redemptions", "decline", codes[1], *C)
    assert (again.code, "REDEMPTION_DONE" in again.said) == (1, True)
    assert stall("verify", *C).ok()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("perks", "put", "seat", *C, "--cost", "2.5"), "no number of points"),
        (("perks", "put", "seat", *C, "--cost", "x"), "no number of points"),
        (("perks", "put", "seat", *C, "--cost", "-3"), "a perk costs 0 points or more"),
        (("perks", "put", "seat", *C, "--cost", "nan"), "no number of points"),
        (("perks", "put", "seat", *C, "--name", "seat"), "LANGUAGE=TEXT"),
        (("perks", "put", "seat", *C, "--per", "month"), "--per needs --limit"),
        (("perks", "put", "seat", *C, "--limit", "1", "--per", "hour"), "no period"),
        (("perks", "put", "seat", *C, "--tier", "king"), "Look at --tiers"),
        (("perks", "put", "seat", *C, "--fulfilment", "webhook"), "Look at --target"),
        (("perks", "retire", "boat", *C), "PERK_UNKNOWN"),
        (("perks", "stock", "seat", *C, "--reason", "r"), "give --add or --take"),
        (("perks", "stock", "seat", *C, "--take", "9", "--reason", "r"), "STOCK_TOO_LOW"),
        (("redemptions", "fulfil", "seventeen", *C), "names no redemption"),
        (("redemptions", "fulfil", "R-1", *C), "REDEMPTION_UNKNOWN"),
        (("redemptions", "grant", "seat", "ana", *C, "--reason", "r"), "no identity"),
        (("redemptions", "grant", "seat", "chat:nobody", *C, "--reason", "r"), "MEMBER_UNKNOWN"),
    ],
)
@pytest.mark.parametrize("kind", ["sqlite"])
def test_what_cannot_be_done_is_said_plainly(stall: Cli, command: tuple[str, ...], said: str) -> None:
    ran = stall(*command)
    assert (ran.code, ran.text) == (1, "")
    assert said in ran.said


@pytest.mark.parametrize("kind", ["sqlite"])
def test_the_secret_of_webhooks_is_the_only_output(garden: Cli) -> None:
    assert re.match(r"whsec_[A-Za-z0-9+/]{43}=\n\Z", garden("perks", "secret", *C).ok().text)
