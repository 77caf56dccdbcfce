"""Follows a community's log by position: every event once and in order, whichever process writes it.

A follower pulls pages and waits at the end of the log, so nothing is buffered for a slow one. However many
wait, where a log ends is looked up a few times a second at the most.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from ledger.core.values import MemberId, Position
from ledger.store.engine import Database
from ledger.store.reads import history, journal
from ledger.store.reads.journal import Stored

if TYPE_CHECKING:
    from schema.graphql.view import View

LOOK_EVERY = 0.2
"""Seconds between two looks at where a log ends, while somebody waits there."""

STILL_EVERY = 2.0
"""Seconds after which a follower's key or session is looked at again."""

PAGE = 100
"""How many events a follower reads at once: this is all that is held for it."""


class Look(NamedTuple):
    """A look at where a log ends, shared by all who wait, and when it began."""

    task: asyncio.Task[Position]
    began: float


class Heads:
    """Where logs end, as one process last saw them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._looks: dict[UUID, Look] = {}

    async def beyond(self, community: UUID, position: int) -> Position:
        """Wait until a log goes on beyond a position, and return where it ends; at once if it already does."""
        while True:
            end = await self._look(community)
            if end > position:
                return end
            await asyncio.sleep(LOOK_EVERY)

    async def _look(self, community: UUID) -> Position:
        now = asyncio.get_running_loop().time()
        look = self._looks.get(community)
        if look is None or now - look.began >= LOOK_EVERY:
            task = asyncio.create_task(self._read(community), name="head")
            look = self._looks[community] = Look(task, now)
        return await asyncio.shield(look.task)

    async def _read(self, community: UUID) -> Position:
        return (await journal.head(self._database, community)).position


class Follower:
    """One subscription's way along a log, under its caller's rights, which are looked at again and again."""

    def __init__(self, view: View, community: UUID, after: int) -> None:
        self._view = view
        self._community = community
        self._after = after
        self._looked = asyncio.get_running_loop().time()

    async def events(self) -> AsyncIterator[Stored]:
        """Yield every event from here on."""
        database = self._view.ledger.database
        while True:
            await self._wait()
            for one in await journal.page(database, self._community, after=self._after, first=PAGE):
                self._after = one.event.position
                yield one

    async def events_with(self, member: MemberId) -> AsyncIterator[Position]:
        """Yield the positions at which a member has an entry, or a redemption went on, from here on."""
        database = self._view.ledger.database
        while True:
            end = await self._wait()
            found = await history.positions(database, self._community, member, after=self._after, first=PAGE)
            for position in found:
                self._after = position
                yield position
            if len(found) < PAGE:
                self._after = max(self._after, end)

    async def _wait(self) -> Position:
        """Wait for the log to go on; meanwhile look whether the caller may still follow."""
        while True:
            now = asyncio.get_running_loop().time()
            if now - self._looked >= STILL_EVERY:
                self._looked = now
                await self._view.still()
            try:
                return await asyncio.wait_for(self._view.heads.beyond(self._community, self._after), STILL_EVERY)
            except TimeoutError:
                continue
