"""The journal as clients see it: facts with their hashes, without what people can read."""

from __future__ import annotations

from datetime import datetime

import msgspec
from strawberry.scalars import JSON

from ledger.core.calendar import moment
from ledger.store.reads.journal import Stored
from schema.graphql.described import described, field
from schema.graphql.scalars import Position
from schema.graphql.types.entry import Entry
from schema.graphql.types.member import Member
from schema.graphql.types.tier import Tier


@described
class JournalEvent:
    """A fact of the log."""

    position: Position = field("Its place: 1 is the first, and there are no gaps.")
    type: str = field("What happened.")
    occurred_at: datetime = field("When it happened, by its sender.")
    recorded_at: datetime = field("When the ledger recorded it; later at every next position.")
    source: str = field("Who sent it.")
    key: str = field("Its sender's name for it, unique within the source.")
    hash: str = field("The hash of this fact and of all before it, in hexadecimal.")
    data: JSON = field("What was asked and what the rules decided; members by number.")


@described
class MemberChange:
    """Something that happened to a member: an entry of theirs, a change of tier, or both."""

    position: Position = field("The place in the journal of what brought it about; several can share one.")
    member: Member = field("The member, as they are now.")
    entry: Entry | None = field("The line that was added to their account book; null where only a tier changed.")
    tier: Tier | None = field("The tier it moved them to; null where none moved, or below the lowest.")


def journal_event(stored: Stored) -> JournalEvent:
    """Return a stored event as clients see it."""
    event = stored.event
    return JournalEvent(
        position=Position(event.position),
        type=event.type,
        occurred_at=moment(event.occurred_at),
        recorded_at=moment(event.recorded_at),
        source=event.source,
        key=event.key,
        hash=stored.hash.hex(),
        data=msgspec.json.decode(stored.body),
    )
