"""What members choose for themselves: beside the log, changed in place, and gone with an erasure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from ledger.core.values import MemberId, Micros
from ledger.store.engine import Connection, Database
from ledger.store.tables import TABLES

PREFERENCE, SEEN = TABLES["preference"].c, TABLES["milestone_seen"].c


class Preferences(NamedTuple):
    """What a member chose; a locale of None is the community's, and notices go nowhere by default."""

    locale: str | None = None
    listed: bool = True
    celebrate: bool = True
    notify_via: str | None = None


async def preferences(
    database: Database, community: UUID, members: Sequence[MemberId]
) -> dict[MemberId, Preferences]:
    """Return what members chose, where they chose anything."""
    statement = select(TABLES["preference"]).where(
        PREFERENCE.community_id == community, PREFERENCE.member.in_(members)
    )
    return {
        MemberId(row.member): Preferences(row.locale, bool(row.listed), bool(row.celebrate), row.notify_via)
        for row in await database.read(statement)
    }


async def prefer(database: Database, community: UUID, member: MemberId, chosen: Preferences) -> None:
    """Write what a member chose."""
    row = (member, chosen.locale, int(chosen.listed), int(chosen.celebrate), chosen.notify_via)
    await _upsert(database, community, "preference", [row])


async def seen_by(
    database: Database, community: UUID, members: Sequence[MemberId]
) -> dict[MemberId, frozenset[str]]:
    """Return the milestones that members have seen, where they have seen any."""
    statement = select(SEEN.member, SEEN.code).where(SEEN.community_id == community, SEEN.member.in_(members))
    found: dict[MemberId, set[str]] = defaultdict(set)
    for row in await database.read(statement):
        found[MemberId(row.member)].add(row.code)
    return {member: frozenset(codes) for member, codes in found.items()}


async def note_seen(
    database: Database, community: UUID, member: MemberId, codes: Sequence[str], *, at: Micros
) -> None:
    """Write that a member has seen milestones."""
    await _upsert(database, community, "milestone_seen", [(member, code, at) for code in dict.fromkeys(codes)])


async def _upsert(database: Database, community: UUID, table: str, rows: list[tuple[object, ...]]) -> None:
    async def work(connection: Connection) -> None:
        await connection.begin()
        await connection.upsert(TABLES[table], rows, community)
        await connection.commit()

    await database.write(work)
