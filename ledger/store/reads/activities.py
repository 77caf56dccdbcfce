"""Activities as they are read: series that were scheduled, what is known of occurrences, and who comes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, tuple_

from ledger.core.books.activities import terms_of_series
from ledger.core.books.goods import Gathering, Series
from ledger.core.rhythm.activities import ActivityTerms
from ledger.core.values import MemberId, Position
from ledger.store.engine import Database
from ledger.store.tables import TABLES

GATHERING, RSVP, SERIES = TABLES["gathering"].c, TABLES["rsvp"].c, TABLES["series"].c


class Scheduled(NamedTuple):
    """A series that was scheduled by command, and where that stands."""

    terms: ActivityTerms
    position: Position
    cancelled: bool


async def scheduled(database: Database, community: UUID) -> list[Scheduled]:
    """Return all series that were scheduled, in order, cancelled ones too."""
    statement = select(SERIES.terms, SERIES.scheduled, SERIES.cancelled).where(
        SERIES.community_id == community, SERIES.scheduled > 0
    )
    rows = await database.read(statement.order_by(SERIES.scheduled))
    return [
        Scheduled(terms_of_series(Series(terms=terms)), Position(position), bool(cancelled))
        for terms, position, cancelled in rows
    ]


async def gatherings(database: Database, community: UUID, activities: Sequence[str]) -> dict[str, Gathering]:
    """Return what is known of occurrences, by their names."""
    statement = select(TABLES["gathering"]).where(
        GATHERING.community_id == community, GATHERING.activity.in_(activities)
    )
    return {
        row.activity: Gathering(
            cancelled=Position(row.cancelled),
            going=row.going,
            attended=row.attended,
            recapped=Position(row.recapped),
        )
        for row in await database.read(statement)
    }


async def answers(
    database: Database, community: UUID, asked: Sequence[tuple[str, MemberId]]
) -> dict[tuple[str, MemberId], str]:
    """Return what members said to invitations."""
    statement = select(RSVP.activity, RSVP.member, RSVP.answer).where(
        RSVP.community_id == community, tuple_(RSVP.activity, RSVP.member).in_(asked)
    )
    rows = await database.read(statement)
    return {(activity, MemberId(member)): answer for activity, member, answer in rows if answer}
