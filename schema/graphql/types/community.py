"""Communities: what everybody in one sees of it, and what only operators do."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from ledger.service.access import Scope
from ledger.store.directory import Community as Place
from ledger.store.reads.journal import page as journal_page
from ledger.store.reads.violations import Which
from ledger.words.progress import Speech
from ledger.words.render import DEFAULT_LOCALE, LOCALES
from schema.graphql.described import arg, described, field, resolved
from schema.graphql.ids import write_id
from schema.graphql.pages import After, Before, First, Last, bounded, span
from schema.graphql.scalars import Position
from schema.graphql.texts import listed
from schema.graphql.types.activity import Activity, activities_of
from schema.graphql.types.balance import Unit, unit_of
from schema.graphql.types.contribution import Contribution, to_review
from schema.graphql.types.enums import LeaderboardScope, MemberFilter, Period, RedemptionStatus
from schema.graphql.types.journal import JournalEvent, journal_event
from schema.graphql.types.key import ApiKey, api_key
from schema.graphql.types.leaderboard import Leaderboard, leaderboard
from schema.graphql.types.member import LadderCode, Member
from schema.graphql.types.members import members
from schema.graphql.types.node import Connection, Node
from schema.graphql.types.offer import Offer, offers_of
from schema.graphql.types.perk import Perk, perks_of
from schema.graphql.types.playbook import PlaybookTask, playbook_of
from schema.graphql.types.redemption import Redemption, queue
from schema.graphql.types.round import Round, rounds_of
from schema.graphql.types.rulebook import Budget, Rulebook, budgets, rulebook, rulebooks
from schema.graphql.types.story import Story, StoryState, stories_of
from schema.graphql.types.tier import Tier, ladder_of, tier_of
from schema.graphql.types.violation import HouseRule, Violation, house_rules, violations_page
from schema.graphql.types.wish import GroupWish, wanted_groups
from schema.graphql.view import Info, view_of


@described
class Community(Node):
    """A community. What only operators see is nullable: null for everybody else, never an error for the whole."""

    place: strawberry.Private[Place]

    slug: str = field("Its name in addresses.")

    @resolved("What people call it.")
    async def name(self, info: Info) -> str:
        """Return the community's name."""
        return await self._set(info, NAME) or self.place.name

    @resolved("What it is for, in its own words; null where it does not say.")
    async def positioning(self, info: Info) -> str | None:
        """Return the positioning."""
        return await self._set(info, POSITIONING)

    @resolved("What its points are called: as it was set, else as the rulebook calls the first spendable unit.")
    async def points_name(self, info: Info) -> str:
        """Return the name of the points."""
        chosen = await self._set(info, POINTS_NAME)
        if chosen is not None:
            return chosen
        book = await view_of(info).rulebook(self.place)
        unit = next((one for one in book.units if one.spendable), book.units[0])
        return Speech(book, view_of(info).locale).unit(unit.code)

    @resolved("The language for those who do not choose one.")
    async def default_locale(self, info: Info) -> str:
        """Return the default language."""
        return await self._set(info, LOCALE) or DEFAULT_LOCALE

    @resolved("The languages it speaks.")
    async def locales(self, info: Info) -> list[str]:
        """Return the languages."""
        return (await self._set(info, LANGUAGES) or " ".join(LOCALES)).split()

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

    @resolved(
        "Its stories, the latest first: those published, one's own, and for operators all. For members, and keys"
        " with MEMBERS_READ."
    )
    async def stories(
        self,
        info: Info,
        featured: Annotated[
            bool | None, arg("Those featured alone, the latest featured first; or the others.")
        ] = UNSET,
        states: Annotated[list[StoryState] | None, arg("Only those in these states.")] = UNSET,
        first: First = 20,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Story]:
        """Return a page of the stories."""
        chosen = None if featured is UNSET else featured
        at = span(first, after, last, before, parts=2 if chosen else 1)
        return await stories_of(view_of(info), self.place, at, featured=chosen, states=listed(states))

    @resolved("What happens in a time of at most 100 days, in order. For members, and keys with MEMBERS_READ.")
    async def activities(
        self,
        info: Info,
        from_: Annotated[datetime, arg("From when on: what is not over then.", name="from")],
        to: Annotated[datetime, arg("Until when: what began before.")],
    ) -> list[Activity]:
        """Return the agenda."""
        return await activities_of(view_of(info), self.place, from_, to)

    @resolved("Its rounds, the latest first, 100 at the most. For members, and keys with MEMBERS_READ.")
    async def rounds(
        self,
        info: Info,
        open: Annotated[bool | None, arg("Those that are open alone; or those that are closed.")] = UNSET,
    ) -> list[Round]:
        """Return the rounds."""
        return await rounds_of(view_of(info), self.place, open_=None if open is UNSET else open)

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
        view, at = view_of(info), span(first, after, last, before)
        if not view.may(self.place, Scope.MEMBERS_READ):
            return None
        return await members(view, self.place, filter or MemberFilter.ALL, search or "", at)

    @resolved("A version of its rulebook; the one in force where no number is given. For operators.")
    async def rulebook(
        self, info: Info, version: Annotated[int | None, arg("A version's number, from 1.")] = UNSET
    ) -> Rulebook | None:
        """Return a version of the rulebook."""
        view, number = view_of(info), None if version is UNSET else version
        return await rulebook(view, self.place, number) if view.operates(self.place) else None

    @resolved("Every version of its rulebook, the latest first. For operators.")
    async def rulebook_versions(
        self, info: Info, first: First = 20, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[Rulebook] | None:
        """Return a page of the rulebook's versions."""
        view, at = view_of(info), span(first, after, last, before)
        return await rulebooks(view, self.place, at) if view.operates(self.place) else None

    @resolved("What rules may give to all together, and how much of it is gone. For operators.")
    async def budgets(self, info: Info) -> list[Budget] | None:
        """Return the budgets."""
        view = view_of(info)
        return await budgets(view, self.place) if view.operates(self.place) else None

    @resolved("What it asks of everybody beside points.")
    async def house_rules(self, info: Info) -> list[HouseRule]:
        """Return the house rules."""
        view = view_of(info)
        return house_rules(await view.rulebook(self.place), view.locale)

    @resolved("What was reported of members, newest first; with open_only what waits for a person. For operators.")
    async def violations(
        self,
        info: Info,
        open_only: Annotated[bool | None, arg("Only reports nobody decided, and open appeals.")] = UNSET,
        first: First = 20,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Violation] | None:
        """Return a page of the reports."""
        view, at = view_of(info), span(first, after, last, before)
        which = Which(open_only=bool(open_only))
        return await violations_page(view, self.place, at, which) if view.operates(self.place) else None

    @resolved("Contributions that somebody must approve before they pay, oldest first. For operators.")
    async def contributions_to_review(
        self, info: Info, first: First = 20, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[Contribution] | None:
        """Return a page of what waits for a review."""
        view, at = view_of(info), span(first, after, last, before, parts=2)
        return await to_review(view, self.place, at) if view.operates(self.place) else None

    @resolved("Its offers, retired ones too. For operators.")
    async def offers(self, info: Info) -> list[Offer] | None:
        """Return the offers."""
        view = view_of(info)
        return await offers_of(view, self.place, None) if view.operates(self.place) else None

    @resolved("What to do with a group, stage by stage, and what of it is done. For operators.")
    async def playbook(self, info: Info) -> list[PlaybookTask] | None:
        """Return the playbook."""
        view = view_of(info)
        return await playbook_of(view, self.place) if view.operates(self.place) else None

    @resolved(
        "Where its members should be on their platforms, or no longer, in the order in which that changed."
        " For operators, and keys with MEMBERS_READ."
    )
    async def wanted_groups(
        self,
        info: Info,
        changed_since: Annotated[
            Position | None, arg("Only what changed after this position of the journal: go on where you were.")
        ] = UNSET,
        first: First = 100,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[GroupWish] | None:
        """Return a page of the wanted places in groups."""
        view, at = view_of(info), span(first, after, last, before, parts=3, named=True)
        if not view.may(self.place, Scope.MEMBERS_READ):
            return None
        return await wanted_groups(view, self.place, changed_since or 0, at)

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
        return [journal_event(self.place, one) for one in found]

    async def _set(self, info: Info, name: str) -> str | None:
        return (await view_of(info).loaders.settings.load(self.place.id)).get(name)


NAME, POSITIONING, POINTS_NAME = "name", "positioning", "points_name"
LOCALE, LANGUAGES = "default_locale", "locales"
"""How settings of a community are named in its log."""


def community_of(place: Place) -> Community:
    """Return a community as clients see it."""
    return Community(id=write_id("Community", place.id), place=place, slug=place.slug)
