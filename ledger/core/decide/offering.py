"""Decides about offers and the playbook: put up, shown, taken; ticked."""

from __future__ import annotations

from ledger.core.books.offers import read_tasks
from ledger.core.books.shelf import MEMBER, OFFER, PERK
from ledger.core.books.united import kept
from ledger.core.books.view import Books
from ledger.core.commands import OFFERS_SOURCE, OfOffers, PutOffer, RetireOffer, ShowOffer, TakeOffer, TickTask
from ledger.core.decide.answers import Answer
from ledger.core.decide.own import Saying, saying
from ledger.core.events import OfferPut, OfferRetired, OfferShown, OfferTaken, TaskTicked
from ledger.core.offers.gates import ALSO_OF_TAKING, glance, shown_series, shut
from ledger.core.outcomes import Measure
from ledger.core.refusals import MemberUnknown, OfferClosed, OfferTermsWrong, OfferUnknown, TaskUnknown
from ledger.core.tiers.terms import COMMUNITY
from ledger.core.values import Micros

PUT = "offer.put"
RETIRED = "offer.retired"
SHOWN = "offer.shown"
TAKEN = "offer.taken"
TICKED = "playbook.ticked"


def decide_offering(books: Books, command: OfOffers, mac: bytes, *, recorded_at: Micros) -> Answer:
    """Decide what is said about an offer or a task."""
    said = saying(books, mac, recorded_at)
    match command:
        case PutOffer():
            return _put(said, command)
        case TickTask():
            if command.task not in [task.id for task in read_tasks(books)]:
                return TaskUnknown(task=command.task)
            ticked = TaskTicked(task=command.task, done=command.done, by=command.by)
            return said.plainly(TICKED, ticked, subject=command.task)
    if not books.read(OFFER, (command.offer,)).terms:
        return OfferUnknown(offer=command.offer)
    if isinstance(command, RetireOffer):
        return said.plainly(RETIRED, OfferRetired(offer=command.offer, by=command.by), subject=command.offer)
    return _meet(said, command)


def _put(said: Saying, command: PutOffer) -> Answer:
    terms, ladder = command.terms, said.version.main_ladder
    levels = [level.code for level in ladder.levels] if ladder is not None else []
    if any(level not in levels for level in terms.audience):
        return OfferTermsWrong(field="audience")
    if terms.perk and not said.books.read(PERK, (terms.perk,)).terms:
        return OfferTermsWrong(field="perk")
    return said.plainly(PUT, OfferPut(terms=terms, by=command.by), subject=terms.code, key=command.key)


def _meet(said: Saying, command: ShowOffer | TakeOffer) -> Answer:
    """Show an offer to a member, or let them take it up, if the gates that are in the way of that are open."""
    books, member = said.books, kept(said.books, command.member)
    if not books.read(MEMBER, (member,)).seen_position:
        return MemberUnknown()
    look = glance(books, said.version, member, command.offer, said.recorded_at)
    assert look is not None
    takes = isinstance(command, TakeOffer)
    gates = (one for one in shut(books, look) if not takes or one.gate in ALSO_OF_TAKING)
    if not command.replayed and (gate := next(gates, None)) is not None:
        return OfferClosed(gate=gate.gate, opens_at=gate.opens_at)
    shown = _shown(command, look.today) if isinstance(command, ShowOffer) else None
    fact = shown or OfferTaken(offer=command.offer, member=member, by=command.by)
    type_ = SHOWN if shown else TAKEN
    return said.plainly(type_, fact, subject=command.offer, key=command.key, source=OFFERS_SOURCE)


def _shown(command: ShowOffer, today: int) -> OfferShown:
    """Return the showing of an offer, which counts for the member and for the community."""
    series = shown_series(command.offer)
    whose = (command.member, COMMUNITY)
    measures = tuple(Measure(series=series, member=one, day=today, value="", delta=1) for one in whose)
    return OfferShown(offer=command.offer, member=command.member, by=command.by, measures=measures)
