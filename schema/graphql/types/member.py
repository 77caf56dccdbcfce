"""Members: what everybody in the community sees of one, and what is their own."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from ledger.core.calendar import moment
from ledger.core.values import MemberId
from ledger.store.directory import Community as Place
from ledger.store.reads import violations as reports
from ledger.store.reads.history import Which
from ledger.store.reads.members import Profile
from ledger.words.render import render
from schema.graphql import asking
from schema.graphql.asking import Subject
from schema.graphql.described import arg, described, field, resolved
from schema.graphql.ids import read_id, write_id
from schema.graphql.pages import After, Before, First, Last, bounded, span
from schema.graphql.texts import can_match, listed
from schema.graphql.types.balance import Balance, BalancePoint
from schema.graphql.types.decision import Decision
from schema.graphql.types.earned import EarnedSummary, window
from schema.graphql.types.entry import Entry
from schema.graphql.types.enums import EntryKind
from schema.graphql.types.impact import Impact, impact
from schema.graphql.types.milestone import Milestone, milestones_of, unseen
from schema.graphql.types.node import Connection, Node
from schema.graphql.types.offer import Offer, offers_of
from schema.graphql.types.preferences import Preferences, preferences_of
from schema.graphql.types.redemption import Redemption
from schema.graphql.types.rhythm import Rhythm, rhythm
from schema.graphql.types.suggestion import Suggestion
from schema.graphql.types.tier import Tier, TierProgress
from schema.graphql.types.violation import Standing, Violation, may_see, standing, violations_page
from schema.graphql.view import Info, View, view_of

if TYPE_CHECKING:
    from schema.graphql.types.community import Community

UnitCode = Annotated[str | None, arg("A unit's code; the first spendable one where it is left out.")]
LadderCode = Annotated[str | None, arg("A ladder's code; the main one where it is left out.")]


@described
class Handle:
    """What a member is called on one platform."""

    platform: str = field("The platform.")
    external_id: str = field("Their id there.")
    display_name: str | None = field("How it was first spelled.")


@described
class Member(Node):
    """A member. Points, entries, standing, preferences and handles: theirs and an operator's; null for others."""

    place: strawberry.Private[Place]
    number: strawberry.Private[MemberId]
    profile: strawberry.Private[Profile]

    joined_at: datetime = field("The earlier of first sight and joining.")
    avatar_url: str | None = field("Where their picture is; null where the ledger knows none.")

    @resolved("What the member is called; one who was erased is a former member.")
    def display_name(self, info: Info) -> str:
        """Return the member's name."""
        return self.profile.name or render("former_member", view_of(info).locale)

    @resolved("The community the member belongs to.")
    def community(self) -> Annotated[Community, strawberry.lazy("schema.graphql.types.community")]:
        """Return the member's community."""
        from schema.graphql.types.community import community_of  # the two know each other

        return community_of(self.place)

    @resolved("On the community's main ladder; null below its lowest level, and where there is none.")
    async def tier(self, info: Info) -> Tier | None:
        """Return the member's level on the main ladder."""
        return next(iter(await asking.tiers(self.seen_by(info), main=True)), None)

    @resolved("Since when they are on it.")
    async def tier_since(self, info: Info) -> datetime | None:
        """Return since when the member is on their level."""
        since = await asking.level_since(self.seen_by(info))
        return moment(since) if since is not None else None

    @resolved("On every ladder on which they have a level.")
    async def tiers(self, info: Info) -> list[Tier]:
        """Return the member's levels."""
        return await asking.tiers(self.seen_by(info))

    @resolved("In the first spendable unit, or the one asked for; null where there is none.")
    async def balance(self, info: Info, unit: UnitCode = UNSET) -> Balance | None:
        """Return the member's points in one unit."""
        chosen = await self.seen_by(info).unit(unit)
        found = await asking.balances(self.seen_by(info), [chosen] if chosen else [])
        return found[0] if found else None

    @resolved("In every unit.")
    async def balances(self, info: Info) -> list[Balance] | None:
        """Return the member's points in every unit."""
        rulebook = await view_of(info).rulebook(self.place)
        return await asking.balances(self.seen_by(info), rulebook.units)

    @resolved("As it was at a point of the log; null where the log has no such position.")
    async def balance_at(
        self, info: Info, at: Annotated[BalancePoint, arg("Which point.")], unit: UnitCode = UNSET
    ) -> Balance | None:
        """Return the member's points in one unit as they were."""
        chosen = await self.seen_by(info).unit(unit)
        return await asking.balance_at(self.seen_by(info), chosen, at) if chosen is not None else None

    @resolved("How far they are on a ladder; null where there is none.")
    async def progress(self, info: Info, ladder: LadderCode = UNSET) -> TierProgress | None:
        """Return the member's progress."""
        return await asking.progress(self.seen_by(info), ladder)

    @resolved("Where they stand with the house rules.")
    async def standing(self, info: Info) -> Standing | None:
        """Return the member's standing."""
        subject = self.seen_by(info)
        return await standing(subject.view, self.place, self.number) if subject.is_own else None

    @resolved("What was reported of them, newest first: for operators, and for themselves.")
    async def violations(
        self, info: Info, first: First = 20, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[Violation] | None:
        """Return a page of the reports about the member."""
        view, at = view_of(info), span(first, after, last, before)
        if not may_see(view, self.place, self.number):
            return None
        people = await view.loaders.people.load((self.place.id, self.number))
        return await violations_page(view, self.place, at, reports.Which(members=people))

    @resolved("What they earned in a window of local days, both included.")
    async def earned(
        self,
        info: Info,
        since: Annotated[date, arg("The first local day.", name="from")],
        to: Annotated[date, arg("The last local day.")],
        unit: UnitCode = UNSET,
    ) -> EarnedSummary | None:
        """Return what the member earned."""
        return await asking.earned(self.seen_by(info), since, to, unit)

    @resolved("The lines of their account book, newest first.")
    async def entries(
        self,
        info: Info,
        first: First = 20,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        kinds: Annotated[list[EntryKind] | None, arg("Only of these kinds.")] = UNSET,
        contribution_kinds: Annotated[list[str] | None, arg("Only for contributions of these types.")] = UNSET,
        unit: Annotated[str | None, arg("Only in this unit.")] = UNSET,
        since: Annotated[date | None, arg("Only from this local day on.", name="from")] = UNSET,
        to: Annotated[date | None, arg("Only up to the end of this local day.")] = UNSET,
    ) -> Connection[Entry] | None:
        """Return a page of the member's entries."""
        page = span(first, after, last, before, parts=2)
        which = await self._which(view_of(info), kinds, contribution_kinds, unit, since, to)
        return await asking.entries(self.seen_by(info), which, page)

    @resolved("One of their entries by its id; null where it is none of theirs.")
    async def entry(self, info: Info, id: Annotated[strawberry.ID, arg("The entry's global id.")]) -> Entry | None:
        """Return one of the member's entries."""
        named = read_id(id)
        is_here = named is not None and (named.type, named.community) == ("Entry", self.place.id)
        return await asking.own_entry(self.seen_by(info), named.place if named and is_here else None)

    @resolved("What rules made of what they did and of what was done to them, newest first.")
    async def decisions(
        self, info: Info, first: First = 20, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[Decision] | None:
        """Return a page of the decisions about the member."""
        return await asking.decisions(self.seen_by(info), span(first, after, last, before, parts=2))

    @resolved("What they redeemed and were given, newest first.")
    async def redemptions(
        self, info: Info, first: First = 20, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[Redemption] | None:
        """Return a page of the member's redemptions."""
        return await asking.redemptions(self.seen_by(info), span(first, after, last, before))

    @resolved("The offers of the community, and why one is not shown to them now.")
    async def offers(self, info: Info) -> list[Offer] | None:
        """Return the offers as they stand for the member."""
        subject = self.seen_by(info)
        return await offers_of(subject.view, self.place, self.number) if subject.is_own else None

    @resolved("What they are called on their platforms.")
    async def handles(self, info: Info) -> list[Handle] | None:
        """Return the member's handles."""
        if not self.seen_by(info).is_own:
            return None
        return await handles_of(view_of(info), self.place, self.number)

    @resolved("The nearest ways to the next tier of the main ladder; empty where nothing they do brings it nearer.")
    async def suggestions(
        self, info: Info, first: Annotated[int | None, arg("How many; 100 at the most.")] = 3
    ) -> list[Suggestion] | None:
        """Return what brings the member on."""
        return await asking.suggestions(self.seen_by(info), bounded(3 if first is None else first))

    @resolved("When they last did something that a rule looks at. For operators.")
    async def last_contribution_at(self, info: Info) -> datetime | None:
        """Return when the member last did something."""
        subject = self.seen_by(info)
        since = await asking.last_contribution(subject) if subject.view.operates(self.place) else None
        return None if since is None else moment(since)

    @resolved("For how many local days they have done nothing; who never did, since they came. For operators.")
    async def quiet_days(self, info: Info) -> int | None:
        """Return how long the member has been quiet."""
        subject = self.seen_by(info)
        if not subject.view.operates(self.place):
            return None
        return await asking.quiet_days(subject, self.profile.joined_at)

    @resolved("Their last weeks, this one included.")
    async def rhythm(
        self, info: Info, weeks: Annotated[int | None, arg("How many weeks, 1 to 53; 12 where left out.")] = 12
    ) -> Rhythm:
        """Return the member's rhythm."""
        return await rhythm(view_of(info), self.place, self.number, 12 if weeks is None else weeks)

    @resolved("What their deeds were to others.")
    async def impact(self, info: Info) -> Impact:
        """Return the member's impact."""
        return await impact(view_of(info), self.place, self.number)

    @resolved("What they reached, the latest first; each is celebrated once, and not with who wishes for none.")
    async def milestones(
        self,
        info: Info,
        unseen_only: Annotated[bool | None, arg("Only what is still to be celebrated.")] = False,
        first: Annotated[int | None, arg("How many; 100 at the most.")] = 5,
    ) -> list[Milestone] | None:
        """Return the member's milestones."""
        subject = self.seen_by(info)
        if not subject.is_own:
            return None
        found = (unseen if unseen_only else milestones_of)(subject.view, self.place, self.number)
        return (await found)[: bounded(5 if first is None else first)]

    @resolved("Who looks after them; null where nobody does.")
    async def buddy(self, info: Info) -> Annotated[Member, strawberry.lazy("schema.graphql.types.member")] | None:
        """Return the member's buddy."""
        view = view_of(info)
        number = await view.loaders.buddies.load((self.place.id, self.number))
        return await member_of(view, self.place, number) if number is not None else None

    @resolved("The language of texts for them.")
    async def locale(self, info: Info) -> str:
        """Return the member's language."""
        chosen = await view_of(info).loaders.preferences.load((self.place.id, self.number))
        return chosen.locale or view_of(info).locale

    @resolved("What they chose for themselves.")
    async def preferences(self, info: Info) -> Preferences | None:
        """Return the member's preferences."""
        if not self.seen_by(info).is_own:
            return None
        view = view_of(info)
        return preferences_of(await view.loaders.preferences.load((self.place.id, self.number)), view.locale)

    def seen_by(self, info: Info) -> Subject:
        """Return the member as the caller may ask about them."""
        return Subject(view_of(info), self.place, self.number)

    async def _which(
        self,
        view: View,
        kinds: list[EntryKind] | None,
        types: list[str] | None,
        unit: str | None,
        since: date | None,
        until: date | None,
    ) -> Which:
        zone = (await view.rulebook(self.place)).community.tz
        start, end = window(since or None, until or None, zone)
        of_kinds, of_types = listed(kinds), listed(types)
        return Which(
            kinds=None if of_kinds is None else tuple(sorted(kind.value for kind in of_kinds)),
            types=None if of_types is None else tuple(sorted(filter(can_match, of_types))),
            unit=(unit if can_match(unit) else "") if unit else None,
            since=start,
            until=end,
        )


async def member_of(view: View, place: Place, number: MemberId) -> Member | None:
    """Return a member, if there is one and the caller may see them; of a merged one, who acts for them."""
    if not view.sees_members(place):
        return None
    profile = await view.loaders.profiles.load((place.id, number))
    if profile is not None and profile.kept is not None:
        return await member_of(view, place, profile.kept)
    return None if profile is None else shown(place, number, profile)


async def acting_member(view: View, place: Place, number: MemberId) -> Member:
    """Return who acts for a member that something is about. Whoever asks looks whether it may be seen."""
    profile = await view.loaders.profiles.load((place.id, number))
    assert profile is not None  # members stand in the log for ever
    if profile.kept is not None:
        return await acting_member(view, place, profile.kept)
    return shown(place, number, profile)


async def handles_of(view: View, place: Place, number: MemberId) -> list[Handle]:
    """Return what a member is called on their platforms."""
    found = await view.loaders.handles.load((place.id, number))
    return [Handle(platform=one.platform, external_id=one.external_id, display_name=one.received) for one in found]


def shown(place: Place, number: MemberId, profile: Profile) -> Member:
    """Return a member as clients see one."""
    return Member(
        id=write_id("Member", place.id, number),
        place=place,
        number=number,
        profile=profile,
        joined_at=moment(profile.joined_at),
        avatar_url=None,
    )
