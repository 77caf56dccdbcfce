"""Prints the schema in its own language: `python -m schema.graphql.sdl > schema/schema.graphql`."""

from __future__ import annotations

import sys

from schema.graphql.schema import SCHEMA


def sdl() -> str:
    """Return the whole schema as text."""
    return f"{SCHEMA.as_str()}\n"


if __name__ == "__main__":
    sys.stdout.write(sdl())
