"""Entries in the order of the log, and sums of them over a window."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select, tuple_

from ledger.core.outcomes import EntryKind
from ledger.core.values import Micros
from ledger.store.engine import Database
from ledger.store.reads import wishes
from ledger.store.reads.names import names
from ledger.store.tables import TABLES

ENTRY, EVENT = TABLES["entry"].c, TABLES["event"].c
MEMBER, TIER_CHANGE = TABLES["member"].c, TABLES["tier_change"].c
PREFERENCE = TABLES["preference"].c

PAGE = 5_000


class EntryLine(NamedTuple):
    """One rule's effect of one event on one member in one unit, in minor units."""

    event_id: str
    member: str
    unit: str
    wanted: int
    applied: int
    balance_after: int
    rule: str
    outcome: str


async def entries(
    database: Database, community: UUID, *, unit: str | None = None, with_zero: bool = False
) -> AsyncIterator[EntryLine]:
    """Yield entries in order; those that wished for nothing only `with_zero`."""
    named = names(community)
    after = (0, -1)
    while True:
        statement = (
            select(
                ENTRY.position,
                ENTRY.ordinal,
                EVENT.key,
                func.coalesce(named.c.name, ""),
                ENTRY.unit,
                ENTRY.wanted,
                ENTRY.delta,
                ENTRY.balance_after,
                ENTRY.rule,
                ENTRY.outcome,
            )
            .select_from(TABLES["entry"])
            .join(TABLES["event"], and_(EVENT.community_id == community, EVENT.position == ENTRY.position))
            .outerjoin(named, named.c.member == ENTRY.member)
            .where(
                ENTRY.community_id == community,
                EVENT.position >= after[0],
                tuple_(ENTRY.position, ENTRY.ordinal) > tuple_(*after),
            )
            .order_by(ENTRY.position, ENTRY.ordinal)
            .limit(PAGE)
        )
        if unit is not None:
            statement = statement.where(ENTRY.unit == unit)
        if not with_zero:
            statement = statement.where(ENTRY.wanted != 0)
        rows = await database.read(statement, whole=True)
        for row in rows:
            yield EntryLine(*row[2:])
        if len(rows) < PAGE:
            return
        after = (rows[-1][0], rows[-1][1])


class Standing(NamedTuple):
    """A member's place on a board, in minor units."""

    rank: int
    member: str
    points: int


async def leaderboard(
    database: Database,
    community: UUID,
    unit: str,
    *,
    since: Micros | None,
    until: Micros | None,
    measure: str = "net",
    without: Sequence[str] = (),
    without_groups: Sequence[str] = (),
    rank: str = "ordinal",
    first: int = 20,
) -> list[Standing]:
    """Return the first members by points in [since, until), equal points in order of their names.

    Whoever is not listed takes up a rank and is not shown.

    `net` sums all that was applied, `earned` awards less what was taken back of them. `without` are rules that do
    not count, `without_groups` groups whose members are not on it.
    """
    named, own = names(community), TABLES["member"].alias("own")
    holder = func.coalesce(own.c.kept, own.c.member)
    counted = ENTRY.delta if measure == "net" else case((_earned(), ENTRY.delta), else_=0)
    points = func.sum(counted).label("points")
    statement = (
        select(func.coalesce(named.c.name, ""), points, func.coalesce(func.min(PREFERENCE.listed), 1))
        .select_from(TABLES["entry"])
        .join(own, and_(own.c.community_id == community, own.c.member == ENTRY.member))
        .join(TABLES["member"], and_(MEMBER.community_id == community, MEMBER.member == holder))
        .outerjoin(named, named.c.member == MEMBER.member)
        .outerjoin(
            TABLES["preference"],
            and_(PREFERENCE.community_id == community, PREFERENCE.member == MEMBER.member),
        )
        .where(
            ENTRY.community_id == community,
            ENTRY.unit == unit,
            ENTRY.rule.not_in(without),
            MEMBER.left_at.is_(None),
        )
        .group_by(MEMBER.member, named.c.name)
        .having(points != 0)
    )
    if without_groups:
        statement = statement.where(ENTRY.member.not_in(wishes.among(community, without_groups)))
    if since is not None:
        statement = statement.where(ENTRY.occurred_at >= since)
    if until is not None:
        statement = statement.where(ENTRY.occurred_at < until)
    rows = [(name, int(total), bool(listed)) for name, total, listed in await database.read(statement, whole=True)]
    rows.sort(key=lambda row: (-row[1], row[0]))
    standings = ranked([(name, points) for name, points, _ in rows], rank)
    return [one for one, (_, _, listed) in zip(standings, rows, strict=True) if listed][:first]


def _earned() -> ColumnElement[bool]:
    return or_(
        and_(ENTRY.kind == EntryKind.AWARD.value, ENTRY.delta > 0),
        and_(ENTRY.kind == EntryKind.REVERSAL.value, ENTRY.delta < 0),
    )


def ranked(rows: list[tuple[str, int]], rule: str) -> list[Standing]:
    """Rank rows that are in order: `ordinal` 1234, `competition` 1224, `dense` 1223."""
    standings: list[Standing] = []
    for number, (name, points) in enumerate(rows, start=1):
        before = standings[-1] if standings else None
        if rule == "ordinal" or before is None:
            place = number
        elif before.points == points:
            place = before.rank
        else:
            place = number if rule == "competition" else before.rank + 1
        standings.append(Standing(place, name, points))
    return standings


class Crossing(NamedTuple):
    """A member's level on a ladder moved."""

    event_id: str
    member: str
    ladder: str
    before: str
    after: str
    occurred_at: Micros


async def crossings(database: Database, community: UUID) -> list[Crossing]:
    """Return every change of level, in order of the log."""
    named = names(community)
    statement = (
        select(
            EVENT.key,
            func.coalesce(named.c.name, ""),
            TIER_CHANGE.ladder,
            TIER_CHANGE.before,
            TIER_CHANGE.after,
            TIER_CHANGE.occurred_at,
        )
        .select_from(TABLES["tier_change"])
        .join(TABLES["event"], and_(EVENT.community_id == community, EVENT.position == TIER_CHANGE.position))
        .outerjoin(named, named.c.member == TIER_CHANGE.member)
        .where(TIER_CHANGE.community_id == community)
        .order_by(TIER_CHANGE.position, TIER_CHANGE.ordinal)
    )
    rows = await database.read(statement, whole=True)
    return [Crossing(*row) for row in rows]
