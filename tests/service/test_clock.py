"""A clock that is not the log's: it warns, and beyond a day the server does not start by itself (SEMANTICS 31)."""

from __future__ import annotations

import pytest

from ledger.core.values import DAY, HOUR, Micros
from ledger.service.health import CannotStart, check_start, readiness
from ledger.store.directory import Community
from ledger.store.engine import Database
from tests.clock import NOON

LAST = NOON + 1
"""When the second of the community's first two facts was recorded."""


@pytest.mark.usefixtures("community")
@pytest.mark.parametrize("ahead", [0, HOUR, -HOUR])
async def test_within_an_hour_of_the_log_nothing_is_said(database: Database, ahead: int) -> None:
    assert not any("clock" in warning for warning in (await readiness(database, at=Micros(LAST + ahead))).warnings)


@pytest.mark.parametrize("ahead", [2 * HOUR, DAY, -DAY])
async def test_up_to_a_day_from_it_is_a_warning(database: Database, community: Community, ahead: int) -> None:
    at = Micros(LAST + ahead)
    [warning] = [one for one in (await readiness(database, at=at)).warnings if "clock" in one]
    assert f"{abs(ahead) // HOUR} hours {'ahead of' if ahead > 0 else 'behind'} the last sign of life" in warning
    assert warning in await check_start(database, at=at, accept_clock=False)


@pytest.mark.parametrize("ahead", [DAY + HOUR, 400 * DAY, -DAY - HOUR])
async def test_beyond_a_day_it_starts_only_where_somebody_says_that_the_clock_is_right(
    database: Database, community: Community, ahead: int
) -> None:
    at = Micros(LAST + ahead)
    with pytest.raises(CannotStart, match="--accept-clock"):
        await check_start(database, at=at, accept_clock=False)
    assert any("clock" in warning for warning in await check_start(database, at=at, accept_clock=True))


async def test_an_empty_database_knows_no_time_to_compare_with(database: Database) -> None:
    assert not any("clock" in warning for warning in await check_start(database, at=NOON, accept_clock=False))
