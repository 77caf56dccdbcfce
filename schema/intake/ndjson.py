"""NDJSON in, NDJSON out: any length in constant memory; resending a broken stream resumes it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from tempfile import TemporaryFile
from typing import IO, Any

from ledger.core.commands import RecordContribution
from ledger.service.writer import QueueFull
from schema.asgi import Refused, Request, Send, answer, encode, start
from schema.faults import queue_full
from schema.intake.answering import summary
from schema.intake.cloudevents import decode, read_event
from schema.problems import At, Problem

Record = Callable[[list[RecordContribution | Problem]], Awaitable[list[dict[str, Any]]]]
MEDIA_TYPE = "application/x-ndjson"
SHORT_BYTES = 65_536
SHORT_LINES = 500
LONGEST_LINE = 1_048_576
LINES_AT_ONCE = 1_000
BYTES_AT_ONCE = 2_000_000
SENT_BEFORE_READING = 131_072


async def stream(record: Record, request: Request, send: Send) -> None:
    """Answer a short body like a batch, a long one line by line as it is recorded.

    `?results=refused` leaves the others out of a long answer.
    """
    with Results(send, only_refused=request.query.get("results") == "refused") as results:
        try:
            done = await _record_lines(record, request, results)
        except (Refused, QueueFull) as error:
            if not results.started:
                raise
            problem = error.problem if isinstance(error, Refused) else queue_full()
            done = [{"id": None, "status": "refused", "problem": problem.document()}]
        if results.started:
            await results.add(done)
            await results.finish()
            return
    whole = summary(done)
    await answer(send, 207 if whole["refused"] else 200, whole)


async def _record_lines(record: Record, request: Request, results: Results) -> list[dict[str, Any]]:
    """Record line by line; return the results that were not yet sent."""
    size = held = 0
    waiting: list[RecordContribution | Problem] = []
    async for line in _lines(request):
        size += len(line)
        held += len(line)
        if line.strip():
            waiting.append(_read(line))
        if not results.started and (size > SHORT_BYTES or len(waiting) > SHORT_LINES):
            await results.start()
        if results.started and (len(waiting) >= LINES_AT_ONCE or held >= BYTES_AT_ONCE):
            await results.add(await record(waiting))
            waiting, held = [], 0
    return await record(waiting)


class Results:
    """The lines of a long answer.

    Many clients read nothing before they have sent everything. So what the connection may not hold is
    kept in a file until the whole body has come; else both sides would wait for each other.
    """

    def __init__(self, send: Send, *, only_refused: bool) -> None:
        self.started = False
        self._send = send
        self._only_refused = only_refused
        self._sent = 0
        self._kept: IO[bytes] | None = None

    def __enter__(self) -> Results:
        return self

    def __exit__(self, *_: object) -> None:
        if self._kept is not None:
            self._kept.close()

    async def start(self) -> None:
        """Begin the answer."""
        self.started = True
        await start(self._send, 200, MEDIA_TYPE)

    async def add(self, done: list[dict[str, Any]]) -> None:
        """Send results, or keep them."""
        shown = [result for result in done if not self._only_refused or result["status"] == "refused"]
        lines = b"".join(encode(result) + b"\n" for result in shown)
        if self._kept is None and self._sent + len(lines) > SENT_BEFORE_READING:
            self._kept = TemporaryFile(prefix="ledger-results-")  # noqa: SIM115  # closed on leaving
        if self._kept is not None:
            self._kept.write(lines)
            return
        self._sent += len(lines)
        await self._send({"type": "http.response.body", "body": lines, "more_body": True})

    async def finish(self) -> None:
        """Send what was kept, and end the answer."""
        if self._kept is not None:
            self._kept.seek(0)
            while chunk := self._kept.read(SHORT_BYTES):
                await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
        await self._send({"type": "http.response.body", "body": b""})


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
