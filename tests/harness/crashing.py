"""Kills of the API, kills of the database and cuts between them, while 8 clients post."""

from __future__ import annotations

import asyncio
import random
import time
from typing import NamedTuple

from ledger.store.engine import address
from tests.harness.crowd import Crowd
from tests.harness.figures import report
from tests.harness.processes import Server, serving
from tests.harness.proxy import Proxy
from tests.harness.town import found_town
from tests.postgres import Postgres

AT_LEAST = 20
"""Events acknowledged between one blow and the next, so that each falls among writes."""

LONGEST_WAIT = 0.4


class Outcome(NamedTuple):
    """What a harness found, and how much happened."""

    complaints: list[str]
    acknowledged: int
    blows: int
    troubles: int


async def kill_the_api(url: str, *, cycles: int, seed: int, workers: int = 1) -> Outcome:
    """Kill the server's processes at random moments and start it again, so many times."""
    town, chance, started = await found_town(url), random.Random(seed), time.monotonic()
    server = Server(url, workers=workers)
    crowd = Crowd(town, [server.port])
    try:
        server.start()
        crowd.start()
        for _ in range(cycles):
            await _random_moment(crowd, chance)
            server.kill()
            server.start()
        await crowd.progress(AT_LEAST)
        return await _outcome(crowd, f"kill -9 of the API, {address(url).get_backend_name()}", cycles, started)
    finally:
        server.close()


async def kill_the_database(database: Postgres, url: str, *, cycles: int, seed: int) -> Outcome:
    """Kill all of PostgreSQL at random moments and start it again; two servers recover by themselves."""
    town, chance, started = await found_town(url), random.Random(seed), time.monotonic()
    async with serving(url, processes=2) as servers:
        crowd = Crowd(town, [server.port for server in servers])
        crowd.start()
        for _ in range(cycles):
            await _random_moment(crowd, chance)
            await asyncio.to_thread(database.kill)
            await asyncio.sleep(chance.random() * LONGEST_WAIT)
            await asyncio.to_thread(database.restart)
        await crowd.progress(AT_LEAST)
        return await _outcome(crowd, "kill -9 of PostgreSQL, two servers", cycles, started)


async def cut_connections(url: str, *, cuts: int, seed: int) -> Outcome:
    """Reset every connection between the server and PostgreSQL at random moments, so many times."""
    town, chance, started = await found_town(url), random.Random(seed), time.monotonic()
    target = address(url)
    assert target.port is not None
    async with Proxy(target.port) as proxy:
        through = target.set(port=proxy.port).render_as_string(hide_password=False)
        async with serving(through) as (server,):
            crowd = Crowd(town, [server.port])
            crowd.start()
            for _ in range(cuts):
                await _random_moment(crowd, chance)
                proxy.cut()
            await crowd.progress(AT_LEAST)
            outcome = await _outcome(crowd, "connection cuts", cuts, started)
    assert proxy.cuts >= cuts
    return outcome


async def _random_moment(crowd: Crowd, chance: random.Random) -> None:
    await crowd.progress(AT_LEAST)
    await asyncio.sleep(chance.random() * LONGEST_WAIT)


async def _outcome(crowd: Crowd, what: str, blows: int, started: float) -> Outcome:
    await crowd.stop()
    complaints = await crowd.complaints()
    troubles = dict(crowd.troubles.most_common())
    report(
        what,
        blows=blows,
        events=len(crowd.acknowledged),
        troubles=str(troubles),
        complaints=len(complaints),
        seconds=time.monotonic() - started,
    )
    return Outcome(complaints, len(crowd.acknowledged), blows, sum(troubles.values()))
