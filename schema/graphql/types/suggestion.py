"""Suggestions: the nearest ways to the next tier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from ledger.core.progress import Progress
from ledger.core.rulebook.versions import ACTIVE_DAYS
from ledger.core.suggest import Way, Ways, pays_in
from ledger.core.tiers.terms import MEMBER_FOR
from ledger.core.values import MemberId
from ledger.store.directory import Community as Place
from ledger.words.progress import Speech
from ledger.words.render import render
from schema.graphql.described import described, field, resolved
from schema.graphql.ids import write_id
from schema.graphql.scalars import Points
from schema.graphql.types.node import Node
from schema.graphql.types.perk import Perk, perks_of
from schema.graphql.view import Info, view_of

if TYPE_CHECKING:
    from schema.graphql.types.activity import Activity


@described
class Suggestion(Node):
    """Something that brings a member nearer to the next tier."""

    code: str = field("The rule or metric that it is about.")
    title: str = field("What to do, in a few words.")
    because: str = field("What of the next tier it brings nearer, and how far that is.")
    points: Points | None = field("What it brings in all, in minor units; null where that is not known beforehand.")
    unlocks: str | None = field("What the next tier is called.")
    place: strawberry.Private[Place]
    way: strawberry.Private[Way]
    progress: strawberry.Private[Progress]

    @resolved("When it pays next, or pays more; null where it does so at any time, or not within 100 days.")
    async def activity(
        self, info: Info
    ) -> Annotated[Activity, strawberry.lazy("schema.graphql.types.activity")] | None:
        """Return the next time."""
        from schema.graphql.types.activity import next_of  # the two know each other

        if self.way.rule is None:
            return None
        view = view_of(info)
        return await next_of(view, self.place, pays_in(await view.rulebook(self.place), self.way.rule))

    @resolved(
        "The cheapest perk up for members of the next tier, but not for those of theirs. Null where there is none,"
        " and where neither points nor payments are what is missing."
    )
    async def perk(self, info: Info) -> Perk | None:
        """Return the perk."""
        before, following = self.progress.current, self.progress.next
        if following is None or not self.way.by_points:
            return None
        up = await perks_of(view_of(info), self.place, available_only=True)
        held = before.code if before is not None else ""
        return next((one for one in up if following.code in one.tiers and held not in one.tiers), None)


def suggestions_of(place: Place, member: MemberId, found: Ways, speech: Speech) -> list[Suggestion]:
    """Return what brings a member on, the nearest first."""
    following = found.progress.next
    tier = speech.level(following) if following is not None else ""
    return [
        Suggestion(
            id=write_id("Suggestion", place.id, f"{member}.{way.code}"),
            code=way.code,
            title=_title(way, speech),
            because=speech.nearest(way.mark, tier),
            points=None if way.points is None else Points(way.points),
            unlocks=tier or None,
            place=place,
            way=way,
            progress=found.progress,
        )
        for way in found.ways
    ]


def _title(way: Way, speech: Speech) -> str:
    locale, times = speech.locale, way.times
    if way.rule is None:
        if way.code in (ACTIVE_DAYS, MEMBER_FOR):
            return render(f"suggestion.{way.code}", locale, days=times)
        return render("suggestion.metric", locale, label=speech.metric(way.mark.asked), hint=speech.hint(way.mark))
    rule = speech.rule(way.rule.id)
    if not times:
        return render("suggestion.metric", locale, label=rule, hint=speech.hint(way.mark))
    return render("suggestion.once" if times == 1 else "suggestion.times", locale, rule=rule, times=times)
