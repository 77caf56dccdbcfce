"""`POST /v1/events` on bare ASGI: FastAPI's request handling would cost five times what the work does.

Its place in the OpenAPI document is in `schema.openapi`.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import unquote

import msgspec

from ledger.core.commands import RecordContribution
from ledger.core.refusals import Refusal
from ledger.service.access import Caller, Scope
from ledger.service.ledger import Ledger
from ledger.service.writer import QueueFull, Receipt
from ledger.store.directory import Community
from schema.access import Gate, Known, require
from schema.asgi import Disconnected, Receive, Refused, Request, Send, answer, answer_problem
from schema.asgi import Scope as AsgiScope
from schema.faults import queue_full, unexpected
from schema.intake.answering import Answered, results, summary
from schema.intake.cloudevents import decode, read_event
from schema.intake.ndjson import stream
from schema.limits import Buckets
from schema.problems import At, Problem, problem_of

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
NDJSON = "application/x-ndjson"
BINARY = "application/json"
ACCEPTED = ", ".join((STRUCTURED, BATCH, BINARY, NDJSON))
MOST_BYTES = 2_000_000
MOST_EVENTS = 1_000
_QUOTED_PAIR = re.compile(r"\\(.)")


class Intake:
    """The route, with what it needs to know callers and to record."""

    def __init__(self, ledger: Ledger, gate: Gate, buckets: Buckets) -> None:
        self.ledger = ledger
        self.gate = gate
        self.buckets = buckets

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Answer one request; every fault is a problem."""
        started = False

        async def sending(message: MutableMapping[str, Any]) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._answer(Request(scope, receive), sending)
        except Refused as refused:
            await answer_problem(send, refused.problem, refused.headers)
        except QueueFull:
            await answer_problem(send, queue_full(), [("retry-after", "1")])
        except Disconnected:
            return
        except Exception as error:  # a request's rim: the sender learns that it is our fault
            problem = unexpected(error, "/v1/events")
            if not started:
                await answer_problem(send, problem, [("retry-after", "1")] if problem.status == 503 else [])

    async def _answer(self, request: Request, send: Send) -> None:
        if request.method != "POST":
            raise Refused(Problem(405, "METHOD_NOT_ALLOWED", "expected POST"), [("allow", "POST")])
        known = await self.gate.caller(request.headers.get("authorization"))
        require(known.caller, Scope.EVENTS_WRITE)
        self.buckets.take(known.caller.key_id)
        mode = request.query.get("mode", "each")
        if mode not in ("each", "atomic"):
            raise Refused(Problem(400, "UNKNOWN_MODE", "expected mode=atomic, or no mode"))
        if request.media_type == NDJSON:
            if mode == "atomic":
                raise Refused(Problem(400, "UNKNOWN_MODE", "NDJSON is recorded line by line; send a batch"))
            await stream(lambda asked: self.results(known, asked), request, send)
            return
        asked, single = await _read(request)
        await self._record(known, asked, send, single=single, atomic=mode == "atomic")

    async def _record(
        self,
        known: Known,
        asked: list[RecordContribution | Problem],
        send: Send,
        *,
        single: bool,
        atomic: bool,
    ) -> None:
        if atomic and not single:
            for number, one in enumerate(asked):
                judged = allowed(known.caller, one) if isinstance(one, RecordContribution) else one
                if isinstance(judged, Problem):
                    raise Refused(_within_batch(judged, number))
        answers = await self.record(known, asked, atomic=atomic)
        if atomic and not single and answers and not isinstance(answers[-1], Receipt):
            last = answers[-1]
            problem = problem_of(last) if isinstance(last, Refusal) else last
            raise Refused(_within_batch(problem, len(answers) - 1))
        if single:
            await self._answer_single(known.community, asked, answers, send)
            return
        whole = summary(await results(self.ledger, known.community, asked, answers))
        await answer(send, 207 if whole["refused"] else 200, whole)

    async def results(self, known: Known, asked: list[RecordContribution | Problem]) -> list[dict[str, Any]]:
        """Record what can be, and return a result for each, in order."""
        return await results(self.ledger, known.community, asked, await self.record(known, asked))

    async def record(
        self, known: Known, asked: list[RecordContribution | Problem], *, atomic: bool = False
    ) -> list[Answered]:
        """Submit what can be, and return an answer for each, in order."""
        asked = [allowed(known.caller, one) if isinstance(one, RecordContribution) else one for one in asked]
        commands = [one for one in asked if isinstance(one, RecordContribution)]
        receipts = await self.ledger.writer.submit(known.community, commands, atomic=atomic)
        if len(receipts) < len(commands):
            return list(receipts)
        answers = iter(receipts)
        return [one if isinstance(one, Problem) else next(answers) for one in asked]

    async def _answer_single(
        self,
        community: Community,
        asked: list[RecordContribution | Problem],
        answers: list[Answered],
        send: Send,
    ) -> None:
        only = answers[0]
        if isinstance(only, Refusal):
            raise Refused(problem_of(only))
        if isinstance(only, Problem):
            raise Refused(only)
        [result] = await results(self.ledger, community, asked, answers)
        headers = [("idempotency-replayed", "true")] if only.replayed else []
        await answer(send, 200, result, headers=headers)


