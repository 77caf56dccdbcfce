"""`make bench`: three rows a database. The machine's own speed cancels out of the ratios."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.limits import rows_a_second
from bench.posting import posts_a_second
from bench.writing import events_a_second
from ledger.store.migrate import migrate
from tests.postgres import Postgres


@contextmanager
def addresses() -> Iterator[dict[str, str]]:
    """Lend an empty, durable database of each kind."""
    with (
        tempfile.TemporaryDirectory(prefix="ledger-bench-") as folder,
        Postgres(durable=True, in_memory=False) as server,
    ):
        yield {"SQLite": f"sqlite:///{Path(folder) / 'bench.sqlite'}", "PostgreSQL": server.url("postgres")}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000, help="events a row")
    events = parser.parse_args().events
    table = Table("database", "what", "a second", "of the limit", title=f"{events:,} events a row")
    with addresses() as found:
        for name, url in found.items():
            migrate(url)
            limit = asyncio.run(rows_a_second(url, events))
            table.add_row(name, "limit: rows of an event's width, 1,000 a commit", f"{limit:,.0f}", "")
            batched = asyncio.run(events_a_second(url, events))
            table.add_row(
                "", "events through the writer, 1,000 a batch", f"{batched:,.0f}", f"{batched / limit:.3f}"
            )
            posted = posts_a_second(url, events // 4)
            table.add_row("", "one POST an event, 64 connections", f"{posted:,.0f}", f"{posted / limit:.3f}")
    Console().print(table)


main()
