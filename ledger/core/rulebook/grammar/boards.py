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
    """Members whose wanted place is in one of these groups are not on the board."""
