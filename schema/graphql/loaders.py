"""Loaders: what many resolvers ask at once is read in one statement a community; each operation has its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from uuid import UUID

from strawberry.dataloader import DataLoader

from ledger.core.books.goods import Gathering, Offer
from ledger.core.books.shelf import Account, Standing
from ledger.core.books.view import Head
from ledger.core.calendar import local_date, start_of_day
from ledger.core.progress import Progress
from ledger.core.rulebook.grammar import Budget
from ledger.core.rulebook.grammar.catalogue import PerkTerms
from ledger.core.suggest import Ways
from ledger.core.values import MemberId, Position
from ledger.service import reading
from ledger.service.belonging import belonging
from ledger.store.directory import keys_of
from ledger.store.engine import Database
from ledger.store.preferences import Preferences, preferences
from ledger.store.reads import (
    activities,
    earnings,
    history,
    journal,
    offers,
    people,
    reviews,
    rounds,
    spending,
    stories,
    violations,
)
from ledger.store.reads.earnings import Point
from ledger.store.reads.history import Entry, Place, Which
from ledger.store.reads.journal import Stored
from ledger.store.reads.members import Profile
from ledger.store.reads.people import Handle
from ledger.store.reads.reviews import Review
from ledger.store.reads.settings import settings
from ledger.store.reads.spans import Span
from ledger.store.reads.spending import Ending
from ledger.store.reads.violations import Report
from ledger.store.tables import ApiKeyRow
from schema.graphql.loaders_of_perks import PerkLoaders
from schema.graphql.loading import Loader

ISSUED_DAYS = 30
"""Over how many local days a rule says what it gave."""


class Loaders(PerkLoaders):
    """One operation's loaders. A key leads with its community."""

    @cached_property
    def profiles(self) -> Loader[MemberId, Profile | None]:
        """Members' names and dates."""
        return self._each(people.profiles, lambda: None)

    @cached_property
    def accounts(self) -> Loader[MemberId, dict[str, Account]]:
        """Members' accounts by unit, with what is due of their points done."""

        async def read(
            database: Database, place: UUID, members: Sequence[MemberId]
        ) -> Mapping[MemberId, dict[str, Account]]:
            versions = (await self.published.load(place)).versions
            return await reading.accounts(database, place, versions, members, at=self._at)

        return self._each(read, dict)

    @cached_property
    def progresses(self) -> Loader[MemberId, dict[str, Progress]]:
        """How far members are, by ladder."""

        async def read(
            database: Database, place: UUID, members: Sequence[MemberId]
        ) -> Mapping[MemberId, dict[str, Progress]]:
            versions = (await self.published.load(place)).versions
            return await reading.progresses(database, place, versions, members, at=self._at)

        return self._each(read, dict)

    @cached_property
    def ways(self) -> Loader[MemberId, Ways | None]:
        """What brings members on, on the main ladder."""

        async def read(database: Database, place: UUID, members: Sequence[MemberId]) -> Mapping[MemberId, Ways]:
            versions = (await self.published.load(place)).versions
            return await reading.ways_on(database, place, versions, members, at=self._at)

        return self._each(read, lambda: None)

    @cached_property
    def expiring(self) -> Loader[MemberId, dict[str, Ending]]:
        """What of members' points expires next, by unit."""

        async def read(
            database: Database, place: UUID, members: Sequence[MemberId]
        ) -> Mapping[MemberId, dict[str, Ending]]:
            return await spending.expiring(database, place, members, at=self._at)

        return self._each(read, dict)

    @cached_property
    def standings(self) -> Loader[MemberId, dict[str, Standing]]:
        """Members' levels by ladder."""
        return self._each(people.standings, dict)

    @cached_property
    def reports(self) -> Loader[Position, Report | None]:
        """Reports of violations by place."""
        return self._each(violations.at_positions, lambda: None)

    @cached_property
    def handles(self) -> Loader[MemberId, list[Handle]]:
        """What members are called on their platforms."""
        return self._each(people.handles, list)

    @cached_property
    def preferences(self) -> Loader[MemberId, Preferences]:
        """What members chose for themselves."""
        return self._each(preferences, Preferences)

    @cached_property
    def buddies(self) -> Loader[MemberId, MemberId | None]:
        """Who looks after members."""
        return self._each(people.buddies, lambda: None)

    @cached_property
    def on_levels(self) -> Loader[str, dict[str, int]]:
        """How many members hold each level of a ladder."""
        return self._each(people.on_levels, dict)

    @cached_property
    def events(self) -> Loader[Position, Stored | None]:
        """Events by position."""
        return self._each(journal.by_positions, lambda: None)

    @cached_property
    def reviews(self) -> Loader[Position, Review | None]:
        """How the reviews of contributions stand."""
        return self._each(reviews.reviews, lambda: None)

    @cached_property
    def entries(self) -> Loader[Place, Entry | None]:
        """Entries by place."""
        return self._each(history.at_places, lambda: None)

    @cached_property
    def originals(self) -> Loader[Place, Entry | None]:
        """The entries that others take back, by the place of the other."""
        return self._each(history.originals, lambda: None)

    @cached_property
    def reversals(self) -> Loader[Place, Entry | None]:
        """The entries that take others back, by the place of the other."""
        return self._each(history.reversals, lambda: None)

    @cached_property
    def judges(self) -> Loader[Place, int]:
        """The versions of the rulebook by which decisions about members were made; 0 is not known here."""
        return self._each(history.judges, int)

    @cached_property
    def entry_pages(self) -> Loader[tuple[MemberId, tuple[Which, Span]], list[Entry]]:
        """Pages of members' entries."""

        async def read(
            database: Database, place: UUID, members: Sequence[MemberId], asked: tuple[Which, Span]
        ) -> Mapping[MemberId, list[Entry]]:
            return await history.pages(database, place, members, which=asked[0], span=asked[1])

        return self._alike(read, list)

    @cached_property
    def entry_counts(self) -> Loader[tuple[MemberId, Which], int]:
        """How many entries members have."""

        async def read(
            database: Database, place: UUID, members: Sequence[MemberId], asked: Which
        ) -> Mapping[MemberId, int]:
            return await history.counts(database, place, members, which=asked)

        return self._alike(read, int)

    @cached_property
    def accounts_at(self) -> Loader[tuple[MemberId, Point], dict[str, Account]]:
        """Members' accounts as of a point."""

        async def read(
            database: Database, place: UUID, members: Sequence[MemberId], asked: Point
        ) -> Mapping[MemberId, dict[str, Account]]:
            return await earnings.balances_at(database, place, members, point=asked)

        return self._alike(read, dict)

    @cached_property
    def stories(self) -> Loader[Position, stories.Story | None]:
        """Stories by where they were submitted."""
        return self._each(stories.at_positions, lambda: None)

    @cached_property
    def rounds(self) -> Loader[str, rounds.Round | None]:
        """Rounds by code."""
        return self._each(rounds.by_codes, lambda: None)

    @cached_property
    def scheduled(self) -> DataLoader[UUID, list[activities.Scheduled]]:
        """The series of activities that were scheduled, cancelled ones too."""
        return self._single(activities.scheduled)

    @cached_property
    def gatherings(self) -> Loader[str, Gathering]:
        """What is known of occurrences, by name."""
        return self._each(activities.gatherings, Gathering)

    @cached_property
    def occurrences(self) -> Loader[Position, str]:
        """The activities that contributions were a part of, by name; nothing where they were of none."""

        async def read(database: Database, place: UUID, positions: Sequence[Position]) -> Mapping[Position, str]:
            versions = (await self.published.load(place)).versions
            return await belonging(database, place, versions, positions)

        return self._each(read, str)

    @cached_property
    def prizes(self) -> Loader[str, PerkTerms | None]:
        """The terms of perks that are won, by code."""
        return self._each(rounds.terms, lambda: None)

    @cached_property
    def heads(self) -> DataLoader[UUID, Head]:
        """Where logs end."""
        return self._single(journal.head)

    @cached_property
    def present(self) -> DataLoader[UUID, int]:
        """How many members did not leave."""
        return self._single(people.count)

    @cached_property
    def offers(self) -> DataLoader[UUID, dict[str, Offer]]:
        """The offers of communities, by code."""
        return self._single(offers.offers)

    @cached_property
    def settings(self) -> DataLoader[UUID, dict[str, str]]:
        """What was set of communities themselves."""
        return self._single(settings)

    @cached_property
    def keys(self) -> DataLoader[UUID, list[ApiKeyRow]]:
        """The keys of communities, oldest first."""
        return self._single(keys_of)

    @cached_property
    def issued(self) -> DataLoader[UUID, dict[str, int]]:
        """What rules gave in the last 30 local days."""

        async def read(database: Database, community: UUID) -> dict[str, int]:
            zone = (await self.published.load(community)).versions.at(self._at).rulebook.community.tz
            first = local_date(self._at, zone) - timedelta(days=ISSUED_DAYS - 1)
            return await earnings.by_rule(database, community, since=start_of_day(first, zone))

        return self._single(read)

    @cached_property
    def budgets(self) -> DataLoader[UUID, list[tuple[Budget, int]]]:
        """The budgets of communities, and what of each is spent in its period."""

        async def read(database: Database, community: UUID) -> list[tuple[Budget, int]]:
            version = (await self.published.load(community)).versions.at(self._at)
            return await reading.budgets(database, community, version, at=self._at)

        return self._single(read)
