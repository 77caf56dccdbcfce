"""What an event would do, told as if it had been recorded: the loaders are given what the log does not have."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from ledger.core.commands import RecordContribution
from ledger.core.decide.answers import Accepted, Repeated
from ledger.core.events import decisions
from ledger.core.refusals import Refusal
from ledger.service.trying import Tried, tried
from ledger.store.directory import Community as Place
from ledger.store.reads.journal import Stored
from ledger.store.reads.members import Profile
from schema.graphql.ids import write_id
from schema.graphql.types.decision import Decision, decisions_of
from schema.graphql.types.entry import Entry, entries_of
from schema.graphql.view import View

T = TypeVar("T", Entry, Decision)


async def dry_run(view: View, place: Place, command: RecordContribution) -> Stored | Repeated | Refusal:
    """Return the event that a command would become."""
    versions = (await view.loaders.published.load(place.id)).versions
    found = await tried(view.ledger.database, place, versions, command, at=view.ledger.clock())
    if not isinstance(found.answer, Accepted):
        assert isinstance(found.answer, Repeated | Refusal)  # nothing else is answered to a contribution
        return found.answer
    event = next(one for one in found.events if one.position == found.answer.position)
    stored = Stored(event, body=b"", hash=b"", private_digest=None, salt=None, private=None)
    await _prime(view, place, stored, found)
    return stored


async def _prime(view: View, place: Place, stored: Stored, found: Tried) -> None:
    """Let the loaders of this operation find the event, and who would be new with it."""
    loaders, event = view.loaders, stored.event
    loaders.events.prime((place.id, event.position), stored)
    for ordinal, made in enumerate(decisions(event)):
        at = (place.id, (event.position, ordinal))
        original = made.reverses
        judge = event.rulebook
        if original is not None:
            taken = (original.position, original.ordinal)
            loaders.originals.prime(at, await loaders.entries.load((place.id, taken)))
            judge = await loaders.judges.load((place.id, taken)) or judge
        loaders.judges.prime(at, judge)
        loaders.reversals.prime(at, None)
    for member, name in found.names.items():
        loaders.profiles.prime((place.id, member), Profile(name, event.occurred_at, None))


def entries_tried(place: Place, stored: Stored) -> list[Entry]:
    """Return the entries that would be; their ids name nothing."""
    return [_unnamed(place, "Entry", one, one.row.place) for one in entries_of(place, stored)]


def decisions_tried(place: Place, stored: Stored) -> list[Decision]:
    """Return the decisions that would be made; their ids name nothing."""
    position = stored.event.position
    return [_unnamed(place, "Decision", one, (position, one.ordinal)) for one in decisions_of(place, stored)]


def _unnamed(place: Place, type_: str, one: T, at: tuple[int, int]) -> T:
    return replace(one, id=write_id(type_, place.id, f"dry/{at[0]}.{at[1]}"))
