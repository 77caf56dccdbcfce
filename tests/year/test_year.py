"""Two months of sixty members, in small what `make acceptance` does with a year of five hundred."""

from __future__ import annotations

from tests.databases import Databases
from tests.year.passing import passes


async def test_two_months_on_time_late_rebuilt_and_told_again(databases: Databases, kind: str) -> None:
    print(await passes(databases, kind, members=60, days=60))
