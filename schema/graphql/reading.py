"""Reads documents: parses, weighs and validates each text once, prices each operation, and opens a fresh view.

Remembering what was parsed and validated is worth a factor of three. Only what callers with a key send is
remembered, and no long texts, so the memory this takes has a bound that nobody unknown can fill.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from graphql import DocumentNode, GraphQLError, GraphQLSchema, parse, specified_rules
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document

from schema.graphql.cost import too_dear
from schema.graphql.faults import settle_invalid
from schema.graphql.limits import MOST_TOKENS, judge
from schema.graphql.view import View

MOST_REMEMBERED = 200
LONGEST_REMEMBERED = 10_000


def _parsed(text: str) -> DocumentNode:
    return parse(text, max_tokens=MOST_TOKENS)


def _judged(schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
    """Return what is wrong with a document whatever its variables are."""
    errors: list[GraphQLError] = list(judge(document))
    errors = errors or validate_document(schema, document, tuple(specified_rules))
    settle_invalid(errors)
    return errors


_parsed_before = lru_cache(MOST_REMEMBERED)(_parsed)
_judged_before = lru_cache(MOST_REMEMBERED)(_judged)


class Reading(SchemaExtension):
    """Stands between a request's text and its execution."""

    @property
    def _remembers(self) -> bool:
        view: View = self.execution_context.context["view"]
        return view.known is not None and len(self.execution_context.query or "") <= LONGEST_REMEMBERED

    def on_operation(self) -> Iterator[None]:
        """Bound the text, and give every operation loaders of its own: on a WebSocket many share a context."""
        context = self.execution_context
        context.parse_options["max_tokens"] = MOST_TOKENS
        view = context.context["view"]
        assert isinstance(view, View)
        context.context = {**context.context, "view": view.fresh()}
        yield

    def on_parse(self) -> Iterator[None]:
        """Parse, unless the text was parsed before. A text that is none is left to Strawberry to refuse."""
        context = self.execution_context
        try:
            parsed = _parsed_before if self._remembers else _parsed
            context.graphql_document = parsed(context.query or "")
        except (GraphQLError, RecursionError):
            context.graphql_document = None
        yield

    def on_validate(self) -> Iterator[None]:
        """Validate, and price what is valid."""
        context = self.execution_context
        schema, document = context.schema._schema, context.graphql_document
        assert document is not None
        errors = _judged_before(schema, document) if self._remembers else _judged(schema, document)
        if not errors:
            errors = list(too_dear(schema, document, context.operation_name, context.variables or {}))
        context.pre_execution_errors = errors
        yield
