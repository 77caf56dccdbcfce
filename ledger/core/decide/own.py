"""Facts of the ledger's own: what it records without a sender, and those that no rule looks at."""

from __future__ import annotations

from typing import Any, NamedTuple

from ledger.core.books.evolve import evolve_effects, evolve_journal
from ledger.core.books.view import Books, Written
from ledger.core.commands import LEDGER_SOURCE
from ledger.core.decide.answers import Accepted
from ledger.core.events import Event, Fact
from ledger.core.rulebook.versions import Version
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
    subject: str | None = None,
    source: str = LEDGER_SOURCE,
) -> Event:
    """Return the next event, judged by version `number` of the rulebook; what was due happened when it was due.

    With an empty `key` it is called by its type and its place.
    """
    position = Position(books.head.position + 1)
    return Event(
        position=position,
        type=type_,
        source=source,
        key=key or f"{type_}/{position}",
        subject=subject,
        occurred_at=recorded_at if due_at is None else due_at,
        recorded_at=recorded_at,
        rulebook=number,
        mac=mac,
        fact=fact,
    )


def why(reason: str) -> dict[str, Any]:
    """Return the private part that keeps a reason, for people to read."""
    return {"texts": {"reason": reason}} if reason else {}


def write_plainly(books: Books, event: Event, private: dict[str, Any] | None = None) -> Accepted:
    """Fold and write an event about which nothing is decided."""
    evolve_effects(books, event)
    evolve_journal(books, event)
    books.events.append(Written(event, private or {}))
    return Accepted(position=event.position)


class Saying(NamedTuple):
    """Something that somebody says: in which books, with which digest, when, and under which rulebook."""

    books: Books
    mac: bytes
    recorded_at: Micros
    version: Version

    def event(
        self, type_: str, fact: Fact, *, subject: str | None = None, key: str = "", source: str = LEDGER_SOURCE
    ) -> Event:
        """Return the next event, which is it."""
        return own_event(
            self.books,
            type_,
            key,
            fact,
            number=self.version.number,
            recorded_at=self.recorded_at,
            mac=self.mac,
            subject=subject,
            source=source,
        )

    def plainly(
        self, type_: str, fact: Fact, *, subject: str | None = None, key: str = "", source: str = LEDGER_SOURCE
    ) -> Accepted:
        """Write it: nothing follows from it."""
        return write_plainly(self.books, self.event(type_, fact, subject=subject, key=key, source=source))


def saying(books: Books, mac: bytes, recorded_at: Micros) -> Saying:
    """Return what is said now, under the rulebook in force."""
    return Saying(books, mac, recorded_at, books.versions.at(recorded_at))
