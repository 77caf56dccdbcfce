"""Events through the writer in this process: rules, books, chain and commit, without HTTP."""

from __future__ import annotations

import time

from bench.load import events
from ledger.core.commands import RecordContribution
from ledger.service.communities import begin
from ledger.service.writer import Writer
from ledger.store.engine import Database, address
from schema.intake.cloudevents import read_event

BATCH = 1_000


async def events_a_second(url: str, count: int) -> float:
    """Submit batches one after the other."""
    database = Database(address(url))
    writer = Writer(database)
    community = await begin(database, writer, "bench-writing", preset="stack_exchange_2016")
    read = [read_event(event) for event in events(count, name="w")]
    commands = [command for command in read if isinstance(command, RecordContribution)]
    assert len(commands) == count
    started = time.perf_counter()
    for first in range(0, count, BATCH):
        await writer.submit(community, commands[first : first + BATCH])
    elapsed = time.perf_counter() - started
    await database.close()
    return count / elapsed
