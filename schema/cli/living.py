"""The application of `ledger serve --demo`: it goes on with the demo's story while it runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from ledger.service.seeding.living import living
from schema.app import App
from schema.app import app as plain_app


def app() -> App:
    """Return the application with a demo that goes on, in any number of processes."""
    outer = plain_app()
    plain = outer.inner.router.lifespan_context

    @asynccontextmanager
    async def lifespan(inner: FastAPI) -> AsyncIterator[Any]:
        async with plain(inner) as state, living(inner.state.ledger):
            yield state

    outer.inner.router.lifespan_context = lifespan
    return outer
