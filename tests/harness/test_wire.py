"""The harnesses' client takes a closed idle connection as HTTP's clients do, and nothing else lightly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from schema.cli.serving import IDLE_SECONDS
from tests.harness.wire import TROUBLE, Wire

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@asynccontextmanager
async def _answering(*connections: tuple[bytes, ...]) -> AsyncIterator[tuple[int, list[int]]]:
    """Serve connections one after another: each sends these bytes, one a request, and closes.

    Lends the port, and how many requests each connection took.
    """
    waiting = list(connections)
    taken: list[int] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number, answers = len(taken), waiting.pop(0)
        taken.append(0)
        for answer in answers:
            await reader.readuntil(b"\r\n\r\n")
            taken[number] += 1
            writer.write(answer)
        writer.close()

    async with await asyncio.start_server(connected, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1], taken


async def test_a_request_on_a_connection_that_was_closed_while_idle_is_sent_again_on_a_new_one() -> None:
    async with _answering((ANSWER,), (ANSWER,)) as (port, taken), Wire(port) as wire:
        assert [(await wire.request("GET", "/")).status for _ in range(2)] == [200, 200]
        assert taken == [1, 1]


async def test_a_new_connection_that_is_closed_without_an_answer_is_trouble() -> None:
    async with _answering((), (ANSWER,)) as (port, taken), Wire(port) as wire:
        with pytest.raises(TROUBLE):
            await wire.request("GET", "/")
        assert taken == [0]


async def test_an_answer_that_breaks_off_is_trouble() -> None:
    async with _answering((ANSWER, ANSWER[:-1]), (ANSWER,)) as (port, taken), Wire(port) as wire:
        await wire.request("GET", "/")
        with pytest.raises(TROUBLE):
            await wire.request("GET", "/")
        assert taken == [2]


def test_a_server_keeps_an_idle_connection_longer_than_who_calls_it() -> None:
    assert IDLE_SECONDS > 60
