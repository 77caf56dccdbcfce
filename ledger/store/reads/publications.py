"""Every published rulebook, and when each was published."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, select

from ledger.core.events import RulebookPublished, decode_fact
from ledger.core.values import Micros, Position
from ledger.store.engine import Database
from ledger.store.tables import TABLES

EVENT, RULEBOOK = TABLES["event"].c, TABLES["rulebook"].c


class Publication(NamedTuple):
    """A version of the rulebook, and where and when it was recorded."""

    fact: RulebookPublished
    position: Position
    recorded_at: Micros


async def publications(database: Database, community: UUID) -> list[Publication]:
    """Return every version, first to last."""
    statement = (
        select(EVENT.body, EVENT.position, EVENT.recorded_at)
        .select_from(
            TABLES["rulebook"].join(
                TABLES["event"], and_(EVENT.community_id == community, EVENT.position == RULEBOOK.position)
            )
        )
        .where(RULEBOOK.community_id == community)
        .order_by(RULEBOOK.version)
    )
    rows = [(decode_fact(row.body), row) for row in await database.read(statement)]
    return [
        Publication(fact, Position(row.position), Micros(row.recorded_at))
        for fact, row in rows
        if isinstance(fact, RulebookPublished)
    ]
