"""Offers: shown to a member after they had value here, rarely; and why one is not shown now."""

from __future__ import annotations

from datetime import datetime

import strawberry

from ledger.core.books.offers import offer_terms
from ledger.core.books.view import Books
from ledger.core.calendar import moment
from ledger.core.offers.gates import Gate, Shut, glance, shut
from ledger.core.rulebook.grammar import OfferTerms
from ledger.core.values import MemberId
from ledger.service import reading
from ledger.store.directory import Community as Place
from ledger.words.render import render
from schema.graphql.described import described, field, resolved
from schema.graphql.ids import write_id
from schema.graphql.texts import named
from schema.graphql.types.node import Node
from schema.graphql.types.perk import Perk, perk_of
from schema.graphql.view import Info, View, view_of


@described
class Offer(Node):
    """An offer, as it stands for a member, or, for operators, as it stands by itself."""

    place: strawberry.Private[Place]
    terms: strawberry.Private[OfferTerms]

    code: str = field("Its code in the community.")
    title: str = field("What it is called.")
    url: str | None = field("Where it leads.")
    available: bool = field("Whether it may be shown now.")
    blocks: list[str] = field("Why it is not shown now, the first reason first.")
    explanation: str | None = field("The same in words; null where it may be shown.")
    next_at: datetime | None = field("When it may be shown again, where only time stands between.")

    @resolved("The perk that it is about; null where it is about none.")
    async def perk(self, info: Info) -> Perk | None:
        """Return the perk."""
        return await perk_of(view_of(info), self.place, self.terms.perk) if self.terms.perk else None


async def offers_of(view: View, place: Place, member: MemberId | None) -> list[Offer]:
    """Return the community's offers: all that may be or become open to a member; all there are for operators."""
    known = await view.loaders.offers.load(place.id)
    if member is None:
        gone = [Shut(Gate.OFFER_RETIRED)]
        return [_offer(view, place, offer_terms(one), gone if one.retired else []) for one in known.values()]
    versions, now = (await view.loaders.published.load(place.id)).versions, view.ledger.clock()
    version, codes = versions.at(now), [code for code, one in known.items() if not one.retired]

    def gates(books: Books) -> dict[str, list[Shut]]:
        looks = {code: glance(books, version, member, code, now) for code in codes}
        return {code: list(shut(books, look)) for code, look in looks.items() if look is not None}

    found = await reading.look(view.ledger.database, place.id, versions, gates) if codes else {}
    return [_offer(view, place, offer_terms(known[code]), found.get(code, [])) for code in codes]


def _offer(view: View, place: Place, terms: OfferTerms, gates: list[Shut]) -> Offer:
    opens = [one.opens_at for one in gates]
    times = [at for at in opens if at is not None]
    return Offer(
        id=write_id("Offer", place.id, terms.code),
        place=place,
        terms=terms,
        code=terms.code,
        title=named(terms.names, view.locale) or terms.code,
        url=terms.url or None,
        available=not gates,
        blocks=list(dict.fromkeys(one.gate.value for one in gates)),
        explanation=" ".join(_said(view, one) for one in gates) or None,
        next_at=moment(max(times)) if times and len(times) == len(opens) else None,
    )


def _said(view: View, one: Shut) -> str:
    return render(f"offer.{one.gate.value}", view.locale)
