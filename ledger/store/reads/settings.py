"""What was set of a community itself, by name."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from ledger.store.engine import Database
from ledger.store.tables import TABLES

SETTING = TABLES["setting"].c


async def settings(database: Database, community: UUID) -> dict[str, str]:
    """Return every setting of a community; an empty text is none."""
    statement = select(SETTING.name, SETTING.value).where(SETTING.community_id == community)
    return {name: value for name, value in await database.read(statement) if value}
