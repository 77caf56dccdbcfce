"""Single members as they are shown."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from ledger.core.values import MemberId, Micros
from ledger.store.engine import Database
from ledger.store.reads.names import names
from ledger.store.tables import TABLES

MEMBER = TABLES["member"].c


class Profile(NamedTuple):
    """A member's name and dates."""

    name: str
    joined_at: Micros
    left_at: Micros | None


async def profile(database: Database, community: UUID, member: MemberId) -> Profile | None:
    """Return a member's profile."""
    named = names(community)
    statement = (
        select(func.coalesce(named.c.name, ""), MEMBER.joined_at, MEMBER.left_at)
        .select_from(TABLES["member"].outerjoin(named, named.c.member == MEMBER.member))
        .where(MEMBER.community_id == community, MEMBER.member == member)
    )
    rows = await database.read(statement)
    return Profile(*rows[0]) if rows else None
