"""Leaderboards."""

from __future__ import annotations

from ledger.core.values import Value


class Board(Value):
    """A leaderboard: what it measures, over which windows, how ties rank, which rules do not count."""

    id: str
    unit: str
    measure: str
    windows: tuple[str, ...]
    rank: str = "competition"
    exclude_rules: tuple[str, ...] = ()
    exclude_groups: tuple[str, ...] = ()
    """Members who are in one of these groups by a report, or should be by their level, are not on the board."""
