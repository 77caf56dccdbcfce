"""GraphQL over HTTP, WebSocket and server-sent events, on a bare ASGI route.

Strawberry speaks `application/json` only; here the newer media type of GraphQL over HTTP is answered too.
Source: https://graphql.github.io/graphql-over-http/draft/
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from cross_web import AsyncHTTPRequestAdapter, HTTPException
from pydantic_core import from_json
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.types import ExecutionResult, SubscriptionExecutionResult
from strawberry.types.unset import UNSET, UnsetType

from ledger.service.access import Caller
from schema.access import Known
from schema.asgi import Refused
from schema.graphql.accepting import RESPONSE, answer_type
from schema.graphql.faults import MOST_ERRORS, is_request_error
from schema.graphql.language import preferred
from schema.graphql.schema import SCHEMA
from schema.graphql.sockets import Handler, Socket
from schema.graphql.view import View

INIT_WAIT = timedelta(seconds=10)
MOST_SUBSCRIPTIONS = 50
BAD_REQUEST = 400
"""What a request error answers in the newer media type; its draft of 2026 would have 422 for some."""

Context = dict[str, Any]


class Endpoint(GraphQL[Context, None]):
    """The route of `/graphql`."""

    graphql_transport_ws_handler_class = Handler
    websocket_adapter_class = Socket

    def __init__(self) -> None:
        super().__init__(
            SCHEMA,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=("graphql-transport-ws", "graphql-sse"),
            connection_init_wait_timeout=INIT_WAIT,
            max_subscriptions_per_connection=MOST_SUBSCRIPTIONS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a connection; what is no GraphQL request is answered in GraphQL's form too."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await self.run(request)
        except HTTPException as error:
            response = _not_graphql(request, error)
        await response(scope, receive, send)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """Return what resolvers see of a request: who calls, in which language.

        Raises:
            Refused: 401, the key or session opens nothing; on a WebSocket that waits for `connection_init`.
        """
        authorization = request.headers.get("authorization")
        view = _view(request, authorization)
        if request.scope["type"] == "http":
            view = await _known(request, view)
        return {"request": request, "response": response, "view": view}

    async def on_ws_connect(self, context: Context) -> UnsetType:
        """Take the key or session of the handshake, or of the payload of `connection_init`."""
        view: View = context["view"]
        given = {name.lower(): value for name, value in context["connection_params"].items()}
        authorization = given.get("authorization", view.authorization)
        if authorization is not None and not isinstance(authorization, str):
            raise ConnectionRejectionError
        try:
            context["view"] = await _known(context["request"], replace(view, authorization=authorization))
        except Refused as refused:
            raise ConnectionRejectionError from refused
        return UNSET  # type: ignore[no-any-return]  # it is typed as Any

    def decode_json(self, data: str | bytes) -> object:
        """Decode JSON; what nests too deep is none."""
        try:
            return from_json(data, allow_inf_nan=False)
        except ValueError as error:
            raise json.JSONDecodeError("expected JSON", "", 0) from error

    def parse_json(self, data: str | bytes) -> Any:
        """Decode a request's body, which is an object."""
        found = super().parse_json(data)
        if not isinstance(found, dict):
            raise HTTPException(400, "expected a JSON object, one request")
        return found

    async def execute_operation(
        self,
        request: Request,
        request_adapter: AsyncHTTPRequestAdapter,
        request_data: GraphQLRequestData | list[GraphQLRequestData],
        context: Context,
        root_value: None,
        sub_response: Response,
    ) -> ExecutionResult | list[ExecutionResult] | SubscriptionExecutionResult:
        """Execute, and choose the answer's media type and status."""
        result = await super().execute_operation(
            request, request_adapter, request_data, context, root_value, sub_response
        )
        if isinstance(result, ExecutionResult):
            sub_response.media_type = answer_type(request.headers.get("accept"))
            sub_response.headers["content-language"] = context["view"].locale
            sub_response.headers["vary"] = "Accept, Accept-Language, Authorization"
            if sub_response.media_type == RESPONSE and is_request_error(result.errors, result.data):
                sub_response.status_code = BAD_REQUEST
        return result

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """Return an answer's document: no data where nothing was executed, and not too many errors."""
        document = await super().process_result(request, result)
        errors = document.get("errors")
        if errors:
            document["errors"] = errors[:MOST_ERRORS]
        if is_request_error(result.errors, result.data):
            document.pop("data", None)
        return document

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        """Return the answer in the media type that was chosen."""
        response = super().create_response(response_data, sub_response)
        response.headers["content-type"] = f"{sub_response.media_type}; charset=utf-8"
        return response


def _not_graphql(request: Request, error: HTTPException) -> Response:
    code = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}.get(error.status_code, "BAD_REQUEST")
    document = {"errors": [{"message": error.reason, "extensions": {"code": code}}]}
    media_type = answer_type(request.headers.get("accept"))
    headers = {"allow": "POST"} if error.status_code == 405 else None
    return Response(json.dumps(document), error.status_code, headers, f"{media_type}; charset=utf-8")


def _view(connection: HTTPConnection, authorization: str | None) -> View:
    """Return the view of somebody who is not looked up yet."""
    state = connection.app.state
    return View(
        ledger=state.ledger,
        gate=state.gate,
        heads=state.heads,
        known=None,
        authorization=authorization,
        locale=preferred(connection.headers.get("accept-language", "")),
        base=str(connection.base_url).rstrip("/"),
    )


async def _known(connection: HTTPConnection, view: View) -> View:
    """Return the view of whoever the authorization names, who takes a token of their rate limit.

    A member reads in the language they chose.
    """
    if view.authorization is None:
        return view
    known: Known = await view.gate.caller(view.authorization)
    connection.app.state.buckets.take(_bucket(known.caller))
    view = replace(view, known=known)
    if view.member is None:
        return view
    chosen = await view.loaders.preferences.load((known.community.id, view.member))
    return replace(view, locale=chosen.locale or view.locale)


def _bucket(caller: Caller) -> str:
    return caller.key_id or f"{caller.community}/{caller.name}"
