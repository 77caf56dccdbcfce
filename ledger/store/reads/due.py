"""What is due: the members and ladders for which something is to be done by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from ledger.core.books.evolve import TIERS_DUE
from ledger.core.books.waiting import POINTS_DUE
from ledger.core.values import MemberId, Micros
from ledger.store.engine import Database
from ledger.store.tables import TABLES

DUE = TABLES["due"].c


class WhatIsDue(NamedTuple):
    """Members whose points have acts due, and ladders whose daily run is, longest due first."""

    members: tuple[MemberId, ...] = ()
    ladders: tuple[str, ...] = ()


async def what_is_due(database: Database, community: UUID, *, at: Micros, first: int) -> WhatIsDue:
    """Return up to `first` things that are due in a community."""
    statement = (
        select(DUE.what, DUE.member)
        .where(DUE.community_id == community, DUE.at <= at)
        .order_by(DUE.at, DUE.member)
        .limit(first)
    )
    rows = await database.read(statement)
    ladders = tuple(what.removeprefix(TIERS_DUE) for what, _ in rows if what.startswith(TIERS_DUE))
    named = (MemberId(member) for what, member in rows if not what.startswith(TIERS_DUE))
    members = tuple(dict.fromkeys(named))
    return WhatIsDue(members, ladders)


async def members_due(
    database: Database, community: UUID, members: Sequence[MemberId] | None, *, at: Micros
) -> list[MemberId]:
    """Return those of some members, or of all, of whose points something is due."""
    statement = select(DUE.member).where(DUE.community_id == community, DUE.at <= at, DUE.what == POINTS_DUE)
    if members is not None:
        statement = statement.where(DUE.member.in_(members))
    return [MemberId(row.member) for row in await database.read(statement.order_by(DUE.member))]
