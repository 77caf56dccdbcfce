"""Says which activity a recorded contribution belongs to: as rules saw it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from ledger.core.books.shelf import EVENT
from ledger.core.books.view import Books
from ledger.core.decide.undoing import case_of
from ledger.core.events import ContributionRecorded
from ledger.core.rulebook.versions import Versions
from ledger.core.rules.gatherings import running
from ledger.core.values import Position
from ledger.service.reading import look
from ledger.store.engine import Database


async def belonging(
    database: Database, community: UUID, versions: Versions, positions: Sequence[Position]
) -> dict[Position, str]:
    """Return the activities of contributions, by name, where they belong to one: the first of several."""

    def ask(books: Books) -> dict[Position, str]:
        found: dict[Position, str] = {}
        for position in positions:
            event = books.read(EVENT, (position,)).event
            if event is None or not isinstance(event.fact, ContributionRecorded):
                continue
            if (first := next(iter(running(books, case_of(books, event))), None)) is not None:
                found[position] = first.id
        return found

    return await look(database, community, versions, ask)
