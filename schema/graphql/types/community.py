"""Communities: what everybody in one sees of it, and what only operators do."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import strawberry
from strawberry import UNSET

from ledger.service.access import Scope
from ledger.store.directory import Community as Place
from ledger.store.reads import people
from ledger.store.reads.journal import page as journal_page
from ledger.store.reads.spans import Span
from ledger.words.progress import Speech
from schema.graphql.described import arg, described, field, resolved
from schema.graphql.ids import write_id
from schema.graphql.pages import After, Before, First, Last, bounded, connection, span
from schema.graphql.scalars import Position
from schema.graphql.texts import LONGEST_NAME, fits
from schema.graphql.types.balance import Unit, unit_of
from schema.graphql.types.enums import LeaderboardScope, MemberFilter, Period, RedemptionStatus
from schema.graphql.types.journal import JournalEvent, journal_event
from schema.graphql.types.key import ApiKey, api_key
from schema.graphql.types.leaderboard import Leaderboard, leaderboard
from schema.graphql.types.member import LadderCode, Member, shown
from schema.graphql.types.node import Connection, Node
from schema.graphql.types.perk import Perk, perks_of
from schema.graphql.types.redemption import Redemption, queue
from schema.graphql.types.rulebook import Rulebook, rulebook
from schema.graphql.types.tier import Tier, ladder_of, tier_of
from schema.graphql.view import Info, View, view_of


@described
class Community(Node):
    """A community. What only operators see is nullable: null for everybody else, never an error for the whole."""

    place: strawberry.Private[Place]

    slug: str = field("Its name in addresses.")
    name: str = field("What people call it.")

    @resolved("Its IANA time zone: days, weeks and months are local.")
    async def timezone(self, info: Info) -> str:
        """Return the time zone."""
        return (await view_of(info).rulebook(self.place)).community.tz

    @resolved("How many members it has who did not leave.")
    async def member_count(self, info: Info) -> int:
        """Return the number of members."""
        return await view_of(info).loaders.present.load(self.place.id)

    @resolved("Its currencies, the main one first.")
    async def units(self, info: Info) -> list[Unit]:
        """Return the units."""
        return [unit_of(unit) for unit in (await view_of(info).rulebook(self.place)).units]

    @resolved("The tiers of a ladder, the lowest first; none where there is no such ladder.")
    async def tiers(self, info: Info, ladder: LadderCode = UNSET) -> list[Tier]:
        """Return a ladder's tiers."""
        book = await view_of(info).rulebook(self.place)
        rung = ladder_of(book, ladder)
        found = [tier_of(self.place, book, rung, level.code) for level in rung.levels] if rung is not None else []
        return [tier for tier in found if tier is not None]

    @resolved("What its points are called: the unit that is meant where none is named.")
    async def points_name(self, info: Info) -> str:
        """Return the name of the main unit."""
        view = view_of(info)
        book = await view.rulebook(self.place)
        return Speech(book, view.locale).unit(book.units[0].code)

    @resolved("What points buy, cheapest first. Retired perks are seen by operators alone.")
    async def perks(
        self,
        info: Info,
        available_only: Annotated[bool | None, arg("Only what is up, in its time and not sold out.")] = False,
    ) -> list[Perk]:
        """Return the perks."""
        return await perks_of(view_of(info), self.place, available_only=bool(available_only))

    @resolved("What was redeemed, oldest first: the queue of what is to be fulfilled. For operators.")
    async def redemptions(
        self,
        info: Info,
        status: Annotated[list[RedemptionStatus] | None, arg("Only those that are so far.")] = UNSET,
        first: First = 20,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Redemption] | None:
        """Return a page of the redemptions."""
        view, at = view_of(info), span(first, after, last, before)
        return await queue(view, self.place, status or None, at) if view.operates(self.place) else None

    @resolved("Who has most points in a calendar period. It is computed when it is asked for.")
    async def leaderboard(
        self,
        info: Info,
        period: Annotated[Period, arg("Over what.")],
        board: Annotated[str | None, arg("A board's id in the rulebook; its first where it is left out.")] = UNSET,
        on: Annotated[date | None, arg("A local day in the period; today where it is left out.")] = UNSET,
        unit: Annotated[str | None, arg("A unit's code; the board's where it is left out.")] = UNSET,
        scope: Annotated[LeaderboardScope | None, arg("Who stands on it.")] = LeaderboardScope.EVERYONE,
        first: Annotated[int | None, arg("How many rows from the top; 100 at the most.")] = 10,
    ) -> Leaderboard:
        """Return a board."""
        return await leaderboard(
            view_of(info),
            self.place,
            name=board or None,
            period=period,
            on=on or None,
            unit=unit or None,
            scope=scope or LeaderboardScope.EVERYONE,
            first=10 if first is None else first,
        )

    @resolved("Its members, in order of first sight. For operators, and keys with MEMBERS_READ.")
    async def members(
        self,
        info: Info,
        filter: Annotated[MemberFilter | None, arg("Which of them.")] = MemberFilter.ALL,
        search: Annotated[
            str | None, arg("Only those with this in a name or handle; case does not matter.")
        ] = UNSET,
        first: First = 20,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Member] | None:
        """Return a page of the members."""
        del filter  # there is one so far
        view, at = view_of(info), span(first, after, last, before)
        if not view.may(self.place, Scope.MEMBERS_READ):
            return None
        return await _members(view, self.place, at, search or "")

    @resolved("A version of its rulebook; the one in force where no number is given. For operators.")
    async def rulebook(
        self, info: Info, version: Annotated[int | None, arg("A version's number, from 1.")] = UNSET
    ) -> Rulebook | None:
        """Return a version of the rulebook."""
        view, number = view_of(info), None if version is UNSET else version
        return await rulebook(view, self.place, number) if view.operates(self.place) else None

    @resolved("Its API keys, oldest first. For operators.")
    async def api_keys(self, info: Info) -> list[ApiKey] | None:
        """Return the keys."""
        view = view_of(info)
        if not view.operates(self.place):
            return None
        return [api_key(row) for row in await view.loaders.keys.load(self.place.id)]

    @resolved("Its log after a position, in order. For operators, and keys with LEDGER_READ.")
    async def journal(
        self,
        info: Info,
        after: Annotated[Position | None, arg("The last position you have; 0 where it is left out.")] = UNSET,
        first: Annotated[int | None, arg("How many events; 100 at the most.")] = 100,
    ) -> list[JournalEvent] | None:
        """Return a part of the log."""
        view, size = view_of(info), bounded(100 if first is None else first)
        if not view.may(self.place, Scope.LEDGER_READ):
            return None
        found = await journal_page(view.ledger.database, self.place.id, after=after or 0, first=size)
        return [journal_event(one) for one in found]


async def _members(view: View, place: Place, at: Span, search: str) -> Connection[Member]:
    database = view.ledger.database
    known = not search or fits(search, most=LONGEST_NAME)
    numbers = await people.page(database, place.id, at, search=search) if known else []
    profiles = await view.loaders.profiles.load_many([(place.id, number) for number in numbers])
    by_number = {number: one for number, one in zip(numbers, profiles, strict=True) if one is not None}

    async def count() -> int:
        return await people.count(database, place.id, search=search) if known else 0

    return connection(
        list(by_number),
        at,
        key=lambda number: (number,),
        node=lambda number: shown(place, number, by_number[number]),
        count=count,
    )


def community_of(place: Place) -> Community:
    """Return a community as clients see it."""
    return Community(id=write_id("Community", place.id), place=place, slug=place.slug, name=place.name)
