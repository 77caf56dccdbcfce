"""How loaders are made: what many resolvers ask at once is read in one statement a community."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Mapping
from functools import cached_property
from typing import NamedTuple, TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader

from ledger.core.rulebook.versions import Versions
from ledger.core.values import Micros
from ledger.service.ledger import Ledger
from ledger.service.rulebooks import versions_of
from ledger.store.engine import Database
from ledger.store.reads.publications import Publication, publications

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
W = TypeVar("W", bound=Hashable)
Loader = DataLoader[tuple[UUID, K], V]


class Published(NamedTuple):
    """Every version of a community's rulebook: as rules read it, and as it was published."""

    versions: Versions
    publications: list[Publication]


class Loading:
    """Makes one operation's loaders. A key leads with its community."""

    def __init__(self, ledger: Ledger, at: Micros) -> None:
        self._ledger = ledger
        self._database = ledger.database
        self._at = at

    @cached_property
    def published(self) -> DataLoader[UUID, Published]:
        """The rulebooks of communities."""

        async def read(database: Database, community: UUID) -> Published:
            found = await publications(database, community)
            return Published(versions_of([one.fact for one in found]), found)

        return self._single(read)

    def _each(
        self,
        read: Callable[[Database, UUID, list[K]], Awaitable[Mapping[K, V]]],
        missing: Callable[[], V],
    ) -> Loader[K, V]:
        """Return a loader of single things, all of one community in one statement."""

        async def load(keys: list[tuple[UUID, K]]) -> list[V]:
            grouped: dict[UUID, list[K]] = defaultdict(list)
            for community, key in keys:
                grouped[community].append(key)
            found = {one: await read(self._database, one, group) for one, group in grouped.items()}
            return [found[community][key] if key in found[community] else missing() for community, key in keys]

        return DataLoader(load)

    def _alike(
        self,
        read: Callable[[Database, UUID, list[K], W], Awaitable[Mapping[K, V]]],
        missing: Callable[[], V],
    ) -> Loader[tuple[K, W], V]:
        """Return a loader of things that are asked in some way: those asked alike are read in one statement."""

        async def load(keys: list[tuple[UUID, tuple[K, W]]]) -> list[V]:
            grouped: dict[tuple[UUID, W], list[K]] = defaultdict(list)
            for community, (one, asked) in keys:
                grouped[community, asked].append(one)
            found = {key: await read(self._database, key[0], group, key[1]) for key, group in grouped.items()}
            return [
                found[community, asked][one] if one in found[community, asked] else missing()
                for community, (one, asked) in keys
            ]

        return DataLoader(load)

    def _single(self, read: Callable[[Database, UUID], Awaitable[V]]) -> DataLoader[UUID, V]:
        """Return a loader of one thing a community."""

        async def load(communities: list[UUID]) -> list[V]:
            return [await read(self._database, one) for one in communities]

        return DataLoader(load)
