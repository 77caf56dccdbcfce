"""Perks: what points buy, how much is left of it, and whether the caller can have it."""

from __future__ import annotations

from datetime import datetime
from functools import reduce

import strawberry

from ledger.core.books import goods
from ledger.core.books.perks import terms_of
from ledger.core.calendar import moment
from ledger.core.perks.blocks import available, codes_left, sold_out
from ledger.core.rulebook import grammar
from ledger.core.rulebook.grammar.catalogue import Fulfilment, PerkTerms
from ledger.core.tiers.moving import granted
from ledger.core.values import Micros
from ledger.service.eligibility import NONE, Chance
from ledger.store.directory import Community as Place
from ledger.words.blocking import blocked
from ledger.words.progress import Speech
from ledger.words.render import render
from schema.graphql.described import described, field, resolved
from schema.graphql.ids import read_id, write_id
from schema.graphql.scalars import Points
from schema.graphql.types.balance import Unit, unit_of
from schema.graphql.types.enums import FulfilmentKind, Period, PerkBlock, PerkKind
from schema.graphql.types.node import Node
from schema.graphql.view import Info, View, view_of

CORE = "core"
"""The group whose members are the community's core."""

LOW_SHARE = 10
PERIODS = {
    "day": Period.DAY,
    "week": Period.WEEK,
    "month": Period.MONTH,
    "year": Period.YEAR,
    "ever": Period.ALL_TIME,
}
"""Periods of a limit, as the rulebook spells them."""


@described
class Stock:
    """How many there are of a perk."""

    unlimited: bool = field("Whether there is no end of it.")
    total: int | None = field("How many there ever were.")
    available: int | None = field("How many can be redeemed now.")
    reserved: int | None = field("How many are asked for and not fulfilled.")
    low: bool = field("Whether little is left, of stock or of codes.")
    low_water: int | None = field("How many are little; null where there is no end of it.")


@described
class PerkForMe:
    """Whether the signed-in member can redeem a perk now; for who is no member it is empty."""

    can_redeem: bool = field("Whether a redemption would be made now.")
    blocks: list[PerkBlock] = field("What stands between, the one first that would refuse it.")
    explanation: str | None = field("The same in sentences, with what is missing; null where nothing is.")
    shortfall: Points = field("How many points are missing.")
    redeemed_count: int = field("How many the member has had in the present period of its limit.")


@described
class Perk(Node):
    """Something that points buy."""

    place: strawberry.Private[Place]
    book: strawberry.Private[grammar.Rulebook]
    perk: strawberry.Private[goods.Perk]
    terms: strawberry.Private[PerkTerms]

    code: str = field("Its code in the community.")
    kind: PerkKind = field("What sort of thing it is.")
    cost: Points = field("What it costs, in minor units.")
    image_url: str | None = field("Where its picture is; null where it has none.")
    min_tier: str | None = field("The code of the lowest tier that may have it; null where every one may.")
    tiers: list[str] = field("The codes of the tiers of the main ladder that may have it; none is everybody.")
    core_exclusive: bool = field("Whether only tiers of the core group may have it.")
    limit_per_member: int | None = field("How many one member may have in a period; null is no limit.")
    limit_per: Period | None = field("Which period; null where there is no limit.")
    fulfilment: FulfilmentKind = field("How it reaches the member.")
    retired: bool = field("Whether it is no longer up.")
    starts_at: datetime | None = field("From when it can be redeemed.")
    ends_at: datetime | None = field("Until when it can be redeemed.")

    @resolved("What it is called.")
    def title(self, info: Info) -> str:
        """Return the perk's name."""
        return title_of(self.terms, self.book, view_of(info).locale)

    @resolved("What it is, in the caller's language; empty where nobody said.")
    def description(self, info: Info) -> str:
        """Return the perk's description."""
        return Speech(self.book, view_of(info).locale).called(self.terms.descriptions, "")

    @resolved("The currency it costs.")
    def unit(self) -> Unit:
        """Return the unit."""
        found = next((one for one in self.book.units if one.code == self.terms.unit), None)
        return unit_of(found if found is not None else grammar.Unit(code=self.terms.unit))

    @resolved("How many there are of it.")
    def stock(self) -> Stock:
        """Return the stock."""
        left = available(self.perk)
        by_code = self.terms.fulfilment is Fulfilment.CODE
        codes = codes_left(self.perk) if by_code else None
        mark = _low_water(self.perk.stock)
        mark_of_codes = _low_water(self.perk.codes) if by_code else None
        is_low = [
            one is not None and of is not None and one <= of for one, of in ((left, mark), (codes, mark_of_codes))
        ]
        return Stock(
            unlimited=left is None,
            total=self.perk.stock,
            available=left,
            reserved=self.perk.reserved,
            low=any(is_low),
            low_water=mark,
        )

    @resolved("How many codes are there to hand out. For operators; null where it hands out none.")
    def codes_left(self, info: Info) -> int | None:
        """Return the number of codes."""
        if self.terms.fulfilment is not Fulfilment.CODE or not view_of(info).operates(self.place):
            return None
        return codes_left(self.perk)

    @resolved("Whether you can redeem it now, and if not, what is missing.")
    async def for_me(self, info: Info) -> PerkForMe:
        """Return the caller's own chance."""
        view = view_of(info)
        if view.member is None or not view.is_of(self.place):
            return _chance(NONE, self.terms, self.book, view.locale, somebody=False)
        found = await view.loaders.chances.load((self.place.id, (self.code, view.member)))
        return _chance(found, self.terms, self.book, view.locale)


