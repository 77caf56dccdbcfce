"""64 connections, two processes, one winner: the last item, one undo, one promotion."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple

import pytest

from ledger.service.clock import now
from tests.databases import KINDS
from tests.harness.conftest import Fresh
from tests.harness.figures import report
from tests.harness.processes import Server
from tests.harness.racing import RACERS, RULEBOOK, Track, last_item, one_promotion, one_undo, track, whole
from tests.harness.town import found_town

ROUNDS, ROUNDS_IN_FULL = 3, 200

in_full = [pytest.mark.acceptance, pytest.mark.timeout(3_600)]


class Pair(NamedTuple):
    """One server of two processes on a database of a kind."""

    kind: str
    url: str
    server: Server


@pytest.fixture(scope="module", params=KINDS)
async def pair(request: pytest.FixtureRequest, module_fresh: Fresh) -> AsyncIterator[Pair]:
    """The server that all races here share; each has a town of its own."""
    url = await module_fresh(request.param)
    server = Server(url, workers=2)
    try:
        server.start()
        await server.ready()
        yield Pair(request.param, url, server)
    finally:
        server.close()


@pytest.mark.parametrize("rounds", [ROUNDS, pytest.param(ROUNDS_IN_FULL, marks=in_full)])
@pytest.mark.parametrize("race", [last_item, one_undo, one_promotion])
async def test_of_sixty_four_at_once_one_wins(
    pair: Pair, race: Callable[[Track, int], Awaitable[list[str]]], rounds: int
) -> None:
    town, started = await found_town(pair.url, f"race-{now()}", rulebook=RULEBOOK), time.monotonic()
    wrong: list[str] = []
    async with track(town, [pair.server.port]) as racing:
        for turn in range(rounds):
            wrong += await race(racing, turn)
        wrong += await whole(racing)
    report(
        f"{race.__name__.replace('_', ' ')}, {pair.kind}",
        connections=RACERS,
        rounds=rounds,
        wrong=len(wrong),
        seconds=time.monotonic() - started,
    )
    assert wrong == []
