"""Two communities with empty logs, since what one holds must never be seen by the other."""

from __future__ import annotations

import pytest

from ledger.core.values import Micros
from ledger.service.communities import new_id
from ledger.store import directory
from ledger.store.directory import Community
from ledger.store.engine import Database
from tests.rulebooks import SECRET


@pytest.fixture
async def tenant(database: Database) -> Community:
    """A community whose log is empty."""
    return await _added(database, "garden")


@pytest.fixture
async def neighbour(database: Database) -> Community:
    """Another community in the same database."""
    return await _added(database, "yard")


async def _added(database: Database, slug: str) -> Community:
    community = Community(new_id(0), slug, slug.title(), SECRET)
    assert await directory.add(database, community, at=Micros(1))
    return community
