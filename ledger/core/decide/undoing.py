"""Takes back what an event undoes: so much at once; the rest follows before anything else is decided."""

from __future__ import annotations

from itertools import islice

from ledger.core.books.view import Books
from ledger.core.decide import making
from ledger.core.decide.making import Made
from ledger.core.events import ContributionRecorded, Event
from ledger.core.reversal import reversal
from ledger.core.rules.case import Case
from ledger.core.undo import targets


def take_back(made: Made, case: Case) -> bool:
    """Take back what an event undoes, oldest first, as much as one event holds; say whether something is left."""
    most = making.MOST_AT_ONCE
    found = list(islice(targets(made.books, case), most + 1))
    for event, ordinal, decision in found[:most]:
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
    return len(found) > most


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
