"""The little that bare ASGI routes need: a request's headers and body, and answers in JSON."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from schema.problems import MEDIA_TYPE, Problem

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = Iterable[tuple[str, str]]

encode = msgspec.json.Encoder().encode


MOST_UNREAD = 16_000_000
UNREAD_SECONDS = 10
"""How much of a refused body is read all the same, and for how long."""


class Disconnected(Exception):
    """The client went away before its request was whole."""


class Refused(Exception):
    """The request ends here with a problem."""

    def __init__(self, problem: Problem, headers: Headers = ()) -> None:
        super().__init__(problem.code)
        self.problem = problem
        self.headers = tuple(headers)


class Request:
    """One HTTP request on a bare route."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.method: str = scope["method"]
        self.headers: dict[str, str] = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        self.query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        self._receive = receive

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes, unzipped; a chunk is at most 64 KB.

        Raises:
            Refused: an encoding other than gzip, or a broken one.
        """
        encoding = self.headers.get("content-encoding", "identity").strip().lower()
        if encoding in ("", "identity"):
            async for chunk in self._raw():
                yield chunk
        elif encoding in ("gzip", "x-gzip"):
            async for chunk in _unzipped(self._raw()):
                yield chunk
        else:
            raise Refused(
                Problem(415, "UNSUPPORTED_ENCODING", f"expected gzip or no encoding, found {encoding}"),
                [("accept-encoding", "gzip")],
            )

    async def _raw(self) -> AsyncIterator[bytes]:
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise Disconnected
            if chunk := message.get("body", b""):
                yield chunk
            if not message.get("more_body", False):
                return

    async def body(self, limit: int) -> bytes:
        """Return the whole body.

        Raises:
            Refused: it is longer than `limit` bytes, unzipped.
        """
        parts: list[bytes] = []
        size = 0
        async for chunk in self.chunks():
            size += len(chunk)
            if size > limit:
                raise Refused(too_large(limit))
            parts.append(chunk)
        return b"".join(parts)


def heard(scope: Scope, receive: Receive, send: Send) -> tuple[Receive, Send]:
    """Return these so that a refusal is heard: what is left of the body is read before it, and forgotten.

    Who still sends when the connection is closed is told of a broken connection, and never sees the answer.
    """
    fields = dict(scope["headers"])
    told = fields.get(b"content-length", b"")
    size = int(told) if told.isdigit() else MOST_UNREAD if b"transfer-encoding" in fields else 0
    ended = size > MOST_UNREAD or size == 0 or b"expect" in fields  # who expects 100 waits for leave to send

    async def receiving() -> MutableMapping[str, Any]:
        nonlocal ended
        message = await receive()
        ended = ended or not message.get("more_body", False)
        return message

    async def sending(message: MutableMapping[str, Any]) -> None:
        if message.get("status", 0) >= 400:
            left = MOST_UNREAD
            with suppress(TimeoutError):
                async with asyncio.timeout(UNREAD_SECONDS):
                    while not ended and left > 0:
                        left -= len((await receiving()).get("body", b""))
        await send(message)

    return receiving, sending


def too_large(limit: int) -> Problem:
    """Return the problem of a body over its limit."""
    return Problem(413, "BODY_TOO_LARGE", f"expected at most {limit} bytes; send less at once")


async def _unzipped(raw: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    unzip = zlib.decompressobj(wbits=31)
    try:
        async for chunk in raw:
            rest = chunk
            while rest:
                if unzip.eof:
                    unzip = zlib.decompressobj(wbits=31)  # the next member of several
                yield unzip.decompress(rest, 65_536)
                rest = unzip.unconsumed_tail or unzip.unused_data
    except zlib.error as error:
        raise Refused(Problem(400, "BROKEN_GZIP", f"expected gzip: {error}")) from error
    if not unzip.eof:
        raise Refused(Problem(400, "BROKEN_GZIP", "expected gzip: it breaks off"))


async def start(send: Send, status: int, media_type: str, headers: Headers = ()) -> None:
    """Begin an answer."""
    fields = [("content-type", media_type), *headers]
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in fields],
        }
    )


async def answer(
    send: Send, status: int, document: object, *, media_type: str = "application/json", headers: Headers = ()
) -> None:
    """Answer with a JSON document."""
    body = encode(document)
    await start(send, status, media_type, [("content-length", str(len(body))), *headers])
    await send({"type": "http.response.body", "body": body})


async def answer_problem(send: Send, problem: Problem, headers: Headers = ()) -> None:
    """Answer with a problem."""
    await answer(send, problem.status, problem.document(), media_type=MEDIA_TYPE, headers=headers)
