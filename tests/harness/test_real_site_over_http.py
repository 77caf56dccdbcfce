"""A real site's two years, posted one by one over 8 connections to two servers, give the published balances."""

from __future__ import annotations

import gzip
import json
import time
from typing import Any

import pytest

from tests.acceptance.shared import QA, expected, needs_data
from tests.harness.checking import look
from tests.harness.conftest import Fresh
from tests.harness.dispatch import concerns, earlier_ones, post_history
from tests.harness.figures import report
from tests.harness.processes import serving
from tests.harness.town import found_town

MEMBERS = 3_657
PRESET = "stack_exchange_2016"


def _events() -> list[dict[str, Any]]:
    with gzip.open(QA / "events_t1.ndjson.gz") as lines:
        return [json.loads(line) for line in lines]


async def _balances(url: str, events: list[dict[str, Any]]) -> dict[str, int]:
    started = time.monotonic()
    town = await found_town(url, "qa-a", preset=PRESET)
    async with serving(url, processes=2) as servers:
        answers, at_once = await post_history(events, [server.port for server in servers], town.key)
    assert [answer for answer in answers if answer.status != 200] == []
    found = await look(town)
    assert found.differences == []
    assert len(found.log) == len(events) + 2
    report("a real site over HTTP", events=len(events), at_once=at_once, seconds=time.monotonic() - started)
    return found.balances


@needs_data
@pytest.mark.acceptance
@pytest.mark.timeout(3_600)
async def test_the_whole_site_over_http_gives_every_published_balance(fresh: Fresh) -> None:
    wanted = {row["member"]: int(row["balance"]) for row in expected("balances_t1.csv.gz")}
    assert len(wanted) == MEMBERS
    found = await _balances(await fresh("postgresql"), _events())
    assert {member: found.get(member, 0) for member in wanted} == wanted
    assert found.keys() - wanted.keys() == set()


def _event(key: str, subject: str, member: str | None = None, **data: Any) -> dict[str, Any]:
    return {"id": key, "subject": subject, "data": {**data, **({"member": member} if member else {})}}


def test_an_event_waits_for_all_that_concern_the_same_members() -> None:
    events = [
        _event("posted", "a1", "ann"),
        _event("elsewhere", "a2", "bob"),
        _event("removed", "a1"),
        _event("later", "a3", "ann"),
        _event("taken back", "a9", undoes="elsewhere"),
        _event("last", "a4", "bob"),
    ]
    assert earlier_ones(concerns(events)) == [set(), set(), {0}, {2}, {1}, {4}]
