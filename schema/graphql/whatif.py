"""Asks what would be: nothing of it is written."""

from __future__ import annotations

from typing import Annotated

from ledger.service.access import Scope
from ledger.service.rulebooks import RulebookFaulty
from schema.graphql.described import arg, described, resolved
from schema.graphql.drafts import RulebookDraftInput, drafted, faulty_draft
from schema.graphql.types.errors import user_error
from schema.graphql.types.preview import RulebookPreview, nothing, previewed
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
