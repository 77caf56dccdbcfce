"""Loaders of what is asked about whole people: a member, and those who are one person with them since a merge."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import TypeVar
from uuid import UUID

from ledger.core.books.goods import Strike
from ledger.core.books.strikes import in_time
from ledger.core.milestones import ACCEPTED, Milestone, helping_rules
from ledger.core.suggest import acting_rules
from ledger.core.values import MemberId, Micros
from ledger.service.milestones import milestones_of
from ledger.store.engine import Database
from ledger.store.preferences import seen_by
from ledger.store.reads import activities, earnings, impact, people, spending, stories, violations
from ledger.store.reads.earnings import Award, Earned, Point, Window
from ledger.store.reads.impact import Impact
from ledger.store.reads.members import people_of
from schema.graphql.loading import Loader, Loading

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
W = TypeVar("W", bound=Hashable)
Said = tuple[str, MemberId]
"""Something that a member said, by what it is about."""


class PeopleLoaders(Loading):
    """What is asked about people, by the member who acts for each."""

    @cached_property
    def people(self) -> Loader[MemberId, tuple[MemberId, ...]]:
        """All who are one person with a member: the member first."""
        return self._each(people_of, tuple)

    @cached_property
    def strikes(self) -> Loader[MemberId, tuple[Strike, ...]]:
        """People's strikes, forgotten ones too."""
        return self._of_people(violations.strikes, tuple, lambda found: in_time(chain(*found)))

    @cached_property
    def last_acts(self) -> Loader[MemberId, Micros | None]:
        """When people last did something that a rule looked at."""

        async def read(
            database: Database, place: UUID, members: Sequence[MemberId]
        ) -> Mapping[MemberId, Micros | None]:
            versions = (await self.published.load(place)).versions
            return dict(await people.last_acts(database, place, members, rules=acting_rules(versions)))

        return self._of_people(read, lambda: None, lambda found: max(at for at in found if at is not None))

    @cached_property
    def spent(self) -> Loader[tuple[MemberId, Point | None], dict[str, int]]:
        """What people spent by unit, up to a point or up to now."""
        return self._of_people_alike(
            lambda database, place, members, asked: spending.spent(database, place, members, point=asked),
            dict,
            _added,
        )

    @cached_property
    def earned(self) -> Loader[tuple[MemberId, Window], list[Earned]]:
        """What people earned in a window."""
        return self._of_people_alike(
            lambda database, place, members, asked: earnings.earned(database, place, members, window=asked),
            list,
            earnings.together,
        )

    @cached_property
    def awards(self) -> Loader[tuple[MemberId, Window], list[Award]]:
        """What events in a window brought people."""
        return self._of_people_alike(
            lambda database, place, members, asked: earnings.awards(database, place, members, window=asked),
            list,
            lambda found: list(chain(*found)),
        )

    @cached_property
    def answers(self) -> Loader[Said, str]:
        """What people said to invitations; nothing where they did not."""
        return self._said(activities.answers, str, max)

    @cached_property
    def thanked(self) -> Loader[Said, bool]:
        """Whether people thank for stories, by the stories' subjects."""
        return self._said(stories.thanked, bool, any)

    @cached_property
    def impacts(self) -> Loader[MemberId, Impact]:
        """What people's deeds were to others."""

        async def read(database: Database, place: UUID, members: Sequence[MemberId]) -> Mapping[MemberId, Impact]:
            rules = helping_rules((await self.published.load(place)).versions, ACCEPTED)
            return await impact.impacts(database, place, await self._groups(place, members), rules=rules)

        return self._each(read, Impact)

    @cached_property
    def milestones(self) -> Loader[MemberId, list[Milestone]]:
        """What people reached, the latest first."""

        async def read(
            database: Database, place: UUID, members: Sequence[MemberId]
        ) -> Mapping[MemberId, list[Milestone]]:
            versions, groups = (await self.published.load(place)).versions, await self._groups(place, members)
            return await milestones_of(database, place, versions, versions.at(self._at).rulebook, groups)

        return self._each(read, list)

    @cached_property
    def milestones_seen(self) -> Loader[MemberId, frozenset[str]]:
        """The names of the milestones that people have seen."""
        return self._of_people(seen_by, frozenset, lambda found: frozenset(chain(*found)))

    @cached_property
    def thanks(self) -> Loader[str, int]:
        """How many thank for things, by the things' subjects."""
        return self._each(stories.thanks, int)

    async def _groups(self, place: UUID, members: Sequence[MemberId]) -> dict[MemberId, tuple[MemberId, ...]]:
        """Return all who are one person with members."""
        found = await self.people.load_many([(place, one) for one in members])
        return dict(zip(members, found, strict=True))

    def _of_people(
        self,
        read: Callable[[Database, UUID, Sequence[MemberId]], Awaitable[Mapping[MemberId, V]]],
        missing: Callable[[], V],
        combine: Callable[[list[V]], V],
    ) -> Loader[MemberId, V]:
        """Return a loader of what is read of all who are one person, combined."""

        async def whole(database: Database, place: UUID, members: Sequence[MemberId]) -> Mapping[MemberId, V]:
            groups = await self._groups(place, members)
            return _combined(await read(database, place, list(chain(*groups.values()))), groups, combine)

        return self._each(whole, missing)

    def _of_people_alike(
        self,
        read: Callable[[Database, UUID, Sequence[MemberId], W], Awaitable[Mapping[MemberId, V]]],
        missing: Callable[[], V],
        combine: Callable[[list[V]], V],
    ) -> Loader[tuple[MemberId, W], V]:
        """Return the same of what is asked in some way."""

        async def whole(
            database: Database, place: UUID, members: Sequence[MemberId], asked: W
        ) -> Mapping[MemberId, V]:
            groups = await self._groups(place, members)
            return _combined(await read(database, place, list(chain(*groups.values())), asked), groups, combine)

        return self._alike(whole, missing)

    def _said(
        self,
        read: Callable[[Database, UUID, Sequence[Said]], Awaitable[Mapping[Said, V]]],
        missing: Callable[[], V],
        combine: Callable[[list[V]], V],
    ) -> Loader[Said, V]:
        """Return a loader of what people said about things, by whichever of their names."""

        async def whole(database: Database, place: UUID, asked: Sequence[Said]) -> Mapping[Said, V]:
            groups = await self._groups(place, list(dict.fromkeys(who for _, who in asked)))
            keys = {(name, who): [(name, one) for one in groups[who]] for name, who in asked}
            return _combined(await read(database, place, list(chain(*keys.values()))), keys, combine)

        return self._each(whole, missing)


def _combined(found: Mapping[K, V], groups: Mapping[K, Sequence[K]], combine: Callable[[list[V]], V]) -> dict[K, V]:
    parts = {key: [found[one] for one in group if one in found] for key, group in groups.items()}
    return {key: combine(several) for key, several in parts.items() if several}


def _added(found: list[dict[str, int]]) -> dict[str, int]:
    return {unit: sum(one.get(unit, 0) for one in found) for unit in dict.fromkeys(chain(*found))}
