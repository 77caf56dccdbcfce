"""Sends a history over 8 connections; events that concern the same member or thing keep their order."""

from __future__ import annotations

import asyncio
import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from tests.harness.crowd import CLIENTS, PAUSE, Rotation
from tests.harness.wire import TROUBLE, Answer, Wire

Event = dict[str, Any]


def concerns(events: Iterable[Event]) -> list[set[str]]:
    """Return what each event concerns: its members, its things, and every member those things concerned before."""
    members_of: dict[str, set[str]] = defaultdict(set)
    found: list[set[str]] = []
    for event in events:
        data = event["data"]
        members = {f"member {who}" for who in (data.get("member"), *data.get("people", {}).values()) if who}
        things = {f"thing {one}" for one in (event.get("subject"), data.get("question")) if one}
        things |= {f"event {one}" for one in (event["id"], data.get("undoes")) if one}
        before = set().union(*(members_of[thing] for thing in things))
        for thing in things:
            members_of[thing] |= members | before
        found.append(members | things | before)
    return found


def earlier_ones(concerned: Sequence[set[str]]) -> list[set[int]]:
    """Return for each event those it must wait for: the last before it on each of its concerns."""
    last: dict[str, int] = {}
    found: list[set[int]] = []
    for number, concern in enumerate(concerned):
        found.append({last[one] for one in concern if one in last})
        last.update(dict.fromkeys(concern, number))
    return found


class Dispatch:
    """Hands out events that wait for nobody, the earliest first."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = events
        self._waiting = earlier_ones(concerns(events))
        self._later: dict[int, list[int]] = defaultdict(list)
        for number, before in enumerate(self._waiting):
            for one in before:
                self._later[one].append(number)
        self._ready = [number for number, before in enumerate(self._waiting) if not before]
        self._left = len(events)
        self._changed = asyncio.Condition()
        self.at_once = 0
        self._out = 0

    async def take(self) -> int | None:
        """Return the number of an event to send; None when all were sent."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._ready or not self._left)
            if not self._ready:
                return None
            self._left -= 1
            self._out += 1
            self.at_once = max(self.at_once, self._out)
            return heapq.heappop(self._ready)

    async def acknowledged(self, number: int) -> None:
        """Let go what waited for an event."""
        async with self._changed:
            self._out -= 1
            for later in self._later[number]:
                self._waiting[later].discard(number)
                if not self._waiting[later]:
                    heapq.heappush(self._ready, later)
            self._changed.notify_all()


async def post_history(events: Sequence[Event], ports: list[int], key: str) -> tuple[list[Answer], int]:
    """Post all, by 8 connections to the servers in turn; return the answers and how many were under way at once."""
    dispatch = Dispatch(events)
    answers: dict[int, Answer] = {}

    async def client(turn: int) -> None:
        async with Rotation(ports, key) as wires:
            while (number := await dispatch.take()) is not None:
                answers[number] = await _answered(wires[turn], events[number])
                await dispatch.acknowledged(number)

    await asyncio.gather(*(client(turn) for turn in range(CLIENTS)))
    return [answers[number] for number in range(len(events))], dispatch.at_once


async def _answered(wire: Wire, event: Event) -> Answer:
    """Post until it is answered: a server closes connections that were idle for some seconds."""
    while True:
        try:
            return await wire.post(event)
        except TROUBLE:
            await asyncio.sleep(PAUSE)
