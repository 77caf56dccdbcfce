"""What can be followed: the log of a community, and what happens to one member."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from itertools import zip_longest
from typing import Annotated, TypeVar

import strawberry
from strawberry import UNSET

from ledger.core.events import tier_changes
from ledger.core.values import MemberId
from ledger.service.access import Scope
from ledger.store.directory import Community as Place
from ledger.store.reads.journal import Stored
from schema.graphql.described import arg, described, followed
from schema.graphql.faults import Fault
from schema.graphql.following import Follower
from schema.graphql.ids import read_id
from schema.graphql.scalars import Position
from schema.graphql.types.entry import entries_of
from schema.graphql.types.journal import JournalEvent, MemberChange, journal_event
from schema.graphql.types.member import member_of
from schema.graphql.types.redemption import Redemption, position_of, redemption_at
from schema.graphql.types.tier import Tier, tier_of
from schema.graphql.view import Info, View, view_of

T = TypeVar("T")
From = Annotated[Position | None, arg("Go on after this position; from now on where it is left out.")]
Take = Annotated[int | None, arg("End after so many; never where it is left out.")]


@described
class Subscription:
    """What can be followed. After a break, go on from the last position you have seen."""

    @followed(
        "What happens to one member from now on (or after a position; ends after `take`): entries, releases and"
        " expiries among them, redemptions, and tier changes, up and down."
    )
    async def member_changed(
        self,
        info: Info,
        member_id: Annotated[
            strawberry.ID | None, arg("Whom to follow; the signed-in member if left out.")
        ] = UNSET,
        from_position: From = UNSET,
        take: Take = UNSET,
    ) -> AsyncGenerator[MemberChange, None]:
        """Follow a member."""
        view = view_of(info)
        place, number = _followed(view, member_id or None)
        return _taken(_changes(view, place, number, await _start(view, place, from_position)), _number(take))

    @followed("The community's journal as it grows, every event once and in order. Operator only.")
    async def journal(
        self,
        info: Info,
        community: Annotated[str, arg("The community's slug.")],
        from_position: From = UNSET,
        take: Take = UNSET,
    ) -> AsyncGenerator[JournalEvent, None]:
        """Follow the log."""
        view = view_of(info)
        view.require(Scope.LEDGER_READ)
        place = view.community(community)
        if place is None:
            raise Fault("COMMUNITY_UNKNOWN", "there is no such community for you")
        follower = Follower(view, place.id, await _start(view, place, from_position))
        return _taken((journal_event(place, one) async for one in follower.events()), _number(take))


def _followed(view: View, member_id: str | None) -> tuple[Place, MemberId]:
    """Return whom to follow.

    Raises:
        Fault: nobody is named, or nobody whose own the caller may see.
    """
    if view.known is None or view.own is None:
        raise Fault("UNAUTHORIZED", "send an API key or a member's session")
    number = view.member
    if member_id is not None:
        named = read_id(member_id)
        is_here = named is not None and (named.type, named.community) == ("Member", view.own.id)
        number = MemberId(named.number) if named and is_here and named.number is not None else None
    if number is not None and view.is_me(view.own, number):
        number = view.member
    if number is None or not view.sees_own(view.own, number):
        raise Fault("MEMBER_UNKNOWN", "there is no such member for you to follow")
    return view.own, number


async def _start(view: View, place: Place, position: int | None) -> int:
    if position is UNSET or position is None:
        return (await view.loaders.heads.load(place.id)).position
    return max(0, position)


def _number(take: int | None) -> int | None:
    """Return how many are to be taken; None is all there ever are.

    Raises:
        Fault: fewer than one.
    """
    if take is UNSET or take is None:
        return None
    if take < 1:
        raise Fault("BAD_PAGE_SIZE", "expected to take at least 1")
    return take


async def _taken(items: AsyncGenerator[T, None], take: int | None) -> AsyncGenerator[T, None]:
    """Yield so many items, or all."""
    left = take
    async with aclosing(items):
        async for item in items:
            yield item
            if left is not None:
                left -= 1
                if not left:
                    return


async def _changes(view: View, place: Place, number: MemberId, after: int) -> AsyncGenerator[MemberChange, None]:
    """Yield what happens to a member: one change an entry; a tier and a redemption come with its event's last."""
    async for position in Follower(view, place.id, after).events_with(number):
        view.forget()
        stored = await view.loaders.events.load((place.id, position))
        member = await member_of(view, place, number)
        if stored is None or member is None:
            continue
        entries = [one for one in entries_of(place, stored) if one.row.member == number]
        moved = [change for change in tier_changes(stored.event) if change.member == number]
        tiers = [await _tier(view, place, change.ladder, change.after or "") for change in moved]
        redemption = await _redemption(view, place, number, stored)
        told = list(zip_longest(entries, _at_the_end(tiers, len(entries))))
        for entry, tier in told or ([(None, None)] if redemption is not None else []):
            last = not entries or entry is entries[-1]
            yield MemberChange(
                position=Position(position),
                member=member,
                entry=entry,
                redemption=redemption if last else None,
                tier=tier,
            )


async def _redemption(view: View, place: Place, number: MemberId, stored: Stored) -> Redemption | None:
    """Return the redemption that an event made or moved on, if it is the member's."""
    made = position_of(stored.event)
    found = await redemption_at(view, place, made) if made is not None else None
    people = await view.loaders.people.load((place.id, number))
    return found if found is not None and found.row.member in people else None


def _at_the_end(tiers: list[Tier | None], entries: int) -> list[Tier | None]:
    """Return tiers so that the first stands beside the last of so many entries; others come after."""
    return [None] * (entries - 1) + tiers


async def _tier(view: View, place: Place, ladder: str, level: str) -> Tier | None:
    rulebook = await view.rulebook(place)
    rung = next((one for one in rulebook.ladders if one.code == ladder), None)
    return tier_of(place, rulebook, rung, level) if rung is not None else None
