"""How far a member is on a ladder: the level they hold, the next one, and what it still asks."""

from __future__ import annotations

from fractions import Fraction

from ledger.core.books.shelf import Account
from ledger.core.rulebook.grammar import Ladder, Level
from ledger.core.values import Value


class Progress(Value):
    """A member's place on a ladder; `current` None is below the lowest level, `next` None is at the top."""

    ladder: Ladder
    measured: int
    current: Level | None = None
    next: Level | None = None

    @property
    def missing(self) -> int:
        """How many minor units of the ladder's measure the next level still asks."""
        return max(0, self.next.threshold - self.measured) if self.next is not None else 0

    @property
    def fraction(self) -> Fraction:
        """How much of what the next level asks is there, 0 to 1; 1 at the top."""
        return share(self.measured, self.next.threshold) if self.next is not None else Fraction(1)


def progress(ladder: Ladder, held: str | None, account: Account) -> Progress:
    """Return how far somebody is who holds a level; one that the ladder no longer has counts as none."""
    codes = [level.code for level in ladder.levels]
    place = codes.index(held) if held in codes else -1
    above = ladder.levels[place + 1 : place + 2]
    return Progress(
        ladder=ladder,
        measured=measured(ladder, account),
        current=ladder.levels[place] if place >= 0 else None,
        next=above[0] if above else None,
    )


def measured(ladder: Ladder, account: Account) -> int:
    """Return what a ladder measures of an account, in minor units."""
    return account.earned if ladder.measure == "earned" else account.balance


def share(current: int, target: int) -> Fraction:
    """Return how much of a target is reached, 0 to 1."""
    if current >= target:
        return Fraction(1)
    return Fraction(max(0, current), target) if target > 0 else Fraction(0)
