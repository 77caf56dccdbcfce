"""Plays the site's two years through the command line, and keeps what every list said on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.acceptance.shared import QA, expected
from tests.schema.cli import Cli, Ran

COMMUNITY = ("-c", "qa-a")
PRESET = "stack_exchange_2016"


@dataclass
class History:
    """What the command line said: after t1, and after what t2 adds where it was played."""

    imported: Ran
    balances: Ran
    entries: Ran
    levels: Ran
    verified: Ran
    boards: dict[str, Ran] = field(default_factory=dict)
    as_of: dict[str, Ran] = field(default_factory=dict)
    again: Ran | None = None
    exports: tuple[bytes, bytes] = (b"", b"")
    later: Later | None = None


@dataclass
class Later:
    """What the command line said after the delta."""

    imported: Ran
    again: Ran
    balances: Ran
    with_left: Ran
    verified: Ran
    rebuilt: Ran
    verified_again: Ran
    exports: tuple[bytes, bytes]


def play(cli: Cli, folder: Path, *, whole: bool) -> History:
    """Play t1, and with `whole` everything again, every month, and the delta."""
    first = QA / "events_t1.ndjson.gz"
    imported = cli("import", first, *COMMUNITY, "--preset", PRESET, "--rejects", folder / "rejects.ndjson").ok()
    history = History(
        imported,
        balances=cli("balances", *COMMUNITY).ok(),
        entries=cli("entries", *COMMUNITY).ok(),
        levels=cli("tiers", "history", *COMMUNITY).ok(),
        verified=cli("verify", *COMMUNITY).ok(),
    )
    months = sorted({row["month"] for row in expected("leaderboard_monthly_top20_t1.csv")})
    for month in months if whole else months[::8]:
        history.boards[month] = cli("leaderboard", *COMMUNITY, "--month", month).ok()
    for day in sorted({row["end_of_day_utc"] for row in expected("as_of_t1.csv.gz")}):
        history.as_of[day] = cli("balances", *COMMUNITY, "--at", day).ok()
    if whole:
        history.exports, history.again = _again(cli, folder, first)
        history.later = _later(cli, folder)
    return history


def _again(cli: Cli, folder: Path, file: Path) -> tuple[tuple[bytes, bytes], Ran]:
    """Export, import a file that was imported before, and export once more."""
    before = _exported(cli, folder)
    again = cli("import", file, *COMMUNITY).ok()
    return (before, _exported(cli, folder)), again


def _exported(cli: Cli, folder: Path) -> bytes:
    file = folder / "export.ndjson.gz"
    cli("export", *COMMUNITY, "-o", file).ok()
    return file.read_bytes()


def _later(cli: Cli, folder: Path) -> Later:
    delta = QA / "events_t2_delta.ndjson.gz"
    imported = cli("import", delta, *COMMUNITY).ok()
    exports, again = _again(cli, folder, delta)
    return Later(
        imported,
        again,
        balances=cli("balances", *COMMUNITY).ok(),
        with_left=cli("balances", *COMMUNITY, "--left").ok(),
        verified=cli("verify", *COMMUNITY).ok(),
        rebuilt=cli("rebuild", *COMMUNITY).ok(),
        verified_again=cli("verify", *COMMUNITY).ok(),
        exports=exports,
    )
