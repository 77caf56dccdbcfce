"""Loaders of perks and redemptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from uuid import UUID

from strawberry.dataloader import DataLoader

from ledger.core.books.goods import Perk
from ledger.core.values import MemberId, Position
from ledger.service import eligibility, redeeming
from ledger.service.eligibility import Chance
from ledger.store.engine import Database
from ledger.store.reads import redemptions
from ledger.store.reads.journal import Stored
from ledger.store.reads.redemptions import Redemption
from ledger.store.reads.spans import Span
from schema.graphql.loaders_of_people import PeopleLoaders
from schema.graphql.loading import Loader


class PerkLoaders(PeopleLoaders):
    """What is asked about perks and redemptions."""

    @cached_property
    def perks(self) -> DataLoader[UUID, dict[str, Perk]]:
        """The perks of communities, by code."""
        return self._single(redemptions.perks)

    @cached_property
    def chances(self) -> Loader[tuple[str, MemberId], Chance]:
        """What stands between members and perks."""

        async def read(
            database: Database, place: UUID, perks: Sequence[str], member: MemberId
        ) -> Mapping[str, Chance]:
            versions = (await self.published.load(place)).versions
            return await eligibility.chances(database, place, versions, member, perks, at=self._at)

        return self._alike(read, lambda: eligibility.NONE)

    @cached_property
    def redemptions(self) -> Loader[Position, Redemption | None]:
        """Redemptions by where they were made."""

        async def read(
            database: Database, place: UUID, positions: Sequence[Position]
        ) -> Mapping[Position, Redemption | None]:
            return await redemptions.at_positions(database, place, positions, at=self._at)

        return self._each(read, lambda: None)

    @cached_property
    def redemption_pages(self) -> Loader[tuple[MemberId, Span], list[Redemption]]:
        """Pages of members' redemptions."""

        async def read(
            database: Database, place: UUID, members: Sequence[MemberId], span: Span
        ) -> Mapping[MemberId, list[Redemption]]:
            groups = await self._groups(place, members)
            return await redemptions.pages_of(database, place, groups, span=span, at=self._at)

        return self._alike(read, list)

    @cached_property
    def redemption_counts(self) -> Loader[MemberId, int]:
        """How many redemptions members have."""
        return self._of_people(redemptions.counts_of, int, sum)

    @cached_property
    def steps(self) -> Loader[Position, list[Stored]]:
        """The events of redemptions, in order."""
        return self._each(redeeming.steps, list)

    @cached_property
    def vouchers(self) -> Loader[Redemption, str | None]:
        """What members get to see of their redemptions. Look first whether the caller may."""

        async def read(_: Database, place: UUID, asked: Sequence[Redemption]) -> Mapping[Redemption, str | None]:
            found = await redeeming.vouchers(self._ledger, place, asked)
            return {one: found.get(one.position) for one in asked}

        return self._each(read, lambda: None)
