"""The application: bare ASGI for intake, FastAPI for everything else, one ledger under both."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI

from ledger.service.fulfilment import fulfilling
from ledger.service.heartbeat import beating
from ledger.service.ledger import Ledger, open_ledger
from ledger.service.sweeper import sweeping
from ledger.settings import Settings
from schema import asgi
from schema.access import Gate
from schema.faults import add_handlers
from schema.graphql.api import mount as mount_graphql
from schema.graphql.following import Heads
from schema.intake.route import Intake
from schema.limits import Buckets
from schema.logs import plainly
from schema.openapi import document
from schema.pages import export as export_page
from schema.pages import member as member_page
from schema.rest import adjustments, docs, health, journal, members, redemptions

EVENTS = "/v1/events"
MOST_BYTES = 1_000_000


class App:
    """The outer application: one path goes around FastAPI, since its request handling costs most there."""

    def __init__(self, inner: FastAPI) -> None:
        self.inner = inner

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        """Route a connection."""
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        receive, send = asgi.heard(scope, receive, send)
        if scope["path"] == EVENTS:
            await self.inner.state.intake(scope, receive, send)
        else:
            await self.inner(scope, receive, _telling(send))


def _telling(send: asgi.Send) -> asgi.Send:
    """Tell a body over its limit by a problem: Starlette's own limit answers plain text."""
    told = False

    async def sending(message: MutableMapping[str, Any]) -> None:
        nonlocal told
        fields = dict(message.get("headers", ()))
        if message.get("status") == 413 and fields.get(b"content-type", b"").startswith(b"text/plain"):
            told = True
            await asgi.answer_problem(send, asgi.too_large(MOST_BYTES))
        elif not told:
            await send(message)

    return sending


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
            every = opened.settings.sweep_seconds
            async with (
                beating(opened.database, opened.clock),
                sweeping(opened.database, opened.writer, opened.clock, every=every),
                fulfilling(opened),
            ):
                yield

    app = FastAPI(
        title="Contribution ledger",
        version=version("contribution-ledger"),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        max_body_size=MOST_BYTES,
    )
    add_handlers(app)
    for room in (adjustments, redemptions, members, journal, health, docs, member_page, export_page):
        app.router.routes.extend(room.router.routes)
    mount_graphql(app)
    app.mount("/docs/static", docs.static(), name="docs-static")
    app.openapi = lambda: document(app)  # type: ignore[method-assign]  # FastAPI's way to a document of one's own
    return App(app)


def _attach(app: FastAPI, ledger: Ledger) -> None:
    settings = ledger.settings
    app.state.ledger = ledger
    app.state.gate = Gate(ledger)
    app.state.heads = Heads(ledger.database)
    app.state.buckets = Buckets(settings.rate_limit, settings.rate_burst)
    app.state.intake = Intake(ledger, app.state.gate, app.state.buckets)


def app() -> App:
    """Return the application of the environment's settings, for servers that call a factory."""
    plainly()
    made = create_app()
    gc.freeze()  # what is imported by now stays: no collection need look at it again
    return made
