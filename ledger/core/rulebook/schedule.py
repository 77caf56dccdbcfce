"""When activities happen. The core asks; the service answers with a library for RFC 5545."""

from __future__ import annotations

from collections.abc import Callable

from ledger.core.calendar import moment
from ledger.core.rulebook.grammar import Activity
from ledger.core.values import Micros, Value


class Occurrence(Value):
    """One time that an activity happens: `[start, end)`."""

    activity: str
    start: Micros
    end: Micros
    series: str = ""
    """What was scheduled by command as an activity of this sort; empty is the rulebook's own."""

    @property
    def id(self) -> str:
        """Its name: the series and the start, in UTC."""
        return f"{self.series or self.activity}/{moment(self.start):%Y-%m-%dT%H:%M:%SZ}"


LastBegun = Callable[[Activity, str, Micros], Occurrence | None]
"""Returns an activity's last occurrence that began at or before an instant, by its local zone; None before all."""


def never(activity: Activity, zone: str, at: Micros) -> None:
    """Know no occurrence: for rulebooks without activities."""
    del activity, zone, at
