"""Contributions: events that senders recorded, and who acted."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from ledger.core.calendar import moment
from ledger.core.events import (
    ContributionRecorded,
    ContributionReviewed,
    Event,
    GroupHeld,
    PointsAdjusted,
    RedemptionMade,
    RedemptionMoved,
    TierLocked,
    decisions,
)
from ledger.core.rhythm.stories import SUBMITTED
from ledger.core.values import MemberId
from ledger.core.violations import ViolationConfirmed, ViolationLifted
from ledger.service.access import Scope
from ledger.store.directory import Community as Place
from ledger.store.reads import reviews
from ledger.store.reads.journal import Stored, private_part
from ledger.store.reads.spans import Span
from ledger.words.render import render
from schema.graphql.described import described, field, resolved
from schema.graphql.ids import write_id
from schema.graphql.pages import connection
from schema.graphql.scalars import Position
from schema.graphql.types.enums import ReviewState
from schema.graphql.types.node import Connection, Node
from schema.graphql.view import Info, View, view_of

if TYPE_CHECKING:
    from schema.graphql.types.activity import Activity

BY_SOMEBODY = (
    PointsAdjusted,
    RedemptionMade,
    RedemptionMoved,
    ContributionReviewed,
    TierLocked,
    GroupHeld,
    ViolationConfirmed,
    ViolationLifted,
)
"""What somebody with the right to did by hand."""


@described
class Contribution(Node):
    """What somebody did, as a sender recorded it."""

    place: strawberry.Private[Place]
    stored: strawberry.Private[Stored]

    kind: str = field("Its type, as rules name it.")
    platform: str = field("The platform it came from.")
    occurred_at: datetime = field("When it happened, by its sender.")
    recorded_at: datetime = field("When the ledger recorded it.")
    position: Position = field("Its place in the journal.")

    @resolved("Its title; null where it has none, or it was erased.")
    def title(self) -> str | None:
        """Return the title."""
        return text_of(self.stored, "title")

    @resolved("Its beginning, or what its sender chose of it; null where it has none.")
    def excerpt(self) -> str | None:
        """Return the excerpt."""
        return text_of(self.stored, "excerpt")

    @resolved("Where it can be seen; null where its sender did not say.")
    def source_url(self) -> str | None:
        """Return the address."""
        return text_of(self.stored, "url")

    @resolved("How many thank for what was made by it; 0 where it made nothing.")
    async def thanks(self, info: Info) -> int:
        """Return the number of thanks."""
        event = self.stored.event
        fact = event.fact
        made = isinstance(fact, ContributionRecorded) and fact.creates is not None
        if event.subject is None or not (made or event.type == SUBMITTED):
            return 0
        return await view_of(info).loaders.thanks.load((self.place.id, event.subject))

    @resolved("The activity that it was a part of; null where it was of none.")
    async def activity(
        self, info: Info
    ) -> Annotated[Activity, strawberry.lazy("schema.graphql.types.activity")] | None:
        """Return the activity."""
        from schema.graphql.types.activity import activity_by_name  # activities know members, and members this

        view = view_of(info)
        name = await view.loaders.occurrences.load((self.place.id, self.stored.event.position))
        return await activity_by_name(view, self.place, name) if name else None

    @resolved("Where its review stands; null where it needs none, or was taken back before anybody looked.")
    async def review(self, info: Info) -> ReviewState | None:
        """Return the state of the review."""
        found = await view_of(info).loaders.reviews.load((self.place.id, self.stored.event.position))
        return ReviewState(found.value) if found is not None else None


@described
class Actor:
    """Who did something."""

    kind: str = field("MEMBER, KEY, or SENDER where only the source of an event is known.")
    display_name: str = field("What they are called.")


def text_of(stored: Stored, name: str) -> str | None:
    """Return a text that people can read, from an event's private part."""
    texts = private_part(stored).get("texts")
    found = texts.get(name) if isinstance(texts, dict) else None
    return found if isinstance(found, str) else None


