"""HTTP/1.1 on a socket, as small as a bot's: one connection, one request at a time."""

from __future__ import annotations

import asyncio
import json
from types import TracebackType
from typing import Any, NamedTuple, Self

TROUBLE = (OSError, EOFError)
"""What a request meets when the other side is gone; a timeout is an OSError."""

ANSWER_SECONDS = 60
STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: bytes

    @property
    def document(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Wire:
    """One client's connection; after trouble the next request opens a new one."""

    def __init__(self, port: int, key: str = "") -> None:
        self._port = port
        self._key = key
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def request(self, method: str, path: str, body: bytes = b"", media: str = STRUCTURED) -> Answer:
        """Send one request.

        Raises:
            OSError, EOFError: no whole answer came; what became of the request is unknown.
        """
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self._key}\r\n"
            f"Content-Type: {media}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                if self._streams is None:
                    self._streams = await asyncio.open_connection("127.0.0.1", self._port)
                self._streams[1].write(head.encode() + body)
                return await self._answer(self._streams[0])
        except BaseException:
            await self.close()
            raise

    async def _answer(self, reader: asyncio.StreamReader) -> Answer:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0] or 0)
        answer = Answer(int(head.split(" ", 2)[1]), await reader.readexactly(length))
        if "connection: close" in head:
            await self.close()
        return answer

    async def post(self, event: dict[str, Any]) -> Answer:
        """Post one event."""
        return await self.request("POST", "/v1/events", json.dumps(event).encode())

    async def post_batch(self, events: list[dict[str, Any]]) -> Answer:
        """Post several events at once."""
        return await self.request("POST", "/v1/events", json.dumps(events).encode(), BATCH)

    async def close(self) -> None:
        """Close the connection, if one is open; nothing more is sent."""
        streams, self._streams = self._streams, None
        if streams is not None:
            streams[1].transport.abort()
            await asyncio.sleep(0)
