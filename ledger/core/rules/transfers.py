"""Lots that move between two members of one person: each keeps its name and its expiry, so that undos find it."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from ledger.core.books.shelf import ACCOUNT, EVENT, LOT, LOTS, OpenLot
from ledger.core.books.view import Books
from ledger.core.events import decisions
from ledger.core.outcomes import LotMove
from ledger.core.rulebook.versions import Version
from ledger.core.rules.lots import expires_at, spend
from ledger.core.values import MemberId, Micros


class Fresh(NamedTuple):
    """A lot that begins with a transfer."""

    amount: int
    expires_at: Micros


class Lotted(NamedTuple):
    """What a transfer takes from one member's lots, and what it puts in the other's; `fresh` begins with it."""

    given: tuple[LotMove, ...] = ()
    taken: tuple[LotMove, ...] = ()
    fresh_given: Fresh | None = None
    fresh_taken: Fresh | None = None


def merged(books: Books, giver: MemberId, taker: MemberId, unit: str, amount: int) -> Lotted:
    """Return how lots move with a whole balance; a debt that moves is paid from the taker's lots."""
    if amount < 0:
        return Lotted(taken=spend(books, taker, unit, -amount))
    own = _open(books, giver, unit)
    given = tuple(_out(lot, lot.remaining) for lot in own)
    debt = max(0, -books.read(ACCOUNT, (taker, unit)).balance)
    paid = min(max(0, debt - (amount - sum(lot.remaining for lot in own))), sum(lot.remaining for lot in own))
    taken: list[LotMove] = []
    for lot in own:
        pays = min(paid, lot.remaining)
        paid -= pays
        if lot.remaining > pays:
            taken.append(_in(lot, lot.remaining - pays))
    return Lotted(given, tuple(taken))


class Parting(NamedTuple):
    """An unmerge in one unit: who gives whom how much, which lots are the taker's, and when."""

    giver: MemberId
    taker: MemberId
    unit: str
    amount: int
    group: Collection[MemberId]
    now: Micros


def parted(books: Books, version: Version, parting: Parting) -> Lotted:
    """Return how lots move when two part.

    The taker's own lots go back first, those that end last; then whatever the giver cannot keep, soonest first.
    What others of the person's points were spent in place of begins a lot of its own.
    """
    giver, unit, amount = parting.giver, parting.unit, parting.amount
    if amount < 0:
        return Lotted(fresh_given=_fresh(books, version, parting, giver, -amount))
    known = _open(books, giver, unit)
    balance, held = books.read(ACCOUNT, (giver, unit)).balance, sum(lot.remaining for lot in known)
    loose = max(0, balance - held)
    moved: list[tuple[OpenLot, int]] = []
    left = amount
    for lot in reversed([one for one in known if _came_by(books, parting, one)]):
        if (part := min(left, lot.remaining)) > 0:
            moved.append((lot, part))
            left -= part
    gone = {(lot.position, lot.ordinal): part for lot, part in moved}
    surplus = held - sum(gone.values()) - max(0, balance - amount)
    for lot in known:
        rest = lot.remaining - gone.get((lot.position, lot.ordinal), 0)
        if (part := min(surplus, left, rest)) > 0:
            gone[lot.position, lot.ordinal] = gone.get((lot.position, lot.ordinal), 0) + part
            surplus, left = surplus - part, left - part
    given = tuple(_out(lot, part) for lot in known if (part := gone.get((lot.position, lot.ordinal), 0)))
    taken = tuple(_in(lot, part) for lot in known if (part := gone.get((lot.position, lot.ordinal), 0)))
    owed = max(0, left - loose)
    fresh = _fresh(books, version, parting, parting.taker, owed) if owed else None
    return Lotted(given, taken, fresh_taken=fresh)


def _came_by(books: Books, parting: Parting, lot: OpenLot) -> bool:
    """Say whether a lot is of a grant that came by the taker's identities."""
    if any(books.read(LOT, (one, lot.position, lot.ordinal)).gained for one in parting.group):
        return True
    event = books.read(EVENT, (lot.position,)).event
    made = decisions(event) if event is not None else ()
    return lot.ordinal < len(made) and made[lot.ordinal].origin in parting.group


def _fresh(books: Books, version: Version, parting: Parting, member: MemberId, amount: int) -> Fresh | None:
    unit = version.units.get(parting.unit)
    ends = expires_at(version, unit, parting.now) if unit is not None else None
    free = min(amount, books.read(ACCOUNT, (member, parting.unit)).balance + amount)
    return Fresh(free, ends) if ends is not None and free > 0 else None


def _open(books: Books, member: MemberId, unit: str) -> list[OpenLot]:
    return [one for one in books.read(LOTS, (member,)).open if one.unit == unit]


def _out(lot: OpenLot, amount: int) -> LotMove:
    return LotMove(position=lot.position, ordinal=lot.ordinal, delta=-amount)


def _in(lot: OpenLot, amount: int) -> LotMove:
    return LotMove(position=lot.position, ordinal=lot.ordinal, delta=amount, expires_at=lot.expires_at)
