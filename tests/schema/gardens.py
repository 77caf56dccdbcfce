"""Servers that stand for many tests: for those that only read, or are refused, and so find all as it was."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, TypeVar

from ledger.service.writer import Writer
from ledger.store.engine import Database, address
from tests import rulebooks
from tests.clock import Clock
from tests.databases import Databases
from tests.schema.api import Api, served

T = TypeVar("T")


async def untold(api: Api) -> Api:
    """Nothing has happened yet."""
    return api


class Gardens:
    """One server for each kind of database and each story, which is told in it once."""

    def __init__(self, databases: Databases, stack: AsyncExitStack) -> None:
        self._databases = databases
        self._stack = stack
        self._told: dict[object, Any] = {}

    async def after(self, kind: str, story: Callable[[Api], Awaitable[T]], *, rulebook: str = rulebooks.SMALL) -> T:
        """Return what a story returned when it was told, in a community with a rulebook."""
        if (kind, story) not in self._told:
            self._told[kind, story] = await story(await self._served(kind, rulebook))
        found: T = self._told[kind, story]
        return found

    async def _served(self, kind: str, rulebook: str) -> Api:
        database = Database(address(await self._stack.enter_async_context(self._databases.fresh(kind))))
        self._stack.push_async_callback(database.close)
        clock = Clock()
        writer = Writer(database, clock=clock)
        self._stack.push_async_callback(writer.drain)
        community = await rulebooks.begin(database, writer, rulebook=rulebook)
        return await self._stack.enter_async_context(served(database, writer, clock, community))
