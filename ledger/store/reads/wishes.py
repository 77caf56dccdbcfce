"""Wanted places in platforms' groups: who should be where since when, and what bots said of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, or_, select, tuple_

from ledger.core.values import MemberId, Micros, Position
from ledger.store.engine import Database
from ledger.store.reads.spans import Key, Span, within
from ledger.store.tables import TABLES

WISH = TABLES["group_wish"].c
ORDER = [WISH.since_position, WISH.member, WISH.group_code]


class Wanted(NamedTuple):
    """Whether a member should be in a group since an event, is held as they are, and is there by a report."""

    since_position: Position
    member: MemberId
    group_code: str
    wanted: bool
    since_at: Micros
    held: bool
    inside: bool
    reported_at: Micros | None

    @property
    def key(self) -> Key:
        """Where it stands in the list."""
        return self.since_position, self.member, self.group_code


async def page(database: Database, community: UUID, span: Span, *, after: int = 0) -> list[Wanted]:
    """Return wishes that changed after a position, in that order; one more where there are more."""
    columns = [WISH[name] for name in Wanted._fields]
    return [_wanted(row) for row in await database.read(within(_changed(community, after, *columns), span, ORDER))]


async def count(database: Database, community: UUID, *, after: int = 0) -> int:
    """Return how many wishes changed after a position."""
    [row] = await database.read(_changed(community, after, func.count()))
    return int(row[0])


async def named(
    database: Database, community: UUID, keys: Sequence[tuple[MemberId, str]]
) -> dict[tuple[MemberId, str], Wanted]:
    """Return wishes by member and group."""
    statement = _changed(community, 0, *(WISH[name] for name in Wanted._fields))
    rows = await database.read(statement.where(tuple_(WISH.member, WISH.group_code).in_(keys)))
    return {(one.member, one.group_code): one for one in map(_wanted, rows)}


def among(community: UUID, groups: Sequence[str]) -> Select[Any]:
    """Return a statement for members who are in one of these groups, or should be."""
    return select(WISH.member).where(
        WISH.community_id == community,
        WISH.group_code.in_(groups),
        or_(WISH.wanted == 1, WISH.inside == 1),
    )


def _changed(community: UUID, after: int, *columns: Any) -> Select[Any]:
    """Return wishes; what was only reported, and never wanted, is none."""
    return (
        select(*columns)
        .select_from(TABLES["group_wish"])
        .where(WISH.community_id == community, WISH.since_position > max(0, after))
    )


def _wanted(row: Any) -> Wanted:
    found = Wanted(*row)
    return found._replace(wanted=bool(found.wanted), held=bool(found.held), inside=bool(found.inside))
