"""Asks what would be: nothing of it is written."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from strawberry import UNSET

from ledger.core.calendar import local_date
from ledger.core.decide.answers import Repeated
from ledger.core.refusals import Refusal
from ledger.service import tier_runs
from ledger.service.access import Scope
from ledger.service.rulebooks import RulebookFaulty
from schema.graphql.described import arg, described, resolved
from schema.graphql.drafts import RulebookDraftInput, drafted, faulty_draft
from schema.graphql.dryrun import decisions_tried, dry_run, entries_tried
from schema.graphql.faults import Fault
from schema.graphql.sending import (
    RECORDING,
    ContributionInput,
    ContributionPayload,
    document_of,
    recorded,
    refusal,
    sent_by,
)
from schema.graphql.types.errors import refused, user_error
from schema.graphql.types.preview import PreviewMove, RulebookPreview, nothing, previewed, run_moves
from schema.graphql.view import Info, view_of

MOST_DAYS = 3_650


@described
class WhatIfQuery:
    """What would be."""

    @resolved(
        "What a draft of the rulebook would have made of the last local days: the real past is told again with it."
        " For operators."
    )
    async def preview_rulebook(
        self,
        info: Info,
        community: Annotated[str, arg("The community's slug.")],
        draft: Annotated[RulebookDraftInput, arg("The draft.")],
        days: Annotated[int | None, arg("Over how many local days, today included; 3650 at the most.")] = 30,
    ) -> RulebookPreview:
        """Try a draft on the past."""
        view = view_of(info)
        view.require(Scope.CONSOLE)
        place, days = view.community(community), 30 if days is None else days
        if place is None:
            return nothing(view, [user_error("COMMUNITY_UNKNOWN", view.locale, ["community"])])
        if not 1 <= days <= MOST_DAYS:
            return nothing(view, [user_error("DAYS_OUT_OF_RANGE", view.locale, ["days"], most=MOST_DAYS)])
        read = await drafted(view, place, draft)
        if isinstance(read, list):
            return nothing(view, read)
        try:
            return await previewed(view, place, read.text, days)
        except RulebookFaulty as error:  # of the examples: what rules say was sound
            return nothing(view, faulty_draft(view, error, read.text))

    @resolved("What one event would do now, without recording it; the ids in the answer name nothing.")
    async def dry_run_contribution(
        self, info: Info, input: Annotated[ContributionInput, arg("The event.")]
    ) -> ContributionPayload:
        """Try an event."""
        view = view_of(info)
        sent = sent_by(view, input.community, document_of(input), {}, RECORDING, ["input", "community"])
        if isinstance(sent, list):
            return refusal(sent)
        found = await dry_run(view, sent.place, sent.command)
        if isinstance(found, Refusal):
            return refusal([refused(found, view.locale, RECORDING)])
        if isinstance(found, Repeated):
            return await recorded(view, sent.place, found.position, replayed=True)
        return ContributionPayload(
            contribution=None,
            position=None,
            replayed=False,
            entries=entries_tried(sent.place, found),
            decisions=decisions_tried(sent.place, found),
            user_errors=[],
        )

    @resolved("Who would move in the next daily run, or in that of a day, by the log as it is. For operators.")
    async def preview_tier_run(
        self,
        info: Info,
        community: Annotated[str, arg("The community's slug.")],
        on: Annotated[date | None, arg("A local day within a year; the next run's where it is left out.")] = UNSET,
    ) -> list[PreviewMove]:
        """Try a daily run."""
        view = view_of(info)
        view.require(Scope.CONSOLE)
        place = view.community(community)
        if place is None:
            raise Fault("COMMUNITY_UNKNOWN", "there is no such community for you")
        rulebook = await view.rulebook(place)
        today = local_date(view.ledger.clock(), rulebook.community.tz)
        most = tier_runs.FURTHEST_DAYS
        if on and abs((on - today).days) > most:
            raise Fault("DAY_OUT_OF_RANGE", f"expected a day within {most} days of today", most=most)
        found = await tier_runs.preview(view.ledger, place, on=on or None)
        return run_moves(place, rulebook, found.changes, view.locale)
