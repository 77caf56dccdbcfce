"""The command line on a fresh database and on one where the story has been told; a server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from ledger.service.writer import Writer
from ledger.store.directory import Community
from ledger.store.engine import Database
from tests import rulebooks
from tests.clock import Clock
from tests.databases import KINDS, Databases
from tests.rulebooks import SMALL
from tests.schema.api import Api, served
from tests.schema.circle import RULEBOOK as CIRCLE
from tests.schema.cli import Cli
from tests.schema.gardens import Gardens, untold
from tests.schema.story import written


@pytest.fixture
def ledger(database_url: str) -> Cli:
    """The command line on a fresh, migrated database."""
    return Cli(database_url)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small rulebook as a file."""
    path = tmp_path_factory.mktemp("rulebooks") / "small.yaml"
    path.write_text(SMALL, "utf-8")
    return path


@pytest.fixture
def garden(ledger: Cli, small: Path, tmp_path: Path) -> Cli:
    """The command line on a database of one's own where community `garden` has lived its story."""
    ledger("import", written(tmp_path), "-c", "garden", "--rulebook", small).ok()
    return ledger


@pytest.fixture(scope="session")
def filed(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """`garden` in a SQLite file, for what is the same on any database and costs a process."""
    folder = tmp_path_factory.mktemp("filed")
    cli = Cli(f"sqlite:///{folder}/ledger.sqlite")
    cli("import", written(folder), "-c", "garden", "--rulebook", small).ok()
    return cli


@pytest.fixture(scope="session", params=KINDS)
async def told(
    request: pytest.FixtureRequest, databases: Databases, small: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Cli]:
    """`garden` for tests that only read: one database of each kind for all of them."""
    async with databases.fresh(str(request.param)) as url:
        cli = Cli(url)
        path = written(tmp_path_factory.mktemp("story"))
        imported = await asyncio.to_thread(cli, "import", path, "-c", "garden", "--rulebook", small)
        assert imported.ok()
        yield cli


@pytest.fixture
async def api(database: Database, writer: Writer, clock: Clock, community: Community) -> AsyncIterator[Api]:
    """The server of community `garden`, at noon of 23 November 2026."""
    async with served(database, writer, clock, community) as api:
        yield api


@pytest.fixture(scope="session")
async def gardens(databases: Databases) -> AsyncIterator[Gardens]:
    """Servers for tests that leave them as they found them."""
    async with AsyncExitStack() as stack:
        yield Gardens(databases, stack)


@pytest.fixture
async def standing(gardens: Gardens, kind: str) -> Api:
    """A server like `api`, but one for all tests that leave it as they found it."""
    return await gardens.after(kind, untold)


@pytest.fixture
async def circle(database: Database, writer: Writer, clock: Clock) -> AsyncIterator[Api]:
    """A server of a community with levels by terms, at noon of Monday 23 November 2026."""
    place = await rulebooks.begin(database, writer, "garden", rulebook=CIRCLE)
    async with served(database, writer, clock, place) as api:
        yield api
