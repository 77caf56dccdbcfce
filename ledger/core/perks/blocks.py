"""Why a member cannot redeem a perk now, in the order in which a redemption is refused."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from ledger.core.books.goods import Perk
from ledger.core.books.perks import terms_of
from ledger.core.books.shelf import ACCOUNT, COUNTER, MEMBER, PERK
from ledger.core.books.united import everybody, is_merged
from ledger.core.books.view import Books
from ledger.core.calendar import period_label
from ledger.core.conduct import is_removed
from ledger.core.outcomes import CounterMode, CounterMove
from ledger.core.rulebook.grammar.catalogue import Fulfilment, PerkTerms
from ledger.core.rulebook.versions import Version
from ledger.core.rules.levels import level_of
from ledger.core.values import MemberId, Micros


class Block(StrEnum):
    """One reason to refuse a redemption; the order here is the order of refusals."""

    ACCOUNT_CLOSED = "ACCOUNT_CLOSED"
    STANDING = "STANDING"
    PERK_RETIRED = "PERK_RETIRED"
    NOT_STARTED = "NOT_STARTED"
    ENDED = "ENDED"
    TIER_TOO_LOW = "TIER_TOO_LOW"
    LIMIT_REACHED = "LIMIT_REACHED"
    SOLD_OUT = "SOLD_OUT"
    PRICE_CHANGED = "PRICE_CHANGED"
    NOT_ENOUGH_POINTS = "NOT_ENOUGH_POINTS"


ALSO_OF_GIFTS = (Block.ACCOUNT_CLOSED, Block.STANDING, Block.PERK_RETIRED, Block.SOLD_OUT)
"""What refuses even a perk that is given: the rest is about earning it."""


class Bid(NamedTuple):
    """A member would like a perk, at a time; `expected_cost` None is at any price."""

    version: Version
    member: MemberId
    perk: Perk
    terms: PerkTerms
    at: Micros
    expected_cost: int | None = None


def bid(
    books: Books, version: Version, member: MemberId, code: str, at: Micros, expected_cost: int | None = None
) -> Bid | None:
    """Return a member's bid for a perk; None where there is no such perk."""
    perk = books.read(PERK, (code,))
    return Bid(version, member, perk, terms_of(perk), at, expected_cost) if perk.terms else None


def blocks(books: Books, bid: Bid) -> Iterator[Block]:
    """Yield everything that stands between a member and a perk, first the one that refuses."""
    terms, perk = bid.terms, bid.perk
    if books.read(MEMBER, (bid.member,)).left_at is not None or is_merged(books, bid.member):
        yield Block.ACCOUNT_CLOSED
    if is_removed(books, bid.member):
        yield Block.STANDING
    if perk.retired:
        yield Block.PERK_RETIRED
    if terms.starts_at is not None and bid.at < terms.starts_at:
        yield Block.NOT_STARTED
    if terms.ends_at is not None and bid.at >= terms.ends_at:
        yield Block.ENDED
    if terms.tiers and _level(books, bid) not in terms.tiers:
        yield Block.TIER_TOO_LOW
    if terms.limit is not None and redeemed(books, bid) >= terms.limit.count:
        yield Block.LIMIT_REACHED
    if sold_out(perk, terms):
        yield Block.SOLD_OUT
    if bid.expected_cost not in (None, terms.cost):
        yield Block.PRICE_CHANGED
    if terms.cost and books.read(ACCOUNT, (bid.member, terms.unit)).available < terms.cost:
        yield Block.NOT_ENOUGH_POINTS


def _level(books: Books, bid: Bid) -> str:
    ladder = bid.version.main_ladder
    return level_of(books, bid.version, ladder.code, bid.member) if ladder is not None else ""


def sold_out(perk: Perk, terms: PerkTerms) -> bool:
    """Say whether nothing is left. A code that is waited for may be added while the wait lasts."""
    left = available(perk)
    if left is not None and left <= 0:
        return True
    waits = terms.approve or terms.reserve_for is not None
    return terms.fulfilment is Fulfilment.CODE and not waits and not codes_left(perk)


def available(perk: Perk) -> int | None:
    """Return how many of a perk can be redeemed; None is without end."""
    return None if perk.stock is None else max(0, perk.stock - perk.reserved - perk.sold)


def codes_left(perk: Perk) -> int:
    """Return how many codes are there to hand out."""
    return perk.codes - perk.handed


def limit_move(bid: Bid) -> CounterMove:
    """Return the move that counts one more of a perk for a member, in the period of its limit."""
    part = bid.version.rulebook.community
    per = bid.terms.limit.per if bid.terms.limit is not None else "ever"
    return CounterMove(
        scope=f"perk:{bid.terms.code}/{per}",
        key=str(bid.member),
        period=period_label(bid.at, per=per, zone=part.tz, first_weekday=part.first_weekday),
        delta=1,
        mode=CounterMode.COUNT,
    )


def redeemed(books: Books, bid: Bid) -> int:
    """Return how many of a perk a member has had in the period of its limit, what came back left out."""
    move = limit_move(bid)
    keys = [str(one) for one in everybody(books, bid.member)]
    return sum(books.read(COUNTER, (move.scope, key, move.period)).amount for key in keys)
