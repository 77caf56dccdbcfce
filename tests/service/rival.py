"""A process of its own that writes into a community, told by its arguments: URL SLUG NAME COUNT.

Says "ready", waits for a line, then says "KEY POSITION REPLAYED" for each command once it is answered.
Half of the keys are its own, half are shared with every other rival.
"""

from __future__ import annotations

import asyncio
import sys

from ledger.service.writer import Receipt, Writer
from ledger.store import directory
from ledger.store.directory import Community
from ledger.store.engine import Database, address
from tests.service.sayings import said

TOGETHER = 7


async def main(url: str, slug: str, name: str, count: int) -> None:
    """Write `count` commands, a few at a time."""
    database = Database(address(url))
    community = await directory.find(database, slug)
    assert community is not None
    writer = Writer(database)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    for start in range(0, count, TOGETHER):
        numbers = range(start, min(start + TOGETHER, count))
        await asyncio.gather(*(_write(writer, community, name, number) for number in numbers))
    await database.close()


async def _write(writer: Writer, community: Community, name: str, number: int) -> None:
    key = f"{name}:{number}" if number % 2 else f"shared:{number}"
    by = f"member-{number % 11}" if key.startswith("shared") else f"{name}-{number % 5}"
    kind = "thread.liked" if number % 3 else "checked.in"
    (receipt,) = await writer.submit(community, [said(key, kind, by=by, subject="thread/one")])
    assert isinstance(receipt, Receipt), receipt
    print(key, receipt.position, receipt.replayed, flush=True)


if __name__ == "__main__":
    _, its_url, its_slug, its_name, its_count = sys.argv
    asyncio.run(main(its_url, its_slug, its_name, int(its_count)))
