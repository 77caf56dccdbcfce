"""The demo, made once on each database for tests that only read it, and ledgers to make it on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from ledger.service.ledger import Ledger, open_ledger
from ledger.service.seeding.demo import Demo, prepare
from ledger.settings import Settings
from tests.clock import Clock
from tests.databases import KINDS, Databases
from tests.service.sayings import Facts, facts_of


class Made(NamedTuple):
    """The demo, the ledger it is in, and that ledger's clock."""

    ledger: Ledger
    demo: Demo
    clock: Clock


class Told(NamedTuple):
    """A database that holds the demo, by its kind and address."""

    kind: str
    url: str


@asynccontextmanager
async def _opened(url: str, folder: Path) -> AsyncIterator[Made]:
    clock = Clock()
    async with open_ledger(Settings(database_url=url, data_dir=str(folder)), clock=clock) as ledger:
        yield Made(ledger, await prepare(ledger), clock)


@asynccontextmanager
async def _told(databases: Databases, kind: str, folder: Path) -> AsyncIterator[str]:
    """Lend a database in which the demo was told, and that nobody has open."""
    async with databases.fresh(kind) as url:
        async with _opened(url, folder):
            pass
        yield url


@pytest.fixture(scope="session", params=KINDS)
async def told(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Told]:
    """The demo as it was told once on each database, to be copied: that takes seconds, a copy does not."""
    async with _told(databases, str(request.param), tmp_path_factory.mktemp("told")) as url:
        yield Told(str(request.param), url)


@pytest.fixture(scope="session")
async def made(told: Told, databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Made]:
    """The demo as it is after its first start, for tests that only read it."""
    async with databases.copy(*told) as url, _opened(url, tmp_path_factory.mktemp("demo")) as made:
        yield made


@pytest.fixture
async def copied(told: Told, databases: Databases, tmp_path: Path) -> AsyncIterator[Made]:
    """The demo, to go on with."""
    async with databases.copy(*told) as url, _opened(url, tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
async def facts(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    """What a demo made elsewhere at the same instant says."""
    folder = tmp_path_factory.mktemp("elsewhere")
    async with databases.fresh("sqlite") as url, _opened(url, folder) as made:
        return await facts_of(made.ledger.database, made.demo.community.id)


@pytest.fixture
async def ledger(database_url: str, tmp_path: Path, clock: Clock) -> AsyncIterator[Ledger]:
    """A ledger on a fresh database, its data folder the test's."""
    async with open_ledger(Settings(database_url=database_url, data_dir=str(tmp_path)), clock=clock) as ledger:
        yield ledger
