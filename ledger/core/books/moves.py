"""Moves of counters and claims by what a fact recorded."""

from __future__ import annotations

from ledger.core.books.shelf import CLAIM, COUNTER, Claim, Counter
from ledger.core.books.view import Books
from ledger.core.outcomes import ClaimKey, CounterMove


def move_counters(books: Books, moves: tuple[CounterMove, ...]) -> None:
    """Move counters by their recorded steps."""
    for move in moves:
        key = (move.scope, move.key, move.period)
        books.write(COUNTER, key, Counter(amount=books.read(COUNTER, key).amount + move.delta))


def hold_claims(books: Books, names: tuple[ClaimKey, ...], claim: Claim) -> None:
    """Let a claim stand under each of the names."""
    for name in names:
        books.write(CLAIM, (name.kind, name.key), claim)
