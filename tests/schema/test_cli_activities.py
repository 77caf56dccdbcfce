"""`ledger activities`: the agenda at the command line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.schema.cli import Cli
from tests.schema.story import event, written
from tests.schema.test_graphql_activities import RULEBOOK


@pytest.fixture
def club(ledger: Cli, tmp_path: Path) -> Cli:
    """The command line on a community with two activities in its rulebook."""
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULEBOOK, "utf-8")
    told = [event("h", "member.hello", "ana", n=1)]
    ledger("import", written(tmp_path, told), "-c", "garden", "--rulebook", rules).ok()
    return ledger


def series(cli: Cli, *options: str) -> list[str]:
    """Return the series on the agenda of the next week, each once."""
    rows = cli("activities", "list", "-c", "garden", "--days", "7", *options).ok().rows
    return sorted({row["activity"].partition("/")[0] for row in rows})


def test_an_operator_keeps_the_agenda(club: Cli) -> None:
    assert series(club) == ["game_night", "share_day"]
    start = (datetime.now(UTC) + timedelta(hours=25)).replace(microsecond=0)
    spelled = f"{start:%Y-%m-%dT%H:%M:%SZ}"
    options = ("--starts", spelled, "--title", "en=Walk", "--capacity", "5", "--rule", "FREQ=DAILY")
    first = club("activities", "schedule", "walk", "-c", "garden", *options).ok().text.strip()
    assert first == f"walk/{spelled}"
    rows = club("activities", "list", "-c", "garden", "--days", "3").ok().rows
    walks = [row for row in rows if row["activity"].startswith("walk/")]
    assert [(row["title"], row["capacity"], row["going"]) for row in walks] == [("Walk", "5", "0")] * 2
    club("activities", "cancel", first, "-c", "garden", "--reason", "Rain").ok()
    listed = club("activities", "list", "-c", "garden", "--cancelled").ok().rows
    assert [row["activity"] for row in listed if row["state"] == "cancelled"] == [first]
    club("activities", "cancel", "walk", "-c", "garden").ok()
    assert series(club) == ["game_night", "share_day"]
    club("verify", "-c", "garden").ok()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("a/b", "--starts", "2027-01-01T12:00:00Z"), "without /"),
        (("walk", "--starts", "soon"), "is no time"),
        (("walk", "--starts", "2027-01-01T12:00:00Z", "--rule", "FREQ=HOURLY"), "is no rule"),
        (("walk", "--starts", "2027-01-01T12:00:00Z", "--title", "Walk"), "expected LANGUAGE=TEXT"),
        (("share_day", "--starts", "2027-01-01T12:00:00Z"), "choose another code"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(club: Cli, options: tuple[str, ...], said: str) -> None:
    ran = club("activities", "schedule", *options, "-c", "garden")
    assert (ran.code, said in ran.said) == (1, True), ran.said
