"""Goes on with what one event could not hold: an undo of very much, or a lifted strike that withheld very much."""

from __future__ import annotations

from ledger.core.books.evolve import evolve_arrival
from ledger.core.books.shelf import EVENT, VIOLATION
from ledger.core.books.view import Books
from ledger.core.decide.making import Made, finish
from ledger.core.decide.own import next_instant, own_event
from ledger.core.decide.restoring import grant_withheld
from ledger.core.decide.undoing import case_of, take_back
from ledger.core.events import ContributionRecorded, Event, UndoContinued
from ledger.core.values import Micros
from ledger.core.violations import ViolationLifted

CONTINUED = "undo.continued"


def go_on(books: Books, at: Micros) -> None:
    """Do the rest of what an event began, part by part."""
    while books.head.undoing and not books.missing:
        begun = books.read(EVENT, (books.head.undoing,)).event
        if begun is None:
            return
        fact, number = UndoContinued(of=begun.position), begun.rulebook
        key, recorded_at = f"{CONTINUED}/{begun.position}/{books.head.position + 1}", next_instant(books, at)
        event = own_event(
            books, CONTINUED, key, fact, number=number, recorded_at=recorded_at, due_at=begun.occurred_at
        )
        evolve_arrival(books, event)
        made = Made(books, event, books.versions.numbered(number))
        made.unfinished = _next_part(made, begun)
        finish(made, {})


def _next_part(made: Made, begun: Event) -> bool:
    """Do the next part; say whether something is left."""
    fact = begun.fact
    if isinstance(fact, ViolationLifted):
        found = made.books.read(VIOLATION, (fact.member, fact.of))
        confirmed = made.books.read(EVENT, (found.confirmed,)).event
        return confirmed is not None and grant_withheld(made, fact.member, confirmed)
    assert isinstance(fact, ContributionRecorded)
    return take_back(made, case_of(made.books, begun))
