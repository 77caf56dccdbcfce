"""The catalogue: what a community puts up for its members. A preset's is a seed; afterwards commands change it."""

from __future__ import annotations

from enum import StrEnum

from ledger.core.values import Micros, Value


class Fulfilment(StrEnum):
    """How what was redeemed reaches the member."""

    MANUAL = "manual"
    CODE = "code"
    PLATFORM_ROLE = "platform_role"
    WEBHOOK = "webhook"


class PerkKind(StrEnum):
    """What sort of thing a perk is."""

    DIGITAL = "digital"
    PHYSICAL = "physical"
    ACCESS = "access"
    SESSION = "session"
    OFFER = "offer"


class PerkLimit(Value):
    """How many of a perk one member may have in a period."""

    count: int
    per: str = "ever"


class PerkTerms(Value):
    """A perk: what it costs, who may have it, when, how often, and how it is fulfilled.

    `tiers` are levels of the first ladder; none is everybody. `reserve_for` is how long points are held before an
    unfulfilled redemption expires; None is as long as it takes. `target` is the group or the address.
    """

    code: str
    names: dict[str, str] = {}
    descriptions: dict[str, str] = {}
    kind: PerkKind = PerkKind.DIGITAL
    unit: str = ""
    cost: int = 0
    tiers: tuple[str, ...] = ()
    stock: int | None = None
    limit: PerkLimit | None = None
    starts_at: Micros | None = None
    ends_at: Micros | None = None
    fulfilment: Fulfilment = Fulfilment.MANUAL
    target: str = ""
    approve: bool = False
    reserve_for: Micros | None = None
    refund_within: Micros | None = None
