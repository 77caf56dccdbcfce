"""`ledger rounds`: opened, drawn, and what the draw is made again from."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import pytest

from tests.schema.cli import Cli
from tests.schema.story import event, written
from tests.schema.test_graphql_rounds import RULEBOOK


@pytest.fixture
def games(ledger: Cli, tmp_path: Path) -> Cli:
    """The command line on a community of three."""
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULEBOOK, "utf-8")
    told = [event(f"h-{name}", "member.hello", name) for name in ("ana", "bo", "cai")]
    ledger("import", written(tmp_path, told), "-c", "garden", "--rulebook", rules).ok()
    return ledger


def test_a_draw_at_the_command_line(games: Cli, tmp_path: Path) -> None:
    committed = games("rounds", "open", "riddle", "-c", "garden", "--title", "A riddle").ok().text.strip()
    entered = [event(f"in-{name}", "round.entered", name, subject="riddle") for name in ("ana", "bo", "cai")]
    games("import", written(tmp_path, entered, "entered.ndjson"), "-c", "garden").ok()
    seed = games("rounds", "close", "riddle", "-c", "garden", "--draw", "2").ok().text.strip()
    assert hashlib.sha256(bytes.fromhex(seed)).hexdigest() == committed
    tickets = {n: hmac.new(bytes.fromhex(seed), str(n).encode(), "sha256").digest() for n in (1, 2, 3)}
    winners = [("ana", "bo", "cai")[n - 1] for n in sorted(tickets, key=lambda n: tickets[n])[:2]]
    [row] = games("rounds", "list", "-c", "garden").ok().rows
    assert (row["state"], row["winners"], row["seed"]) == ("CLOSED", " ".join(winners), seed)
    assert games("rounds", "list", "-c", "garden", "--open").ok().rows == []
    balances = {one["member"]: int(one["balance"]) for one in games("balances", "-c", "garden").ok().rows}
    assert [balances[name] for name in winners] == [11, 7]
    games("verify", "-c", "garden").ok()


def test_winners_named_at_the_command_line_and_what_is_refused(games: Cli) -> None:
    games("rounds", "open", "chain", "-c", "garden", "--title", "A chain").ok()
    for options, said in (
        (("--winner", "chat:nobody"), "no member 'chat:nobody'"),
        (("--draw", "1"), "Only 0 entered"),
        (("--draw", "1", "--winner", "chat:ana"), "not both"),
        ((), "say who won"),
        (("--no-winner", "--winner", "chat:ana"), "say who won"),
    ):
        refused = games("rounds", "close", "chain", "-c", "garden", *options)
        assert (refused.code, said in refused.said) == (1, True), refused.said
    games("rounds", "close", "chain", "-c", "garden", "--winner", "chat:bo", "--winner", "chat:ana").ok()
    assert games("rounds", "list", "-c", "garden").ok().rows[0]["winners"] == "bo ana"
    wrong = games("rounds", "open", "other", "-c", "garden", "--title", "t", "--prize", "tea")
    assert (wrong.code, "no prize" in wrong.said) == (1, True)


def test_a_round_may_end_with_nobody_and_is_closed_for_good(games: Cli) -> None:
    games("rounds", "open", "quiet", "-c", "garden", "--title", "Nobody came").ok()
    seed = games("rounds", "close", "quiet", "-c", "garden", "--no-winner").ok().text
    assert games("rounds", "close", "quiet", "-c", "garden", "--no-winner").ok().text == seed
    again = games("rounds", "close", "quiet", "-c", "garden", "--winner", "chat:bo")
    assert (again.code, again.said) == (1, "ledger: The round is closed already, for good.\n")
