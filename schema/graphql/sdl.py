"""The schema in its own language."""

from __future__ import annotations

from schema.graphql.schema import SCHEMA


def sdl() -> str:
    """Return the whole schema as text."""
    return f"{SCHEMA.as_str()}\n"
