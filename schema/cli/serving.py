"""`ledger serve`: the HTTP server."""

from __future__ import annotations


def serve() -> None:
    """Serve HTTP and GraphQL."""
