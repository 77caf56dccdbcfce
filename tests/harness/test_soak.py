"""Hours of steady posting and reading against one server leave its memory flat."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence

import pytest

from tests.harness.conftest import Fresh
from tests.harness.crowd import Crowd
from tests.harness.figures import report
from tests.harness.processes import Server, serving
from tests.harness.town import Town, found_town
from tests.harness.wire import Wire

MINUTES = float(os.environ.get("LEDGER_SOAK_MINUTES") or 30)
SAMPLES = 180
SECONDS_APART = 10
WARM_UP = 0.2
GROWTH = 0.10
"""How much the fitted line may rise over what follows the warm-up, as a part of where it began."""

PAUSE = 0.05


def growth(samples: Sequence[float]) -> float:
    """Return how much a straight line through the samples rises from first to last, as a part of where it began."""
    middle, mean = (len(samples) - 1) / 2, sum(samples) / len(samples)
    slope = sum((place - middle) * value for place, value in enumerate(samples)) / sum(
        (place - middle) ** 2 for place in range(len(samples))
    )
    return slope * (len(samples) - 1) / (mean - slope * middle)


@pytest.mark.acceptance
@pytest.mark.timeout(int(MINUTES * 60) + 1_200)
async def test_a_server_that_works_for_long_stays_as_large_as_it_was(fresh: Fresh) -> None:
    town = await found_town(await fresh("postgresql"))
    async with serving(town.url) as (server,):
        crowd = Crowd(town, [server.port], pause=PAUSE)
        crowd.start()
        reader = asyncio.create_task(_read_on(town, server))
        try:
            sizes = await _sampled(server, MINUTES * 60)
        finally:
            reader.cancel()
        await crowd.stop()
        complaints = await crowd.complaints()
    after = sizes[int(len(sizes) * WARM_UP) :]
    report(
        "soak",
        minutes=MINUTES,
        events=len(crowd.acknowledged),
        MB_first=sizes[0] / 1e6,
        MB_after_warm_up=after[0] / 1e6,
        MB_last=sizes[-1] / 1e6,
        MB_most=max(sizes) / 1e6,
        percent_growth_after_warm_up=growth(after) * 100,
        complaints=len(complaints),
    )
    assert complaints == []
    assert not crowd.troubles
    assert growth(after) < GROWTH


async def _sampled(server: Server, seconds: float) -> list[float]:
    """Return the server's sizes, every 10 seconds or often enough to fit a line."""
    sizes, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        await asyncio.sleep(min(SECONDS_APART, seconds / SAMPLES * 10))
        sizes.append(float(server.memory()))
    return sizes


async def _read_on(town: Town, server: Server) -> None:
    """Follow the log and ask for members, as frontends do."""
    after, member = 0, 0
    async with Wire(server.port, town.key) as wire:
        while True:
            page = await wire.request("GET", f"/v1/journal?after={after}&first=100&wait=1")
            after, member = page.document["position"], (member + 1) % 12
            answer = await wire.request("GET", f"/v1/members/chat:m{member}")
            assert answer.status in (200, 404), answer
            await asyncio.sleep(PAUSE)


def test_a_leak_is_seen_and_a_ripple_is_not() -> None:
    flat = [100.0 + place % 7 for place in range(100)]
    leaking = [100.0 + place * 0.2 + place % 7 for place in range(100)]
    assert growth(flat) < 0.01
    assert growth(leaking) > GROWTH
