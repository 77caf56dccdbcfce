"""Tells a town's acts to a ledger by the clock, with or without a sweeper, and looks at what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from sqlalchemy import select

from ledger.core.commands import Command, ReviewContribution
from ledger.core.events import decisions
from ledger.core.values import HOUR, SECOND, Micros
from ledger.service.sweeper import sweep
from ledger.service.writer import Receipt, Writer
from ledger.store.directory import Community
from ledger.store.engine import Database
from ledger.store.tables import TABLES
from tests.clock import Clock
from tests.year.town import Act

BLOCK = 6 * HOUR


async def tell(
    database: Database,
    writer: Writer,
    community: Community,
    clock: Clock,
    acts: Iterable[Act],
    *,
    on_time: bool,
) -> int:
    """Submit acts in blocks of six hours; review what waits for a person at the end of each. Return how many."""
    told = 0
    for block, several in groupby(acts, key=lambda act: act.at // BLOCK):
        here = list(several)
        clock.set(Micros(block * BLOCK))
        if on_time:
            await sweep(database, writer, community, clock)
        clock.set(here[-1].at)
        answers = await writer.submit(community, [act.command for act in here])
        told += len(answers)
        if reviews := list(_reviews(answers)):
            clock.advance(HOUR // 2)
            await writer.submit(community, reviews)
    return told


def _reviews(answers: Iterable[object]) -> Iterable[Command]:
    for answer in answers:
        if isinstance(answer, Receipt) and answer.event is not None and not answer.replayed:
            made = decisions(answer.event)
            if any(one.pending > 0 and one.release_at is None for one in made):
                approved = int(answer.event.key.removeprefix("e")) % 5 != 0
                yield ReviewContribution(position=answer.position, approved=approved, by="key:test")


POSITIONS = {
    "account": set(),
    "counter": set(),
    "tally": set(),
    "streak": set(),
    "tier": {"since_position", "judged_on"},
    "tier_run": {"opened", "first_day", "last_day", "members"},
    "due": set(),
    "group_wish": {"since_position", "since_at", "reported_at"},
    "entry": {"position", "ordinal", "balance_after", "reverses_position", "reverses_ordinal"},
    "tier_change": {"position", "ordinal"},
}
"""What of each table says where in the log something stands: that may differ when the sweeper comes late."""

INSTANTS = {"since_at", "occurred_at", "at", "due_at"}


async def books(database: Database, community: Community) -> dict[str, Any]:
    """Return the rows of every book and derived table, without positions, instants to the second."""
    found: dict[str, Any] = {}
    for name, positions in POSITIONS.items():
        table = TABLES[name]
        columns = [one for one in table.columns if one.name not in positions | {"community_id"}]
        rows = await database.read(select(*columns).where(table.c.community_id == community.id))
        names = [one.name for one in columns]
        found[name] = Counter(
            tuple(
                value // SECOND if key in INSTANTS and value is not None else value
                for key, value in zip(names, row, strict=True)
            )
            for row in rows
        )
    return found
