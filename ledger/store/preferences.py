"""What members choose for themselves: beside the log, changed in place, and gone with an erasure.

It is written under the lock of the member's row, which an erasure takes too: nothing is written of who is erased.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
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
        MemberId(row.member): _chosen(row.locale, row.listed, row.celebrate, row.notify_via)
        for row in await database.read(statement)
    }


def _chosen(locale: str | None, listed: int, celebrate: int, notify_via: str | None) -> Preferences:
    return Preferences(locale, bool(listed), bool(celebrate), notify_via)


async def prefer(
    database: Database, community: UUID, member: MemberId, choose: Callable[[Preferences], Preferences]
) -> None:
    """Write what a member chooses, given what they chose before."""

    async def rows(connection: Connection) -> list[tuple[object, ...]]:
        found = await connection.fetch(
            "SELECT locale, listed, celebrate, notify_via FROM preference WHERE community_id = $1 AND member = $2",
            community,
            member,
        )
        new = choose(_chosen(*found[0]) if found else Preferences())
        return [(member, new.locale, int(new.listed), int(new.celebrate), new.notify_via)]

    await _write(database, community, member, "preference", rows)


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

    async def rows(_: Connection) -> list[tuple[object, ...]]:
        return [(member, code, at) for code in dict.fromkeys(codes)]

    await _write(database, community, member, "milestone_seen", rows)


async def _write(
    database: Database,
    community: UUID,
    member: MemberId,
    table: str,
    rows: Callable[[Connection], Awaitable[list[tuple[object, ...]]]],
) -> None:
    async def work(connection: Connection) -> None:
        await connection.begin()
        waiting = "" if connection.locks_whole_database else " FOR UPDATE"
        found = await connection.fetch(
            f"SELECT erased_at FROM member WHERE community_id = $1 AND member = $2{waiting}",  # noqa: S608  # a constant
            community,
            member,
        )
        if found and found[0][0] is None:
            await connection.upsert(TABLES[table], await rows(connection), community)
            await connection.commit()

    await database.write(work)
