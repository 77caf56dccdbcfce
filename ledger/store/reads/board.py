"""A leaderboard in one statement: its top, the rows around one member, and how many take part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, and_, case, func, or_, select

from ledger.core.outcomes import EntryKind
from ledger.core.values import MemberId, Micros
from ledger.store.engine import Database
from ledger.store.reads import wishes
from ledger.store.tables import TABLES

ENTRY, MEMBER, PREFERENCE = TABLES["entry"].c, TABLES["member"].c, TABLES["preference"].c
RANKS: dict[str, Callable[[], Any]] = {
    "ordinal": func.row_number,
    "competition": func.rank,
    "dense": func.dense_rank,
}


class Asked(NamedTuple):
    """What a board measures: points earned, or the net of all, in [since, until); None is unbounded.

    `without` are rules that do not count, `without_groups` groups whose members are not on it.
    """

    unit: str
    measure: str
    rank: str
    since: Micros | None = None
    until: Micros | None = None
    without: tuple[str, ...] = ()
    without_groups: tuple[str, ...] = ()


class Row(NamedTuple):
    """A member's place, from 1 without ties, and their rank by the board's rule."""

    place: int
    rank: int
    member: MemberId
    points: int
    listed: bool = True


class Board(NamedTuple):
    """The first rows, those around the member asked for, and how many rows there are."""

    top: list[Row]
    near: list[Row]
    participants: int


async def board(
    database: Database, community: UUID, asked: Asked, *, first: int, around: MemberId | None = None, reach: int = 2
) -> Board:
    """Return a board; equal points stand in the order in which their members were first seen.

    Whoever is not listed has a rank, and is shown to nobody but themselves, near their own place.
    """
    ranked = _ranked(community, _sums(community, asked), asked.rank)
    mine = select(ranked.c.place).where(ranked.c.member == (around or 0)).scalar_subquery()
    listed = or_(ranked.c.listed == 1, ranked.c.member == (around or 0))
    near_by = ranked.c.place.between(mine - reach, mine + reach)
    shown = or_(and_(listed, or_(ranked.c.shown_place <= first, near_by)), ranked.c.place == 1)
    rows = await database.read(select(ranked).where(shown).order_by(ranked.c.place))
    places = {row.member: row.shown_place for row in rows}
    found = [
        Row(row.place, row.rank, MemberId(row.member), int(row.points), bool(row.listed))
        for row in rows
        if row.listed or row.member == around
    ]
    place = next((row.place for row in found if row.member == around), None)
    near = [row for row in found if place is not None and abs(row.place - place) <= reach]
    top = [row for row in found if row.listed and places[row.member] <= first]
    return Board(top, near, rows[0].participants if rows else 0)


def _ranked(community: UUID, sums: Subquery, rank: str) -> Subquery:
    chosen = and_(PREFERENCE.community_id == community, PREFERENCE.member == sums.c.member)
    shown = case((PREFERENCE.listed == 0, 0), else_=1)
    return (
        select(
            sums.c.member,
            sums.c.points,
            shown.label("listed"),
            func.sum(shown).over(order_by=(sums.c.points.desc(), sums.c.member)).label("shown_place"),
            func.row_number().over(order_by=(sums.c.points.desc(), sums.c.member)).label("place"),
            RANKS[rank]()
            .over(order_by=(sums.c.points.desc(), sums.c.member) if rank == "ordinal" else sums.c.points.desc())
            .label("rank"),
            func.count().over().label("participants"),
        )
        .select_from(sums.outerjoin(TABLES["preference"], chosen))
        .subquery()
    )


def _sums(community: UUID, asked: Asked) -> Subquery:
    """Return the points of everybody who has any, did not leave and is in no group that is left out.

    Of merged members, as one person's.
    """
    joined, counted_at, counts = _counted(community, asked.measure)
    points = func.sum(ENTRY.delta)
    own = TABLES["member"].alias("own")
    holder = func.coalesce(own.c.kept, own.c.member)
    statement = (
        select(holder.label("member"), points.label("points"))
        .select_from(
            joined.join(own, and_(own.c.community_id == community, own.c.member == ENTRY.member)).join(
                TABLES["member"], and_(MEMBER.community_id == community, MEMBER.member == holder)
            )
        )
        .where(
            ENTRY.community_id == community,
            ENTRY.unit == asked.unit,
            ENTRY.rule.not_in(asked.without),
            MEMBER.left_at.is_(None),
            *counts,
        )
        .group_by(holder)
        .having(points != 0)
    )
    if asked.without_groups:
        statement = statement.where(ENTRY.member.not_in(wishes.among(community, asked.without_groups)))
    if asked.since is not None:
        statement = statement.where(counted_at >= asked.since)
    if asked.until is not None:
        statement = statement.where(counted_at < asked.until)
    return statement.subquery()


def _counted(community: UUID, measure: str) -> tuple[Any, Any, Sequence[ColumnElement[bool]]]:
    """Return the entries that a measure counts and the instant at which each counts.

    Earned are awards, less what was taken back of them, at the award's date; net is every entry at its own.
    """
    if measure != "earned":
        return TABLES["entry"], ENTRY.occurred_at, ()
    original = TABLES["entry"].alias("original")
    same = and_(
        original.c.community_id == community,
        original.c.position == ENTRY.reverses_position,
        original.c.ordinal == ENTRY.reverses_ordinal,
    )
    gained = and_(ENTRY.kind == EntryKind.AWARD.value, ENTRY.delta > 0)
    lost = and_(ENTRY.kind == EntryKind.REVERSAL.value, ENTRY.delta < 0)
    counted_at = case((gained, ENTRY.occurred_at), else_=original.c.occurred_at)
    return TABLES["entry"].outerjoin(original, same), counted_at, (or_(gained, lost),)
