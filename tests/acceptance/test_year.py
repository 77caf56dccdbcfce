"""A year of a community of five hundred members, told by the clock."""

from __future__ import annotations

import pytest

from tests.databases import Databases
from tests.year.passing import passes

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(3_600)]


async def test_a_year_on_time_late_rebuilt_and_told_again(databases: Databases, kind: str) -> None:
    print(await passes(databases, kind, members=500, days=365))
