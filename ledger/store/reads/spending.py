"""What leaves members' accounts: points spent on perks, and points that expire next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from ledger.core.outcomes import EntryKind
from ledger.core.values import MemberId, Micros
from ledger.store.engine import Database
from ledger.store.reads.earnings import Point, reached
from ledger.store.tables import TABLES

ENTRY, LOT = TABLES["entry"].c, TABLES["lot"].c
SPENDING = (EntryKind.REDEMPTION.value, EntryKind.REFUND.value)


class Ending(NamedTuple):
    """Points that end at one instant."""

    points: int
    expires_at: Micros


async def spent(
    database: Database, community: UUID, members: Sequence[MemberId], *, point: Point | None = None
) -> dict[MemberId, dict[str, int]]:
    """Return what members spent by unit, less what came back, up to a point."""
    statement = (
        select(ENTRY.member, ENTRY.unit, func.sum(ENTRY.delta))
        .where(ENTRY.community_id == community, ENTRY.member.in_(members), ENTRY.kind.in_(SPENDING))
        .group_by(ENTRY.member, ENTRY.unit)
    )
    if point is not None:
        statement = statement.where(reached(ENTRY, point))
    found: dict[MemberId, dict[str, int]] = defaultdict(dict)
    for member, unit, points in await database.read(statement):
        found[MemberId(member)][unit] = -int(points)
    return found


async def expiring(
    database: Database, community: UUID, members: Sequence[MemberId], *, at: Micros
) -> dict[MemberId, dict[str, Ending]]:
    """Return what of members' points expires next after an instant, by unit."""
    statement = (
        select(LOT.member, LOT.unit, LOT.expires_at, func.sum(LOT.remaining))
        .where(LOT.community_id == community, LOT.member.in_(members), LOT.remaining > 0, LOT.expires_at > at)
        .group_by(LOT.member, LOT.unit, LOT.expires_at)
        .order_by(LOT.expires_at)
    )
    found: dict[MemberId, dict[str, Ending]] = defaultdict(dict)
    for member, unit, expires_at, points in await database.read(statement):
        found[MemberId(member)].setdefault(unit, Ending(int(points), Micros(expires_at)))
    return found
