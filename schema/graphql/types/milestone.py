"""Milestones: the few things that are celebrated with a member, each once."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from ledger.core import milestones
from ledger.core.calendar import moment
from ledger.core.values import MemberId
from ledger.store.directory import Community as Place
from ledger.words.progress import Speech
from ledger.words.render import render
from schema.graphql.described import described, field, resolved
from schema.graphql.ids import GlobalId, write_id
from schema.graphql.types.node import Node
from schema.graphql.types.tier import Tier, ladder_of, tier_of
from schema.graphql.view import Info, View, view_of

if TYPE_CHECKING:
    from schema.graphql.types.story import Story


@described
class Milestone(Node):
    """Something that a member reached. It is found in the log, and stays; seeing it is what happens once."""

    place: strawberry.Private[Place]
    found: strawberry.Private[milestones.Milestone]

    code: str = field("What sort: first_contribution, first_help, first_featured, level_reached or weeks_together.")
    occurred_at: datetime = field("When it was reached.")
    seen: bool = field("Whether the member has seen it.")

    @resolved("It in a few words.")
    async def title(self, info: Info) -> str:
        """Return the title."""
        return await self._said(info, "title")

    @resolved("It in a sentence or two.")
    async def body(self, info: Info) -> str:
        """Return the body."""
        return await self._said(info, "body")

    @resolved("The level that was reached; null where it is something else.")
    async def tier(self, info: Info) -> Tier | None:
        """Return the tier."""
        rulebook = await view_of(info).rulebook(self.place)
        ladder = ladder_of(rulebook, self.found.ladder) if self.found.ladder else None
        return tier_of(self.place, rulebook, ladder, self.found.level) if ladder is not None else None

    @resolved("The story that was featured; null where it is something else.")
    async def story(self, info: Info) -> Annotated[Story, strawberry.lazy("schema.graphql.types.story")] | None:
        """Return the story."""
        from schema.graphql.types.story import find_story  # stories know members, and members this

        found = self.found.story
        return await find_story(view_of(info), write_id("Story", self.place.id, found)) if found else None

    async def _said(self, info: Info, part: str) -> str:
        view = view_of(info)
        book = await view.rulebook(self.place)
        ladder = ladder_of(book, self.found.ladder) if self.found.ladder else None
        levels = ladder.levels if ladder is not None else ()
        level = next((one for one in levels if one.code == self.found.level), None)
        named = Speech(book, view.locale).level(level) if level is not None else ""
        return render(f"milestone.{self.code}.{part}", view.locale, level=named, weeks=self.found.weeks)


async def milestones_of(view: View, place: Place, member: MemberId) -> list[Milestone]:
    """Return a member's milestones, the latest first."""
    found = await view.loaders.milestones.load((place.id, member))
    seen = await view.loaders.milestones_seen.load((place.id, member))
    return [
        Milestone(
            id=write_id("Milestone", place.id, f"{member}.{one.name}"),
            place=place,
            found=one,
            code=one.code,
            occurred_at=moment(one.at),
            seen=one.name in seen,
        )
        for one in found
    ]


async def unseen(view: View, place: Place, member: MemberId) -> list[Milestone]:
    """Return what is to be celebrated with a member; nothing with one who wishes for no celebrations."""
    chosen = await view.loaders.preferences.load((place.id, member))
    found = await milestones_of(view, place, member) if chosen.celebrate else []
    return [one for one in found if not one.seen]


async def milestone_by_id(view: View, place: Place, named: GlobalId) -> Milestone | None:
    """Return one of a member's milestones, if the caller may see it."""
    number, _, name = named.key.partition(".")
    member = named._replace(key=number).number
    if member is None or not view.sees_own(place, MemberId(member)):
        return None
    found = await milestones_of(view, place, MemberId(member))
    return next((one for one in found if one.found.name == name), None)
