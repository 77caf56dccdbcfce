"""Folds a stored log onto empty books, checking each event's place in the chain on the way."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

import msgspec

from ledger.core.books.blank import blank_books
from ledger.core.books.evolve import evolve
from ledger.core.chain import digest_step, genesis, link, private_digest
from ledger.core.events import Event, decisions, decode_fact
from ledger.core.outcomes import Decision
from ledger.core.postings import posting
from ledger.core.values import Position, Value
from ledger.store.journal import EVENT_COLUMNS

FOLD_COLUMNS = (*EVENT_COLUMNS, "private_digest", "hash")


class Difference(Value):
    """One thing that is not as the log says, or not as the log must be."""

    code: str
    place: str
    expected: str = ""
    found: str = ""

    def __str__(self) -> str:
        said = f"{self.code} at {self.place}"
        return f"{said}: expected {self.expected}, found {self.found}" if self.expected or self.found else said


class Fold:
    """One folding of one community's log, event by event."""

    def __init__(self, community: bytes) -> None:
        self.books = blank_books()
        self.hash = genesis(community)
        self.digest = hashlib.sha256()
        self.accounts: Counter[tuple[str, str]] = Counter()
        self.differences: list[Difference] = []
        self.doubts: list[Difference] = []
        """Decisions that were made on a wrong balance: the chain holds, so a rebuild goes on."""

    def take(self, row: Any) -> Event | None:
        """Check and fold one row of `FOLD_COLUMNS`; None where its body cannot be read."""
        place = f"event {row.position}"
        if row.position != self.books.head.position + 1:
            self._differ("POSITION", place, self.books.head.position + 1, row.position)
        try:
            event = event_of(row)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            self._differ("BODY", place, "a fact", str(error))
            self.hash = row.hash
            self.books.head = msgspec.structs.replace(self.books.head, position=Position(row.position))
            return None
        if link(self.hash, event, row.body, row.private_digest) != row.hash:
            self._differ("HASH", place, "the hash of its content", "another")
        if event.recorded_at <= self.books.head.recorded_at:
            self._differ("TIME", place, "a later time than before", event.recorded_at)
        self.hash = row.hash
        self.digest.update(digest_step(event, row.body))
        evolve(self.books, event)
        for ordinal, decision in enumerate(decisions(event)):
            if (moved := posting(decision)) is not None:
                self.accounts[moved.source, moved.unit] -= moved.amount
                self.accounts[moved.destination, moved.unit] += moved.amount
            self._check_balance(f"{place}/{ordinal}", decision)
        return event

    def _check_balance(self, place: str, decision: Decision) -> None:
        if decision.member is None:
            return
        balance = self.accounts[f"member:{decision.member}", decision.unit]
        if decision.after != balance:
            said = {"expected": str(balance), "found": str(decision.after)}
            self.doubts.append(Difference(code="BALANCE", place=place, **said))

    def check_private(self, row: Any, salt: bytes | None, content: bytes | None) -> bool:
        """Check a private part against the digest the chain holds; an erased one is no difference."""
        place = f"event {row.position}"
        if content is not None and salt is not None and private_digest(salt, content) != row.private_digest:
            self._differ("PRIVATE", place, "the content its digest was made of", "another")
            return False
        return True

    def _differ(self, code: str, place: str, expected: object, found: object) -> None:
        self.differences.append(Difference(code=code, place=place, expected=str(expected), found=str(found)))


def event_of(row: Any) -> Event:
    """Return the event of a row of `FOLD_COLUMNS`.

    Raises:
        msgspec.MsgspecError: the body is no fact.
    """
    return Event(
        position=row.position,
        type=row.type,
        source=row.source,
        key=row.key,
        subject=row.subject,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        rulebook=row.rulebook,
        mac=row.mac,
        fact=decode_fact(row.body),
    )
