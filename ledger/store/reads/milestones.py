"""What milestones are made of: the first of members' gains, stories featured, levels reached, weeks in a row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, literal, select, union_all

from ledger.core.events import decode_fact
from ledger.core.milestones import FEATURED, WEEKS, Milestone, Move
from ledger.core.outcomes import Decided, EntryKind
from ledger.core.values import MemberId, Micros, Position
from ledger.store.engine import Database
from ledger.store.reads.impact import Groups, stands
from ledger.store.tables import TABLES

ENTRY, EVENT, MOVE, STORY = (TABLES[name].c for name in ("entry", "event", "tier_change", "story"))


async def firsts(
    database: Database, community: UUID, groups: Groups, rules: Sequence[str]
) -> dict[MemberId, Micros]:
    """Return when people first gained something by one of some rules that was not taken back."""
    if not rules or not groups:
        return {}
    statements = [
        select(literal(int(who)).label("who"), ENTRY.position, ENTRY.occurred_at)
        .where(
            ENTRY.community_id == community,
            ENTRY.member.in_(group),
            ENTRY.kind == EntryKind.AWARD.value,
            ENTRY.delta > 0,
            ENTRY.rule.in_(rules),
            stands(community),
        )
        .order_by(ENTRY.position)
        .limit(1)
        for who, group in groups.items()
    ]
    whole: Any = union_all(*(select(one.subquery()) for one in statements))
    return {MemberId(row.who): Micros(row.occurred_at) for row in await database.read(whole)}


async def featured(database: Database, community: UUID, members: Sequence[MemberId]) -> dict[MemberId, Milestone]:
    """Return which story of members' was featured first, of those that are."""
    statement = (
        select(STORY.author, STORY.position, STORY.featured_at)
        .where(STORY.community_id == community, STORY.author.in_(members), STORY.featured_at.is_not(None))
        .order_by(STORY.featured_at, STORY.position)
    )
    found: dict[MemberId, Milestone] = {}
    for author, position, at in await database.read(statement):
        first = Milestone(code=FEATURED, at=Micros(at), story=Position(position))
        found.setdefault(MemberId(author), first)
    return found


async def moves(database: Database, community: UUID, members: Sequence[MemberId]) -> dict[MemberId, list[Move]]:
    """Return members' changes of level, in the order of the log."""
    statement = (
        select(MOVE.member, MOVE.ladder, MOVE.after, MOVE.occurred_at)
        .where(MOVE.community_id == community, MOVE.member.in_(members))
        .order_by(MOVE.position, MOVE.ordinal)
    )
    found: dict[MemberId, list[Move]] = defaultdict(list)
    for member, ladder, after, at in await database.read(statement):
        found[MemberId(member)].append(Move(ladder, after, Micros(at)))
    return found


async def weeks(
    database: Database, community: UUID, members: Sequence[MemberId], streaks: Sequence[str]
) -> dict[MemberId, list[Milestone]]:
    """Return the rewards of members' weeks in a row, in the order of the log."""
    if not streaks:
        return {}
    event = and_(EVENT.community_id == community, EVENT.position == ENTRY.position)
    statement = (
        select(ENTRY.member, ENTRY.rule, ENTRY.occurred_at, EVENT.body)
        .select_from(TABLES["entry"].join(TABLES["event"], event))
        .where(
            ENTRY.community_id == community,
            ENTRY.member.in_(members),
            ENTRY.kind == EntryKind.BONUS.value,
            ENTRY.rule.in_(streaks),
            ENTRY.delta > 0,
        )
        .order_by(ENTRY.position, ENTRY.ordinal)
    )
    found: dict[MemberId, list[Milestone]] = defaultdict(list)
    for member, streak, at, body in await database.read(statement):
        fact = decode_fact(body)
        runs = [one for one in fact.streaks if one.streak == streak] if isinstance(fact, Decided) else []
        found[MemberId(member)] += [Milestone(code=WEEKS, at=Micros(at), weeks=one.length) for one in runs[:1]]
    return found
