"""How problems stand in the OpenAPI document."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field

from schema.problems import MEDIA_TYPE


class Fault(BaseModel):
    """One fault and its place."""

    pointer: str = Field(description="JSON pointer into what was sent.")
    detail: str


class ProblemDocument(BaseModel):
    """RFC 9457 problem details. Nothing was written."""

    type: str
    title: str
    status: int
    code: str = Field(description="Stable: programs read this.")
    detail: str = Field(description="For people: what was expected and what to do.")
    errors: list[Fault] | None = None


PROBLEM_SCHEMA: dict[str, Any] = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the answers of a route that are problems."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
        }
        for status in statuses
    }
