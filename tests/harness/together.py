"""Two servers on one database: parallel posts at a cap, the same event three times at once, a reader meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from ledger.store.engine import Database, address
from ledger.store.reads.journal import events as logged
from ledger.store.reads.journal import head
from tests.harness.crowd import CLIENTS, Crowd, Rotation
from tests.harness.processes import Server
from tests.harness.town import Town, happened, said
from tests.harness.wire import Wire

Results = list[dict[str, Any]]


async def post_at_a_cap(town: Town, servers: Sequence[Server], *, posts: int, member: str) -> list[int]:
    """Greet for one member on one day, each post on its own connection; return what each was granted."""

    async def greet(number: int) -> int:
        async with Wire(servers[number % len(servers)].port, town.key) as wire:
            answer = await wire.post(happened(f"cap-{member}-{number}", "hello.said", member))
        assert answer.status == 200, answer
        return sum(int(entry["delta"]) for entry in answer.document["entries"])

    return await asyncio.gather(*(greet(number) for number in range(posts)))


async def post_three_times(town: Town, servers: Sequence[Server], *, events: int) -> dict[str, Results]:
    """Post every event on three connections at once, by 8 clients; return the answers by key."""
    answers: dict[str, Results] = {}
    ports = [server.port for server in servers]

    async def client(number: int) -> None:
        async with Rotation([*ports, *ports], town.key) as first, Rotation(ports, town.key) as second:
            for turn in range(events // CLIENTS):
                event = said(number, turn)
                wires = (first[turn], first[turn + 1], second[turn] if len(ports) == 1 else second[turn + 1])
                three = await asyncio.gather(*(wire.post(event) for wire in wires))
                assert {one.status for one in three} == {200}, three
                answers[event["id"]] = [one.document for one in three]

    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    return answers


async def read_while_written(
    town: Town, servers: Sequence[Server], *, events: int
) -> tuple[int, dict[str, list[int]]]:
    """Follow the log at every server and in this process while 8 clients post; return its end and what came."""
    crowd = Crowd(town, [server.port for server in servers])
    database = Database(address(town.url))
    crowd.start()
    end = asyncio.get_running_loop().create_future()
    followers = {f"port {number}": _follow(server, town, end) for number, server in enumerate(servers)}
    followers["in process"] = _follow_within(database, town, end)
    tasks = {name: asyncio.create_task(work) for name, work in followers.items()}
    try:
        await crowd.progress(events)
        await crowd.stop()
        end.set_result((await head(database, town.community.id)).position)
        seen = {name: await task for name, task in tasks.items()}
    finally:
        for task in tasks.values():
            task.cancel()
        await database.close()
    assert crowd.wrong == []
    return end.result(), seen


async def _follow(server: Server, town: Town, end: asyncio.Future[int]) -> list[int]:
    seen: list[int] = []
    async with Wire(server.port, town.key) as wire:
        while not _ended(end, seen):
            after = seen[-1] if seen else 0
            answer = await wire.request("GET", f"/v1/journal?after={after}&first=50&wait=1")
            assert answer.status == 200, answer
            seen += [one["position"] for one in answer.document["events"]]
    return seen


async def _follow_within(database: Database, town: Town, end: asyncio.Future[int]) -> list[int]:
    seen: list[int] = []
    while not _ended(end, seen):
        after = seen[-1] if seen else 0
        seen += [one.event.position async for one in logged(database, town.community.id, after=after)]
        await asyncio.sleep(0.01)
    return seen


def _ended(end: asyncio.Future[int], seen: list[int]) -> bool:
    return end.done() and bool(seen) and seen[-1] >= end.result()
