"""Puts GraphQL on its path."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from schema.graphql.endpoint import Endpoint

PATH = "/graphql"


def mount(app: Starlette) -> None:
    """Answer `/graphql` over HTTP and WebSocket; the ledger, gate, heads and buckets are in the app's state."""
    endpoint = Endpoint()
    app.router.routes += [Route(PATH, endpoint), WebSocketRoute(PATH, endpoint)]
