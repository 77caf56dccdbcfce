"""Folds perks and redemptions: what is there, what is asked for, what was had."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from ledger.core.books.moves import hold_claims
from ledger.core.books.shelf import HOLDS, PERK, PERK_HOLDS, REDEMPTION, Claim
from ledger.core.books.shop import Holds, OpenHold, Perk, Redemption
from ledger.core.books.view import Books
from ledger.core.books.waiting import note_due
from ledger.core.events import (
    Event,
    PerkCodesAdded,
    PerkPut,
    PerkRetired,
    PerkStocked,
    RedemptionMade,
    RedemptionMoved,
    RedemptionStatus,
)
from ledger.core.rulebook.grammar.catalogue import PerkTerms
from ledger.core.values import MemberId, Position

OPEN = (RedemptionStatus.REQUESTED, RedemptionStatus.APPROVED)
"""While a redemption is so, its points are held and its piece of the stock is reserved."""

_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder(PerkTerms).decode


def codes_trail(perk: str) -> str:
    """Return the trail that leads to the codes of a perk."""
    return f"codes:{perk}"


def redemption_trail(position: Position) -> str:
    """Return the trail that leads along one redemption, from where it was made."""
    return f"redemption:{position}"


def member_redemptions_trail(member: MemberId) -> str:
    """Return the trail that leads along all redemptions of a member."""
    return f"redemptions:{member}"


def terms_of(perk: Perk) -> PerkTerms:
    """Return a perk's terms."""
    return _decode(perk.terms)


def evolve_catalogue(
    books: Books, event: Event, fact: PerkPut | PerkRetired | PerkStocked | PerkCodesAdded
) -> None:
    """Fold what became of a perk itself."""
    code = fact.terms.code if isinstance(fact, PerkPut) else fact.perk
    perk = books.read(PERK, (code,))
    match fact:
        case PerkPut():
            perk = replace(perk, terms=_encode(fact.terms).decode(), retired=0, stock=fact.terms.stock)
        case PerkRetired():
            perk = replace(perk, retired=1)
        case PerkStocked():
            perk = replace(perk, stock=(perk.stock or 0) + fact.delta)
        case PerkCodesAdded():
            perk = replace(perk, codes=perk.codes + fact.count)
            hold_claims(books, fact.claims, Claim(position=event.position, ordinal=0))
            books.add_to_trail(codes_trail(code), event.position)
    books.write(PERK, (code,), perk)


def evolve_redemption(books: Books, event: Event, fact: RedemptionMade | RedemptionMoved) -> None:
    """Fold that a redemption was made, or went on."""
    match fact:
        case RedemptionMade():
            position, before = event.position, Redemption()
            after = Redemption(
                perk=fact.perk,
                member=fact.member,
                unit=fact.unit,
                cost=fact.cost,
                given=int(fact.given),
                hold_until=fact.hold_until,
                requested_at=event.occurred_at,
            )
        case RedemptionMoved():
            position = fact.of
            before = after = books.read(REDEMPTION, (position,))
    paid = fact.status is RedemptionStatus.FULFILLED
    after = replace(
        after,
        status=fact.status,
        open=int(fact.status in OPEN),
        handed=fact.handed or after.handed,
        updated_at=event.occurred_at,
        paid_at=event.position if paid else after.paid_at,
    )
    books.write(REDEMPTION, (position,), after)
    books.add_to_trail(redemption_trail(position), event.position)
    books.add_to_trail(member_redemptions_trail(after.member), event.position)
    perk = books.read(PERK, (fact.perk,))
    sold = int(paid) - int(isinstance(fact, RedemptionMoved) and fact.returned)
    perk = replace(
        perk,
        reserved=perk.reserved + after.open - before.open,
        sold=perk.sold + sold,
        handed=perk.handed + int(bool(fact.handed)),
    )
    books.write(PERK, (fact.perk,), perk)
    if after.hold_until is not None and after.open != before.open:
        hold = OpenHold(hold_until=after.hold_until, position=position, member=after.member)
        _move_hold(books, hold, after)


def _move_hold(books: Books, hold: OpenHold, redemption: Redemption) -> None:
    """Put a hold on the views of those that will expire, or take it off."""
    mine, others = books.read(HOLDS, (hold.member,)), books.read(PERK_HOLDS, (redemption.perk,))
    books.write(HOLDS, (hold.member,), _moved(mine, hold, stays=bool(redemption.open)))
    books.write(PERK_HOLDS, (redemption.perk,), _moved(others, hold, stays=bool(redemption.open)))
    note_due(books, hold.member)


def _moved(holds: Holds, hold: OpenHold, *, stays: bool) -> Holds:
    rest = [one for one in holds.open if one.position != hold.position]
    return Holds(open=soonest_first([*rest, hold] if stays else rest))


def soonest_first(holds: Iterable[OpenHold]) -> tuple[OpenHold, ...]:
    """Return holds in the order in which they end."""
    return tuple(sorted(holds, key=lambda one: (one.hold_until, one.position)))
