"""WebSockets that speak graphql-transport-ws: what is no message of the protocol closes them with its code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.websockets import WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message

LONGEST_REASON = 120
"""A close reason has at most 123 bytes."""

LONGEST_QUERY = 1_000_000


class Socket(ASGIWebSocketAdapter):
    """A WebSocket whose reasons fit, and to which nothing is sent once it was closed."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send, unless the socket was closed while an operation went on: nobody hears it, and it is no fault."""
        if self.ws.application_state is not WebSocketState.DISCONNECTED:
            await super().send_json(message)

    async def close(self, code: int, reason: str) -> None:
        """Close, with as much of the reason as fits."""
        await super().close(code, reason.encode()[:LONGEST_REASON].decode(errors="ignore"))


class Handler(BaseGraphQLTransportWSHandler[dict[str, Any], None]):
    """One connection. Strawberry trusts the types within a message; here they are looked at first."""

    async def handle_message(self, message: Message) -> None:
        """Handle a message that is sound."""
        if _is_sound(message):
            await super().handle_message(message)
        else:
            await self.handle_invalid_message("expected a message of graphql-transport-ws")


def _is_sound(message: object) -> bool:
    if not isinstance(message, dict) or not isinstance(message.get("id", ""), str):
        return False
    if message.get("type") != "subscribe":
        return True
    payload = message.get("payload")
    return (
        isinstance(payload, dict)
        and isinstance(payload.get("query"), str)
        and len(payload["query"]) <= LONGEST_QUERY
        and isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("operationName"), str | None)
    )
