"""Sums over members' entries: what was earned in a window by reason, and balances as they once were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, and_, case, func, or_, select

from ledger.core.books.shelf import Account
from ledger.core.outcomes import EntryKind
from ledger.core.values import MemberId, Micros
from ledger.store.engine import Database
from ledger.store.tables import TABLES

ENTRY, EVENT = TABLES["entry"].c, TABLES["event"].c


class Window(NamedTuple):
    """From an instant, up to but not including another, in one unit."""

    since: Micros
    until: Micros
    unit: str


class Earned(NamedTuple):
    """What one rule gave for one kind of contribution, less what was taken back of it."""

    rule: str
    type: str
    points: int
    grants: int


class Point(NamedTuple):
    """A point of the log: by position, or by when things happened."""

    position: int | None = None
    at: Micros | None = None


async def earned(
    database: Database, community: UUID, members: Sequence[MemberId], *, window: Window
) -> dict[MemberId, list[Earned]]:
    """Return what members earned in a window, most first; what was taken back counts at its award's date."""
    original, joined = _with_originals(community)
    gained, lost = _gained(), _lost()
    award_at = case((gained, ENTRY.occurred_at), else_=original.c.occurred_at)
    origin = case((gained, ENTRY.position), else_=original.c.position)
    event = and_(EVENT.community_id == community, EVENT.position == origin)
    points = func.sum(ENTRY.delta)
    grants = func.sum(case((gained, 1), else_=-1))
    statement = (
        select(ENTRY.member, ENTRY.rule, EVENT.type, points, grants)
        .select_from(joined.join(TABLES["event"], event))
        .where(
            ENTRY.community_id == community,
            ENTRY.member.in_(members),
            ENTRY.unit == window.unit,
            or_(gained, lost),
            award_at >= window.since,
            award_at < window.until,
        )
        .group_by(ENTRY.member, ENTRY.rule, EVENT.type)
    )
    found: dict[MemberId, list[Earned]] = defaultdict(list)
    for member, rule, type_, total, number in await database.read(statement):
        found[MemberId(member)].append(Earned(rule, type_, int(total), int(number)))
    for reasons in found.values():
        reasons.sort(key=lambda one: (-one.points, one.rule, one.type))
    return found


def together(found: Sequence[Sequence[Earned]]) -> list[Earned]:
    """Return what several members earned as what one did, most first."""
    sums: dict[tuple[str, str], Earned] = {}
    for one in (one for several in found for one in several):
        key = one.rule, one.type
        before = sums.get(key, Earned(*key, 0, 0))
        sums[key] = before._replace(points=before.points + one.points, grants=before.grants + one.grants)
    return sorted(sums.values(), key=lambda one: (-one.points, one.rule, one.type))


async def by_rule(database: Database, community: UUID, *, since: Micros) -> dict[str, int]:
    """Return what each rule gave from an instant on, over all members, less what was taken back of it."""
    original, joined = _with_originals(community)
    award_at = case((_gained(), ENTRY.occurred_at), else_=original.c.occurred_at)
    statement = (
        select(ENTRY.rule, func.sum(ENTRY.delta))
        .select_from(joined)
        .where(ENTRY.community_id == community, or_(_gained(), _lost()), award_at >= since)
        .group_by(ENTRY.rule)
    )
    return {rule: int(points) for rule, points in await database.read(statement, whole=True)}


class Award(NamedTuple):
    """What an event brought, less what was taken back of it, at the event's time."""

    at: Micros
    position: int
    points: int


async def awards(
    database: Database, community: UUID, members: Sequence[MemberId], *, window: Window
) -> dict[MemberId, list[Award]]:
    """Return what each event in a window brought members, where something is left of it."""
    original, joined = _with_originals(community)
    gained, lost = _gained(), _lost()
    award_at = case((gained, ENTRY.occurred_at), else_=original.c.occurred_at)
    origin = case((gained, ENTRY.position), else_=original.c.position)
    points = func.sum(ENTRY.delta)
    statement = (
        select(ENTRY.member, award_at, origin, points)
        .select_from(joined)
        .where(
            ENTRY.community_id == community,
            ENTRY.member.in_(members),
            ENTRY.unit == window.unit,
            or_(gained, lost),
            award_at >= window.since,
            award_at < window.until,
        )
        .group_by(ENTRY.member, award_at, origin)
        .having(points > 0)
    )
    found: dict[MemberId, list[Award]] = defaultdict(list)
    for member, at, position, total in await database.read(statement):
        found[MemberId(member)].append(Award(Micros(at), position, int(total)))
    return found


async def balances_at(
    database: Database, community: UUID, members: Sequence[MemberId], *, point: Point
) -> dict[MemberId, dict[str, Account]]:
    """Return members' accounts as of a point: sums of the entries up to it, amounts as recorded."""
    original, joined = _with_originals(community)
    there = reached(ENTRY, point)
    # By occurrence, what was taken back counts at its award's date, whenever that came; by position, when it came.
    taken = reached(original.c, point) if point.position is None else there
    balance = func.sum(case((there, ENTRY.delta), else_=0))
    total = func.sum(case((and_(_gained(), there), ENTRY.delta), (and_(_lost(), taken), ENTRY.delta), else_=0))
    statement = (
        select(ENTRY.member, ENTRY.unit, balance, total)
        .select_from(joined)
        .where(ENTRY.community_id == community, ENTRY.member.in_(members))
        .group_by(ENTRY.member, ENTRY.unit)
    )
    found: dict[MemberId, dict[str, Account]] = defaultdict(dict)
    for member, unit, balanced, earned_ in await database.read(statement):
        found[MemberId(member)][unit] = Account(balance=int(balanced), earned=int(earned_))
    return found


def reached(columns: Any, point: Point) -> ColumnElement[bool]:
    """Say whether an entry stands at or before a point."""
    found: ColumnElement[bool] = (
        columns.occurred_at <= point.at if point.position is None else columns.position <= point.position
    )
    return found


def _gained() -> ColumnElement[bool]:
    return and_(ENTRY.kind == EntryKind.AWARD.value, ENTRY.delta > 0)


def _lost() -> ColumnElement[bool]:
    return and_(ENTRY.kind == EntryKind.REVERSAL.value, ENTRY.delta < 0)


def _with_originals(community: UUID) -> tuple[Any, FromClause]:
    """Return entries beside those that they take back."""
    original = TABLES["entry"].alias("original")
    same = and_(
        original.c.community_id == community,
        original.c.position == ENTRY.reverses_position,
        original.c.ordinal == ENTRY.reverses_ordinal,
    )
    return original, TABLES["entry"].outerjoin(original, same)
