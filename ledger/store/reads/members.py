"""Single members as they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from ledger.core.books.united import members as members_of
from ledger.core.values import MemberId, Micros, Position
from ledger.store.engine import Database
from ledger.store.reads.names import shown_names
from ledger.store.tables import TABLES

MEMBER = TABLES["member"].c


class Profile(NamedTuple):
    """A member's name and dates."""

    name: str
    joined_at: Micros
    left_at: Micros | None
    kept: MemberId | None = None
    """Who acts for them since a merge."""
    erased: bool = False
    united: tuple[MemberId, ...] = ()
    """Those for whom they act since merges."""


PROFILE_OF = (MEMBER.joined_at, MEMBER.left_at, MEMBER.kept, MEMBER.erased_at.is_not(None), MEMBER.united)


def profile_of(name: str, joined_at: Micros, left_at: Micros | None, *more: Any) -> Profile:
    """Return a name and a row of `PROFILE_OF` as a profile."""
    kept, erased, united = more
    return Profile(name, joined_at, left_at, kept, bool(erased), members_of(united))


async def profile(database: Database, community: UUID, member: MemberId) -> Profile | None:
    """Return a member's profile."""
    named = shown_names(community, [member])
    statement = (
        select(func.coalesce(named.c.name, ""), *PROFILE_OF)
        .select_from(TABLES["member"].outerjoin(named, named.c.member == MEMBER.member))
        .where(MEMBER.community_id == community, MEMBER.member == member)
    )
    rows = await database.read(statement)
    return profile_of(*rows[0]) if rows else None


async def holder(database: Database, community: UUID, member: MemberId) -> MemberId | None:
    """Return who acts where a member does; None where there is no such member, or they were erased."""
    person = await person_of(database, community, member)
    return person[0] if person else None


async def person_of(database: Database, community: UUID, member: MemberId) -> tuple[MemberId, ...]:
    """Return all who are one person with a member, who acts for them first; nobody of one who was erased."""
    statement = select(MEMBER.erased_at, MEMBER.kept, MEMBER.united).where(
        MEMBER.community_id == community, MEMBER.member == member
    )
    rows = await database.read(statement)
    if not rows or rows[0].erased_at is not None:
        return ()
    if rows[0].kept is not None:
        return await person_of(database, community, MemberId(rows[0].kept))
    return (member, *members_of(rows[0].united))


async def united(
    database: Database, community: UUID, members: Sequence[MemberId]
) -> dict[MemberId, tuple[MemberId, ...]]:
    """Return those for whom others act, by who acts."""
    statement = select(MEMBER.member, MEMBER.united).where(
        MEMBER.community_id == community, MEMBER.member.in_(members), MEMBER.united.is_not(None)
    )
    return {MemberId(row.member): members_of(row.united) for row in await database.read(statement)}


async def latest_positions(
    database: Database, community: UUID, member: MemberId, *, first: int, before: Position | None = None
) -> list[Position]:
    """Return where the latest events stand that concern a member, newest first; before a position, if given."""
    entry = TABLES["entry"].c
    statement = (
        select(entry.position)
        .where(entry.community_id == community, entry.member == member)
        .distinct()
        .order_by(entry.position.desc())
        .limit(first)
    )
    if before is not None:
        statement = statement.where(entry.position < before)
    return [Position(row.position) for row in await database.read(statement)]
