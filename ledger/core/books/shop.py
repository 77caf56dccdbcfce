"""What the books of the shop hold: settings, offers, ticks, perks, redemptions."""

from __future__ import annotations

from ledger.core.values import MemberId, Micros, Position, Value


class Setting(Value):
    """Something of the community itself, and where it was set."""

    value: str = ""
    position: Position = Position(0)


class Offer(Value):
    """An offer: its terms as JSON; an empty text is none."""

    terms: str = ""
    retired: int = 0


class Tick(Value):
    """When something of the playbook was last done: an event of a type, or a task by hand.

    `undone` is 1 where somebody took that back.
    """

    position: Position = Position(0)
    at: Micros = Micros(0)
    undone: int = 0


class Perk(Value):
    """A perk: its terms as JSON, and what became of its stock and its codes; an empty text is none.

    `stock` is how many there ever were, None without end; `reserved` is asked for, `sold` is had.
    """

    terms: str = ""
    retired: int = 0
    stock: int | None = None
    reserved: int = 0
    sold: int = 0
    codes: int = 0
    handed: int = 0


class Redemption(Value):
    """A redemption: of what, by whom, for how much, how far it is. `open` is 1 while points are held for it."""

    perk: str = ""
    member: MemberId = MemberId(0)
    unit: str = ""
    cost: int = 0
    status: str = ""
    given: int = 0
    handed: int = 0
    open: int = 0
    hold_until: Micros | None = None
    requested_at: Micros = Micros(0)
    updated_at: Micros = Micros(0)
    paid_at: Position = Position(0)


class OpenHold(Value, array_like=True):
    """A redemption that expires at a time unless it is fulfilled."""

    hold_until: Micros
    position: Position
    member: MemberId


class Holds(Value):
    """Redemptions that will expire, soonest first."""

    open: tuple[OpenHold, ...] = ()
