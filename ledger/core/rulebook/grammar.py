"""The grammar of a rulebook, as values. Every amount is in minor units of its unit."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction

from ledger.core.values import DAY, Value

Scalar = bool | int | Fraction | str
"""A number, flag or word as a rulebook spells it."""


class Claw(StrEnum):
    """What an undo may take when the points were spent: see SEMANTICS 18."""

    DEBT = "debt"
    CLIP = "clip"
    WITHIN_BALANCE = "within_balance"
    PENDING_ONLY = "pending_only"


class StartOn(StrEnum):
    """When a member gets a unit's start."""

    JOINED = "joined"
    FIRST_SIGHT = "first_sight"


class Unit(Value):
    """A currency of the community; `floor` None is no floor."""

    code: str
    scale: int = 0
    start: int = 0
    start_on: StartOn = StartOn.FIRST_SIGHT
    floor: int | None = None
    claw: Claw = Claw.DEBT
    spendable: bool = True


class Condition(Value):
    """What one field of the event's data must satisfy: every bound that is given."""

    field: str
    equals: bool | int | Fraction | str | None = None
    gte: int | Fraction | None = None
    gt: int | Fraction | None = None
    lte: int | Fraction | None = None
    lt: int | Fraction | None = None
    step: int | None = None
    one_of: tuple[Scalar, ...] | None = None
    none_of: tuple[Scalar, ...] | None = None


class When(Value):
    """What must hold for a rule to pay: conditions on data, and parties who may not be the receiver."""

    conditions: tuple[Condition, ...] = ()
    not_self: tuple[str, ...] = ()


class FixedAmount(Value, tag="fixed"):
    """The same for every event."""

    points: int


class RankAmount(Value, tag="by_rank"):
    """By `data.rank`, 1 first; nothing beyond the list."""

    points: tuple[int, ...]


class DataAmount(Value, tag="from"):
    """From a whole number in the event's data, times `percent` / 100, rounded toward zero."""

    field: str
    percent: Fraction = Fraction(100)
    negate: bool = False


Amount = FixedAmount | RankAmount | DataAmount


class Cap(Value):
    """At most so many points or grants of one rule per period and party."""

    points: int | None = None
    count: int | None = None
    per: str = "ever"
    by: tuple[str, ...] = ("to",)
    net: bool = False
    partial: bool = True


class CapGroup(Value):
    """At most so many points per period and receiver over several rules together."""

    code: str
    unit: str
    points: int
    per: str
    rules: tuple[str, ...]
    net: bool = False
    partial: bool = True


class UndoOn(Value):
    """An event type that takes a rule's grants back; `match` names what must be equal in both events.

    Grants are found by subject, or, where `match` names `member`, among that member's grants.
    """

    event: str
    match: tuple[str, ...] = ()
    unless: tuple[Condition, ...] = ()

    @property
    def by_member(self) -> bool:
        """Say whether grants are found by member instead of by subject."""
        return "member" in self.match


class Undo(Value):
    """An event type that takes back the grants of many rules; `rules` None is all of them.

    `of` is `subject` (every grant on it) or `undoes` (those of the event that `data.undoes` names).
    """

    event: str
    of: str = "subject"
    rules: tuple[str, ...] | None = None
    unless: tuple[Condition, ...] = ()


class Rule(Value):
    """What one kind of event pays to whom."""

    id: str
    event: str
    unit: str
    amount: Amount
    to: str = "actor"
    when: When = When()
    once_per: tuple[str, ...] = ()
    slot: tuple[str, ...] = ()
    cooldown: int = 0
    caps: tuple[Cap, ...] = ()
    undo_on: tuple[UndoOn, ...] = ()


class Quota(Value):
    """How many events of these types a party may send per period, or have open at once."""

    id: str
    events: tuple[str, ...]
    by: tuple[str, ...] = ("actor",)
    count: int | None = None
    per: str = "day"
    open_at_once: int | None = None
    of: str = "object"
    closed_by: tuple[str, ...] = ()


class Level(Value):
    """One rank of a ladder, reached at `threshold` minor units of the ladder's measure."""

    code: str
    threshold: int


class Ladder(Value):
    """Levels by one measure, lowest first; judged at every event."""

    code: str
    unit: str
    measure: str
    stay: str
    levels: tuple[Level, ...]


class Board(Value):
    """A leaderboard: what it measures, over which windows, how ties rank, which rules do not count."""

    id: str
    unit: str
    measure: str
    windows: tuple[str, ...]
    rank: str = "competition"
    exclude_rules: tuple[str, ...] = ()


class CommunityPart(Value):
    """The community's calendar, and how late a live event may come; None is any time."""

    tz: str = "UTC"
    first_weekday: int = 0
    accept_late: int | None = 7 * DAY


class Rulebook(Value):
    """A whole rulebook, read and without faults. Order of rules and units is as written."""

    name: str
    community: CommunityPart
    units: tuple[Unit, ...]
    creates: dict[str, str] = {}
    undo: tuple[Undo, ...] = ()
    cap_groups: tuple[CapGroup, ...] = ()
    rules: tuple[Rule, ...] = ()
    quotas: tuple[Quota, ...] = ()
    ladders: tuple[Ladder, ...] = ()
    boards: tuple[Board, ...] = ()
