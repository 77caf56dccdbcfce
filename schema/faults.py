"""Every fault of FastAPI's routes as a problem; what nobody expected is logged once and told without detail."""

from __future__ import annotations

from uuid import uuid4

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ledger.service.writer import QueueFull
from ledger.store.engine import AWAY
from schema.asgi import Refused
from schema.problems import MEDIA_TYPE, At, Problem

log = structlog.get_logger()
RETRY = {"Retry-After": "1"}
CODES = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "BODY_TOO_LARGE", 415: "UNSUPPORTED_MEDIA_TYPE"}


def add_handlers(app: FastAPI) -> None:
    """Let an application answer every fault with a problem."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(QueueFull, _queue_full)
    app.add_exception_handler(Exception, _unexpected)


def answer(problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return a problem as an answer."""
    return JSONResponse(problem.document(), problem.status, headers, media_type=MEDIA_TYPE)


def queue_full() -> Problem:
    """Return the problem of a lane that is full."""
    return Problem(503, "QUEUE_FULL", "too much is waiting for this community; send it again after the time given")


def unexpected(error: Exception, place: str) -> Problem:
    """Log what nobody expected, and return a problem that names only where to look.

    A database that is away or full is nobody's fault here: the sender tries again.
    """
    request_id = uuid4().hex
    if isinstance(error, AWAY):
        log.error("the database is away", request_id=request_id, place=place, error=type(error).__name__)
        return Problem(503, "DATABASE_AWAY", "the database does not answer; send it again after the time given")
    log.error("unexpected error", request_id=request_id, place=place, exc_info=error)
    return Problem(500, "INTERNAL", f"this is our fault; the log has it under request {request_id}")


async def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = CODES.get(error.status_code, "HTTP_ERROR")
    return answer(Problem(error.status_code, code, str(error.detail)), dict(error.headers or {}))


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    """Name each fault: of a body by JSON pointer, of anything else by where it stands."""
    assert isinstance(error, RequestValidationError)
    faults = tuple(At(_pointer(one["loc"]), f"{one['msg']}") for one in error.errors())
    broken = any(one["type"] == "json_invalid" for one in error.errors())
    first = faults[0] if faults else At("", "invalid")
    detail = f"{first.pointer or '/'}: {first.detail}"
    if broken:
        return answer(Problem(400, "NOT_JSON", detail, faults))
    return answer(Problem(422, "INVALID_REQUEST", detail, faults))


def _pointer(place: tuple[str | int, ...]) -> str:
    parts = place[1:] if place and place[0] == "body" else place
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)
    return answer(error.problem, dict(error.headers))


async def _queue_full(_request: Request, _error: Exception) -> JSONResponse:
    return answer(queue_full(), RETRY)


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    # The route as it is written: a path that was asked for can hold a name or a token.
    problem = unexpected(error, getattr(request.scope.get("route"), "path", "a route"))
    return answer(problem, RETRY if problem.status == 503 else None)
