"""Takes back what an event undoes: so much at once, and the rest before anything else is decided."""

from __future__ import annotations

from itertools import islice

from ledger.core.books.evolve import evolve_arrival
from ledger.core.books.shelf import EVENT
from ledger.core.books.view import Books
from ledger.core.decide.making import Made, finish
from ledger.core.decide.own import next_instant, own_event
from ledger.core.events import ContributionRecorded, Event, UndoContinued
from ledger.core.reversal import reversal
from ledger.core.rules.case import Case
from ledger.core.undo import targets
from ledger.core.values import Micros

CONTINUED = "undo.continued"
MOST_AT_ONCE = 10_000
"""How many grants one event takes back."""


def take_back(made: Made, case: Case) -> bool:
    """Take back what an event undoes, oldest first, as much as one event holds; say whether something is left."""
    found = list(islice(targets(made.books, case), MOST_AT_ONCE + 1))
    for event, ordinal, decision in found[:MOST_AT_ONCE]:
        made.take(
            reversal(
                made.books,
                case.version,
                event,
                ordinal,
                decision,
                at=made.next_place,
                now=made.event.recorded_at,
            )
        )
    return len(found) > MOST_AT_ONCE


def go_on_undoing(books: Books, at: Micros) -> None:
    """Take back the rest of what an event undoes, part by part."""
    while books.head.undoing and not books.missing:
        undoing = books.read(EVENT, (books.head.undoing,)).event
        if undoing is None or not isinstance(undoing.fact, ContributionRecorded):
            return
        case = case_of(books, undoing)
        fact = UndoContinued(of=undoing.position)
        key, recorded_at = f"{CONTINUED}/{undoing.position}/{books.head.position + 1}", next_instant(books, at)
        due_at, number = undoing.occurred_at, case.version.number
        event = own_event(books, CONTINUED, key, fact, number=number, recorded_at=recorded_at, due_at=due_at)
        evolve_arrival(books, event)
        made = Made(books, event, case.version)
        made.unfinished = take_back(made, case)
        finish(made, {})


def case_of(books: Books, event: Event) -> Case:
    """Return a recorded contribution as rules saw it."""
    fact = event.fact
    assert isinstance(fact, ContributionRecorded)
    return Case(
        position=event.position,
        type=event.type,
        source=event.source,
        key=event.key,
        subject=event.subject,
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        actor=fact.actor,
        people=fact.people,
        data=fact.data,
        undoes=fact.undoes,
        version=books.versions.numbered(event.rulebook),
    )
