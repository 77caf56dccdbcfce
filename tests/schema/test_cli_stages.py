"""`ledger offers`, `playbook` and `reviews`: what operators do beside points, at the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.schema.cli import Cli
from tests.schema.story import event, written
from tests.schema.test_graphql_offers import RULEBOOK

WAITS = "  - {id: share, event: share.posted, amount: 8, pending: review}\ntiers:"
C = ("-c", "garden")


@pytest.fixture
def club(ledger: Cli, tmp_path: Path) -> Cli:
    """A community with an offer and a playbook, where two shares of ana wait for a review."""
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULEBOOK.replace("tiers:", WAITS, 1), "utf-8")
    told = [
        event("i", "member.introduced", "ana", time="2026-11-20T07:00:00Z"),
        event("s1", "share.posted", "ana", time="2026-11-20T08:00:00Z"),
        event("s2", "share.posted", "ana", time="2026-11-20T09:00:00Z"),
    ]
    ledger("import", written(tmp_path, told), *C, "--rulebook", rules).ok()
    return ledger


def test_an_offer_is_put_up_changed_and_ended(club: Cli) -> None:
    club(
        "offers", "put", "tea", *C, "--title", "en=Tea", "--title", "zh-CN=茶", "--url", "https://example.org"
    ).ok()
    club("offers", "put", "tea", *C, "--title", "en=Green tea").ok()
    club("offers", "retire", "launch", *C).ok()
    rows = club("offers", "list", *C).ok().rows
    assert [(row["offer"], row["title"], row["url"], row["state"]) for row in rows] == [
        ("launch", "The launch", "https://example.org/launch", "retired"),
        ("tea", "Green tea", "", "open"),
    ]
    for arguments, said in (
        (("put", "x", "--title", "Tea"), "expected LANGUAGE=TEXT"),
        (("put", "x", "--title", "en=x", "--perk", "none"), "perk"),
        (("retire", "none"), "offer"),
    ):
        ran = club("offers", *arguments, *C)
        assert (ran.code, said in ran.said) == (1, True), ran.said


def test_the_playbook_is_ticked_by_what_happens_and_by_hand(club: Cli) -> None:
    def done() -> dict[str, bool]:
        return {row["task"]: bool(row["done_at"]) for row in club("playbook", "list", *C).ok().rows}

    assert done() == {"intros": True, "stories": False, "offer": False, "core": False}
    club("playbook", "tick", "stories", *C).ok()
    club("playbook", "tick", "intros", *C, "--undo").ok()
    assert done() == {"intros": False, "stories": True, "offer": False, "core": False}
    unknown = club("playbook", "tick", "none", *C)
    assert (unknown.code, unknown.text) == (1, "")


def test_what_waits_is_approved_or_declined_once(club: Cli) -> None:
    rows = club("reviews", "list", *C).ok().rows
    assert [(row["type"], row["claimed"], row["rules"]) for row in rows] == [("share.posted", "no", "share")] * 2
    first, second = (row["position"] for row in rows)
    club("reviews", "approve", first, *C).ok()
    club("reviews", "decline", second, *C, "--reason", "Twice the same").ok()
    assert club("reviews", "list", *C).ok().rows == []
    assert [row["balance"] for row in club("balances", *C).ok().rows] == ["8"]
    assert club("reviews", "approve", second, *C).code == 1
    assert "whole" in club("verify", *C).ok().text