def contribution(place: Place, stored: Stored) -> Contribution | None:
    """Return an event as a contribution; None where it is something else."""
    event = stored.event
    if not isinstance(event.fact, ContributionRecorded):
        return None
    return Contribution(
        id=write_id("Contribution", place.id, event.position),
        place=place,
        stored=stored,
        kind=event.type,
        platform=event.source.partition(":")[0],
        occurred_at=moment(event.occurred_at),
        recorded_at=moment(event.recorded_at),
        position=Position(event.position),
    )


async def to_review(view: View, place: Place, at: Span) -> Connection[Contribution]:
    """Return a page of the contributions that wait for a review."""
    database = view.ledger.database
    rows = await reviews.page(database, place.id, at)
    stored = await view.loaders.events.load_many([(place.id, position) for position, _ in rows])
    found = []
    for row, each in zip(rows, stored, strict=True):
        one = await _done_for(view, place, each, row[1]) if each is not None else None
        if one is not None:
            found.append((row, one))

    async def count() -> int:
        return await reviews.count(database, place.id)

    return connection(found, at, key=lambda one: one[0], node=lambda one: one[1], count=count)


async def origin(info: Info, place: Place, stored: Stored, ordinal: int) -> Contribution | None:
    """Return what was done for a decision: of one that was made late or corrects, what it is about."""
    return await _done_for(view_of(info), place, stored, ordinal)


async def _done_for(view: View, place: Place, stored: Stored, ordinal: int) -> Contribution | None:
    made = decisions(stored.event)
    one = made[ordinal] if ordinal < len(made) else None
    about = (one.releases or one.corrects or one.restores) if one is not None else None
    if about is None:
        return contribution(place, stored)
    found = await view.loaders.events.load((place.id, about.position))
    return contribution(place, found) if found is not None else None


def sees(view: View, place: Place, event: Event) -> bool:
    """Say whether the caller may see a contribution: readers, its own sender, and who took part in it."""
    if view.may(place, Scope.MEMBERS_READ) or view.may(place, Scope.LEDGER_READ):
        return True
    if view.is_of(place):
        return not taking_part(event).isdisjoint(view.person)
    return (
        view.known is not None
        and view.may(place, Scope.EVENTS_WRITE)
        and view.known.caller.may_send_as(event.source)
    )


def taking_part(event: Event) -> set[MemberId]:
    """Return who took part in an event: who did it, the others it names, and whom rules looked at."""
    fact = event.fact
    if not isinstance(fact, ContributionRecorded):
        return set()
    named = {fact.actor, *fact.people.values(), *(one.member for one in fact.decisions)}
    return {member for member in named if member is not None}


async def actor_of(info: Info, place: Place, event: Event) -> Actor:
    """Return who is behind an event: a member, a key, or the sender alone."""
    fact = event.fact
    if isinstance(fact, BY_SOMEBODY):
        return await named_actor(info, place, fact.by)
    if isinstance(fact, ContributionRecorded) and fact.actor is not None:
        return await _member(info, place, fact.actor)
    return Actor(kind="SENDER", display_name=event.source)


async def named_actor(info: Info, place: Place, by: str) -> Actor:
    """Return who did something by hand, as the log names them: `key:…`, `member:…`, or a tool by its name."""
    kind, _, name = by.partition(":")
    if kind == "member" and name.isdecimal():
        return await _member(info, place, MemberId(int(name)))
    if kind == "key":
        return Actor(kind="KEY", display_name=await _key_name(info, place, name))
    return Actor(kind="SENDER", display_name=by)


async def _member(info: Info, place: Place, member: MemberId) -> Actor:
    view = view_of(info)
    found = await view.loaders.profiles.load((place.id, member))
    return Actor(kind="MEMBER", display_name=(found and found.name) or render("former_member", view.locale))


async def _key_name(info: Info, place: Place, key_id: str) -> str:
    keys = await view_of(info).loaders.keys.load(place.id)
    return next((key.name for key in keys if key.id == key_id), key_id)
