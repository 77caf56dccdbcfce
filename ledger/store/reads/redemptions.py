"""Perks and redemptions as people ask for them: what is up, what was asked for, and what became of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select, union_all

from ledger.core.books.goods import Perk
from ledger.core.events import RedemptionStatus
from ledger.core.values import MemberId, Micros, Position
from ledger.store.engine import Database
from ledger.store.reads.spans import Span, within
from ledger.store.tables import TABLES

PERK, REDEMPTION, TRAIL = TABLES["perk"].c, TABLES["redemption"].c, TABLES["trail"].c


class Redemption(NamedTuple):
    """A redemption, by where it was made."""

    position: Position
    perk: str
    member: MemberId
    unit: str
    cost: int
    status: RedemptionStatus
    given: bool
    handed: int
    open: bool
    hold_until: Micros | None
    requested_at: Micros
    updated_at: Micros


COLUMNS = [REDEMPTION[name] for name in Redemption._fields]


async def perks(database: Database, community: UUID) -> dict[str, Perk]:
    """Return every perk there ever was, by its code."""
    fields = list(Perk.__struct_fields__)
    statement = select(PERK.code, *(PERK[name] for name in fields)).where(PERK.community_id == community)
    rows = await database.read(statement.order_by(PERK.code))
    return {row[0]: Perk(**dict(zip(fields, row[1:], strict=True))) for row in rows}


async def at_positions(
    database: Database, community: UUID, positions: Sequence[Position], *, at: Micros
) -> dict[Position, Redemption]:
    """Return single redemptions by where they were made, as they are at an instant."""
    rows = await database.read(_of(community).where(REDEMPTION.position.in_(positions)))
    return {one.position: one for one in (_redemption(row, at) for row in rows)}


async def pages_of(
    database: Database, community: UUID, people: Mapping[MemberId, Sequence[MemberId]], *, span: Span, at: Micros
) -> dict[MemberId, list[Redemption]]:
    """Return the same span of several people's redemptions, newest first, with one more where there are more.

    A person is who acts, and all who are one with them.
    """
    statements = [
        within(_of(community).where(REDEMPTION.member.in_(group)), span, [REDEMPTION.position], descending=True)
        for group in people.values()
    ]
    whose = {one: who for who, group in people.items() for one in group}
    whole: Any = (
        statements[0] if len(statements) == 1 else union_all(*(select(one.subquery()) for one in statements))
    )
    found: dict[MemberId, list[Redemption]] = defaultdict(list)
    for row in await database.read(whole):
        found[whose[MemberId(row.member)]].append(_redemption(row, at))
    for redemptions in found.values():
        redemptions.sort(key=lambda one: one.position, reverse=not span.backward)
    return found


async def counts_of(database: Database, community: UUID, members: Sequence[MemberId]) -> dict[MemberId, int]:
    """Return how many redemptions members have."""
    statement = (
        select(REDEMPTION.member, func.count())
        .where(REDEMPTION.community_id == community, REDEMPTION.member.in_(members))
        .group_by(REDEMPTION.member)
    )
    return {MemberId(member): number for member, number in await database.read(statement)}


async def page(
    database: Database, community: UUID, span: Span, *, statuses: Sequence[str] | None, at: Micros
) -> list[Redemption]:
    """Return a span of a community's redemptions, oldest first, with one more where there are more."""
    statement = _with(_of(community), statuses)
    return [_redemption(row, at) for row in await database.read(within(statement, span, [REDEMPTION.position]))]


async def count(database: Database, community: UUID, *, statuses: Sequence[str] | None) -> int:
    """Return how many redemptions a community has."""
    statement = select(func.count()).select_from(TABLES["redemption"]).where(REDEMPTION.community_id == community)
    [(number,)] = await database.read(_with(statement, statuses))
    return int(number)


async def approved(
    database: Database, community: UUID, perks_: Sequence[str], *, first: int, at: Micros
) -> list[Redemption]:
    """Return the redemptions of some perks that are approved and not yet fulfilled, oldest first."""
    statement = (
        _of(community)
        .where(
            REDEMPTION.perk.in_(perks_),
            REDEMPTION.open == 1,
            REDEMPTION.status == RedemptionStatus.APPROVED.value,
        )
        .order_by(REDEMPTION.position)
        .limit(first)
    )
    found = [_redemption(row, at) for row in await database.read(statement)]
    return [one for one in found if one.open]


async def trails(database: Database, community: UUID, keys: Sequence[str]) -> dict[str, list[Position]]:
    """Return the positions that trails lead to, ascending, by the trails' keys."""
    statement = (
        select(TRAIL.key, TRAIL.position)
        .where(TRAIL.community_id == community, TRAIL.key.in_(keys))
        .order_by(TRAIL.key, TRAIL.position)
    )
    found: dict[str, list[Position]] = defaultdict(list)
    for key, position in await database.read(statement):
        found[key].append(Position(position))
    return found


def _of(community: UUID) -> Select[Any]:
    return select(*COLUMNS).where(REDEMPTION.community_id == community)


def _with(statement: Select[Any], statuses: Sequence[str] | None) -> Select[Any]:
    return statement if statuses is None else statement.where(REDEMPTION.status.in_(statuses))


def _redemption(row: Any, at: Micros) -> Redemption:
    """Return a row as a redemption; one whose time is over is so, whether the sweeper came by or not."""
    one = Redemption(*row)._replace(status=RedemptionStatus(row.status), given=bool(row.given), open=bool(row.open))
    if one.open and one.hold_until is not None and one.hold_until <= at:
        return one._replace(status=RedemptionStatus.EXPIRED, open=False, updated_at=one.hold_until)
    return one
