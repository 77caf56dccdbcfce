"""A receiver of webhooks on loopback, small as somebody's script: it notes what comes and answers as planned."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

HANGS = 0
"""A planned answer that never comes."""


class Got(NamedTuple):
    """One request."""

    path: str
    headers: dict[str, str]
    body: str

    @property
    def id(self) -> str:
        """The webhook's id."""
        return self.headers["webhook-id"]

    @property
    def document(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Receiver:
    """What came, and what is answered: the statuses in turn, the last one for ever."""

    def __init__(self, *plan: int) -> None:
        self.plan = list(plan)
        self.got: list[Got] = []
        self.port = 0
        self.came = asyncio.Event()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}/hook"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.strip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.got.append(Got(first.split(" ")[1], headers, body.decode()))
            self.came.set()
            status = self.plan.pop(0) if len(self.plan) > 1 else self.plan[0]
            if status == HANGS:
                await asyncio.sleep(3_600)
            where = f"Location: {self.url}/moved\r\n" if 300 <= status < 400 else ""
            writer.write(f"HTTP/1.1 {status} So\r\n{where}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # whoever sent has left
        finally:
            writer.close()


@asynccontextmanager
async def receiving(*plan: int) -> AsyncIterator[Receiver]:
    """Receive while the block runs."""
    receiver = Receiver(*plan)
    tasks: set[asyncio.Task[None]] = set()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await receiver.answer(reader, writer)
        except asyncio.CancelledError:
            pass
        finally:
            tasks.discard(task)

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in [*tasks]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
