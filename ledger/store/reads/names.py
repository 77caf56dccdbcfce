"""Members' names: an identity as it was received, the first by platform where there are several."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, and_, func, select

from ledger.core.values import MemberId
from ledger.store.engine import Database
from ledger.store.tables import TABLES

IDENTITY, MEMBER, PROFILE = TABLES["identity"].c, TABLES["member"].c, TABLES["profile"].c


def names(community: UUID, members: Sequence[MemberId] | None = None) -> Subquery:
    """Return a table of member and name, of all members or of some; a merged one is called as who acts for them."""
    statement = (
        select(MEMBER.member, func.min(IDENTITY.received).label("name"))
        .select_from(TABLES["member"].join(TABLES["identity"], _acts_for(community)))
        .where(MEMBER.community_id == community)
        .group_by(MEMBER.member)
    )
    return (statement if members is None else statement.where(MEMBER.member.in_(members))).subquery()


def acting() -> ColumnElement[int]:
    """Return who acts for a row's member."""
    return func.coalesce(MEMBER.kept, MEMBER.member)


def _acts_for(community: UUID) -> ColumnElement[bool]:
    return and_(IDENTITY.community_id == community, IDENTITY.member == acting())


def shown_names(community: UUID, members: Sequence[MemberId]) -> Subquery:
    """Return a table of some members and what they are called: by name where one is known, else by identity."""
    named = names(community, members)
    called = and_(PROFILE.community_id == community, PROFILE.member == acting())
    return (
        select(MEMBER.member, func.coalesce(PROFILE.display_name, named.c.name, "").label("name"))
        .select_from(
            TABLES["member"].outerjoin(TABLES["profile"], called).outerjoin(named, named.c.member == MEMBER.member)
        )
        .where(MEMBER.community_id == community, MEMBER.member.in_(members))
        .subquery()
    )


async def names_of(database: Database, community: UUID, members: Sequence[MemberId]) -> dict[MemberId, str]:
    """Return what some members are called; an erased one has no name."""
    table = shown_names(community, members)
    rows = await database.read(select(table.c.member, table.c.name))
    return {MemberId(member): name for member, name in rows if name}


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
    """Return whom an identity names: of a merged member, who acts for them."""
    same = and_(MEMBER.community_id == community, MEMBER.member == IDENTITY.member)
    rows = await database.read(
        select(acting().label("member"))
        .select_from(TABLES["identity"].join(TABLES["member"], same))
        .where(
            IDENTITY.community_id == community,
            IDENTITY.platform == platform,
            IDENTITY.external_id == external_id,
        )
    )
    return MemberId(rows[0].member) if rows else None


async def all_names(database: Database, community: UUID) -> dict[MemberId, str]:
    """Return the name of every member who has one."""
    named = names(community)
    rows = await database.read(select(named.c.member, named.c.name), whole=True)
    return {MemberId(member): name for member, name in rows}
