"""The limit: how fast this database takes rows of an event's width, with nothing decided about them."""

from __future__ import annotations

import os
import time
from uuid import UUID, uuid4

from ledger.store.engine import Connection, Database, Row, address
from ledger.store.tables import TABLES

ROWS_A_COMMIT = 1_000


async def rows_a_second(url: str, count: int) -> float:
    """Insert rows into `event`, the widest table, a thousand a transaction."""
    database = Database(address(url))
    community = uuid4()
    body = os.urandom(300)
    started = time.perf_counter()
    for first in range(1, count + 1, ROWS_A_COMMIT):
        rows: list[Row] = [
            (
                at,
                "answer.upvoted",
                "bench:limit",
                f"e{at}",
                f"answer-{at}",
                at,
                at,
                1,
                b"m" * 16,
                b"d" * 32,
                body,
                b"h" * 32,
            )
            for at in range(first, first + ROWS_A_COMMIT)
        ]
        await database.write(_work(rows, community))
    elapsed = time.perf_counter() - started
    await database.close()
    return count / elapsed


def _work(rows: list[Row], community: UUID):  # type: ignore[no-untyped-def]  # a closure for Database.write
    async def work(connection: Connection) -> None:
        await connection.begin()
        await connection.insert(TABLES["event"], rows, community)
        await connection.commit()

    return work
