"""A clock whose time moves only when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime

from ledger.core.calendar import micros
from ledger.core.values import Micros

NOON = micros(datetime(2026, 11, 23, 12, tzinfo=UTC))
"""A Monday."""


class Clock:
    """The instant it was last told, for whoever calls it; the writer asks once a batch."""

    def __init__(self, at: Micros = NOON) -> None:
        self.at = at
        self.asked = 0

    def __call__(self) -> Micros:
        self.asked += 1
        return self.at

    def advance(self, micros: int) -> Micros:
        """Move time on by so many microseconds and return the new instant."""
        self.at = Micros(self.at + micros)
        return self.at

    def set(self, at: Micros) -> None:
        """Move time to an instant, backwards too: real clocks do."""
        self.at = at
