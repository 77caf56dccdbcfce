"""The catalogue: what a community puts up for its members. A preset's is a seed; afterwards commands change it."""

from __future__ import annotations

from enum import StrEnum

from ledger.core.rulebook.grammar.tiers import Requirement
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


class OfferCap(Value):
    """How often an offer is shown: so many times in that many local days, to one member or in the community."""

    count: int
    days: int
    by_community: bool = False


class Mark(Value):
    """A mark on a metric, as facts hold it: a requirement that is no share of the community's."""

    metric: str
    bound: str = "gte"
    target: int = 0
    days: int = 0
    months: int = 0
    distinct: str = ""

    @property
    def requirement(self) -> Requirement:
        """The same as rulebooks have it."""
        return Requirement(
            metric=self.metric,
            bound=self.bound,
            target=self.target,
            days=self.days,
            months=self.months,
            distinct=self.distinct,
        )


class OfferTerms(Value):
    """An offer: something shown to a member after they had value here, rarely, and not at a bad time.

    `audience` are levels of the first ladder; none is everybody. It waits until all of `after_all` and one of
    `after_any` are met, and is not shown while one of `silent_if` is.
    """

    code: str
    names: dict[str, str] = {}
    perk: str = ""
    url: str = ""
    audience: tuple[str, ...] = ()
    after_all: tuple[Mark, ...] = ()
    after_any: tuple[Mark, ...] = ()
    at_most: tuple[OfferCap, ...] = ()
    silent_if: tuple[Mark, ...] = ()


class Stage(StrEnum):
    """The four stages in which a group comes to life."""

    FOUNDING = "founding"
    DAILY = "daily"
    CONVERSION = "conversion"
    TIERING = "tiering"


class Task(Value):
    """Something the operators of a group should do, ticked by hand or by the first event of a type.

    It is due `due` after the community began, or again `every` so often; or once there are so many members, or
    the group's health is so.
    """

    id: str
    stage: Stage
    done_by: str = ""
    due: Micros | None = None
    every: Micros | None = None
    after_members: int = 0
    after_health: tuple[str, ...] = ()
    names: dict[str, str] = {}
