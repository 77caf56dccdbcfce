"""Rules, what limits them and what takes their grants back. Every amount is in minor units of its unit."""

from __future__ import annotations

from fractions import Fraction

from ledger.core.values import Value

Scalar = bool | int | Fraction | str
"""A number, flag or word as a rulebook spells it."""


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


class Levels(Value):
    """Some levels of a ladder."""

    ladder: str
    codes: tuple[str, ...]


class When(Value):
    """What must hold for a rule to pay: conditions on data, and parties who may not be the receiver.

    And who the receiver must be: on which level, for how many microseconds a member, and where they may stand
    with the house rules (`good`, `warned`, `removed`), anywhere if nothing is said.
    """

    conditions: tuple[Condition, ...] = ()
    not_self: tuple[str, ...] = ()
    levels: Levels | None = None
    member_for: Condition | None = None
    standing: tuple[str, ...] = ()


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
    """At most so many points or grants of one rule per period and party; with `levels` only for receivers there."""

    points: int | None = None
    count: int | None = None
    per: str = "ever"
    by: tuple[str, ...] = ("to",)
    net: bool = False
    partial: bool = True
    levels: Levels | None = None


class CapGroup(Value):
    """At most so many points per period and receiver over several rules together."""

    code: str
    unit: str
    points: int
    per: str
    rules: tuple[str, ...]
    net: bool = False
    partial: bool = True
    levels: Levels | None = None


class Budget(Value):
    """At most so many points per period over all members together, for the rules that name it."""

    code: str
    unit: str
    points: int
    per: str = "ever"
    partial: bool = True


class Pending(Value):
    """How long a grant waits before it counts, in microseconds; None until a person has reviewed it."""

    delay: int | None = None


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
    pending: Pending | None = None
    giver_weight: dict[str, Fraction] = {}
    """By the level of the one who did it, on the first ladder; a level that is not named weighs 1."""
    only_in: tuple[str, ...] = ()
    budget: str = ""
    enabled: bool = True
    names: dict[str, str] = {}


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
