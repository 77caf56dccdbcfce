"""Several writers on one community: in one process, in two, and one that is killed."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ledger.core.commands import AdjustPoints, PublishRulebook
from ledger.core.events import decisions
from ledger.core.members.commands import SetBuddy
from ledger.core.values import SECOND, MemberId, identity
from ledger.service.rulebooks import publication, read
from ledger.service.writer import Receipt, Writer
from ledger.store.directory import Community
from ledger.store.engine import Database
from tests import rulebooks
from tests.clock import Clock
from tests.service.sayings import SOURCE, assert_whole, conflict, positions, repeat, rows_of, said

ROOT = Path(__file__).parents[2]


class Told(NamedTuple):
    """What a rival said of one command."""

    key: str
    position: int
    replayed: bool


Starting = Callable[[str, int], Coroutine[Any, Any, Process]]


@pytest.fixture
async def start(database_url: str, community: Community) -> AsyncIterator[Starting]:
    """Start rivals that wait for `go`; what still runs in the end is killed."""
    started: list[Process] = []

    async def start_rival(name: str, count: int) -> Process:
        arguments = ("-m", "tests.service.rival", database_url, community.slug, name, str(count))
        rival = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, stdin=PIPE, stdout=PIPE, stderr=PIPE, cwd=ROOT
        )
        started.append(rival)
        return rival

    yield start_rival
    for rival in started:
        if rival.returncode is None:
            rival.kill()
        await rival.communicate()


async def go(*rivals: Process) -> None:
    """Wait until all are ready, then let them write at once."""
    for rival in rivals:
        assert rival.stdout is not None
        assert await rival.stdout.readline() == b"ready\n"
    for rival in rivals:
        assert rival.stdin is not None
        rival.stdin.write(b"go\n")


async def told(rival: Process) -> list[Told]:
    """Return all that a rival says until it ends well."""
    said, errors = await rival.communicate()
    assert rival.returncode == 0, errors.decode()
    return [_told(line) for line in said.decode().splitlines()]


def _told(line: str) -> Told:
    key, position, replayed = line.split()
    return Told(key, int(position), replayed == "True")


async def test_two_processes_lose_nothing_and_double_nothing(
    database: Database, community: Community, start: Starting
) -> None:
    count = 150
    rivals = [await start(name, count) for name in ("red", "blue")]
    await go(*rivals)
    red, blue = [await told(rival) for rival in rivals]
    assert len(red) == len(blue) == count
    stored = {key: position for position, key in await rows_of(database, community.id, "event", "position", "key")}
    assert sorted(stored.values()) == list(range(1, len(stored) + 1))
    assert len(stored) == 2 + count // 2 * 3
    assert all(stored[one.key] == one.position for one in (*red, *blue))
    first = sorted(one.key for one in (*red, *blue) if not one.replayed)
    assert first == sorted({one.key for one in (*red, *blue)})
    await assert_whole(database, community.id)


async def test_what_a_killed_process_answered_is_in_the_log_and_others_go_on(
    database: Database, writer: Writer, community: Community, start: Starting
) -> None:
    rival = await start("red", 100_000)
    await go(rival)
    assert rival.stdout is not None
    answered = [_told((await rival.stdout.readline()).decode()) for _ in range(100)]
    rival.kill()
    rest, _ = await rival.communicate()
    answered += [_told(line.decode()) for line in rest.splitlines(keepends=True) if line.endswith(b"\n")]
    stored = {key: position for position, key in await rows_of(database, community.id, "event", "position", "key")}
    assert {one.key: one.position for one in answered}.items() <= stored.items()
    (receipt,) = await writer.submit(community, [said("after the crash")])
    assert isinstance(receipt, Receipt)
    assert receipt.position == len(stored) + 1
    await assert_whole(database, community.id)


class TestInOneProcess:
    """Two writers, each with a connection and a cache of its own: what one remembers the other outdates."""

    @pytest.fixture
    def rival(self, other: Database, clock: Clock) -> Writer:
        return Writer(other, clock=clock)

    async def test_writing_in_turns_keeps_one_log(
        self, database: Database, writer: Writer, rival: Writer, community: Community
    ) -> None:
        for number in range(10):
            here = writer if number % 2 else rival
            answers = await here.submit(
                community, [said(f"k{number}", "thread.liked", by=f"m{number % 3}", subject="thread/k")]
            )
            assert positions(answers) == [3 + number]
        await assert_whole(database, community.id)

    async def test_writing_at_once_keeps_one_log(
        self, database: Database, writer: Writer, rival: Writer, community: Community
    ) -> None:
        await writer.submit(community, [said("k")])
        answers = await asyncio.gather(
            *(
                here.submit(community, [said(f"k{number}", "checked.in", by=f"m{number % 7}")])
                for number in range(60)
                for here in (writer, rival)
            )
        )
        receipts = [receipt for (receipt,) in answers if isinstance(receipt, Receipt)]
        assert sorted(receipt.position for receipt in receipts if not receipt.replayed) == list(range(4, 64))
        assert sum(receipt.replayed for receipt in receipts) == 60
        await assert_whole(database, community.id)

    async def test_a_cap_used_up_by_one_is_used_up_for_the_other(
        self, database: Database, writer: Writer, rival: Writer, community: Community
    ) -> None:
        for number, here in enumerate((writer, rival, writer, rival)):
            await here.submit(community, [said(f"k{number}")])
        rows = await rows_of(database, community.id, "entry", "position", "rule", "delta")
        assert [delta for _, rule, delta in rows if rule == "opened"] == [10, 10, 5, 0]

    async def test_a_member_first_seen_by_one_is_the_same_member_for_the_other(
        self, database: Database, writer: Writer, rival: Writer, community: Community
    ) -> None:
        await writer.submit(community, [said("a", by="ana")])
        await rival.submit(community, [said("b", by="ben")])
        await writer.submit(community, [said("c", by="ben"), said("d", by="cyd")])
        await rival.submit(community, [said("e", by="cyd"), said("f", by="ana")])
        identities = await rows_of(database, community.id, "identity", "member", "received")
        assert identities == [(1, "ana"), (2, "ben"), (3, "cyd")]

    async def test_a_rulebook_published_by_one_grades_for_the_other(
        self, database: Database, writer: Writer, rival: Writer, community: Community
    ) -> None:
        await writer.submit(community, [said("a", "link.shared", data={"link": "a"})])
        await rival.submit(community, [self.doubled(number=2)])
        await writer.submit(community, [said("b", "link.shared", data={"link": "b"})])
        rows = await rows_of(database, community.id, "entry", "position", "rule", "delta")
        assert [delta for _, rule, delta in rows if rule == "linked"] == [2, 4]

    async def test_nobody_is_refused_by_a_balance_that_only_an_old_memory_holds(
        self, database: Database, writer: Writer, rival: Writer, community: Community
    ) -> None:
        """One remembers 15 points; the other has given 85 more, so 50 can be taken."""
        await writer.submit(community, [said("a")])
        await rival.submit(community, [self.adjusted("gift", 85)])
        assert positions(await writer.submit(community, [self.adjusted("loss", -50)])) == [5]
        await assert_whole(database, community.id)

    async def test_nobody_is_refused_by_a_rulebook_that_only_an_old_memory_holds(
        self, writer: Writer, rival: Writer, community: Community
    ) -> None:
        """One remembers version 1 as the last; the other has published 2, so 3 is free and must be taken."""
        await writer.submit(community, [said("a")])
        await rival.submit(community, [self.doubled(number=2)])
        assert positions(await writer.submit(community, [self.doubled(number=3)])) == [5]

    async def test_nothing_is_taken_for_said_already_that_only_an_old_memory_holds(
        self, database: Database, writer: Writer, rival: Writer, community: Community
    ) -> None:
        """One remembers that ben looks after ana; the other has set cyd meanwhile, so ben is a change again."""
        await writer.submit(community, [said("a"), said("b", by="ben"), said("c", by="cyd")])
        ana, ben, cyd = (MemberId(number) for number in (1, 2, 3))
        for here, buddy in ((writer, ben), (rival, cyd), (writer, ben)):
            [answer] = await here.submit(community, [SetBuddy(member=ana, buddy=buddy, by="tests")])
            assert isinstance(answer, Receipt)
            assert not answer.replayed
        assert await rows_of(database, community.id, "buddy", "member", "buddy") == [(ana, ben)]

    async def test_a_key_recorded_by_one_is_a_repeat_or_a_conflict_for_the_other(
        self, writer: Writer, rival: Writer, community: Community
    ) -> None:
        await writer.submit(community, [said("a")])
        await rival.submit(community, [said("b", by="ben")])
        changed = said("b", by="ben", data={"amount": 1})
        again, refused, fresh = await writer.submit(community, [said("b", by="ben"), changed, said("c", by="cyd")])
        assert again == repeat(4)
        assert refused == conflict(4)
        assert positions([fresh]) == [5]

    def adjusted(self, key: str, delta: int) -> AdjustPoints:
        ana = identity("ana", source=SOURCE)
        return AdjustPoints(key=key, member=ana, delta=delta, reason="as a test", by="tests")

    def doubled(self, *, number: int) -> PublishRulebook:
        """Return a version that pays twice for a link."""
        text = rulebooks.SMALL.replace("amount: 2,", "amount: 4,")
        return PublishRulebook(yaml=text, rulebook=read(text), number=number)


async def test_an_event_of_a_rulebook_that_this_process_has_not_seen_is_undone_all_the_same(
    community: Community, database: Database, other: Database, writer: Writer, clock: Clock
) -> None:
    await writer.submit(community, [said("k0", "thread.opened", by="ana", subject="t0")])
    rival = Writer(other, clock=clock)
    await rival.submit(community, [publication(rulebooks.SMALL.replace("amount: 2,", "amount: 4,"))])
    clock.advance(SECOND)
    await rival.submit(community, [said("k1", "thread.opened", by="ana", subject="t1")])
    [answer] = await writer.submit(community, [said("k2", "contribution.undone", undoes="k1")])
    assert isinstance(answer, Receipt)
    assert answer.event is not None
    assert [one.granted for one in decisions(answer.event)] == [-10]
    await assert_whole(database, community.id)
    await rival.drain()
