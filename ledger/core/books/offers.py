"""Folds offers and the playbook: what is put up, how often it was shown, what of the playbook is done."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from ledger.core.books.shelf import OFFER, SETTING, TICK
from ledger.core.books.shop import Offer, Tick
from ledger.core.books.view import Books
from ledger.core.events import Event, OfferPut, OfferRetired, TaskTicked, tier_changes
from ledger.core.rulebook.grammar.catalogue import OfferTerms, Task

PLAYBOOK = "playbook"
"""The setting that holds the playbook's tasks, as JSON."""

REACHED = "tier.reached"
"""What ticks a task when a member's level rises or falls to one: no event has this type of its own."""

_encode = msgspec.json.Encoder(order="deterministic").encode
_decode_offer = msgspec.json.Decoder(OfferTerms).decode
_decode_tasks = msgspec.json.Decoder(tuple[Task, ...]).decode


def offer_terms(offer: Offer) -> OfferTerms:
    """Return an offer's terms."""
    return _decode_offer(offer.terms)


def write_tasks(tasks: tuple[Task, ...]) -> str:
    """Return the playbook as the setting holds it."""
    return _encode(tasks).decode()


def read_tasks(books: Books) -> tuple[Task, ...]:
    """Return the playbook's tasks."""
    return tasks_of(books.read(SETTING, (PLAYBOOK,)).value)


def tasks_of(value: str) -> tuple[Task, ...]:
    """Return the tasks that a setting holds."""
    return _decode_tasks(value) if value else ()


def evolve_offer(books: Books, fact: OfferPut | OfferRetired) -> None:
    """Fold what became of an offer itself."""
    match fact:
        case OfferPut():
            terms = _encode(fact.terms).decode()
            books.write(OFFER, (fact.terms.code,), Offer(terms=terms))
        case OfferRetired():
            offer = books.read(OFFER, (fact.offer,))
            books.write(OFFER, (fact.offer,), replace(offer, retired=1))


def task_key(task: str) -> str:
    """Return the name under which a task that is ticked by hand is known."""
    return f"task:{task}"


def evolve_tick(books: Books, event: Event, fact: TaskTicked) -> None:
    """Fold that somebody ticked a task, or took that back."""
    tick = Tick(position=event.position, at=event.occurred_at, undone=int(not fact.done))
    books.write(TICK, (task_key(fact.task),), tick)


def evolve_ticks(books: Books, event: Event) -> None:
    """Fold that something happened by which tasks of the playbook are done."""
    playbook = books.read(SETTING, (PLAYBOOK,)).value
    if not playbook:
        return
    types = [event.type]
    if any(change.after is not None for change in tier_changes(event)):
        types.append(REACHED)
    for type_ in types:
        if f'"done_by":"{type_}"' in playbook:
            books.write(TICK, (type_,), Tick(position=event.position, at=event.occurred_at))
