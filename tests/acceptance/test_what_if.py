"""A real site under today's ten points for a question: every balance that differs, and no other."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ledger.service.rulebooks import presets
from tests.acceptance.history import COMMUNITY, PRESET
from tests.acceptance.shared import QA, expected, needs_data
from tests.databases import Databases
from tests.schema.cli import Cli

pytestmark = [needs_data, pytest.mark.acceptance]

FIVE = "event: question.upvoted, to: object.author, amount: 5,"
TEN = FIVE.replace("amount: 5", "amount: 10")


async def test_the_differences_are_the_published_ones(databases: Databases, kind: str, tmp_path: Path) -> None:
    text = presets()[PRESET]
    assert text.count(FIVE) == 1
    same, ten = tmp_path / "same.yaml", tmp_path / "ten.yaml"
    same.write_text(text, "utf-8")
    ten.write_text(text.replace(FIVE, TEN), "utf-8")
    published = {
        row["member"]: (row["balance"], row["balance_if_question_up_10"])
        for row in expected("balances_t1.csv.gz")
        if row["balance"] != row["balance_if_question_up_10"]
    }
    async with databases.fresh(kind) as url:
        cli = Cli(url)
        await asyncio.to_thread(cli, "import", QA / "events_t1.ndjson.gz", *COMMUNITY, "--preset", PRESET)
        told = (await asyncio.to_thread(cli, "simulate", ten, *COMMUNITY)).ok()
        nothing = (await asyncio.to_thread(cli, "simulate", same, *COMMUNITY)).ok()
    assert {row["member"]: (row["balance"], row["simulated"]) for row in told.rows} == published
    assert nothing.rows == []
