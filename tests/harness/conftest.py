"""What the harnesses stand on: a durable PostgreSQL, and their figures at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Protocol

import asyncpg
import pytest

from ledger.store.migrate import migrate
from tests.harness.figures import LINES
from tests.postgres import Postgres

NUMBERS = count(1)


class Fresh(Protocol):
    """Makes a migrated database of a kind that `ledger serve` takes: a durable one."""

    async def __call__(self, kind: str) -> str:
        """Return its address."""


@pytest.fixture(scope="session")
def durable_server() -> Iterator[Postgres]:
    """A server with the settings of one that must lose nothing; killing its processes loses no page cache."""
    with Postgres(durable=True, in_memory=True) as server:
        yield server


async def create_database(server: Postgres) -> str:
    """Make a migrated database on a server and return its address."""
    name = f"harness_{next(NUMBERS)}"
    admin = await asyncpg.connect(server.url("postgres"))
    try:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    finally:
        await admin.close()
    await asyncio.to_thread(migrate, server.url(name))
    return server.url(name)


@pytest.fixture
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Fresh:
    """A maker of databases."""
    return _maker(request, tmp_path)


@pytest.fixture(scope="module")
def module_fresh(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    """A maker of databases for a whole module."""
    return _maker(request, tmp_path_factory.mktemp("harness"))


def _maker(request: pytest.FixtureRequest, folder: Path) -> Fresh:
    async def fresh(kind: str) -> str:
        if kind != "sqlite":
            return await create_database(request.getfixturevalue("durable_server"))
        url = f"sqlite:///{folder / f'harness_{next(NUMBERS)}.sqlite'}"
        await asyncio.to_thread(migrate, url)
        return url

    return fresh


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures, once each."""
    for line in LINES:
        terminalreporter.write_line(line)
    LINES.clear()
