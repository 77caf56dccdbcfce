"""What members hold in the model: balances, and the lots of points that end. It knows no rule, only amounts.

A lot is named by its place: how many things were decided before what it came from.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from tests.model import days, reading

Moves = tuple[tuple[int, int], ...]
"""What was taken from which lots."""


class Lot(NamedTuple):
    """Points of one member that end together."""

    who: int
    unit: str
    ends: int
    left: int
    expired: int = 0


class Purse:
    """All balances; `last` is the time recorded last."""

    def __init__(self, rulebook: str, last: int) -> None:
        self.book, self.last = reading.read(rulebook), last
        self.balance: Counter[tuple[int, str]] = Counter()
        self.earned: Counter[tuple[int, str]] = Counter()
        self.lots: dict[int, Lot] = {}
        self.place = 0

    def save(self) -> dict[str, Any]:
        return {name: value if isinstance(value, int | str) else value.copy() for name, value in vars(self).items()}

    def restore(self, saved: dict[str, Any]) -> None:
        vars(self).update(saved)

    def next_place(self) -> int:
        self.place += 1
        return self.place

    def floored(self, who: int, unit: str, points: int) -> int:
        floor: int = self.book["units"][unit].get("floor", -(10**18))
        return max(points, min(0, floor - self.balance[who, unit]))

    def change(self, who: int, unit: str, points: int, *, dated: int, place: int, earned: int = 0) -> Moves:
        """Give points, of which what pays a debt off is in no lot; or take them from the lot that ends soonest."""
        if points < 0:
            return self.lose(who, unit, points)
        free, expiry = min(points, self.balance[who, unit] + points), self.book["units"][unit].get("expire")
        if expiry is not None and free > 0:
            self.lots[place] = Lot(who, unit, days.end_of_lot(expiry, dated), free)
        self._move(who, unit, points, earned)
        return ()

    def lose(self, who: int, unit: str, points: int, *, first: int = 0, earned: int = 0) -> Moves:
        """Take points: from the lot of what is undone first, then from the one that ends soonest."""
        mine = [place for place, lot in self.lots.items() if (lot.who, lot.unit) == (who, unit) and lot.left]
        left, moves = -points, []
        for place in sorted(mine, key=lambda place: (place != first, self.lots[place].ends, place)):
            if taken := min(left, self.lots[place].left):
                self._fill(place, -taken)
                moves.append((place, taken))
                left -= taken
        self._move(who, unit, points, earned)
        return tuple(moves)

    def give_back(self, who: int, unit: str, points: int, moves: Moves, *, now: int, place: int) -> None:
        """Undo a loss: pay a debt, then fill the lots it came from; what is of an ended one lives a week more."""
        free, late = min(points, self.balance[who, unit] + points), 0
        for lot, taken in moves:
            back = max(0, min(taken, free))
            free -= back
            if self.lots[lot].ends > now:
                self._fill(lot, back)
            else:
                late += back
        if late:
            self.lots[place] = Lot(who, unit, days.begin_of(days.day_of(now) + 8), late)
        self._move(who, unit, points, 0)

    def next_end(self) -> int | None:
        return min((lot.ends for lot in self.lots.values() if lot.left), default=None)

    def expire(self, until: int) -> None:
        for place, lot in self.lots.items():
            if lot.left and lot.ends <= until:
                self.balance[lot.who, lot.unit] -= lot.left
                self.lots[place] = lot._replace(left=0, expired=lot.expired + lot.left)

    def level(self, who: int) -> str:
        """Return the highest level that a balance has reached, of those that are written lowest first."""
        reached = [name for name, least in self.book["levels"].items() if least <= self.balance[who, "points"]]
        return reached[-1] if reached else ""

    def _fill(self, place: int, by: int) -> None:
        self.lots[place] = self.lots[place]._replace(left=self.lots[place].left + by)

    def _move(self, who: int, unit: str, points: int, earned: int) -> None:
        if points:
            self.balance[who, unit] += points
            self.earned[who, unit] += earned
