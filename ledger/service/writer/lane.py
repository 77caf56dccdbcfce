"""Lanes: each takes what waits for its community, writes it as one batch, then answers every waiter."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import structlog

from ledger.core.chain import content_mac
from ledger.core.commands import Command, Stamped
from ledger.service.clock import Clock, now
from ledger.service.writer.batch import Cache, Submission, write_batch
from ledger.service.writer.receipts import Answered
from ledger.store.directory import Community
from ledger.store.engine import Connection, Database

log = structlog.get_logger()


class QueueFull(Exception):
    """Too many commands wait for this community; try again a little later."""


class Waiting(NamedTuple):
    """A submission and whom to answer."""

    submission: Submission
    answer: asyncio.Future[list[Answered]]


class Writer:
    """Accepts commands for any community. One process needs one writer."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock = now,
        queue_limit: int = 20_000,
        batch_limit: int = 2_000,
        cache_limit: int = 50_000,
    ) -> None:
        self._database = database
        self._clock = clock
        self._queue_limit = queue_limit
        self._batch_limit = batch_limit
        self._cache_limit = cache_limit
        self._lanes: dict[str, Lane] = {}

    async def submit(
        self, community: Community, commands: Sequence[Command], *, atomic: bool = False
    ) -> list[Answered]:
        """Record commands in order, and answer after they are durable.

        An atomic submission is recorded whole or not at all: then what was refused, and all before it, is
        answered with its refusal.
        A caller who is cancelled leaves; what was submitted is still recorded.

        Raises:
            QueueFull: the lane's limit is reached; nothing was taken.
            UnknownCommunity: the community is not in this database.
        """
        if not commands:
            return []
        stamped = [Stamped(command, content_mac(community.secret, command)) for command in commands]
        lane = self._lanes.get(community.slug)
        if lane is None:
            lane = self._lanes[community.slug] = Lane(
                self._database, community, self._clock, self._batch_limit, self._cache_limit
            )
        if lane.size + len(stamped) > max(self._queue_limit, len(stamped)) and lane.size:
            raise QueueFull
        return await lane.add(Submission(stamped, atomic))

    async def drain(self) -> None:
        """Wait until every lane is empty."""
        await asyncio.gather(*(lane.idle() for lane in self._lanes.values()))


class Lane:
    """One community's queue. Its task lives only while something waits."""

    def __init__(
        self, database: Database, community: Community, clock: Clock, batch_limit: int, cache_limit: int
    ) -> None:
        self._database = database
        self._community = community
        self._clock = clock
        self._batch_limit = batch_limit
        self._cache = Cache(cache_limit)
        self._queue: deque[Waiting] = deque()
        self._task: asyncio.Task[None] | None = None
        self.size = 0

    async def add(self, submission: Submission) -> list[Answered]:
        """Queue a submission and wait for its answers."""
        waiting = Waiting(submission, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self.size += len(submission.commands)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name=f"lane {self._community.slug}")
        return await waiting.answer

    async def idle(self) -> None:
        """Wait until nothing is queued or being written."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        while self._queue:
            batch = self._take()
            self.size -= sum(len(one.submission.commands) for one in batch)
            await self._write(batch)

    def _take(self) -> list[Waiting]:
        batch = [self._queue.popleft()]
        taken = len(batch[0].submission.commands)
        while self._queue and taken + len(self._queue[0].submission.commands) <= self._batch_limit:
            batch.append(self._queue.popleft())
            taken += len(batch[-1].submission.commands)
        return batch

    async def _write(self, batch: list[Waiting]) -> None:
        """Write a batch; where it fails, write its submissions one by one, so one cannot harm the rest."""

        async def work(connection: Connection) -> list[list[Answered]]:
            return await write_batch(
                connection,
                self._community.id,
                [one.submission for one in batch],
                cache=self._cache,
                clock=self._clock,
            )

        try:
            answers = await self._database.write(work)
        except Exception as error:  # a task's rim: the waiters get the error, the lane goes on
            self._cache.forget()
            if len(batch) > 1:
                log.warning("batch failed, writing one by one", community=self._community.slug, error=repr(error))
                for one in batch:
                    await self._write([one])
            elif not batch[0].answer.done():
                batch[0].answer.set_exception(error)
            return
        for one, answered in zip(batch, answers, strict=True):
            if not one.answer.done():
                one.answer.set_result(answered)
