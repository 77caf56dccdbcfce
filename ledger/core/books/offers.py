"""Folds offers and the playbook: what is put up, how often it was shown, what of the playbook is done."""

from __future__ import annotations

from functools import lru_cache

import msgspec
from msgspec.structs import replace

from ledger.core.books.goods import Offer, Tick
from ledger.core.books.shelf import OFFER, SETTING, TICK
from ledger.core.books.view import Books
from ledger.core.events import Event, OfferPut, OfferRetired, RulebookPublished, TaskTicked, tier_changes
from ledger.core.rulebook.grammar.catalogue import OfferTerms, Task

PLAYBOOK = "playbook"
"""The setting that holds the playbook's tasks, as JSON."""

REACHED = "tier.reached"
"""What ticks a task when a member comes from one level to another: no event has this type of its own."""

RULES_PUBLISHED = "community.rules_published"
"""What ticks a task when a rulebook is published; house rules are a part of it."""

_encode = msgspec.json.Encoder(order="deterministic").encode
_decode_offer = msgspec.json.Decoder(OfferTerms).decode
_decode_tasks = msgspec.json.Decoder(tuple[Task, ...]).decode


def offer_terms(offer: Offer) -> OfferTerms:
    """Return an offer's terms; those of one that is none, or not loaded yet, are empty."""
    return _decode_offer(offer.terms) if offer.terms else OfferTerms(code="")


def write_tasks(tasks: tuple[Task, ...]) -> str:
    """Return the playbook as the setting holds it."""
    return _encode(tasks).decode()


def read_tasks(books: Books) -> tuple[Task, ...]:
    """Return the playbook's tasks."""
    return tasks_of(books.read(SETTING, (PLAYBOOK,)).value)


@lru_cache(maxsize=256)
def ticking(value: str) -> frozenset[str]:
    """Return the types of events that tick a task of a playbook."""
    return frozenset(task.done_by for task in tasks_of(value) if task.done_by)


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
    """Fold that something happened by which tasks of the playbook are done.

    The rules are published before there is a playbook, so that is noted whether a task asks for it or not.
    """
    if isinstance(event.fact, RulebookPublished):
        books.write(TICK, (RULES_PUBLISHED,), Tick(position=event.position, at=event.occurred_at))
    playbook = books.read(SETTING, (PLAYBOOK,)).value
    if not playbook:
        return
    rose = any(one.after and one.before for one in tier_changes(event))
    types = {event.type, REACHED} if rose else {event.type}
    for type_ in sorted(types & ticking(playbook)):
        books.write(TICK, (type_,), Tick(position=event.position, at=event.occurred_at))
