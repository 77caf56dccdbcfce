"""The GraphQL schema and its route."""

from __future__ import annotations

from typing import Any

import strawberry
from fastapi import Request
from starlette.requests import HTTPConnection
from strawberry.extensions import (
    MaxAliasesLimiter,
    MaxTokensLimiter,
    ParserCache,
    QueryDepthLimiter,
    ValidationCache,
)
from strawberry.fastapi import GraphQLRouter
from strawberry.schema.config import StrawberryConfig

from ledger.core.values import MemberId
from ledger.service.ledger import Ledger
from ledger.store.reads.names import member_by_identity
from ledger.words.render import locale_of
from schema.access import Gate
from schema.graphql.described import described, resolved
from schema.graphql.ids import read_id
from schema.graphql.scalars import SCALARS
from schema.graphql.types import Community, Member, member_of
from schema.graphql.view import Info, View, view_of


@described
class Query:
    """What can be asked."""

    @resolved("Null where it does not exist or is not yours to see.")
    async def community(self, info: Info, slug: str) -> Community | None:
        """Return a community by its slug."""
        place = await view_of(info).community(slug)
        return None if place is None else Community(place=place)

    @resolved("A member by global id; null where there is none for you to see.")
    async def member(self, info: Info, id: strawberry.ID) -> Member | None:  # the contract's name
        """Return a member by global id."""
        own, named = view_of(info).own, read_id(id)
        if own is None or named is None or (named.type, named.community) != ("Member", own.id):
            return None
        return await member_of(info, own, MemberId(int(named.key))) if named.key.isdecimal() else None

    @resolved("A member by their name on a platform.")
    async def member_by_handle(
        self,
        info: Info,
        community: str,
        platform: str,
        external_id: str,
    ) -> Member | None:
        """Return a member by identity."""
        view = view_of(info)
        place = await view.community(community)
        if place is None:
            return None
        number = await member_by_identity(view.ledger.database, place.id, platform, external_id)
        return None if number is None else await member_of(info, place, number)


SCHEMA = strawberry.Schema(
    query=Query,
    config=StrawberryConfig(scalar_map=SCALARS),
    extensions=[
        lambda: ParserCache(maxsize=500),
        lambda: ValidationCache(maxsize=500),
        lambda: QueryDepthLimiter(max_depth=10),
        lambda: MaxAliasesLimiter(max_alias_count=15),
        lambda: MaxTokensLimiter(max_token_count=1000),
    ],
)


def router() -> GraphQLRouter[Any, Any]:
    """Return the route of `/graphql`."""

    async def context(connection: HTTPConnection) -> dict[str, Any]:
        ledger: Ledger = connection.app.state.ledger
        gate: Gate = connection.app.state.gate
        authorization = connection.headers.get("authorization")
        known = await gate.caller(authorization) if authorization else None
        locale = locale_of(connection.headers.get("accept-language", ""))
        return {"view": View(ledger, known, locale)}

    return GraphQLRouter(
        SCHEMA,
        context_getter=context,
        graphql_ide=None,
        allow_queries_via_get=False,
        subscription_protocols=("graphql-transport-ws",),
    )


__all__ = ["SCHEMA", "Request", "router"]
