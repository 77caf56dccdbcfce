"""The journal as clients see it: facts with their hashes, without what people can read."""

from __future__ import annotations

from datetime import datetime

import msgspec
import strawberry
from strawberry.scalars import JSON

from ledger.core.calendar import moment
from ledger.service.access import Scope
from ledger.store.directory import Community as Place
from ledger.store.reads.journal import Stored
from schema.explaining import Called, lines_of, people_in, sentences, titles, written
from schema.graphql.described import described, field, resolved
from schema.graphql.scalars import Position
from schema.graphql.types.entry import Entry
from schema.graphql.types.member import Member
from schema.graphql.types.redemption import Redemption
from schema.graphql.types.tier import Tier
from schema.graphql.view import Info, view_of


@described
class JournalEvent:
    """A fact of the log."""

    place: strawberry.Private[Place]
    stored: strawberry.Private[Stored]

    position: Position = field("Its place: 1 is the first, and there are no gaps.")
    type: str = field("What happened.")
    occurred_at: datetime = field("When it happened, by its sender.")
    recorded_at: datetime = field("When the ledger recorded it; later at every next position.")
    source: str = field("Who sent it.")
    key: str = field("Its sender's name for it, unique within the source.")
    hash: str = field("The hash of this fact and of all before it, in hexadecimal.")
    data: JSON = field("What was asked and what the rules decided; members by number.")

    @resolved("The same in sentences, with members by name; null for keys without MEMBERS_READ.")
    async def explanation(self, info: Info) -> list[str] | None:
        """Return the explanation."""
        view, place = view_of(info), self.place
        if not view.may(place, Scope.MEMBERS_READ):
            return None
        published = await view.loaders.published.load(place.id)
        rulebook = published.versions.numbered(self.stored.event.rulebook).rulebook
        lines = lines_of(self.stored, rulebook)
        lines += written(self.stored) if view.operates(place) else []
        people = people_in(lines)
        profiles = await view.loaders.profiles.load_many([(place.id, one) for one in people])
        members = {one: found.name for one, found in zip(people, profiles, strict=True) if found is not None}
        perks = await view.loaders.perks.load(place.id)
        keys = {key.id: key.name for key in await view.loaders.keys.load(place.id)}
        return sentences(
            self.stored, lines, Called(view.locale, members, titles(perks, view.locale), rulebook, keys)
        )


@described
class MemberChange:
    """Something that happened to a member: an entry of theirs, a redemption that went on, a change of tier."""

    position: Position = field("The place in the journal of what brought it about; several can share one.")
    member: Member = field("The member, as they are now.")
    entry: Entry | None = field("The line that was added to their account book; null where none was.")
    redemption: Redemption | None = field("The redemption that was made or went on, as it is now.")
    tier: Tier | None = field("The tier it moved them to; null where none moved, or below the lowest.")


def journal_event(place: Place, stored: Stored) -> JournalEvent:
    """Return a stored event as clients see it."""
    event = stored.event
    return JournalEvent(
        place=place,
        stored=stored,
        position=Position(event.position),
        type=event.type,
        occurred_at=moment(event.occurred_at),
        recorded_at=moment(event.recorded_at),
        source=event.source,
        key=event.key,
        hash=stored.hash.hex(),
        data=msgspec.json.decode(stored.body),
    )
