"""Decides what the ledger records of itself: a community's beginning and its rulebooks."""

from __future__ import annotations

from ledger.core.books.evolve import evolve_journal, evolve_rulebook
from ledger.core.books.view import Books, Written
from ledger.core.commands import LEDGER_SOURCE, CreateCommunity, PublishRulebook
from ledger.core.decide.answers import Accepted, Answer
from ledger.core.events import CommunityCreated, Event, Fact, RulebookPublished
from ledger.core.refusals import CommunityExists, EffectiveBeforeCurrent, VersionTaken
from ledger.core.rulebook.versions import Version
from ledger.core.values import Micros, Position

CREATED = "community.created"
PUBLISHED = "rulebook.published"


def decide_creation(books: Books, command: CreateCommunity, mac: bytes, *, recorded_at: Micros) -> Answer:
    """Begin a community's log."""
    if books.head.position:
        return CommunityExists()
    fact = CommunityCreated(slug=command.slug, name=command.name)
    return _write(books, CREATED, CREATED, fact, mac, recorded_at)


def publication_key(number: int) -> str:
    """Return the key under which a version is recorded."""
    return f"{PUBLISHED}/{number}"


def decide_publication(books: Books, command: PublishRulebook, mac: bytes, *, recorded_at: Micros) -> Answer:
    """Put a rulebook in force: the first from the beginning of time, later ones from now by default."""
    published = books.versions.published
    effective_from = command.effective_from
    if published:
        effective_from = recorded_at if effective_from is None else effective_from
        earliest = published[-1].effective_from
        if earliest is not None and effective_from < earliest:
            return EffectiveBeforeCurrent(earliest=earliest)
    else:
        effective_from = None
    number = len(published) + 1
    if command.number not in (None, number):
        return VersionTaken(next=number)
    fact = RulebookPublished(version=number, yaml=command.yaml, effective_from=effective_from, note=command.note)
    answer = _write(books, PUBLISHED, publication_key(number), fact, mac, recorded_at)
    evolve_rulebook(books, answer.position, fact)
    books.versions = books.versions.with_next(Version(number, effective_from, command.rulebook))
    return answer


def _write(books: Books, type_: str, key: str, fact: Fact, mac: bytes, recorded_at: Micros) -> Accepted:
    position = Position(books.head.position + 1)
    event = Event(
        position=position,
        type=type_,
        source=LEDGER_SOURCE,
        key=key,
        subject=None,
        occurred_at=recorded_at,
        recorded_at=recorded_at,
        rulebook=0,
        mac=mac,
        fact=fact,
    )
    evolve_journal(books, event)
    books.events.append(Written(event, {}))
    return Accepted(position=position)
