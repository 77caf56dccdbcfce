"""What is promised, as files, so that a change shows in the diff. `make snapshots` writes them, a test compares."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from ledger.core.events import Fact
from schema.app import create_app
from schema.graphql.sdl import sdl
from schema.openapi import document

FOLDER = Path(__file__).parent
SOME_DAY = datetime(2026, 11, 26, tzinfo=UTC)
"""The OpenAPI document names the present month, in which events may happen."""


def openapi() -> str:
    """Return the OpenAPI document."""
    return _told(document(create_app().inner, today=SOME_DAY))


def events() -> str:
    """Return the JSON Schema of what the log holds: what was ever recorded must stay readable."""
    return _told(msgspec.json.schema(Fact))


def _told(document: object) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


SNAPSHOTS: dict[str, Callable[[], str]] = {"schema.graphql": sdl, "openapi.json": openapi, "events.json": events}


def write() -> None:
    """Write every snapshot anew."""
    for name, told in SNAPSHOTS.items():
        (FOLDER / name).write_text(told(), "utf-8")


if __name__ == "__main__":
    write()
