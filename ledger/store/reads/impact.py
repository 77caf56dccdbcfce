"""What members' deeds were to others: whom they helped, what was thanked for, accepted, featured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, select

from ledger.core.events import ContributionRecorded, decode_fact
from ledger.core.outcomes import EntryKind, Outcome
from ledger.core.reversal import undone_claim
from ledger.core.rhythm.stories import StoryState
from ledger.core.values import MemberId
from ledger.store.engine import Database
from ledger.store.reads.names import acting
from ledger.store.tables import TABLES

CLAIM, ENTRY, EVENT = TABLES["claim"].c, TABLES["entry"].c, TABLES["event"].c
MEMBER, STORY, THANKS = TABLES["member"].c, TABLES["story"].c, TABLES["thanks"].c
COUNTED = (Outcome.GRANTED.value, Outcome.CAPPED.value, Outcome.PENDING.value)
"""How rules end that found an answer accepted: what a limit took was accepted all the same."""

Groups = Mapping[MemberId, Sequence[MemberId]]
"""All who are one person, by who acts for them."""


class Impact(NamedTuple):
    """How many others somebody helped, and what came of it that stands."""

    helped: int = 0
    accepted: int = 0
    featured: int = 0
    thanks: int = 0


async def impacts(
    database: Database, community: UUID, groups: Groups, *, rules: Sequence[str]
) -> dict[MemberId, Impact]:
    """Return what people's deeds were to others; `rules` are those that look at accepted answers."""
    whose = {one: who for who, group in groups.items() for one in group}
    helped: dict[MemberId, set[int]] = defaultdict(set)
    thanks, accepted, featured = (defaultdict[MemberId, int](int) for _ in range(3))
    for author, giver, number in await _thanks(database, community, list(whose)):
        who = whose[MemberId(author)]
        if giver != who:
            helped[who].add(giver)
            thanks[who] += number
    answers = await _accepted(database, community, list(whose), rules)
    known = await _acting_for(database, community, {accepter for _, accepter in answers})
    for member, accepter in answers:
        who = whose[member]
        if accepter not in groups[who]:
            accepted[who] += 1
            helped[who].add(known[accepter])
    for author, number in await _featured(database, community, list(whose)):
        featured[whose[MemberId(author)]] += number
    return {who: Impact(len(helped[who]), accepted[who], featured[who], thanks[who]) for who in groups}


async def _thanks(
    database: Database, community: UUID, members: Sequence[MemberId]
) -> Sequence[tuple[int, int, int]]:
    """Return by author and by who thanks how many thanks there are."""
    giver = and_(MEMBER.community_id == community, MEMBER.member == THANKS.member)
    statement = (
        select(THANKS.author, acting(), func.count())
        .select_from(TABLES["thanks"].join(TABLES["member"], giver))
        .where(THANKS.community_id == community, THANKS.author.in_(members), THANKS.given == 1)
        .group_by(THANKS.author, acting())
    )
    return [(author, giver, number) for author, giver, number in await database.read(statement)]


async def _acting_for(database: Database, community: UUID, members: Collection[int]) -> dict[int, int]:
    """Return who acts for members."""
    if not members:
        return {}
    statement = select(MEMBER.member, acting()).where(MEMBER.community_id == community, MEMBER.member.in_(members))
    return {int(member): int(kept) for member, kept in await database.read(statement)}


async def _featured(database: Database, community: UUID, members: Sequence[MemberId]) -> Sequence[tuple[int, int]]:
    statement = (
        select(STORY.author, func.count())
        .where(
            STORY.community_id == community,
            STORY.author.in_(members),
            STORY.state == StoryState.FEATURED.value,
        )
        .group_by(STORY.author)
    )
    return [(author, number) for author, number in await database.read(statement)]


async def _accepted(
    database: Database, community: UUID, members: Sequence[MemberId], rules: Sequence[str]
) -> list[tuple[MemberId, int]]:
    """Return whose answers were accepted by whom, each that stands once."""
    if not rules:
        return []
    event = and_(EVENT.community_id == community, EVENT.position == ENTRY.position)
    statement = (
        select(ENTRY.member, ENTRY.position, EVENT.body)
        .select_from(TABLES["entry"].join(TABLES["event"], event))
        .where(
            ENTRY.community_id == community,
            ENTRY.member.in_(members),
            ENTRY.rule.in_(rules),
            ENTRY.kind == EntryKind.AWARD.value,
            ENTRY.outcome.in_(COUNTED),
            stands(community),
        )
    )
    found: dict[int, tuple[MemberId, int]] = {}
    for member, position, body in await database.read(statement):
        fact = decode_fact(body)
        if isinstance(fact, ContributionRecorded) and fact.actor is not None:
            found[position] = MemberId(member), fact.actor
    return list(found.values())


def stands(community: UUID) -> ColumnElement[bool]:
    """Say that an entry was not taken back."""
    key = cast(ENTRY.position, String) + "/" + cast(ENTRY.ordinal, String)
    kind = undone_claim(0, 0).kind
    return ~exists().where(
        CLAIM.community_id == community, CLAIM.kind == kind, CLAIM.key == key, CLAIM.position > 0
    )
