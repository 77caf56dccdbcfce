"""The application: bare ASGI for intake, FastAPI for everything else, one ledger under both."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy import select
from starlette.exceptions import HTTPException

from ledger.service.ledger import Ledger, open_ledger
from ledger.settings import Settings
from ledger.store.migrate import pending
from schema import asgi
from schema.access import Gate
from schema.graphql.api import router
from schema.intake.route import Intake
from schema.limits import Buckets
from schema.problems import MEDIA_TYPE, At, Problem

EVENTS = "/v1/events"
MOST_BYTES = 1_000_000


class App:
    """The outer application: one path goes around FastAPI, since its request handling costs most there."""

    def __init__(self, inner: FastAPI) -> None:
        self.inner = inner

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        """Route a connection."""
        if scope["type"] == "http" and scope["path"] == EVENTS:
            await self.inner.state.intake(scope, receive, send)
        else:
            await self.inner(scope, receive, send)


def create_app(settings: Settings | None = None, *, ledger: Ledger | None = None) -> App:
    """Return the application; it opens the ledger when it starts, unless one is given."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if ledger is not None:
            _attach(app, ledger)
            yield
            return
        async with open_ledger(settings or Settings()) as opened:
            _attach(app, opened)
            yield

    app = FastAPI(
        title="Contribution ledger",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        max_body_size=MOST_BYTES,
    )
    app.add_exception_handler(HTTPException, _http_problem)
    app.add_exception_handler(RequestValidationError, _invalid_problem)
    app.add_exception_handler(asgi.Refused, _refused_problem)
    app.include_router(router(), prefix="/graphql")
    app.add_api_route("/healthz", _healthz, methods=["GET"], tags=["health"])
    app.add_api_route("/readyz", _readyz, methods=["GET"], tags=["health"])
    return App(app)


def _attach(app: FastAPI, ledger: Ledger) -> None:
    settings = ledger.settings
    app.state.ledger = ledger
    app.state.gate = Gate(ledger)
    app.state.intake = Intake(ledger, app.state.gate, Buckets(settings.rate_limit, settings.rate_burst))


async def _healthz() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "alive"}


async def _readyz(request: Request) -> JSONResponse:
    """Say that the database answers and has the newest tables."""
    ledger: Ledger = request.app.state.ledger
    await ledger.database.read(select(1))
    if await pending(ledger.database):
        return JSONResponse({"status": "not migrated"}, status_code=503)
    return JSONResponse({"status": "ready"})


def _problem(problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(problem.document(), problem.status, headers, media_type=MEDIA_TYPE)


async def _http_problem(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "BODY_TOO_LARGE"}.get(error.status_code, "HTTP_ERROR")
    headers = dict(error.headers) if error.headers else None
    return _problem(Problem(error.status_code, code, str(error.detail)), headers)


async def _invalid_problem(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = tuple(At("/" + "/".join(str(part) for part in one["loc"]), one["msg"]) for one in error.errors())
    return _problem(Problem(422, "INVALID_REQUEST", faults[0].detail if faults else "invalid", faults))


async def _refused_problem(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, asgi.Refused)
    return _problem(error.problem, dict(error.headers))


def app() -> Any:
    """Return the application of the environment's settings, for servers that call a factory."""
    return create_app()
