"""Faults: the top-level errors. Each has a code; what nobody expected is masked, and logged once.

What a person can mend is no fault: mutations answer it in `userErrors`.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import structlog
from graphql import GraphQLError, GraphQLSyntaxError

from ledger.service.writer import QueueFull
from schema.asgi import Refused
from schema.faults import queue_full

log = structlog.get_logger()

MOST_ERRORS = 5
"""How many errors one answer names: a bad document can have thousands."""


class Fault(GraphQLError):
    """An expected fault with a stable code."""

    def __init__(self, code: str, message: str, **more: Any) -> None:
        super().__init__(message, extensions={"code": code, **more})


def settle(errors: list[GraphQLError]) -> None:
    """Give every error its code, in place; of an unexpected one only the log keeps what it was."""
    for error in errors:
        if "code" not in (error.extensions or {}):
            _settle(error)


def settle_invalid(errors: list[GraphQLError]) -> None:
    """Give the errors of a document that is not valid their code."""
    for error in errors:
        error.extensions = {"code": "GRAPHQL_VALIDATION_FAILED", **(error.extensions or {})}


def _settle(error: GraphQLError) -> None:
    match original := error.original_error:
        case _ if isinstance(error, GraphQLSyntaxError):
            error.extensions = {"code": "GRAPHQL_PARSE_FAILED"}
        case Refused():
            error.message, error.extensions = original.problem.detail, {"code": original.problem.code}
        case QueueFull():
            problem = queue_full()
            error.message, error.extensions = problem.detail, {"code": problem.code, "retryAfter": 1}
        case None | GraphQLError() if not (error.path and "cannot represent" in error.message):
            error.extensions = {"code": "BAD_USER_INPUT"}
        case _:
            _mask(error)


def _mask(error: GraphQLError) -> None:
    request_id = uuid4().hex
    original = error.original_error or error
    place = ".".join(str(part) for part in error.path or ())
    log.error("unexpected error", request_id=request_id, place=f"/graphql {place}", exc_info=original)
    error.message = f"this is our fault; the log has it under request {request_id}"
    error.extensions = {"code": "INTERNAL", "requestId": request_id}


def is_request_error(errors: list[GraphQLError] | None, data: object) -> bool:
    """Say whether nothing was executed: the answer then has no `data` at all."""
    return data is None and bool(errors) and not any(error.path for error in errors or ())
