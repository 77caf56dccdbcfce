"""Folds rounds: where each was opened and closed; what they are stands there."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.core.books.goods import Round
from ledger.core.books.shelf import ROUND
from ledger.core.books.view import Books
from ledger.core.events import Event
from ledger.core.rhythm.rounds import RoundClosed, RoundOpened


def evolve_round(books: Books, event: Event, fact: RoundOpened | RoundClosed) -> None:
    """Fold that a round was opened or closed."""
    match fact:
        case RoundOpened():
            books.write(ROUND, (fact.code,), Round(opened=event.position))
        case RoundClosed():
            books.write(ROUND, (fact.code,), replace(books.read(ROUND, (fact.code,)), closed=event.position))