def _chance(
    found: Chance, terms: PerkTerms, book: grammar.Rulebook, locale: str, *, somebody: bool = True
) -> PerkForMe:
    said = [blocked(block, terms, found.shortfall, book, locale) for block in found.blocks]
    return PerkForMe(
        can_redeem=somebody and not found.blocks,
        blocks=[PerkBlock(block.value) for block in found.blocks],
        explanation=reduce(lambda one, other: render("block.and", locale, one=one, other=other), said)
        if said
        else None,
        shortfall=Points(found.shortfall),
        redeemed_count=found.redeemed,
    )


def _low_water(total: int | None) -> int | None:
    """Return how many of so many are little: a tenth, and one at least."""
    return None if total is None else max(1, total // LOW_SHARE)


def title_of(terms: PerkTerms, book: grammar.Rulebook, locale: str) -> str:
    """Return what a perk is called."""
    return Speech(book, locale).called(terms.names, terms.code)


async def perk_of(view: View, place: Place, code: str) -> Perk | None:
    """Return a perk by its code."""
    found = (await view.loaders.perks.load(place.id)).get(code)
    return shown_perk(place, await view.rulebook(place), found) if found is not None else None


async def named_perk(view: View, text: str) -> Perk | None:
    """Return a perk of the caller's community by global id, retired or not."""
    named = read_id(text)
    place = view.place(named.community) if named is not None and named.type == "Perk" else None
    return await perk_of(view, place, named.key) if named is not None and place is not None else None


async def perks_of(view: View, place: Place, *, available_only: bool) -> list[Perk]:
    """Return what is up, cheapest first; operators see what was retired too, unless they want what can be had."""
    found, book = await view.loaders.perks.load(place.id), await view.rulebook(place)
    shown = [shown_perk(place, book, perk) for perk in found.values()]
    wanted = [one for one in shown if not one.retired or (view.operates(place) and not available_only)]
    if available_only:
        wanted = [one for one in wanted if _can_be_had(one, view.ledger.clock())]
    return sorted(wanted, key=lambda one: (one.retired, one.cost, one.code))


def _can_be_had(perk: Perk, at: Micros) -> bool:
    """Say whether a perk can be had by anybody now."""
    terms = perk.terms
    begun = terms.starts_at is None or terms.starts_at <= at
    return begun and (terms.ends_at is None or at < terms.ends_at) and not sold_out(perk.perk, terms)


def shown_perk(place: Place, book: grammar.Rulebook, perk: goods.Perk) -> Perk:
    """Return a perk as clients see it."""
    terms = terms_of(perk)
    ladder = next(iter(book.ladders), None)
    levels = [level.code for level in ladder.levels] if ladder is not None else []
    return Perk(
        id=write_id("Perk", place.id, terms.code),
        place=place,
        book=book,
        perk=perk,
        terms=terms,
        code=terms.code,
        kind=PerkKind(terms.kind.value.upper()),
        cost=Points(terms.cost),
        image_url=None,
        min_tier=next((code for code in levels if code in terms.tiers), None),
        tiers=list(terms.tiers),
        core_exclusive=ladder is not None
        and bool(terms.tiers)
        and all(code in levels and CORE in granted(ladder, code) for code in terms.tiers),
        limit_per_member=terms.limit.count if terms.limit is not None else None,
        limit_per=PERIODS[terms.limit.per] if terms.limit is not None else None,
        fulfilment=FulfilmentKind(terms.fulfilment.value.upper()),
        retired=bool(perk.retired),
        starts_at=moment(terms.starts_at) if terms.starts_at is not None else None,
        ends_at=moment(terms.ends_at) if terms.ends_at is not None else None,
    )
