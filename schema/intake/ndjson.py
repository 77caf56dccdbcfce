"""NDJSON in, NDJSON out: any length in constant memory; resending a broken stream resumes it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from ledger.core.commands import RecordContribution
from schema.asgi import Request, Send, answer, encode, start
from schema.intake.answering import summary
from schema.intake.cloudevents import decode, read_event
from schema.problems import At, Problem

Record = Callable[[list[RecordContribution | Problem]], Awaitable[list[dict[str, Any]]]]
MEDIA_TYPE = "application/x-ndjson"
SHORT_BYTES = 65_536
SHORT_LINES = 500
LONGEST_LINE = 1_048_576
LINES_AT_ONCE = 1_000


async def stream(record: Record, request: Request, send: Send) -> None:
    """Answer a short body like a batch, a long one line by line as it is recorded.

    `?results=refused` leaves the others out of a long answer.
    """
    only_refused = request.query.get("results") == "refused"
    started = False
    size = 0
    waiting: list[RecordContribution | Problem] = []
    async for line in _lines(request):
        size += len(line)
        if line.strip():
            waiting.append(_read(line))
        if not started and (size > SHORT_BYTES or len(waiting) > SHORT_LINES):
            started = True
            await start(send, 200, MEDIA_TYPE)
        if started and len(waiting) >= LINES_AT_ONCE:
            await _send(send, await record(waiting), only_refused=only_refused)
            waiting = []
    done = await record(waiting)
    if started:
        await _send(send, done, only_refused=only_refused)
        await send({"type": "http.response.body", "body": b""})
        return
    whole = summary(done)
    await answer(send, 207 if whole["refused"] else 200, whole)


async def _send(send: Send, done: list[dict[str, Any]], *, only_refused: bool) -> None:
    shown = [result for result in done if not only_refused or result["status"] == "refused"]
    body = b"".join(encode(result) + b"\n" for result in shown)
    await send({"type": "http.response.body", "body": body, "more_body": True})


def _read(line: bytes) -> RecordContribution | Problem:
    if len(line) > LONGEST_LINE:
        return Problem(413, "LINE_TOO_LONG", f"expected at most {LONGEST_LINE} bytes a line")
    try:
        return read_event(decode(line))
    except ValueError as error:
        return Problem(400, "NOT_JSON", str(error), (At("", str(error)),))


async def _lines(request: Request) -> AsyncIterator[bytes]:
    """Yield lines; one over its limit is cut there, and the rest of it dropped."""
    rest = b""
    dropping = False
    async for chunk in request.chunks():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            if not dropping:
                yield line
            dropping = False
        if len(rest) > LONGEST_LINE:
            if not dropping:
                yield rest
            dropping, rest = True, b""
    if rest and not dropping:
        yield rest
