"""The writer in trouble on both databases: a full queue, a caller who leaves, a command that breaks."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from ledger.core.values import Micros
from ledger.service.writer import QueueFull, Writer
from ledger.store.directory import Community
from ledger.store.engine import Database
from tests import rulebooks
from tests.clock import Clock
from tests.databases import head_held, only_postgres
from tests.service.sayings import assert_whole, positions, repeat, rows_of, said

BEFORE_HISTORY = Micros(-(10**18))
"""An instant no calendar has: planning a contribution of then raises."""

Opening = Callable[..., Writer]


@pytest.fixture
async def opening(database: Database, clock: Clock) -> AsyncIterator[Opening]:
    """Open writers with limits of their own; all are drained in the end."""
    opened: list[Writer] = []

    def open_writer(**limits: int) -> Writer:
        opened.append(Writer(database, clock=clock, **limits))
        return opened[-1]

    yield open_writer
    for writer in opened:
        await writer.drain()


async def keys_of(database: Database, community: Community) -> list[str]:
    """Return the keys of what senders had recorded, in order of the log."""
    rows = await rows_of(database, community.id, "event", "position", "source", "key")
    return [key for _, source, key in rows if source != "ledger"]


async def outcomes(*submissions: Any) -> list[Any]:
    return await asyncio.gather(*submissions, return_exceptions=True)


class TestQueue:
    async def test_what_does_not_fit_is_refused_and_nothing_of_it_is_recorded(
        self, opening: Opening, database: Database, community: Community
    ) -> None:
        writer = opening(queue_limit=3)
        answers = await outcomes(*(writer.submit(community, [said(f"k{n}")]) for n in range(5)))
        assert [type(answer) for answer in answers] == [list, list, list, QueueFull, QueueFull]
        assert await keys_of(database, community) == ["k0", "k1", "k2"]

    async def test_commands_are_counted_not_submissions(
        self, opening: Opening, database: Database, community: Community
    ) -> None:
        writer = opening(queue_limit=3)
        pairs = [[said(f"a{n}"), said(f"b{n}")] for n in range(2)]
        answers = await outcomes(*(writer.submit(community, pair) for pair in pairs))
        assert [type(answer) for answer in answers] == [list, QueueFull]
        assert await keys_of(database, community) == ["a0", "b0"]

    async def test_room_comes_back(self, opening: Opening, database: Database, community: Community) -> None:
        writer = opening(queue_limit=2)
        for turn in range(3):
            both = [writer.submit(community, [said(f"{turn}{n}")]) for n in "ab"]
            assert [len(answer) for answer in await asyncio.gather(*both)] == [1, 1]
        assert len(await keys_of(database, community)) == 6

    async def test_while_a_batch_is_being_written_the_queue_still_has_its_limit(
        self, opening: Opening, database: Database, community: Community, database_url: str
    ) -> None:
        writer = opening(queue_limit=2)
        async with head_held(database_url, community.id):
            first = asyncio.create_task(writer.submit(community, [said("being written")]))
            await asyncio.sleep(0.05)
            waiting = [asyncio.create_task(writer.submit(community, [said(f"k{n}")])) for n in range(3)]
            await asyncio.sleep(0.05)
            assert [task.done() for task in (first, *waiting)] == [False, False, False, True]
        answers = await outcomes(first, *waiting)
        assert [type(answer) for answer in answers] == [list, list, list, QueueFull]

    async def test_one_submission_larger_than_the_queue_is_taken_when_nothing_waits(
        self, opening: Opening, community: Community
    ) -> None:
        writer = opening(queue_limit=3, batch_limit=2)
        assert len(await writer.submit(community, [said(f"k{n}") for n in range(10)])) == 10

    async def test_one_full_queue_leaves_other_communities_theirs(
        self, opening: Opening, database: Database, community: Community
    ) -> None:
        writer = opening(queue_limit=2)
        yard = await rulebooks.begin(database, writer, "yard")
        wanted = [(community, n) for n in range(3)] + [(yard, n) for n in range(2)]
        answers = await outcomes(*(writer.submit(where, [said(f"k{n}")]) for where, n in wanted))
        assert [type(answer) for answer in answers] == [list, list, QueueFull, list, list]

    async def test_those_who_wait_together_are_written_together(
        self, opening: Opening, community: Community, clock: Clock
    ) -> None:
        writer, asked = opening(batch_limit=10), clock.asked
        await asyncio.gather(*(writer.submit(community, [said(f"k{n}")]) for n in range(30)))
        assert clock.asked - asked == 3

    async def test_draining_waits_for_all_that_was_submitted(
        self, opening: Opening, database: Database, community: Community
    ) -> None:
        writer = opening(batch_limit=2)
        tasks = [asyncio.create_task(writer.submit(community, [said(f"k{n}")])) for n in range(9)]
        await asyncio.sleep(0)
        await writer.drain()
        assert len(await keys_of(database, community)) == 9
        await asyncio.gather(*tasks)


class TestCallersWhoLeave:
    async def test_what_a_cancelled_caller_submitted_is_still_recorded(
        self, opening: Opening, database: Database, community: Community
    ) -> None:
        writer = opening()
        leaving = asyncio.create_task(writer.submit(community, [said("left")]))
        staying = asyncio.create_task(writer.submit(community, [said("stayed")]))
        await asyncio.sleep(0)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        assert positions(await staying) == [4]
        assert await keys_of(database, community) == ["left", "stayed"]

    async def test_leaving_while_it_is_being_written_changes_nothing_either(
        self, opening: Opening, database: Database, community: Community, database_url: str
    ) -> None:
        writer = opening()
        async with head_held(database_url, community.id):
            leaving = asyncio.create_task(writer.submit(community, [said("left")]))
            await asyncio.sleep(0.05)
            leaving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await leaving
        await writer.drain()
        assert await keys_of(database, community) == ["left"]
        (again,) = await writer.submit(community, [said("left")])
        assert again == repeat(3)

    async def test_a_caller_who_left_a_command_that_breaks_leaves_nothing_behind(
        self, opening: Opening, database: Database, community: Community
    ) -> None:
        writer = opening()
        leaving = asyncio.create_task(writer.submit(community, [said("broken", occurred_at=BEFORE_HISTORY)]))
        await asyncio.sleep(0)
        leaving.cancel()
        await writer.drain()
        assert positions(await writer.submit(community, [said("next")])) == [3]


class TestCommandsThatBreak:
    async def test_one_that_cannot_be_encoded_harms_its_sender_alone(
        self, opening: Opening, database: Database, community: Community
    ) -> None:
        writer = opening()
        broken = said("broken", data={"what": object()})
        answers = await outcomes(*(writer.submit(community, [one]) for one in (said("a"), broken, said("b"))))
        assert [type(answer) for answer in answers] == [list, TypeError, list]
        await self.assert_recorded(database, community, ["a", "b"])

    async def test_one_that_cannot_be_planned_harms_its_sender_alone(
        self, opening: Opening, database: Database, community: Community
    ) -> None:
        writer = opening()
        broken = said("broken", by="new", occurred_at=BEFORE_HISTORY)
        answers = await outcomes(*(writer.submit(community, [one]) for one in (said("a"), broken, said("b"))))
        assert [type(answer) for answer in answers] == [list, OverflowError, list]
        await self.assert_recorded(database, community, ["a", "b"])

    @only_postgres
    async def test_one_that_the_database_refuses_harms_its_sender_alone(
        self, opening: Opening, database: Database, community: Community
    ) -> None:
        writer = opening()
        broken = said("broken", by="new", subject="no \x00 in PostgreSQL")
        answers = await outcomes(*(writer.submit(community, [one]) for one in (said("a"), broken, said("b"))))
        assert [isinstance(answer, list) for answer in answers] == [True, False, True]
        await self.assert_recorded(database, community, ["a", "b"])

    async def test_a_submission_breaks_whole(
        self, opening: Opening, database: Database, community: Community
    ) -> None:
        writer = opening()
        broken = [said("c", by="new"), said("broken", occurred_at=BEFORE_HISTORY)]
        answers = await outcomes(writer.submit(community, [said("a")]), writer.submit(community, broken))
        assert [type(answer) for answer in answers] == [list, OverflowError]
        await self.assert_recorded(database, community, ["a"])

    async def test_the_lane_goes_on_however_many_break(
        self, opening: Opening, database: Database, community: Community
    ) -> None:
        writer = opening(batch_limit=4)
        commands = [
            said(f"k{n}", by=f"m{n}", occurred_at=BEFORE_HISTORY if n % 3 == 0 else None) for n in range(12)
        ]
        answers = await outcomes(*(writer.submit(community, [one]) for one in commands))
        assert [isinstance(answer, OverflowError) for answer in answers] == [n % 3 == 0 for n in range(12)]
        await self.assert_recorded(database, community, [f"k{n}" for n in range(12) if n % 3])

    async def test_a_long_text_in_a_key_of_the_rules_is_no_trouble(
        self, opening: Opening, database: Database, community: Community
    ) -> None:
        """Intake bounds a subject, but not the texts in data that `once_per` may name."""
        chance = random.Random(1)
        link = "".join(chance.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=8_000))
        writer = opening()
        twice = [said(f"k{n}", "link.shared", data={"link": link}) for n in range(2)]
        assert positions(await writer.submit(community, twice)) == [3, 4]
        rows = await rows_of(database, community.id, "entry", "position", "rule", "outcome")
        assert [outcome for _, rule, outcome in rows if rule == "linked"] == ["GRANTED", "ONCE_ONLY"]

    async def assert_recorded(self, database: Database, community: Community, keys: list[str]) -> None:
        assert await keys_of(database, community) == keys
        await assert_whole(database, community.id)
