"""`ledger stories`: listed, reviewed, featured and withdrawn at the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.schema.cli import Cli
from tests.schema.story import event, written
from tests.schema.test_graphql_stories import RULEBOOK


@pytest.fixture
def tellers(ledger: Cli, tmp_path: Path) -> Cli:
    """The command line on a community where ana and bo told a story each."""
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULEBOOK, "utf-8")
    told = [
        event("s1", "story.submitted", "ana", subject="rain", title="Rain", time="2026-11-20T08:00:00Z"),
        event("s2", "story.submitted", "bo", subject="snow", title="Snow", time="2026-11-20T09:00:00Z"),
    ]
    ledger("import", written(tmp_path, told), "-c", "garden", "--rulebook", rules).ok()
    return ledger


def states(cli: Cli, *options: str) -> dict[str, str]:
    """Return the stories' states by title."""
    rows = cli("stories", "list", "-c", "garden", *options).ok().rows
    return {row["title"]: row["state"] for row in rows}


def test_an_operator_reads_and_judges_stories(tellers: Cli) -> None:
    first = tellers("stories", "list", "-c", "garden").ok().rows
    assert [(row["author"], row["title"]) for row in first] == [("bo", "Snow"), ("ana", "Rain")]
    snow, rain = (row["story"] for row in first)
    tellers("stories", "review", rain, "-c", "garden", "--publish").ok()
    tellers("stories", "review", snow, "-c", "garden", "--decline", "--reason", "Too cold").ok()
    assert states(tellers) == {"Rain": "PUBLISHED", "Snow": "DECLINED"}
    tellers("stories", "feature", rain, "-c", "garden").ok()
    assert states(tellers, "--state", "FEATURED") == {"Rain": "FEATURED"}
    balances = {row["member"]: row["balance"] for row in tellers("balances", "-c", "garden").ok().rows}
    assert balances == {"ana": "35", "bo": "0"}
    tellers("stories", "feature", rain, "-c", "garden", "--off").ok()
    tellers("stories", "withdraw", rain, "-c", "garden").ok()
    assert states(tellers) == {"Rain": "WITHDRAWN", "Snow": "DECLINED"}
    tellers("verify", "-c", "garden").ok()


def test_what_cannot_be_is_said_in_a_sentence(tellers: Cli) -> None:
    refused = tellers("stories", "feature", "3", "-c", "garden")
    assert (refused.code, "it is SUBMITTED" in refused.said) == (1, True)
    unknown = tellers("stories", "review", "99", "-c", "garden", "--publish")
    assert (unknown.code, "no such story" in unknown.said) == (1, True)
