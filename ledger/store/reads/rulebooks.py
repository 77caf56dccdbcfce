"""Published rulebooks, as the log holds them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import and_, select

from ledger.core.events import RulebookPublished, decode_fact
from ledger.store.engine import Database
from ledger.store.tables import TABLES

EVENT, RULEBOOK = TABLES["event"].c, TABLES["rulebook"].c


async def latest(database: Database, community: UUID) -> RulebookPublished | None:
    """Return the version published last; None before the first."""
    statement = (
        select(EVENT.body)
        .select_from(
            TABLES["rulebook"].join(
                TABLES["event"], and_(EVENT.community_id == community, EVENT.position == RULEBOOK.position)
            )
        )
        .where(RULEBOOK.community_id == community)
        .order_by(RULEBOOK.version.desc())
        .limit(1)
    )
    facts = [decode_fact(row.body) for row in await database.read(statement)]
    return next((fact for fact in facts if isinstance(fact, RulebookPublished)), None)
