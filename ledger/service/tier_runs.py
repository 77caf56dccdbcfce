"""A ladder's daily run by hand: done now if it is due, or shown without doing it."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import NamedTuple

from ledger.core.calendar import local_date
from ledger.core.decide.judging import dry_run
from ledger.core.events import RulebookPublished
from ledger.core.outcomes import TierChange
from ledger.core.replay import Recording
from ledger.core.tiers.daily import last_run_day, run_at
from ledger.core.values import MemberId, Micros
from ledger.service.ledger import Ledger
from ledger.service.progress import Progress, silent
from ledger.service.rulebooks import versions_of
from ledger.service.simulate import turn
from ledger.store.directory import Community
from ledger.store.reads import journal

FURTHEST_DAYS = 366
"""How far from today a run can be tried: every run until then is done in memory."""


class DayTooFar(Exception):
    """The run of a day cannot be tried, since it is too far from today."""


class Preview(NamedTuple):
    """What the run of a local day would move, ladder by ladder."""

    day: date
    changes: list[TierChange]


async def preview(
    ledger: Ledger, community: Community, *, on: date | None = None, progress: Progress = silent
) -> Preview:
    """Return what the daily run of a day would do, by the log as it is; by default the next run's day.

    Nothing is written. What is due before that is done first, in memory.

    Raises:
        DayTooFar: it is not within a year of today.
    """
    async with turn():
        recording = await _recorded(ledger, community, progress)
        return await asyncio.to_thread(_judge, recording, on, ledger.clock())


async def _recorded(ledger: Ledger, community: Community, progress: Progress) -> Recording:
    recording = Recording()
    head = await journal.head(ledger.database, community.id)
    async for one in journal.events(ledger.database, community.id):
        if isinstance(one.event.fact, RulebookPublished):
            recording.publish(versions_of([one.event.fact]).latest)
        recording.take(one.event)
        if one.event.position % 1_000 == 0:
            progress(one.event.position, head.position)
            await asyncio.sleep(0)
    return recording


def _judge(recording: Recording, on: date | None, now: Micros) -> Preview:
    version = recording.books.versions.at(now)
    zone = version.rulebook.community.tz
    today = local_date(now, zone).toordinal()
    day = on.toordinal() if on is not None else today + 1
    if abs(day - today) > FURTHEST_DAYS:
        raise DayTooFar(f"expected a day within {FURTHEST_DAYS} days of today")
    members = [MemberId(number) for number in range(1, recording.books.head.members + 1)]
    found: list[TierChange] = []
    for ladder in version.rulebook.ladders:
        if ladder.daily_at is None:
            continue
        chosen = day if on is not None else last_run_day(ladder, zone, now) + 1
        settled = recording.settled(Micros(max(now, run_at(ladder, zone, chosen) - 1)))
        found += dry_run(settled.books, version, ladder, members, chosen)
        day = chosen
    return Preview(date.fromordinal(day), found)
