"""Many members at once: names, accounts, levels, handles; and the list of all, a page at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_

from ledger.core.books.shelf import Account, Standing
from ledger.core.books.united import members as members_of
from ledger.core.outcomes import EntryKind
from ledger.core.values import MemberId, Micros, Position
from ledger.store.engine import Database
from ledger.store.reads.members import Profile
from ledger.store.reads.names import acting, shown_names
from ledger.store.reads.spans import Span, within
from ledger.store.tables import TABLES

ACCOUNT, IDENTITY, MEMBER = TABLES["account"].c, TABLES["identity"].c, TABLES["member"].c
BUDDY = TABLES["buddy"].c
ENTRY, PROFILE, TIER = TABLES["entry"].c, TABLES["profile"].c, TABLES["tier"].c


class Handle(NamedTuple):
    """What a member is called on one platform."""

    platform: str
    external_id: str
    received: str


async def profiles(database: Database, community: UUID, members: Sequence[MemberId]) -> dict[MemberId, Profile]:
    """Return the profiles of those there are."""
    named = shown_names(community, members)
    statement = (
        select(
            MEMBER.member,
            func.coalesce(named.c.name, ""),
            MEMBER.joined_at,
            MEMBER.left_at,
            MEMBER.kept,
            MEMBER.erased_at.is_not(None),
        )
        .select_from(TABLES["member"].outerjoin(named, named.c.member == MEMBER.member))
        .where(MEMBER.community_id == community, MEMBER.member.in_(members))
    )
    return {MemberId(row[0]): Profile(*row[1:]) for row in await database.read(statement)}


async def accounts(
    database: Database, community: UUID, members: Sequence[MemberId]
) -> dict[MemberId, dict[str, Account]]:
    """Return members' accounts by unit, in the units they have points in."""
    return (await accounts_united(database, community, members))[0]


async def accounts_united(
    database: Database, community: UUID, members: Sequence[MemberId]
) -> tuple[dict[MemberId, dict[str, Account]], dict[MemberId, tuple[MemberId, ...]]]:
    """Return members' accounts by unit, and those for whom they act."""
    same = and_(ACCOUNT.community_id == community, ACCOUNT.member == MEMBER.member)
    points = (ACCOUNT.unit, ACCOUNT.balance, ACCOUNT.held, ACCOUNT.pending, ACCOUNT.earned)
    statement = (
        select(MEMBER.member, MEMBER.united, *points)
        .select_from(TABLES["member"].outerjoin(TABLES["account"], same))
        .where(MEMBER.community_id == community, MEMBER.member.in_(members))
    )
    found: dict[MemberId, dict[str, Account]] = defaultdict(dict)
    groups: dict[MemberId, tuple[MemberId, ...]] = {}
    for member, united, unit, *amounts in await database.read(statement):
        if united is not None:
            groups[MemberId(member)] = members_of(united)
        if unit is not None:
            balance, held, pending, earned = amounts
            found[MemberId(member)][unit] = Account(balance=balance, held=held, pending=pending, earned=earned)
    return found, groups


async def standings(
    database: Database, community: UUID, members: Sequence[MemberId]
) -> dict[MemberId, dict[str, Standing]]:
    """Return members' levels by ladder, where they ever had one."""
    statement = select(TABLES["tier"]).where(TIER.community_id == community, TIER.member.in_(members))
    found: dict[MemberId, dict[str, Standing]] = defaultdict(dict)
    for row in await database.read(statement):
        found[MemberId(row.member)][row.ladder] = Standing(
            level=row.level,
            since_position=Position(row.since_position),
            since_at=Micros(row.since_at),
            locked=row.locked,
        )
    return found


async def last_acts(
    database: Database, community: UUID, members: Sequence[MemberId], *, rules: Sequence[str]
) -> dict[MemberId, Micros]:
    """Return when rules that pay for what members do last looked at each."""
    acts = _acts(community, rules, ENTRY.member, func.max(ENTRY.occurred_at))
    statement = acts.where(ENTRY.member.in_(members)).group_by(ENTRY.member)
    return {MemberId(member): Micros(at) for member, at in await database.read(statement)}


async def handles(database: Database, community: UUID, members: Sequence[MemberId]) -> dict[MemberId, list[Handle]]:
    """Return what members are called on their platforms, in order of platform."""
    same = and_(MEMBER.community_id == community, MEMBER.member == IDENTITY.member)
    statement = (
        select(acting(), IDENTITY.platform, IDENTITY.external_id, IDENTITY.received)
        .select_from(TABLES["identity"].join(TABLES["member"], same))
        .where(IDENTITY.community_id == community, acting().in_(members))
        .order_by(IDENTITY.platform, IDENTITY.external_id)
    )
    found: dict[MemberId, list[Handle]] = defaultdict(list)
    for member, *handle in await database.read(statement):
        found[MemberId(member)].append(Handle(*handle))
    return found


