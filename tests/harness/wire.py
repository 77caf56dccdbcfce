"""HTTP/1.1 on a socket, as small as a bot's: one connection, one request at a time."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from types import TracebackType
from typing import Any, NamedTuple, Self

TROUBLE = (OSError, EOFError)
"""What a request meets when the other side is gone; a timeout is an OSError."""

ANSWER_SECONDS = 60
STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"


class Closed(ConnectionError):
    """The connection ended before anything of an answer came."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: bytes

    @property
    def document(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Wire:
    """One client's connection; after trouble the next request opens a new one.

    A server may close a connection that was idle just as it is used again. Then nothing of an answer comes, and
    the request is sent once more on a new connection, as HTTP's clients do: all we send may be sent twice.
    """

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

    async def request(
        self, method: str, path: str, body: bytes = b"", media: str = STRUCTURED, **headers: str
    ) -> Answer:
        """Send one request.

        Raises:
            OSError, EOFError: no whole answer came; what became of the request is unknown.
        """
        more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self._key}\r\n{more}"
            f"Content-Type: {media}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._ask(head.encode() + body)
        except BaseException:
            await self.close()
            raise

    async def _ask(self, sent: bytes) -> Answer:
        if self._streams is not None:
            with suppress(Closed):
                return await self._ask_on(*self._streams, sent)
            await self.close()
        self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        return await self._ask_on(*self._streams, sent)

    async def _ask_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sent: bytes) -> Answer:
        writer.write(sent)
        try:
            first = await reader.readexactly(1)
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            raise Closed from error
        return await self._answer(first, reader)

    async def _answer(self, first: bytes, reader: asyncio.StreamReader) -> Answer:
        head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
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
