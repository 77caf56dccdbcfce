"""Reports of violations: a page of all or of what somebody must look at, single ones by place, members' strikes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select

from ledger.core.books.goods import Strike, Violation
from ledger.core.books.shelf import VIOLATION
from ledger.core.books.strikes import in_time, strike_of
from ledger.core.values import MemberId, Position
from ledger.store.books import value_columns
from ledger.store.engine import Database
from ledger.store.reads.spans import Span, within
from ledger.store.tables import TABLES

ROW = TABLES["violation"].c
VALUES = value_columns(VIOLATION)
COLUMNS = [ROW.member, ROW.position, *(ROW[name] for name in VALUES)]


class Report(NamedTuple):
    """A report of a violation: about whom, where it was made, and what became of it."""

    member: MemberId
    position: Position
    found: Violation


class Which(NamedTuple):
    """Which reports: all, or only those that wait for a person; of everybody, or of these members."""

    open_only: bool = False
    members: tuple[MemberId, ...] | None = None


async def page(database: Database, community: UUID, span: Span, *, which: Which) -> list[Report]:
    """Return reports, newest first; one more than asked where there are more."""
    statement = within(_of(community, which, *COLUMNS), span, [ROW.position], descending=True)
    return [_report(row) for row in await database.read(statement)]


async def count(database: Database, community: UUID, *, which: Which) -> int:
    """Return how many reports there are."""
    [row] = await database.read(_of(community, which, func.count()))
    return int(row[0])


def _of(community: UUID, which: Which, *columns: Any) -> Select[Any]:
    statement = select(*columns).select_from(TABLES["violation"]).where(ROW.community_id == community)
    if which.open_only:
        statement = statement.where(ROW.open == 1)
    return statement if which.members is None else statement.where(ROW.member.in_(which.members))


async def at_positions(
    database: Database, community: UUID, positions: Sequence[Position]
) -> dict[Position, Report]:
    """Return reports by where they were made."""
    statement = select(*COLUMNS).where(ROW.community_id == community, ROW.position.in_(positions))
    found = [_report(row) for row in await database.read(statement)]
    return {one.position: one for one in found}


async def strikes(
    database: Database, community: UUID, members: Sequence[MemberId]
) -> dict[MemberId, tuple[Strike, ...]]:
    """Return members' strikes, in order of their confirmation."""
    statement = select(*COLUMNS).where(ROW.community_id == community, ROW.member.in_(members), ROW.confirmed > 0)
    found: dict[MemberId, list[Strike]] = defaultdict(list)
    for one in map(_report, await database.read(statement)):
        struck = strike_of(one.position, one.found)
        if struck is not None:
            found[one.member].append(struck)
    return {member: in_time(several) for member, several in found.items()}


def _report(row: Any) -> Report:
    values = dict(zip(VALUES, row[2:], strict=True))
    return Report(MemberId(row.member), Position(row.position), Violation(**values))
