"""Merges: two members who are one person, as it was recorded."""

from __future__ import annotations

from datetime import datetime

import strawberry

from ledger.core.books.shelf import CLAIM
from ledger.core.calendar import moment
from ledger.core.decide.merging import undone_claim
from ledger.core.members.facts import MembersMerged
from ledger.core.values import MemberId, Micros, Position
from ledger.service.reading import look
from ledger.store.directory import Community as Place
from ledger.store.reads.journal import Stored
from schema.graphql.described import described, field
from schema.graphql.ids import write_id
from schema.graphql.types.contribution import text_of
from schema.graphql.types.member import Member, shown
from schema.graphql.types.node import Node
from schema.graphql.view import View


@described
class Merge(Node):
    """Two members found to be one person. Operator only."""

    into: Member = field("Who acts for both.")
    gone: Member = strawberry.field(name="from", description="Who was found to be the same person.")
    at: datetime = field("When it was recorded.")
    reason: str = field("Why; empty where it was erased since.")
    undone_at: datetime | None = field("When it was undone; null where it was not.")


async def merge_of(view: View, place: Place, position: Position) -> Merge | None:
    """Return the merge at a position of the log, if there is one."""
    stored = await view.loaders.events.load((place.id, position))
    if stored is None or not isinstance(stored.event.fact, MembersMerged):
        return None
    fact = stored.event.fact
    into, gone = await _member(view, place, fact.into), await _member(view, place, fact.gone)
    if into is None or gone is None:
        return None
    return Merge(
        id=write_id("Merge", place.id, position),
        into=into,
        gone=gone,
        at=moment(stored.event.recorded_at),
        reason=text_of(stored, "reason") or "",
        undone_at=await _undone_at(view, place, stored),
    )


async def _member(view: View, place: Place, number: MemberId) -> Member | None:
    """Return a member as themselves, whoever acts for them."""
    profile = await view.loaders.profiles.load((place.id, number))
    return None if profile is None else shown(place, number, profile)


async def _undone_at(view: View, place: Place, stored: Stored) -> datetime | None:
    name = undone_claim(stored.event.position)
    versions = (await view.loaders.published.load(place.id)).versions
    database = view.ledger.database
    claim = await look(database, place.id, versions, lambda books: books.read(CLAIM, (name.kind, name.key)))
    undo = await view.loaders.events.load((place.id, claim.position)) if claim.position else None
    return moment(Micros(undo.event.recorded_at)) if undo is not None else None
