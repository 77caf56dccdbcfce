"""Metrics, and the ladders of levels that are judged by them."""

from __future__ import annotations

from fractions import Fraction

from ledger.core.rulebook.grammar.rules import Condition, UndoOn
from ledger.core.values import Value

FOREVER = "forever"
WHILE = "while"
KEPT = "kept"


class Metric(Value):
    """Something counted a member and day: events of some types, or the sum of a field of their data.

    `by` is whose metric it is, as a rule's `to`; `community` is the community's. `distinct` counts different
    values instead: of a field, of `actor`, of `object` or of the `day`. A value is divided by `per`, rounded down.
    """

    code: str
    events: tuple[str, ...]
    by: str = "actor"
    sum: str = ""
    distinct: str = ""
    per: int = 1
    conditions: tuple[Condition, ...] = ()
    undo_on: tuple[UndoOn, ...] = ()
    names: dict[str, str] = {}


class Share(Value):
    """A mark that moves with the community: so many percent of one of its metrics, at most `at_most`."""

    percent: Fraction
    of: str
    at_most: int | None = None


class Requirement(Value):
    """One mark on one metric: exactly one bound, in a window of `days` or `months`, or of all time.

    `metric` is one of the rulebook's, `unit.earned`, `unit.balance`, `active_days` or `member_for` (microseconds).
    A `hard` mark is not lowered by low water.
    """

    metric: str
    bound: str = "gte"
    target: int = 0
    share: Share | None = None
    days: int = 0
    months: int = 0
    distinct: str = ""
    hard: bool = False


class Terms(Value):
    """What must hold: all of `all`, one of `any` if there are some, none of `none`. They nest."""

    all: tuple[Requirement | Terms, ...] = ()
    any: tuple[Requirement | Terms, ...] = ()
    none: tuple[Requirement | Terms, ...] = ()


class Stay(Value):
    """How a level is kept: `forever`, `while` its terms hold, or `kept` by marks lowered to `low_water`.

    `grace` is through how many daily runs below the marks it is kept, `min_stay` how many days it is never lost,
    `warn_before` how many days before the fall notice is given.
    """

    mode: str = WHILE
    low_water: Fraction = Fraction(1)
    grace: int = 0
    min_stay: int = 0
    warn_before: int = 0


class Level(Value):
    """One rank of a ladder: reached at `threshold` minor units of the ladder's measure, or by `enter`.

    Without either it is where everybody begins; `manual` is given by hand only. `grants` are the groups whose
    place it gives, such as `group:core`.
    """

    code: str
    threshold: int = 0
    enter: Terms | None = None
    manual: bool = False
    stay: Stay = Stay()
    grants: tuple[str, ...] = ()
    names: dict[str, str] = {}


class Ladder(Value):
    """Levels, lowest first: by one measure, judged at every event, or by terms, judged daily.

    `daily_at` is the local minute of the day of the daily run; None is at every event.
    """

    code: str
    unit: str = ""
    measure: str = ""
    stay: str = WHILE
    levels: tuple[Level, ...] = ()
    daily_at: int | None = None
    lockable: bool = False
