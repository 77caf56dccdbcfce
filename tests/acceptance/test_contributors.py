"""An open-source project's contributors, by a rulebook of our own: each kind of help pays each member once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.shared import CONTRIB, needs_data, table
from tests.schema.cli import Cli

POINTS = {
    "code": 10,
    "doc": 6,
    "test": 6,
    "bug": 3,
    "ideas": 3,
    "review": 5,
    "infra": 5,
    "question": 4,
    "example": 4,
}
EVENTS, MEMBERS = 289, 170

pytestmark = needs_data


def _rulebook() -> str:
    """Return a rule a kind, and one for all other kinds."""
    rule = "  - {{id: {id}, event: contribution.credited, amount: {points}, when: {{kind: {kind}}}, {once}}}"
    once = "once_per: [member, kind], undo_on: [{event: contribution.revoked, match: [member, kind]}]"
    others = f"{{not_in: [{', '.join(POINTS)}]}}"
    kinds = [*((kind, kind, points) for kind, points in POINTS.items()), ("other", others, 2)]
    rules = [rule.format(id=id_, kind=kind, points=points, once=once) for id_, kind, points in kinds]
    return "\n".join(["preset: contributors", "units: {points: {floor: 0, claw: clip}}", "rules:", *rules])


@pytest.fixture
def contributors(database_url: str, tmp_path: Path) -> Cli:
    """The project's contributions, played in."""
    cli, rulebook = Cli(database_url), tmp_path / "contributors.yaml"
    rulebook.write_text(_rulebook(), "utf-8")
    imported = cli("import", CONTRIB / "events.ndjson.gz", "-c", "contrib-a", "--rulebook", rulebook).ok()
    assert imported.said.splitlines()[1:] == [f"{EVENTS} recorded, 0 were recorded before, 0 refused"]
    return cli


def test_every_contributors_points_are_the_expected_ones(contributors: Cli) -> None:
    wanted = {row["member"]: int(row["points"]) for row in table(CONTRIB / "expected.csv")}
    found = {row["member"]: int(row["balance"]) for row in contributors("balances", "-c", "contrib-a").ok().rows}
    assert len(wanted) == MEMBERS
    assert found == wanted
    assert contributors("verify").ok()


def test_what_was_revoked_is_explained_as_taken_back(contributors: Cli) -> None:
    rows = contributors("entries", "-c", "contrib-a").ok().rows
    taken = [row for row in rows if int(row["applied"]) < 0]
    assert sorted((row["rule"], row["applied"]) for row in taken) == [("code", "-10"), ("test", "-6")]
    explained = contributors("explain", taken[0]["event_id"], "-c", "contrib-a", "--lang", "en").ok().text
    assert "is taken back" in explained
