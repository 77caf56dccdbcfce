"""Recording and undoing contributions: the same intake as `POST /v1/events`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

import strawberry
from msgspec import structs
from strawberry import UNSET

from ledger.core.commands import ReviewContribution, is_ledgers
from ledger.core.events import ContributionRecorded
from ledger.core.refusals import Refusal
from ledger.core.undo import UNDONE
from ledger.core.values import Position
from ledger.service.access import Scope
from ledger.store.reads.journal import by_key
from schema.graphql.described import arg, changing, described
from schema.graphql.ids import read_id
from schema.graphql.sending import (
    RECORDING,
    ContributionInput,
    ContributionPayload,
    document_of,
    recorded,
    refusal,
    sent_by,
)
from schema.graphql.texts import LONGEST_KEY, LONGEST_TEXT, fits
from schema.graphql.types.contribution import contribution
from schema.graphql.types.errors import Places, refused, user_error
from schema.graphql.view import Info, View, view_of

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
        return await _record(view, input.community, document_of(input), {}, RECORDING, ["input", "community"])

    @changing(
        "Takes back what an event gave: every grant once, by what was really given. Operators take back what the "
        "ledger recorded itself, such as a game won or a claim; what is no contribution has acts of its own."
    )
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
                return refusal([user_error("TEXT_INVALID", view.locale, [place], most=most)])
        document: dict[str, Any] = {
            "specversion": "1.0",
            "id": f"undo:{idempotency_key}",
            "source": source,
            "type": UNDONE,
            "data": {"undoes": key},
        }
        home = view.community(community)
        own = home is not None and view.operates(home) and is_ledgers(source)
        if home is not None and own:
            named = await by_key(view.ledger.database, home.id, key, source)
            if not any(isinstance(one.event.fact, ContributionRecorded) for one in named):
                return refusal([user_error("CONTRIBUTION_UNKNOWN", view.locale, ["key"])])
            document["data"] = {"undoes": key, "by": view.require(Scope.CONSOLE).caller.name}
        return await _record(view, community, document, {"reason": reason}, UNDOING, ["community"], own=own)

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
            return refusal([user_error("TEXT_INVALID", view.locale, ["reason"], most=LONGEST_TEXT)])
        place = view.place(named.community) if named is not None and named.type == "Contribution" else None
        stored = None
        if named is not None and place is not None and named.number is not None:
            stored = await view.loaders.events.load((place.id, Position(named.number)))
        if place is None or stored is None or contribution(place, stored) is None:
            return refusal([user_error("CONTRIBUTION_UNKNOWN", view.locale, ["contributionId"])])
        command = ReviewContribution(
            position=stored.event.position, approved=approve, by=known.caller.name, reason=reason or ""
        )
        [answer] = await view.ledger.writer.submit(place, [command])
        if isinstance(answer, Refusal):
            return refusal([refused(answer, view.locale, REVIEWING)])
        view.forget()
        made = await recorded(view, place, answer.position, replayed=False)
        return replace(made, contribution=contribution(place, stored))


async def _record(
    view: View,
    slug: str,
    document: dict[str, Any],
    texts: Mapping[str, str],
    places: Places,
    at: list[str],
    *,
    own: bool = False,
) -> ContributionPayload:
    """Record one event that is sent by GraphQL; `texts` go to its private part. An `own` one is the ledger's."""
    sent = sent_by(view, slug, document, texts, places, at)
    if isinstance(sent, list):
        return refusal(sent)
    [answer] = await view.ledger.writer.submit(sent.place, [structs.replace(sent.command, own=own)])
    if isinstance(answer, Refusal):
        return refusal([refused(answer, view.locale, places)])
    return await recorded(view, sent.place, answer.position, replayed=answer.replayed)
