"""Recording and undoing contributions: the same intake as `POST /v1/events`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace as replace_with
from datetime import datetime
from typing import Annotated, Any

import strawberry
from msgspec.structs import replace
from strawberry import UNSET
from strawberry.scalars import JSON

from ledger.core import values
from ledger.core.commands import RecordContribution, ReviewContribution
from ledger.core.refusals import Refusal
from ledger.core.undo import UNDONE
from ledger.service.access import Scope
from ledger.store.directory import Community as Place
from schema.access import Known
from schema.graphql.described import arg, changing, described, field, given, optional
from schema.graphql.ids import read_id
from schema.graphql.scalars import Position, shown
from schema.graphql.texts import LONGEST_KEY, LONGEST_TEXT, fits
from schema.graphql.types.contribution import Contribution, contribution
from schema.graphql.types.decision import Decision, decisions_of
from schema.graphql.types.entry import Entry, entries_of
from schema.graphql.types.errors import Places, UserError, faulty, refused, user_error
from schema.graphql.view import Info, View, view_of
from schema.intake.cloudevents import read_event
from schema.intake.route import allowed
from schema.problems import Problem


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


RECORDING: Places = {"": ["input"], "/id": ["input", "key"]}
REVIEWING: Places = {"/contributionId": ["contributionId"]}
UNDOING: Places = {"/id": ["idempotencyKey"], "/source": ["source"], "/data/undoes": ["key"], "/time": []}


@described
class ContributionMutation:
    """Contributions."""

    @changing("The same intake as POST /v1/events, for clients that speak GraphQL.")
    async def record_contribution(
        self, info: Info, input: Annotated[ContributionInput, arg("The event.")]
    ) -> ContributionPayload:
        """Record an event."""
        view = view_of(info)
        return await _record(view, input.community, _document(input), {}, RECORDING, ["input", "community"])

    @changing("Takes back what an event gave: every grant once, by what was really given.")
    async def undo_contribution(
        self,
        info: Info,
        community: Annotated[str, arg("The community's slug.")],
        source: Annotated[str, arg("Who sent the event.")],
        key: Annotated[str, arg("The event's id there.")],
        reason: Annotated[str, arg("Why, for people to read.")],
        idempotency_key: Annotated[str, arg("Your name for this request: the same again is the same request.")],
    ) -> ContributionPayload:
        """Undo an event."""
        view = view_of(info)
        for place, text, most in (
            ("reason", reason, LONGEST_TEXT),
            ("idempotencyKey", idempotency_key, LONGEST_KEY),
        ):
            if not fits(text, most=most):
                return _refusal([user_error("TEXT_INVALID", view.locale, [place], most=most)])
        document = {
            "specversion": "1.0",
            "id": f"undo:{idempotency_key}",
            "source": source,
            "type": UNDONE,
            "data": {"undoes": key},
        }
        return await _record(view, community, document, {"reason": reason}, UNDOING, ["community"])

    @changing("Approves what waits for a review, and it pays; or declines it, and it never does. Once only.")
    async def review_contribution(
        self,
        info: Info,
        contribution_id: Annotated[strawberry.ID, arg("The contribution's global id.")],
        approve: Annotated[bool, arg("Whether it pays.")],
        reason: Annotated[str | None, arg("Why, for people to read.")] = UNSET,
    ) -> ContributionPayload:
        """Review a contribution."""
        view = view_of(info)
        known, named = view.require(Scope.CONSOLE), read_id(contribution_id)
        if reason and not fits(reason, most=LONGEST_TEXT):
            return _refusal([user_error("TEXT_INVALID", view.locale, ["reason"], most=LONGEST_TEXT)])
        place = view.place(named.community) if named is not None and named.type == "Contribution" else None
        stored = None
        if named is not None and place is not None and named.number is not None:
            stored = await view.loaders.events.load((place.id, values.Position(named.number)))
        if place is None or stored is None or contribution(place, stored) is None:
            return _refusal([user_error("CONTRIBUTION_UNKNOWN", view.locale, ["contributionId"])])
        command = ReviewContribution(
            position=stored.event.position, approved=approve, by=known.caller.name, reason=reason or ""
        )
        [answer] = await view.ledger.writer.submit(place, [command])
        if isinstance(answer, Refusal):
            return _refusal([refused(answer, view.locale, REVIEWING)])
        view.forget()
        recorded = await _recorded(view, place, answer.position, replayed=False)
        return replace_with(recorded, contribution=contribution(place, stored))


def _document(event: ContributionInput) -> dict[str, Any]:
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


async def _record(
    view: View, slug: str, document: dict[str, Any], texts: Mapping[str, str], places: Places, at: list[str]
) -> ContributionPayload:
    """Record one event that is sent by GraphQL; `texts` go to its private part."""
    known = view.require(Scope.EVENTS_WRITE)
    place = view.community(slug)
    if place is None:
        return _refusal([user_error("COMMUNITY_UNKNOWN", view.locale, at)])
    command = _read(known, document, texts)
    if isinstance(command, Problem):
        prefixes = " or ".join(known.caller.source_prefixes)
        return _refusal(faulty(command, view.locale, places, prefixes=prefixes))
    [answer] = await view.ledger.writer.submit(place, [command])
    if isinstance(answer, Refusal):
        return _refusal([refused(answer, view.locale, places)])
    return await _recorded(view, place, answer.position, replayed=answer.replayed)


def _read(known: Known, document: dict[str, Any], texts: Mapping[str, str]) -> RecordContribution | Problem:
    command = read_event(document)
    if isinstance(command, Problem):
        return command
    return allowed(known.caller, replace(command, private={**command.private, **texts}))


async def _recorded(view: View, place: Place, position: values.Position, *, replayed: bool) -> ContributionPayload:
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


def _refusal(errors: list[UserError]) -> ContributionPayload:
    return ContributionPayload(
        contribution=None, position=None, replayed=False, entries=[], decisions=[], user_errors=errors
    )
