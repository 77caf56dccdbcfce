"""The GraphQL schema: its three roots, its scalars, and what stands around every operation."""

from __future__ import annotations

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from schema.graphql.faults import settle
from schema.graphql.mutations import Mutation
from schema.graphql.query import Query
from schema.graphql.reading import Reading
from schema.graphql.scalars import SCALARS
from schema.graphql.subscription import Subscription
from schema.graphql.types.contribution import Contribution
from schema.graphql.types.decision import Decision
from schema.graphql.types.entry import Entry


class LedgerSchema(strawberry.Schema):
    """A schema whose errors all have a code."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Give every error its code; only what nobody expected is logged."""
        del execution_context
        settle(errors)


SCHEMA = LedgerSchema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[Contribution, Decision, Entry],
    config=StrawberryConfig(scalar_map=SCALARS),
    extensions=[Reading],
)
