"""Members' entries: pages of several members' in one statement, single ones by their place, and sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, select, tuple_, union, union_all

from ledger.core.reversal import undone_claim
from ledger.core.values import MemberId, Micros, Position
from ledger.store.engine import Database
from ledger.store.reads.spans import Span, within
from ledger.store.tables import TABLES

CLAIM, ENTRY, EVENT = TABLES["claim"].c, TABLES["entry"].c, TABLES["event"].c
MOVE = TABLES["tier_change"].c
Place = tuple[int, int]
"""A decision's position and its ordinal there."""


class Entry(NamedTuple):
    """One rule's effect of one event on one member in one unit, as it is stored."""

    position: Position
    ordinal: int
    member: MemberId
    unit: str
    rule: str
    kind: str
    outcome: str
    wanted: int
    delta: int
    balance_after: int
    occurred_at: Micros
    reverses_position: Position | None
    reverses_ordinal: int | None

    @property
    def place(self) -> Place:
        """Where its decision stands."""
        return (self.position, self.ordinal)


class Which(NamedTuple):
    """Which entries: those that wished for something unless `with_zero`; an instant bounds by occurrence."""

    with_zero: bool = False
    kinds: tuple[str, ...] | None = None
    types: tuple[str, ...] | None = None
    unit: str | None = None
    since: Micros | None = None
    until: Micros | None = None


COLUMNS = [ENTRY[name] for name in Entry._fields]


async def pages(
    database: Database, community: UUID, members: Sequence[MemberId], *, which: Which, span: Span
) -> dict[MemberId, list[Entry]]:
    """Return the same span of several members' entries, newest first, with one more where there are more."""
    statements = [
        within(_of(community, member, which, *COLUMNS), span, [ENTRY.position, ENTRY.ordinal], descending=True)
        for member in members
    ]
    whole: Any = (
        statements[0] if len(statements) == 1 else union_all(*(select(one.subquery()) for one in statements))
    )
    found: dict[MemberId, list[Entry]] = defaultdict(list)
    for row in await database.read(whole):
        found[MemberId(row.member)].append(Entry(*row))
    newest_first = not span.backward
    for entries in found.values():
        entries.sort(key=lambda entry: entry.place, reverse=newest_first)
    return found


async def counts(
    database: Database, community: UUID, members: Sequence[MemberId], *, which: Which
) -> dict[MemberId, int]:
    """Return how many entries several members have."""
    statement = (
        _filtered(select(ENTRY.member, func.count()), community, which)
        .where(ENTRY.member.in_(members))
        .group_by(ENTRY.member)
    )
    return {MemberId(member): number for member, number in await database.read(statement)}


def _of(community: UUID, member: MemberId, which: Which, *columns: Any) -> Select[Any]:
    return _filtered(select(*columns), community, which).where(ENTRY.member == member)


def _filtered(statement: Select[Any], community: UUID, which: Which) -> Select[Any]:
    statement = statement.select_from(TABLES["entry"]).where(ENTRY.community_id == community)
    if not which.with_zero:
        statement = statement.where(ENTRY.wanted != 0)
    if which.kinds is not None:
        statement = statement.where(ENTRY.kind.in_(which.kinds))
    if which.unit is not None:
        statement = statement.where(ENTRY.unit == which.unit)
    if which.since is not None:
        statement = statement.where(ENTRY.occurred_at >= which.since)
    if which.until is not None:
        statement = statement.where(ENTRY.occurred_at < which.until)
    if which.types is not None:
        event = and_(EVENT.community_id == community, EVENT.position == ENTRY.position)
        statement = statement.where(exists().where(event, EVENT.type.in_(which.types)))
    return statement


async def at_places(database: Database, community: UUID, places: Sequence[Place]) -> dict[Place, Entry]:
    """Return single entries by their place."""
    statement = select(*COLUMNS).where(
        ENTRY.community_id == community, tuple_(ENTRY.position, ENTRY.ordinal).in_(places)
    )
    found = (Entry(*row) for row in await database.read(statement))
    return {entry.place: entry for entry in found}


async def originals(database: Database, community: UUID, places: Sequence[Place]) -> dict[Place, Entry]:
    """Return, for each of these that takes something back, the entry that it takes back."""
    back = TABLES["entry"].alias("back")
    statement = (
        select(back.c.position, back.c.ordinal, *COLUMNS)
        .select_from(back)
        .join(
            TABLES["entry"],
            and_(
                ENTRY.community_id == community,
                ENTRY.position == back.c.reverses_position,
                ENTRY.ordinal == back.c.reverses_ordinal,
            ),
        )
        .where(back.c.community_id == community, tuple_(back.c.position, back.c.ordinal).in_(places))
    )
    return {(row[0], row[1]): Entry(*row[2:]) for row in await database.read(statement)}


async def reversals(database: Database, community: UUID, places: Sequence[Place]) -> dict[Place, Entry]:
    """Return, for each of these that was taken back, the entry that took it back."""
    claims = {undone_claim(*place).key: place for place in places}
    taken = and_(ENTRY.community_id == community, ENTRY.position == CLAIM.position, ENTRY.ordinal == CLAIM.ordinal)
    statement = (
        select(CLAIM.key, *COLUMNS)
        .select_from(TABLES["claim"].join(TABLES["entry"], taken))
        .where(
            CLAIM.community_id == community,
            CLAIM.kind == undone_claim(0, 0).kind,
            CLAIM.key.in_(list(claims)),
        )
    )
    return {claims[row[0]]: Entry(*row[1:]) for row in await database.read(statement)}


async def judges(database: Database, community: UUID, places: Sequence[Place]) -> dict[Place, int]:
    """Return which version of the rulebook judged each of these; what takes back has that of its original."""
    judged_at = func.coalesce(ENTRY.reverses_position, ENTRY.position)
    statement = (
        select(ENTRY.position, ENTRY.ordinal, EVENT.rulebook)
        .select_from(
            TABLES["entry"].join(
                TABLES["event"], and_(EVENT.community_id == community, EVENT.position == judged_at)
            )
        )
        .where(ENTRY.community_id == community, tuple_(ENTRY.position, ENTRY.ordinal).in_(places))
    )
    return {(position, ordinal): rulebook for position, ordinal, rulebook in await database.read(statement)}


async def positions(
    database: Database, community: UUID, member: MemberId, *, after: int, first: int
) -> list[Position]:
    """Return where a member's entries and changes of level stand after a position, each event once, in order."""
    entries = _of(community, member, Which(), ENTRY.position).where(ENTRY.position > after)
    moves = select(MOVE.position).where(
        MOVE.community_id == community, MOVE.member == member, MOVE.position > after
    )
    found: Any = union(*(_first(one, first) for one in (entries, moves))).subquery()
    statement = select(found.c.position).order_by(found.c.position).limit(first)
    return [Position(row.position) for row in await database.read(statement)]


def _first(statement: Select[Any], size: int) -> Select[Any]:
    """Return the first positions of a statement, as a part of a union."""
    positions = statement.distinct().order_by(statement.selected_columns.position).limit(size).subquery()
    return select(positions.c.position)