async def buddies(
    database: Database, community: UUID, members: Sequence[MemberId]
) -> dict[MemberId, MemberId | None]:
    """Return who looks after members, where somebody does who was not erased."""
    statement = (
        select(BUDDY.member, BUDDY.buddy)
        .select_from(
            TABLES["buddy"].join(
                TABLES["member"], and_(MEMBER.community_id == community, MEMBER.member == BUDDY.buddy)
            )
        )
        .where(BUDDY.community_id == community, BUDDY.member.in_(members), MEMBER.erased_at.is_(None))
    )
    return {MemberId(row.member): MemberId(row.buddy) for row in await database.read(statement)}


class Among(NamedTuple):
    """Which members: everybody, or those for whom all that is given holds; `search` is part of a name or handle.

    `levels` are ladders with a level of each; `acted` bounds when `rules` last looked at what they did.
    """

    search: str = ""
    joined_since: Micros | None = None
    levels: tuple[tuple[str, str], ...] | None = None
    acted: tuple[Micros, Micros] | None = None
    rules: tuple[str, ...] = ()


EVERYBODY = Among()


async def page(database: Database, community: UUID, span: Span, *, among: Among = EVERYBODY) -> list[MemberId]:
    """Return members who did not leave, in order of first sight; one more than asked where there are more."""
    statement = within(_present(community, among, MEMBER.member), span, [MEMBER.member])
    return [MemberId(row.member) for row in await database.read(statement)]


async def count(database: Database, community: UUID, *, among: Among = EVERYBODY) -> int:
    """Return how many members did not leave."""
    [row] = await database.read(_present(community, among, func.count()))
    return int(row[0])


async def numbers(database: Database, community: UUID, *, among: Among = EVERYBODY) -> list[MemberId]:
    """Return all members who did not leave, in order of first sight."""
    statement = _present(community, among, MEMBER.member).order_by(MEMBER.member)
    return [MemberId(row.member) for row in await database.read(statement, whole=True)]


def _present(community: UUID, among: Among, *columns: Any) -> Select[Any]:
    statement = (
        select(*columns)
        .select_from(TABLES["member"])
        .where(MEMBER.community_id == community, MEMBER.left_at.is_(None), MEMBER.kept.is_(None))
    )
    return statement.where(*_conditions(community, among))


def _conditions(community: UUID, among: Among) -> Iterator[ColumnElement[bool]]:
    if among.search:
        yield _is_called(community, among.search)
    if among.joined_since is not None:
        yield MEMBER.joined_at >= among.joined_since
    if among.levels is not None:
        held = tuple_(TIER.ladder, TIER.level).in_(among.levels)
        yield MEMBER.member.in_(select(TIER.member).where(TIER.community_id == community, held))
    if among.acted is not None:
        since, until = among.acted
        last = func.max(ENTRY.occurred_at)
        acted = _acts(community, among.rules, ENTRY.member).group_by(ENTRY.member)
        yield MEMBER.member.in_(acted.having(last >= since, last < until))


def _acts(community: UUID, rules: Sequence[str], *columns: Any) -> Select[Any]:
    return select(*columns).where(
        ENTRY.community_id == community, ENTRY.rule.in_(rules), ENTRY.kind == EntryKind.AWARD.value
    )


def _is_called(community: UUID, search: str) -> ColumnElement[bool]:
    """Say whether a name or a handle of a member contains a text; case does not matter."""
    escaped = search.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    like = f"%{escaped}%"
    spelled = IDENTITY.platform + ":" + IDENTITY.external_id
    by_identity = select(IDENTITY.member).where(
        IDENTITY.community_id == community, or_(_contains(IDENTITY.received, like), _contains(spelled, like))
    )
    by_name = select(PROFILE.member).where(PROFILE.community_id == community, _contains(PROFILE.display_name, like))
    return or_(MEMBER.member.in_(by_identity), MEMBER.member.in_(by_name))


def _contains(text: ColumnElement[str], like: str) -> ColumnElement[bool]:
    return func.lower(text).like(like, escape="\\")


async def on_levels(database: Database, community: UUID, ladders: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return how many members who did not leave hold each level of some ladders."""
    statement = (
        select(TIER.ladder, TIER.level, func.count())
        .select_from(
            TABLES["tier"].join(
                TABLES["member"], and_(MEMBER.community_id == community, MEMBER.member == TIER.member)
            )
        )
        .where(
            TIER.community_id == community,
            TIER.ladder.in_(ladders),
            MEMBER.left_at.is_(None),
            MEMBER.kept.is_(None),
        )
        .group_by(TIER.ladder, TIER.level)
    )
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for ladder, level, members in await database.read(statement):
        found[ladder][level] = members
    return found
