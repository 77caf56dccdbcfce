"""What waits for a person: contributions to be reviewed, and what became of those that were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Subquery, and_, case, func, select

from ledger.core.commands import LEDGER_SOURCE
from ledger.core.decide.by_hand import REVIEWED
from ledger.core.reversal import undone_claim
from ledger.core.values import Position
from ledger.store.engine import Database
from ledger.store.reads.spans import Span, within
from ledger.store.tables import TABLES

CLAIM, EVENT, WAITING = TABLES["claim"].c, TABLES["event"].c, TABLES["waiting"].c
OPEN_OR_NOT = (0, 1)


class Review(StrEnum):
    """Where the review of a contribution stands."""

    AWAITING = "AWAITING"
    APPROVED = "APPROVED"
    DECLINED = "DECLINED"


async def page(database: Database, community: UUID, span: Span) -> list[tuple[Position, int]]:
    """Return where stands what waits for a person, oldest first; one more where there are more.

    A contribution stands there once, as number 0; of what a lifted violation gave, decisions by number.
    """
    found = _awaiting(community)
    statement = within(select(found.c.position, found.c.number), span, [found.c.position, found.c.number])
    return [(Position(row.position), int(row.number)) for row in await database.read(statement)]


async def count(database: Database, community: UUID) -> int:
    """Return how many contributions wait for a person."""
    [row] = await database.read(select(func.count()).select_from(_awaiting(community)))
    return int(row[0])


def _awaiting(community: UUID) -> Subquery:
    own = EVENT.source == LEDGER_SOURCE
    stands = and_(EVENT.community_id == community, EVENT.position == WAITING.position)
    return (
        select(WAITING.position, case((own, WAITING.ordinal), else_=0).label("number"))
        .select_from(TABLES["waiting"].join(TABLES["event"], stands))
        .where(WAITING.community_id == community, WAITING.open == 1, WAITING.release_at.is_(None))
        .distinct()
        .subquery()
    )


async def reviews(database: Database, community: UUID, positions: Sequence[Position]) -> dict[Position, Review]:
    """Return how reviews stand; what needs none is left out, and what was taken back before anybody looked."""
    statement = select(WAITING.position, WAITING.ordinal, WAITING.open, WAITING.released_at).where(
        WAITING.community_id == community,
        WAITING.open.in_(OPEN_OR_NOT),  # so that the index leads to the positions
        WAITING.position.in_(positions),
        WAITING.release_at.is_(None),
    )
    found: dict[Position, Review] = {}
    closed: defaultdict[Position, list[int]] = defaultdict(list)
    for position, ordinal, is_open, released_at in await database.read(statement):
        if is_open:
            found[Position(position)] = Review.AWAITING
        elif released_at:
            found.setdefault(Position(position), Review.APPROVED)
        else:
            closed[Position(position)].append(ordinal)
    unknown = {position: ordinals for position, ordinals in closed.items() if position not in found}
    return found | dict.fromkeys(await _declined(database, community, unknown), Review.DECLINED)


async def _declined(database: Database, community: UUID, closed: dict[Position, list[int]]) -> list[Position]:
    """Return those of which a person took back what waited."""
    claims = {
        undone_claim(position, ordinal).key: position
        for position, ordinals in closed.items()
        for ordinal in ordinals
    }
    if not claims:
        return []
    taken = and_(EVENT.community_id == community, EVENT.position == CLAIM.position)
    statement = (
        select(CLAIM.key)
        .select_from(TABLES["claim"].join(TABLES["event"], taken))
        .where(
            CLAIM.community_id == community,
            CLAIM.kind == undone_claim(0, 0).kind,
            CLAIM.key.in_(list(claims)),
            EVENT.type == REVIEWED,
        )
    )
    return [claims[row.key] for row in await database.read(statement)]
