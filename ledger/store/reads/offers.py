"""Offers and the playbook as people ask for them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from ledger.core.books.goods import Offer, Tick
from ledger.core.values import Micros, Position
from ledger.store.engine import Database
from ledger.store.tables import TABLES

OFFER, TICK = TABLES["offer"].c, TABLES["tick"].c


async def offers(database: Database, community: UUID) -> dict[str, Offer]:
    """Return every offer there ever was, by its code, in order of code."""
    statement = select(OFFER.code, OFFER.terms, OFFER.retired).where(OFFER.community_id == community)
    rows = await database.read(statement.order_by(OFFER.code))
    return {row.code: Offer(terms=row.terms, retired=row.retired) for row in rows}


async def ticks(database: Database, community: UUID) -> dict[str, Tick]:
    """Return when each thing of the playbook was last done."""
    statement = select(TICK.what, TICK.position, TICK.at, TICK.undone).where(TICK.community_id == community)
    return {
        row.what: Tick(position=Position(row.position), at=Micros(row.at), undone=row.undone)
        for row in await database.read(statement)
    }
