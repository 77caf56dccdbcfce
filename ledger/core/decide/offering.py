"""Decides about offers and the playbook: put up, shown, taken; ticked."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.core.books.offers import read_tasks
from ledger.core.books.shelf import MEMBER, OFFER, PERK
from ledger.core.books.united import kept
from ledger.core.books.view import Books
from ledger.core.commands import OFFERS_SOURCE, OfOffers, PutOffer, RetireOffer, ShowOffer, TakeOffer, TickTask
from ledger.core.decide.answers import Answer
from ledger.core.decide.own import own_event, write_plainly
from ledger.core.events import Event, Fact, OfferPut, OfferRetired, OfferShown, OfferTaken, TaskTicked
from ledger.core.offers.gates import glance, shown_series, shut
from ledger.core.outcomes import Measure
from ledger.core.refusals import MemberUnknown, OfferClosed, OfferTermsWrong, OfferUnknown, TaskUnknown
from ledger.core.rulebook.versions import Version
from ledger.core.tiers.terms import COMMUNITY
from ledger.core.values import Micros

PUT = "offer.put"
RETIRED = "offer.retired"
SHOWN = "offer.shown"
TAKEN = "offer.taken"
TICKED = "playbook.ticked"


def decide_offering(books: Books, command: OfOffers, mac: bytes, *, recorded_at: Micros) -> Answer:
    """Decide what is said about an offer or a task."""
    version = books.versions.at(recorded_at)
    match command:
        case PutOffer():
            return _put(books, command, version, mac, recorded_at)
        case TickTask():
            if command.task not in [task.id for task in read_tasks(books)]:
                return TaskUnknown(task=command.task)
            ticked = TaskTicked(task=command.task, done=command.done, by=command.by)
            return write_plainly(books, _event(books, TICKED, ticked, command.task, version, mac, recorded_at))
    if not books.read(OFFER, (command.offer,)).terms:
        return OfferUnknown(offer=command.offer)
    if isinstance(command, RetireOffer):
        gone = OfferRetired(offer=command.offer, by=command.by)
        return write_plainly(books, _event(books, RETIRED, gone, command.offer, version, mac, recorded_at))
    return _meet(books, command, version, mac, recorded_at)


def _event(
    books: Books, type_: str, fact: Fact, subject: str, version: Version, mac: bytes, recorded_at: Micros
) -> Event:
    key = f"{type_}/{books.head.position + 1}"
    event = own_event(books, type_, key, fact, number=version.number, recorded_at=recorded_at, mac=mac)
    return replace(event, subject=subject)


def _put(books: Books, command: PutOffer, version: Version, mac: bytes, recorded_at: Micros) -> Answer:
    terms, ladder = command.terms, version.main_ladder
    levels = [level.code for level in ladder.levels] if ladder is not None else []
    if any(level not in levels for level in terms.audience):
        return OfferTermsWrong(field="audience")
    if terms.perk and not books.read(PERK, (terms.perk,)).terms:
        return OfferTermsWrong(field="perk")
    fact = OfferPut(terms=terms, by=command.by)
    event = _event(books, PUT, fact, terms.code, version, mac, recorded_at)
    return write_plainly(books, replace(event, key=command.key) if command.key else event)


def _meet(
    books: Books, command: ShowOffer | TakeOffer, version: Version, mac: bytes, recorded_at: Micros
) -> Answer:
    """Show an offer to a member if all its gates are open; taking it is free to whoever it is open for."""
    command = replace(command, member=kept(books, command.member))
    if not books.read(MEMBER, (command.member,)).seen_position:
        return MemberUnknown()
    look = glance(books, version, command.member, command.offer, recorded_at)
    assert look is not None
    if isinstance(command, TakeOffer):
        taken = OfferTaken(offer=command.offer, member=command.member, by=command.by)
        event = _event(books, TAKEN, taken, command.offer, version, mac, recorded_at)
        return write_plainly(books, replace(event, source=OFFERS_SOURCE, key=command.key))
    if not command.replayed and (gate := next(shut(books, look), None)) is not None:
        return OfferClosed(gate=gate.gate, opens_at=gate.opens_at)
    series = shown_series(command.offer)
    measures = tuple(
        Measure(series=series, member=one, day=look.today, value="", delta=1) for one in (command.member, COMMUNITY)
    )
    fact = OfferShown(offer=command.offer, member=command.member, by=command.by, measures=measures)
    event = _event(books, SHOWN, fact, command.offer, version, mac, recorded_at)
    return write_plainly(books, replace(event, source=OFFERS_SOURCE, key=command.key))
