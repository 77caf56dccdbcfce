"""Tries one command on the books as they are: what it would become, and nothing is written."""

from __future__ import annotations

from typing import NamedTuple

from ledger.core.books.shelf import IDENTITY, PROFILE
from ledger.core.books.view import Books
from ledger.core.chain import content_mac
from ledger.core.commands import Command, Stamped
from ledger.core.decide.answers import Answer
from ledger.core.events import Event, joined
from ledger.core.plan import plan
from ledger.core.rulebook.versions import Versions
from ledger.core.values import MemberId, Micros
from ledger.service.reading import look
from ledger.store.directory import Community
from ledger.store.engine import Database


class Tried(NamedTuple):
    """What would be answered, the events that would be written, and what those are called who would be new."""

    answer: Answer
    events: tuple[Event, ...]
    names: dict[MemberId, str]


async def tried(
    database: Database, community: Community, versions: Versions, command: Command, *, at: Micros
) -> Tried:
    """Return what would become of a command now; what is due of whom it touches would be done before it."""
    stamped = Stamped(command, content_mac(community.secret, command))

    def ask(books: Books) -> Tried:
        (answer,) = plan(books, [stamped], at=at)
        return Tried(answer, tuple(one.event for one in books.events), _names(books))

    return await look(database, community.id, versions, ask)


def _names(books: Books) -> dict[MemberId, str]:
    new = {member for one in books.events for member in joined(one.event)}
    found: dict[MemberId, str] = {}
    for key in books.keys(IDENTITY):
        known = books.read(IDENTITY, key)
        if known.member in new:
            found[known.member] = books.read(PROFILE, (known.member,)).display_name or known.received
    return found
