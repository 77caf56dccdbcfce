"""Units and what members have in them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import NamedTuple

import strawberry

from ledger.core.books.shelf import Account
from ledger.core.rulebook import grammar
from schema.graphql.described import described, field, one_of, optional, resolved
from schema.graphql.scalars import Points, Position


@described
class Unit:
    """A currency of the community; amounts are in its minor units (10^-scale)."""

    code: str = field("Its code in the rulebook.")
    name: str = field("What it is called.")
    scale: int = field("How many decimals a whole unit has.")
    spendable: bool = field("Whether perks can cost it.")


@described
class Expiring:
    """Points that end together."""

    points: Points = field("How many, in minor units.")
    on: date = field("The last local day on which they can be used.")


@described
class Balance:
    """A member's points in one unit: total = available + held; pending is not yet in it."""

    unit: Unit = field("The currency.")
    total: Points = field("Available and held together.")
    available: Points = field("What can be spent.")
    held: Points = field("What redemptions hold.")
    pending: Points = field("What waits for a delay or a review.")
    lifetime_earned: Points = field("Ever awarded, less what was taken back of it.")
    as_of: datetime = field("The instant of which this is true.")
    spent: strawberry.Private[Callable[[], Awaitable[int]]]
    ending: strawberry.Private[Callable[[], Awaitable[Expiring | None]]]

    @resolved("Ever spent on perks, less what came back.")
    async def lifetime_spent(self) -> Points:
        """Return what was spent."""
        return Points(await self.spent())

    @resolved("What expires next unless it is spent; null where nothing will, or of the past.")
    async def expiring(self) -> Expiring | None:
        """Return what expires next."""
        return await self.ending()


@one_of
class BalancePoint:
    """A point of the log, by place in the journal or by when things happened. Exactly one of the two."""

    position: Position | None = optional("After the event at this position.")
    at: datetime | None = optional("Counting all that happened up to this instant.")


def unit_of(unit: grammar.Unit) -> Unit:
    """Return a rulebook's unit."""
    return Unit(code=unit.code, name=unit.code, scale=unit.scale, spendable=unit.spendable)


def is_asked(unit: grammar.Unit, code: str | None) -> bool:
    """Say whether a unit is the one asked for, or is spendable where none is."""
    return unit.code == code if code else unit.spendable


class Lasting(NamedTuple):
    """What of a balance is looked up only where it is asked for."""

    spent: Callable[[], Awaitable[int]]
    ending: Callable[[], Awaitable[Expiring | None]]


def balance(unit: grammar.Unit, account: Account, at: datetime, lasting: Lasting) -> Balance:
    """Return an account as a balance."""
    return Balance(
        unit=unit_of(unit),
        total=Points(account.balance),
        available=Points(account.available),
        held=Points(account.held),
        pending=Points(account.pending),
        lifetime_earned=Points(account.earned),
        as_of=at,
        spent=lasting.spent,
        ending=lasting.ending,
    )
