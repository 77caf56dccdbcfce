"""Any cutting into batches, cached or cold, either database, any time zone and hash seed: the same facts."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.acceptance.shared import QA, needs_data
from tests.databases import KINDS, Databases
from tests.house.tree import ROOT

BATCHES = (1, 7, 256, 10_000)
CACHES = (200_000, 0)
ZONES = ("UTC", "Asia/Shanghai", "America/St_Johns")
SEEDS = (0, 1, 2)
AT_ONCE = 2
SAMPLE_LINES = 1_500

pytestmark = needs_data


class Way(NamedTuple):
    """One way to play the same events."""

    batch: int
    cache: int
    kind: str
    zone: str
    seed: int


EVERY = [Way(*way) for way in product(BATCHES, CACHES, KINDS, ZONES, SEEDS)]
PAIRS = [
    Way(batch, cache, kind, ZONES[turn], SEEDS[(turn + number) % 3])
    for number, (batch, cache, kind) in enumerate(product(BATCHES, CACHES, KINDS))
    for turn in range(3)
]
"""Each batch with each cache and database, in every zone and with every seed, but not every two of those."""

SAMPLE = [
    Way(1, 200_000, "sqlite", "UTC", 0),
    Way(7, 0, "postgresql", "Asia/Shanghai", 1),
    Way(256, 0, "sqlite", "America/St_Johns", 2),
    Way(10_000, 200_000, "postgresql", "America/St_Johns", 1),
]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first lines of t1."""
    path = tmp_path_factory.mktemp("matrix") / "sample.ndjson"
    with gzip.open(QA / "events_t1.ndjson.gz") as events:
        path.write_bytes(b"".join(line for line, _ in zip(events, range(SAMPLE_LINES), strict=False)))
    return path


class Room:
    """Where so many may play at once; databases are lent and taken back one at a time."""

    def __init__(self, databases: Databases, seats: int = AT_ONCE) -> None:
        self._databases = databases
        self._seats = asyncio.Semaphore(seats)
        self._door = asyncio.Lock()

    @asynccontextmanager
    async def database(self, kind: str) -> AsyncIterator[str]:
        """Lend a fresh database, by its address."""
        lent = self._databases.fresh(kind)
        async with self._seats:
            async with self._door:
                url = await lent.__aenter__()
            try:
                yield url
            finally:
                async with self._door:
                    await lent.__aexit__(None, None, None)


async def _play(room: Room, file: Path, way: Way) -> dict[str, Any]:
    async with room.database(way.kind) as url:
        environment = {
            **os.environ,
            "LEDGER_DATABASE_URL": url,
            "LEDGER_CACHE_LIMIT": str(way.cache),
            "TZ": way.zone,
            "PYTHONHASHSEED": str(way.seed),
            "PYTHONPATH": str(ROOT),
        }
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.acceptance.worker", str(file), str(way.batch)),
            env=environment,
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            output, said = await worker.communicate()
        finally:
            if worker.returncode is None:
                worker.kill()
        assert worker.returncode == 0, (way, said.decode()[-2000:])
        return dict(json.loads(output))


async def _same(databases: Databases, file: Path, ways: list[Way]) -> None:
    """Play each way and see that all told the same; the first that fails ends the others."""
    room = Room(databases)
    async with asyncio.TaskGroup() as group:
        playing = [group.create_task(_play(room, file, way)) for way in ways]
    told = [task.result() for task in playing]
    assert [(way, one) for way, one in zip(ways, told, strict=True) if one != told[0]] == []


async def test_some_ways_to_play_a_sample_give_the_same_facts(databases: Databases, sample: Path) -> None:
    assert [set(options) for options in zip(*SAMPLE, strict=True)] == [
        *map(set, (BATCHES, CACHES, KINDS, ZONES, SEEDS))
    ]
    await _same(databases, sample, SAMPLE)


@pytest.mark.acceptance
@pytest.mark.timeout(1_800)
async def test_every_way_to_play_a_sample_gives_the_same_facts(databases: Databases, sample: Path) -> None:
    await _same(databases, sample, EVERY)


@pytest.mark.acceptance
@pytest.mark.timeout(3_600)
async def test_the_whole_history_gives_the_same_facts_however_it_is_cut(databases: Databases) -> None:
    await _same(databases, QA / "events_t1.ndjson.gz", PAIRS)