def allowed(caller: Caller, command: RecordContribution) -> RecordContribution | Problem:
    """Return the command as this key may send it, or why it may not."""
    if not caller.may_send_as(command.source):
        detail = f"this key may send only sources that begin with {' or '.join(caller.source_prefixes)}"
        return Problem(403, "SOURCE_NOT_ALLOWED", detail, (At("/source", detail),))
    if not caller.may(Scope.AMOUNTS_WRITE):
        return msgspec.structs.replace(command, may_name_amounts=False)
    return command


def _within_batch(problem: Problem, number: int) -> Problem:
    """Return a problem with its pointers led by the place of its event: a conflict stays one, all else is 422."""
    errors = tuple(At(f"/{number}{at.pointer}", at.detail) for at in problem.errors)
    status = 409 if problem.status == 409 else 422
    return Problem(
        status, problem.code, f"event {number}: {problem.detail}", errors or (At(f"/{number}", problem.detail),)
    )


async def _read(request: Request) -> tuple[list[RecordContribution | Problem], bool]:
    """Read the body by its media type; say whether it is a single event."""
    match request.media_type:
        case _ if request.media_type == STRUCTURED:
            return [read_event(_decoded(await request.body(MOST_BYTES)))], True
        case _ if request.media_type == BATCH:
            documents = _decoded(await request.body(MOST_BYTES))
            if not isinstance(documents, list):
                raise Refused(Problem(400, "NOT_A_BATCH", "expected a JSON array of CloudEvents"))
            if len(documents) > MOST_EVENTS:
                detail = f"expected at most {MOST_EVENTS} events a batch, found {len(documents)}; or send NDJSON"
                raise Refused(Problem(422, "TOO_MANY_EVENTS", detail))
            return [read_event(document) for document in documents], False
        case _ if request.media_type == BINARY and any(name.startswith("ce-") for name in request.headers):
            return [read_event(await _binary(request))], True
    raise Refused(
        Problem(415, "UNSUPPORTED_MEDIA_TYPE", f"expected one of {ACCEPTED} (with ce- headers)"),
        [("accept-post", ACCEPTED)],
    )


def _decoded(body: bytes) -> object:
    try:
        return decode(body)
    except ValueError as error:
        raise Refused(Problem(400, "NOT_JSON", str(error), (At("", str(error)),))) from error


def _header_value(value: str) -> str:
    """Return an attribute from its header: out of its quotes, where it has some, then percent-decoded once."""
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = _QUOTED_PAIR.sub(r"\1", value[1:-1])
    return unquote(value)


async def _binary(request: Request) -> dict[str, Any]:
    """Put a binary-mode event together: attributes from ce- headers, data from the body."""
    document: dict[str, Any] = {
        name.removeprefix("ce-"): _header_value(value)
        for name, value in request.headers.items()
        if name.startswith("ce-")
    }
    body = await request.body(MOST_BYTES)
    if body:
        document["data"] = _decoded(body)
    return document
