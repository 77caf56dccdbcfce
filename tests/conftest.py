"""What tests stand on: fresh databases of both kinds, a writer with a clock, a community, the tenant guard."""

from __future__ import annotations

import base64
import os
from collections.abc import AsyncIterator, Iterator

import pytest

from ledger.service.writer import Writer
from ledger.store.directory import Community
from ledger.store.engine import Database, address
from tests import rulebooks
from tests.clock import Clock
from tests.databases import KINDS, Databases, databases
from tests.guard import TenantGuard

os.environ["LEDGER_ENCRYPTION_KEY"] = base64.urlsafe_b64encode(b"k" * 32).decode()
"""So that no test, and no server that one starts, makes a key's file in the folder it runs in."""


@pytest.fixture(scope="session", name="databases")
async def _databases() -> AsyncIterator[Databases]:
    """A maker of databases; PostgreSQL starts when the first test wants it."""
    async with databases() as maker:
        yield maker


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Which database: the test runs on each."""
    return str(request.param)


@pytest.fixture
async def database_url(databases: Databases, kind: str) -> AsyncIterator[str]:
    """The address of a fresh, migrated database."""
    async with databases.fresh(kind) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh, migrated database, open."""
    database = Database(address(database_url))
    yield database
    await database.close()


@pytest.fixture
async def other(database_url: str) -> AsyncIterator[Database]:
    """The same database as `database`, opened once more: what it reads is committed."""
    other = Database(address(database_url))
    yield other
    await other.close()


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until it is told."""
    return Clock()


@pytest.fixture
async def writer(database: Database, clock: Clock) -> AsyncIterator[Writer]:
    """A writer on the database, by the test's clock."""
    writer = Writer(database, clock=clock)
    yield writer
    await writer.drain()


@pytest.fixture
async def community(database: Database, writer: Writer) -> Community:
    """A community begun with the small rulebook; its head is at position 2."""
    return await rulebooks.begin(database, writer)


@pytest.fixture(scope="session")
def guard() -> Iterator[TenantGuard]:
    """The guard that looks at every statement of every test."""
    guard = TenantGuard()
    with guard.watching():
        yield guard


@pytest.fixture(autouse=True)
def _every_statement_names_its_community(guard: TenantGuard) -> Iterator[None]:
    """Fail a test of which a statement was stopped, even where the code swallowed it."""
    guard.offences.clear()
    yield
    offences, guard.offences = guard.offences, []
    assert offences == [], "D4: statements that do not say whose rows they mean"
