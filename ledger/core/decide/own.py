"""Facts of the ledger's own: what it records without a sender, and those that no rule looks at."""

from __future__ import annotations

from typing import Any

from ledger.core.books.evolve import evolve_effects, evolve_journal
from ledger.core.books.view import Books, Written
from ledger.core.commands import LEDGER_SOURCE
from ledger.core.decide.answers import Accepted
from ledger.core.events import Event, Fact
from ledger.core.values import Micros, Position


def next_instant(books: Books, at: Micros) -> Micros:
    """Return when the next event is recorded: now, and later than the one before it."""
    return Micros(max(at, books.head.recorded_at + 1))


def own_event(
    books: Books,
    type_: str,
    key: str,
    fact: Fact,
    *,
    number: int,
    recorded_at: Micros,
    due_at: Micros | None = None,
    mac: bytes = b"",
) -> Event:
    """Return the next event, judged by version `number` of the rulebook; what was due happened when it was due."""
    return Event(
        position=Position(books.head.position + 1),
        type=type_,
        source=LEDGER_SOURCE,
        key=key,
        subject=None,
        occurred_at=recorded_at if due_at is None else due_at,
        recorded_at=recorded_at,
        rulebook=number,
        mac=mac,
        fact=fact,
    )


def write_plainly(books: Books, event: Event, private: dict[str, Any] | None = None) -> Accepted:
    """Fold and write an event about which nothing is decided."""
    evolve_effects(books, event)
    evolve_journal(books, event)
    books.events.append(Written(event, private or {}))
    return Accepted(position=event.position)
