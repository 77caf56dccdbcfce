"""Lets one of several processes do something: whoever holds its lease, until it is not renewed in time.

It spares work done twice; nothing may depend on it. Clocks differ, and a process may stop between two looks.
"""

from __future__ import annotations

from sqlalchemy import select

from ledger.core.values import SECOND, Micros
from ledger.store.engine import Connection, Database
from ledger.store.tables import TABLES

LASTS = Micros(8 * SECOND)


class Lease:
    """One process's claim to do something."""

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = f"lease:{name}"
        self._until = Micros(0)

    async def hold(self, *, at: Micros) -> bool:
        """Take the lease, or renew it at half time; say whether this process has it."""
        if self._until - at > LASTS // 2:
            return True
        row = TABLES["heartbeat"].c
        found = await self._database.read(select(row.at).where(row.name == self._name))
        if found and found[0].at not in (0, self._until) and found[0].at >= at:
            self._until = Micros(0)
            return False
        until = Micros(at + LASTS)

        async def work(connection: Connection) -> int:
            await connection.begin()
            moved = await connection.execute(
                "INSERT INTO heartbeat (name, at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET at = excluded.at"
                " WHERE heartbeat.at = $3 OR heartbeat.at < $4",
                self._name,
                until,
                self._until,
                at,
            )
            await connection.commit()
            return moved

        held = await self._database.write(work) == 1
        self._until = until if held else Micros(0)
        return held

    async def let_go(self) -> None:
        """Give the lease up, if this process has it, so that another need not wait for its end."""

        async def work(connection: Connection) -> None:
            await connection.begin()
            await connection.execute(
                "UPDATE heartbeat SET at = 0 WHERE name = $1 AND at = $2", self._name, self._until
            )
            await connection.commit()

        if self._until:
            await self._database.write(work)
            self._until = Micros(0)
