"""The books as they are read: what the writer would load, from a snapshot that holds nobody up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select, tuple_

from ledger.store.engine import Row
from ledger.store.engine.database import Reading

MOST_KEYS = 5_000
"""How many keys one statement names."""


class Snapshot:
    """Finds rows by their keys in one snapshot of the database."""

    def __init__(self, read: Reading) -> None:
        self._read = read

    async def select(
        self, table: Table, keys: Sequence[str], wanted: Sequence[Row], columns: Sequence[str], community: UUID
    ) -> list[Row]:
        """Return `columns` of the rows whose `keys` are among `wanted`, in no order."""
        chosen = select(*(table.c[name] for name in columns)).where(table.c.community_id == community)
        found: list[Any] = []
        for first in range(0, len(wanted), MOST_KEYS):
            part = wanted[first : first + MOST_KEYS]
            if len(keys) == 1:
                named = table.c[keys[0]].in_([row[0] for row in part])
            else:
                named = tuple_(*(table.c[name] for name in keys)).in_([tuple(row) for row in part])
            found += [tuple(row) for row in await self._read(chosen.where(named))]
        return found
