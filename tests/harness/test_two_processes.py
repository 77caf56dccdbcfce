"""Promises I3, I10, I18: two servers on one database act as one."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import pytest

from ledger.service.clock import now
from tests.databases import KINDS, only_postgres
from tests.harness.checking import complaints, complaints_of_cap, complaints_of_three, look, receipt_of
from tests.harness.conftest import Fresh
from tests.harness.crowd import Crowd
from tests.harness.figures import report
from tests.harness.processes import Server, serving
from tests.harness.together import post_at_a_cap, post_three_times, read_while_written
from tests.harness.town import CAP, GREETING, Town, found_town, said

POSTS_AT_A_CAP = 200
EVENTS, EVENTS_IN_FULL = 80, 4_000
STOP_SECONDS = 10

in_full = [pytest.mark.acceptance, pytest.mark.timeout(3_600)]
sizes = pytest.mark.parametrize("events", [EVENTS, pytest.param(EVENTS_IN_FULL, marks=in_full)])


class Pair(NamedTuple):
    """Two servers on one database of a kind."""

    kind: str
    url: str
    servers: list[Server]


@pytest.fixture(scope="module", params=KINDS)
async def pair(request: pytest.FixtureRequest, module_fresh: Fresh) -> AsyncIterator[Pair]:
    """Two servers that all tests here share; each test has a town of its own."""
    url = await module_fresh(request.param)
    async with serving(url, processes=2) as servers:
        yield Pair(request.param, url, servers)


async def _town(pair: Pair) -> Town:
    return await found_town(pair.url, f"town-{now()}")


async def test_parallel_posts_at_a_cap_never_pass_it_and_the_last_is_granted_in_part(pair: Pair) -> None:
    town, started = await _town(pair), time.monotonic()
    deltas = await post_at_a_cap(town, pair.servers, posts=POSTS_AT_A_CAP, member="ana")
    assert complaints_of_cap(deltas, amount=GREETING, cap=CAP) == []
    found = await look(town)
    assert (found.balances, found.differences) == ({"ana": CAP}, [])
    report(f"parallel posts at a cap, {pair.kind}", posts=POSTS_AT_A_CAP, seconds=time.monotonic() - started)


def _sent(key: str) -> dict[str, Any]:
    client, _, number = key.removeprefix("c").partition("-")
    return said(int(client), int(number))


@sizes
async def test_an_event_posted_three_times_at_once_pays_once_and_answers_the_same(pair: Pair, events: int) -> None:
    town, started = await _town(pair), time.monotonic()
    answers = await post_three_times(town, pair.servers, events=events)
    assert complaints_of_three(answers) == []
    sent = {key: _sent(key) for key in answers}
    receipts = {key: receipt_of(three[0]) for key, three in answers.items()}
    assert complaints(receipts, sent, await look(town)) == []
    report(f"every event three times at once, {pair.kind}", events=events, seconds=time.monotonic() - started)


@sizes
async def test_a_reader_sees_every_position_once_and_in_order_while_writes_go_on(pair: Pair, events: int) -> None:
    town, started = await _town(pair), time.monotonic()
    end, seen = await read_while_written(town, pair.servers, events=events)
    assert end >= events
    wrong = [name for name, positions in seen.items() if positions != list(range(1, end + 1))]
    assert wrong == []
    report(
        f"readers under 8 writers, {pair.kind}", events=end, readers=len(seen), seconds=time.monotonic() - started
    )


@only_postgres
@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=in_full)])
async def test_a_server_that_is_asked_to_stop_answers_what_it_took(fresh: Fresh, kind: str, workers: int) -> None:
    town = await found_town(await fresh(kind))
    server = Server(town.url, workers=workers)
    crowd = Crowd(town, [server.port])
    try:
        server.start()
        await server.ready()
        crowd.start()
        await crowd.progress(EVENTS)
        asked = time.monotonic()
        code = await server.terminate()
        took, recorded = time.monotonic() - asked, {one.key for one in (await look(town)).log}
        unanswered = (crowd.unanswered - crowd.acknowledged.keys()) & recorded
        server.start()
        await crowd.progress(EVENTS)
        await crowd.stop()
        assert await crowd.complaints() == []
    finally:
        server.close()
    report("graceful stop under load", workers=workers, seconds=took, code=code, unanswered=len(unanswered))
    assert unanswered == set()
    assert code == 0
    assert took < STOP_SECONDS
