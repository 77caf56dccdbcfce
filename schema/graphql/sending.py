"""Contributions as GraphQL takes them, and what is answered: by who records them and by who only tries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from msgspec.structs import replace
from strawberry.scalars import JSON

from ledger.core import values
from ledger.core.commands import RecordContribution
from ledger.service.access import Scope
from ledger.store.directory import Community as Place
from schema.access import Known
from schema.graphql.described import described, field, given, optional
from schema.graphql.scalars import Position, shown
from schema.graphql.types.contribution import Contribution, contribution
from schema.graphql.types.decision import Decision, decisions_of
from schema.graphql.types.entry import Entry, entries_of
from schema.graphql.types.errors import Places, UserError, faulty, user_error
from schema.graphql.view import View
from schema.intake.cloudevents import read_event
from schema.intake.route import allowed
from schema.problems import Problem

RECORDING: Places = {"": ["input"], "/id": ["input", "key"]}


@given
class ContributionInput:
    """An event: what somebody did. Source and key together are its name in the community, for ever."""

    community: str = field("The community's slug.")
    source: str = field("Who sends it, such as telegram:-1001.")
    key: str = field("Its id at the source: the same id is the same event.")
    type: str = field("What was done, as rules name it.")
    subject: str | None = optional("What it concerns.")
    time: datetime | None = optional("When it happened; now where it is left out.")
    data: JSON = field("The rest: `member`, `people` by role, `undoes`, and what rules read.")


@described
class ContributionPayload:
    """What became of an event."""

    contribution: Contribution | None = field("The event as it was recorded.")
    position: Position | None = field("Its place in the journal.")
    replayed: bool = field("Whether it was recorded before: this is the first answer again.")
    entries: list[Entry] = field("Its effects on members' points, in order.")
    decisions: list[Decision] = field("What each rule made of it, in order.")
    user_errors: list[UserError] = field("Why it was refused.")


def document_of(event: ContributionInput) -> dict[str, Any]:
    """Return the event as a structured CloudEvent."""
    document = {
        "specversion": "1.0",
        "id": event.key,
        "source": event.source,
        "type": event.type,
        "data": event.data,
    }
    if event.subject:  # UNSET is false
        document["subject"] = event.subject
    if event.time:
        document["time"] = shown(event.time)
    return {name: value for name, value in document.items() if value is not None}


class Sent(NamedTuple):
    """A command that the caller may give, and to which community."""

    place: Place
    command: RecordContribution


def sent_by(
    view: View, slug: str, document: dict[str, Any], texts: Mapping[str, str], places: Places, at: list[str]
) -> Sent | list[UserError]:
    """Read an event as the caller may send it, or return what is wrong; `texts` go to its private part.

    Raises:
        Fault: nobody is signed in, or they may not send events.
    """
    known, place = view.require(Scope.EVENTS_WRITE), view.community(slug)
    if place is None:
        return [user_error("COMMUNITY_UNKNOWN", view.locale, at)]
    command = _read(known, document, texts)
    if isinstance(command, Problem):
        return faulty(command, view.locale, places, prefixes=" or ".join(known.caller.source_prefixes))
    return Sent(place, command)


def _read(known: Known, document: dict[str, Any], texts: Mapping[str, str]) -> RecordContribution | Problem:
    command = read_event(document)
    if isinstance(command, Problem):
        return command
    return allowed(known.caller, replace(command, private={**command.private, **texts}))


async def recorded(view: View, place: Place, position: values.Position, *, replayed: bool) -> ContributionPayload:
    """Return what became of an event, as the log has it: so a repeat gets the first answer."""
    stored = await view.loaders.events.load((place.id, position))
    assert stored is not None  # the writer has committed it
    return ContributionPayload(
        contribution=contribution(place, stored),
        position=Position(position),
        replayed=replayed,
        entries=entries_of(place, stored),
        decisions=decisions_of(place, stored),
        user_errors=[],
    )


def refusal(errors: list[UserError]) -> ContributionPayload:
    """Return why an event was refused."""
    return ContributionPayload(
        contribution=None, position=None, replayed=False, entries=[], decisions=[], user_errors=errors
    )
