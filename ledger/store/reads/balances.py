"""Balances of a community's members: now, or as of an instant by occurrence."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Subquery, and_, case, exists, func, or_, select

from ledger.core.outcomes import EntryKind
from ledger.core.values import MemberId, Micros
from ledger.store.engine import Database
from ledger.store.reads.names import names
from ledger.store.tables import TABLES

ACCOUNT, ENTRY, MEMBER = TABLES["account"].c, TABLES["entry"].c, TABLES["member"].c
TIER, TIER_CHANGE = TABLES["tier"].c, TABLES["tier_change"].c


class BalanceLine(NamedTuple):
    """One member's points in one unit, in minor units."""

    member: str
    unit: str
    balance: int
    held: int
    earned: int
    tier: str
    number: MemberId = MemberId(0)

    @property
    def available(self) -> int:
        """What can be spent."""
        return self.balance - self.held


async def balances(
    database: Database, community: UUID, unit: str, ladder: str, *, include_left: bool = False
) -> list[BalanceLine]:
    """Return every member's points in a unit now, in order of their names."""
    named, own = names(community), TABLES["member"].alias("own")
    holder = func.coalesce(own.c.kept, own.c.member)
    same = and_(ACCOUNT.community_id == community, ACCOUNT.member == own.c.member, ACCOUNT.unit == unit)
    ever = (
        select(holder.label("member"), func.sum(ACCOUNT.earned).label("earned"))
        .select_from(own.join(TABLES["account"], same))
        .where(own.c.community_id == community)
        .group_by(holder)
        .subquery()
    )
    account = and_(ACCOUNT.community_id == community, ACCOUNT.member == MEMBER.member, ACCOUNT.unit == unit)
    tier = and_(TIER.community_id == community, TIER.member == MEMBER.member, TIER.ladder == ladder)
    statement = (
        select(
            func.coalesce(named.c.name, ""),
            func.coalesce(ACCOUNT.balance, 0),
            func.coalesce(ACCOUNT.held, 0),
            func.coalesce(ever.c.earned, 0),
            func.coalesce(TIER.level, ""),
            MEMBER.member,
        )
        .select_from(TABLES["member"])
        .outerjoin(named, named.c.member == MEMBER.member)
        .outerjoin(ever, ever.c.member == MEMBER.member)
        .outerjoin(TABLES["account"], account)
        .outerjoin(TABLES["tier"], tier)
        .where(MEMBER.community_id == community, MEMBER.kept.is_(None))
    )
    if not include_left:
        statement = statement.where(MEMBER.left_at.is_(None))
    rows = await database.read(statement, whole=True)
    return sorted(
        BalanceLine(name, unit, balance, held, int(earned), level, MemberId(number))
        for name, balance, held, earned, level, number in rows
    )


async def balances_at(
    database: Database, community: UUID, unit: str, ladder: str, *, at: Micros, include_left: bool = False
) -> list[BalanceLine]:
    """Return points as of an instant: sums of entries by occurrence, amounts as recorded.

    Members who are one person since are one here too: what moved between them sums to nothing.
    """
    named, own = names(community), TABLES["member"].alias("own")
    holder = func.coalesce(own.c.kept, own.c.member)
    original = TABLES["entry"].alias()
    gained = and_(ENTRY.kind == EntryKind.AWARD.value, ENTRY.delta > 0)
    lost = and_(ENTRY.kind == EntryKind.REVERSAL.value, ENTRY.delta < 0, original.c.occurred_at <= at)
    sums = (
        select(
            holder.label("member"),
            func.sum(case((ENTRY.occurred_at <= at, ENTRY.delta), else_=0)).label("balance"),
            func.sum(
                case(
                    (and_(gained, ENTRY.occurred_at <= at), ENTRY.delta),
                    (lost, ENTRY.delta),
                    else_=0,
                )
            ).label("earned"),
        )
        .select_from(TABLES["entry"])
        .join(own, and_(own.c.community_id == community, own.c.member == ENTRY.member))
        .outerjoin(
            original,
            and_(
                original.c.community_id == community,
                original.c.position == ENTRY.reverses_position,
                original.c.ordinal == ENTRY.reverses_ordinal,
            ),
        )
        .where(ENTRY.community_id == community, ENTRY.unit == unit)
        .group_by(holder)
        .subquery()
    )
    levels = _levels_at(community, ladder, at)
    came = exists().where(own.c.community_id == community, own.c.kept == MEMBER.member, own.c.joined_at <= at)
    statement = (
        select(
            func.coalesce(named.c.name, ""),
            func.coalesce(sums.c.balance, 0),
            func.coalesce(sums.c.earned, 0),
            func.coalesce(levels.c.after, ""),
        )
        .select_from(TABLES["member"])
        .outerjoin(named, named.c.member == MEMBER.member)
        .outerjoin(sums, sums.c.member == MEMBER.member)
        .outerjoin(levels, and_(levels.c.member == MEMBER.member, levels.c.latest == 1))
        .where(MEMBER.community_id == community, MEMBER.kept.is_(None), or_(MEMBER.joined_at <= at, came))
    )
    if not include_left:
        statement = statement.where(func.coalesce(MEMBER.left_at, at + 1) > at)
    rows = await database.read(statement, whole=True)
    return sorted(
        BalanceLine(name, unit, int(balance), 0, int(earned), level) for name, balance, earned, level in rows
    )


def _levels_at(community: UUID, ladder: str, at: Micros) -> Subquery:
    order = (TIER_CHANGE.position.desc(), TIER_CHANGE.ordinal.desc())
    latest = func.row_number().over(partition_by=TIER_CHANGE.member, order_by=order).label("latest")
    return (
        select(TIER_CHANGE.member.label("member"), TIER_CHANGE.after.label("after"), latest)
        .where(
            TIER_CHANGE.community_id == community,
            TIER_CHANGE.ladder == ladder,
            TIER_CHANGE.occurred_at <= at,
        )
        .subquery()
    )
