"""A full disk and a clock that jumps: nothing acknowledged is lost, and no cap is passed."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter

import pytest

from ledger.core.calendar import moment
from ledger.core.commands import RecordContribution
from ledger.core.events import decisions
from ledger.core.values import DAY, HOUR, MINUTE, Micros, identity
from ledger.service.verify import verify
from ledger.service.writer import Receipt, Writer
from ledger.store.directory import Community
from ledger.store.engine import Database
from ledger.store.reads.journal import events as logged
from tests import rulebooks
from tests.clock import Clock
from tests.harness.conftest import Fresh
from tests.harness.crowd import Crowd
from tests.harness.figures import report
from tests.harness.processes import serving
from tests.harness.town import CAP, RULEBOOK, SOURCE, found_town

TIMES_FULL, TIMES_FULL_IN_FULL = 2, 30
ROOM = 60_000
"""Bytes a file may still grow before the disk is full."""

EVENTS_EACH = 30
JUMPS, JUMPS_IN_FULL = 60, 2_000
YEAR = 365 * DAY
AT_ONCE = 8
MEMBERS = 3

in_full = [pytest.mark.acceptance, pytest.mark.timeout(3_600)]


@pytest.mark.parametrize("times", [TIMES_FULL, pytest.param(TIMES_FULL_IN_FULL, marks=in_full)])
async def test_a_full_disk_loses_nothing_and_needs_no_restart(fresh: Fresh, times: int) -> None:
    town, started = await found_town(await fresh("sqlite")), time.monotonic()
    log = town.url.removeprefix("sqlite:///") + "-wal"
    async with serving(town.url, silent=True) as (server,):
        crowd = Crowd(town, [server.port])
        crowd.start()
        for turn in range(times):
            await crowd.progress(EVENTS_EACH)
            server.limit_files(_size(log) + ROOM if turn % 2 == 0 else 0)
            await crowd.trouble(AT_ONCE)
            server.limit_files(None)
        await crowd.progress(EVENTS_EACH)
        await crowd.stop()
        complaints = await crowd.complaints()
        assert server.process.poll() is None
    told = dict(crowd.troubles)
    report(
        "a full disk",
        times=times,
        events=len(crowd.acknowledged),
        troubles=str(told),
        seconds=time.monotonic() - started,
    )
    assert complaints == []
    assert told.keys() <= {"500", "503"}


def _size(path: str) -> int:
    with open(path, "rb") as file:
        return file.seek(0, 2)


@pytest.fixture
async def town(database: Database, writer: Writer) -> Community:
    """A town in this process, by the test's clock."""
    return await rulebooks.begin(database, writer, rulebook=RULEBOOK)


@pytest.mark.parametrize("jumps", [JUMPS, pytest.param(JUMPS_IN_FULL, marks=in_full)])
async def test_a_clock_that_jumps_passes_no_cap_and_never_turns_the_log_back(
    database: Database, writer: Writer, clock: Clock, town: Community, kind: str, jumps: int
) -> None:
    chance, started, refused = random.Random(6), time.monotonic(), 0
    for jump in range(jumps):
        clock.set(Micros(clock.at + chance.choice((-YEAR, -DAY, -HOUR, -MINUTE, 1, MINUTE, HOUR, DAY, YEAR))))
        clock.set(Micros(max(clock.at, 20 * YEAR)))
        known = clock.at if jump % 3 == 0 else None
        said = [_greeting(f"{jump}-{number}", number % MEMBERS, known) for number in range(AT_ONCE * MEMBERS)]
        answers = await asyncio.gather(*(writer.submit(town, [one]) for one in said))
        refused += sum(not isinstance(one, Receipt) for (one,) in answers)
    assert refused == 0
    granted: Counter[tuple[int, str]] = Counter()
    recorded: list[int] = []
    async for one in logged(database, town.id):
        recorded.append(one.event.recorded_at)
        for decision in decisions(one.event):
            assert decision.member is not None
            granted[decision.member, f"{moment(one.event.occurred_at):%F}"] += decision.granted
    assert recorded == sorted(recorded)
    assert max(granted.values()) == CAP
    assert (await verify(database, town.id)).differences == []
    report(f"a clock that jumps, {kind}", jumps=jumps, events=len(recorded), seconds=time.monotonic() - started)


def _greeting(key: str, member: int, at: Micros | None) -> RecordContribution:
    who = identity(f"m{member}", source=SOURCE)
    return RecordContribution(source=SOURCE, key=key, type="hello.said", actor=who, occurred_at=at)
