"""Clients that post events and send each again, under the same id, until somebody acknowledges it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.harness.checking import Receipt, complaints, complaints_of_repeats, look, receipt_of
from tests.harness.town import Town, said
from tests.harness.wire import TROUBLE, Wire

CLIENTS = 8
PAUSE = 0.1
REPEATED_AT_ONCE = 200
REPEAT_EVERY = 20


class Crowd:
    """What 8 clients sent and were told."""

    def __init__(self, town: Town, ports: list[int], *, pause: float = 0) -> None:
        self.town = town
        self.ports = ports
        self.sent: dict[str, dict[str, Any]] = {}
        self.acknowledged: dict[str, Receipt] = {}
        self.unanswered: set[str] = set()
        self.troubles: Counter[str] = Counter()
        self.wrong: list[str] = []
        self._pause = pause
        self._next = [0] * CLIENTS
        self._stopping = False
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to post, going on where it was stopped."""
        self._stopping = False
        self._tasks = [asyncio.create_task(self._post_on(client)) for client in range(CLIENTS)]

    async def stop(self) -> None:
        """Let everybody finish what they are at, which needs a server that answers."""
        self._stopping = True
        await asyncio.gather(*self._tasks)

    async def progress(self, count: int, *, seconds: float = 60) -> None:
        """Wait until so many more events are acknowledged."""
        wanted = len(self.acknowledged) + count
        await self._until(lambda: len(self.acknowledged) >= wanted, seconds)

    async def trouble(self, count: int, *, seconds: float = 60) -> None:
        """Wait until so many more posts have failed."""
        wanted = self.troubles.total() + count
        await self._until(lambda: self.troubles.total() >= wanted, seconds)

    async def _until(self, reached: Callable[[], bool], seconds: float) -> None:
        async with asyncio.timeout(seconds):
            while not reached():
                if broken := [task for task in self._tasks if task.done()]:
                    await asyncio.gather(*broken)
                    raise AssertionError(f"clients stopped: {self.wrong}")
                await asyncio.sleep(0.005)

    async def _post_on(self, client: int) -> None:
        turn = client
        async with Rotation(self.ports, self.town.key) as wires:
            while not self._stopping:
                event = said(client, self._next[client])
                turn = await self._until_acknowledged(wires, event, turn)
                self._next[client] += 1
                if self._next[client] % REPEAT_EVERY == 0:
                    turn = await self._until_acknowledged(wires, event, turn + 1)
                if self._pause:
                    await asyncio.sleep(self._pause)

    async def _until_acknowledged(self, wires: Rotation, event: dict[str, Any], turn: int) -> int:
        key = event["id"]
        self.sent[key] = event
        while True:
            try:
                answer = await wires[turn].post(event)
            except TROUBLE as error:
                self._note(key, type(error).__name__)
            else:
                if answer.status == 200:
                    self._take(key, answer.document)
                    return turn
                self._note(key, str(answer.status))
                if answer.status < 500:
                    self.wrong.append(f"{key}: {answer.status} {answer.body.decode()}")
                    raise AssertionError(self.wrong[-1])
            turn += 1
            await asyncio.sleep(PAUSE)

    def _note(self, key: str, trouble: str) -> None:
        self.troubles[trouble] += 1
        self.unanswered.add(key)

    def _take(self, key: str, result: dict[str, Any]) -> None:
        receipt = receipt_of(result)
        self.unanswered.discard(key)
        if self.acknowledged.setdefault(key, receipt) != receipt:
            self.wrong.append(f"{key} was answered {self.acknowledged[key]}, then {receipt}")

    async def repeat_all(self) -> dict[str, dict[str, Any]]:
        """Post everything acknowledged once more, and return the answers by key."""
        events = [self.sent[key] for key in self.acknowledged]
        results: dict[str, dict[str, Any]] = {}
        async with Rotation(self.ports, self.town.key) as wires:
            for start in range(0, len(events), REPEATED_AT_ONCE):
                answer = await wires[start // REPEATED_AT_ONCE].post_batch(events[start : start + REPEATED_AT_ONCE])
                assert answer.status == 200, answer
                results.update((one["id"], one) for one in answer.document["results"])
        return results

    async def complaints(self) -> list[str]:
        """Look at everything: the database, and the answers to everything sent again."""
        again = await self.repeat_all()
        found = await look(self.town)
        return [
            *self.wrong,
            *complaints(self.acknowledged, self.sent, found),
            *complaints_of_repeats(self.acknowledged, again),
        ]


class Rotation:
    """One client's connections, one a server: the turn says which is asked."""

    def __init__(self, ports: list[int], key: str) -> None:
        self._wires = [Wire(port, key) for port in ports]

    async def __aenter__(self) -> Rotation:
        return self

    async def __aexit__(self, *_error: object) -> None:
        for wire in self._wires:
            await wire.close()

    def __getitem__(self, turn: int) -> Wire:
        return self._wires[turn % len(self._wires)]
