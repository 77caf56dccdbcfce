"""Members' names: an identity as it was received, the first by platform where there are several."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Subquery, func, select

from ledger.core.values import MemberId
from ledger.store.engine import Database
from ledger.store.tables import TABLES

IDENTITY = TABLES["identity"].c


def names(community: UUID) -> Subquery:
    """Return a table of member and name."""
    return (
        select(IDENTITY.member, func.min(IDENTITY.received).label("name"))
        .where(IDENTITY.community_id == community)
        .group_by(IDENTITY.member)
        .subquery()
    )


async def names_of(database: Database, community: UUID, members: list[MemberId]) -> dict[MemberId, str]:
    """Return the names of some members; an erased one has none."""
    table = names(community)
    rows = await database.read(select(table.c.member, table.c.name).where(table.c.member.in_(members)))
    return {MemberId(member): name for member, name in rows}


async def identities_of(database: Database, community: UUID, members: list[MemberId]) -> dict[MemberId, str]:
    """Return members as `platform:external-id`, the first by platform where there are several."""
    statement = (
        select(IDENTITY.member, IDENTITY.platform, IDENTITY.external_id)
        .where(IDENTITY.community_id == community, IDENTITY.member.in_(members))
        .order_by(IDENTITY.platform.desc(), IDENTITY.external_id.desc())
    )
    rows = await database.read(statement)
    return {MemberId(member): f"{platform}:{external_id}" for member, platform, external_id in rows}


async def member_by_identity(
    database: Database, community: UUID, platform: str, external_id: str
) -> MemberId | None:
    """Return whom an identity names."""
    rows = await database.read(
        select(IDENTITY.member).where(
            IDENTITY.community_id == community,
            IDENTITY.platform == platform,
            IDENTITY.external_id == external_id,
        )
    )
    return MemberId(rows[0].member) if rows else None
