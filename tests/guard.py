"""D4 held on all tests: a statement that names a tenant's table says whose rows it means.

A mention of `community_id` among the columns asked for is not enough: it must be bound, by `=` or IN,
or stand among an INSERT's columns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from alembic import context
from sqlalchemy import Engine, event

from ledger.store.engine import PostgresConnection, SqliteConnection
from ledger.store.tables import METADATA, SHARED

TENANT = sorted(set(METADATA.tables) - SHARED)
ACROSS: tuple[str, ...] = (
    r"^SELECT max\(head\.recorded_at\)",  # readiness compares our clock with the last time in any log
)
"""Patterns of statements that may look across communities: reports and sweeps (D9), each with its reason."""

_NAMES = re.compile(rf"\b(?:{'|'.join(TENANT)})\b", re.IGNORECASE)
_SHAPES = re.compile(r"\s*(?:CREATE|ALTER|DROP|PRAGMA|GRANT|REVOKE|ANALYZE)\b", re.IGNORECASE)
_INSERTED = re.compile(r"\s*INSERT\s+INTO\s+\S+\s*\([^)]*\bcommunity_id\b", re.IGNORECASE)
_BOUND = re.compile(
    r"\bcommunity_id\b\s*(?:=|IN\b)"  # community_id = $1
    r"|=\s*[\w.]*\bcommunity_id\b"  # x.community_id = y.community_id, one of which is bound
    r"|\([^()]*\bcommunity_id\b[^()]*\)\s*IN\b",  # (community_id, member) IN (…)
    re.IGNORECASE,
)
_STATEMENTS = ("execute", "executemany", "executescript", "fetch", "fetchrow", "fetchval", "cursor", "prepare")


def is_bound(sql: str) -> bool:
    """Say whether a statement touches no tenant's table, or says whose rows it means."""
    if _SHAPES.match(sql) or not _NAMES.search(sql) or any(re.search(known, sql) for known in ACROSS):
        return True
    return bool(_INSERTED.match(sql) or _BOUND.search(sql))


class TenantGuard:
    """Looks at every statement; what it stops it also keeps, so that nobody can swallow it."""

    def __init__(self) -> None:
        self.offences: list[str] = []
        self.seen = 0

    def look(self, sql: str) -> None:
        """Stop a statement that might touch another community's rows."""
        self.seen += 1
        if not is_bound(sql) and not _migrating():
            self.offences.append(sql)
            raise AssertionError(f"D4: whose rows? {sql}")

    def look_at_copy(self, table: str, columns: list[str]) -> None:
        """Stop a COPY into a tenant's table that names no community."""
        self.look(f"INSERT INTO {table} ({', '.join(columns)})")

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look at both connections for writing and at every engine for reading."""
        with pytest.MonkeyPatch.context() as patch:
            for kind in (SqliteConnection, PostgresConnection):
                patch.setattr(kind, "__init__", _watched(kind.__init__, self))
            event.listen(Engine, "before_cursor_execute", self._before_cursor_execute)
            try:
                yield
            finally:
                event.remove(Engine, "before_cursor_execute", self._before_cursor_execute)

    def _before_cursor_execute(self, _connection: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        self.look(sql)


class WatchedConnection:
    """A driver's connection, each statement looked at before it passes."""

    def __init__(self, driver: Any, guard: TenantGuard) -> None:
        self._driver = driver
        self._guard = guard

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._driver, name)
        if name == "copy_records_to_table":
            return self._copying(method)
        return self._stating(method) if name in _STATEMENTS else method

    def _stating(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def state(sql: str, *arguments: Any, **options: Any) -> Any:
            self._guard.look(sql)
            return method(sql, *arguments, **options)

        return state

    def _copying(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def copy(table: str, **options: Any) -> Any:
            self._guard.look_at_copy(table, list(options.get("columns") or ()))
            return method(table, **options)

        return copy


def _watched(opening: Callable[..., None], guard: TenantGuard) -> Callable[..., None]:
    def __init__(connection: Any, *arguments: Any) -> None:  # noqa: N807  # it takes its place
        opening(connection, *arguments)
        connection._connection = WatchedConnection(connection._connection, guard)

    return __init__


def _migrating() -> bool:
    """Say whether Alembic is at work: a migration may touch every community's rows."""
    try:
        context.get_context()
    except (NameError, KeyError, AttributeError):
        return False
    return True
