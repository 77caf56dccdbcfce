"""Promises I1 and I3: what was acknowledged is there once, whatever is killed or cut; a retry is answered alike."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.databases import KINDS
from tests.harness.conftest import Fresh, create_database
from tests.harness.crashing import cut_connections, kill_the_api, kill_the_database
from tests.postgres import Postgres

API_KILLS, API_KILLS_IN_FULL = 3, 100
DATABASE_KILLS, DATABASE_KILLS_IN_FULL = 1, 50
CUTS, CUTS_IN_FULL = 5, 200

in_full = pytest.mark.acceptance
hours = pytest.mark.timeout(7_200)


@pytest.fixture
def killable() -> Iterator[Postgres]:
    """A durable server of its own, to be killed."""
    with Postgres(durable=True, in_memory=True) as server:
        yield server


@pytest.fixture
def killable_on_disk() -> Iterator[Postgres]:
    """A durable server of its own that really syncs."""
    with Postgres(durable=True) as server:
        yield server


async def test_a_killed_api_loses_and_doubles_nothing(fresh: Fresh) -> None:
    """Both databases at once: a server spends most of its time starting."""
    urls = [await fresh(kind) for kind in KINDS]
    outcomes = await asyncio.gather(*(kill_the_api(url, cycles=API_KILLS, seed=1) for url in urls))
    assert [outcome.complaints for outcome in outcomes] == [[], []]
    assert all(outcome.troubles for outcome in outcomes)


@in_full
@hours
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
async def test_an_api_killed_many_times_loses_and_doubles_nothing(fresh: Fresh, kind: str, workers: int) -> None:
    outcome = await kill_the_api(await fresh(kind), cycles=API_KILLS_IN_FULL // 2, seed=workers, workers=workers)
    assert outcome.complaints == []


async def test_a_killed_database_loses_and_doubles_nothing(killable: Postgres) -> None:
    outcome = await kill_the_database(killable, await create_database(killable), cycles=DATABASE_KILLS, seed=2)
    assert outcome.complaints == []
    assert outcome.troubles


@in_full
@hours
async def test_a_database_killed_many_times_loses_and_doubles_nothing(killable_on_disk: Postgres) -> None:
    url = await create_database(killable_on_disk)
    outcome = await kill_the_database(killable_on_disk, url, cycles=DATABASE_KILLS_IN_FULL, seed=3)
    assert outcome.complaints == []


async def test_cut_connections_lose_and_double_nothing(fresh: Fresh) -> None:
    outcome = await cut_connections(await fresh("postgresql"), cuts=CUTS, seed=4)
    assert outcome.complaints == []


@in_full
@hours
async def test_connections_cut_many_times_lose_and_double_nothing(fresh: Fresh) -> None:
    outcome = await cut_connections(await fresh("postgresql"), cuts=CUTS_IN_FULL, seed=5)
    assert outcome.complaints == []
