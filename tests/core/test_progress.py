"""How far a member is on a ladder."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ledger.core.books.shelf import Account
from ledger.core.progress import progress, share
from ledger.core.rulebook.grammar import Ladder, Level

LEVELS = tuple(Level(code=code, threshold=at) for code, at in (("low", -5), ("mid", 10), ("high", 30)))
LADDER = Ladder(code="rank", unit="points", measure="balance", stay="while", levels=LEVELS)


@pytest.mark.parametrize(
    ("held", "balance", "current", "following", "missing", "fraction"),
    [
        ("", -9, None, "low", 4, Fraction(0)),
        ("low", 0, "low", "mid", 10, Fraction(0)),
        ("low", 5, "low", "mid", 5, Fraction(1, 2)),
        ("mid", 10, "mid", "high", 20, Fraction(1, 3)),
        ("mid", 40, "mid", "high", 0, Fraction(1)),
        ("high", 7, "high", None, 0, Fraction(1)),
        ("gone", 12, None, "low", 0, Fraction(1)),
    ],
)
def test_the_next_level_is_the_one_above_the_level_that_is_held(
    held: str, balance: int, current: str | None, following: str | None, missing: int, fraction: Fraction
) -> None:
    found = progress(LADDER, held, Account(balance=balance, earned=99))
    assert (found.current.code if found.current else None) == current
    assert (found.next.code if found.next else None) == following
    assert (found.missing, found.fraction) == (missing, fraction)


def test_a_ladder_of_points_earned_does_not_look_at_the_balance() -> None:
    ladder = Ladder(code="rank", unit="points", measure="earned", stay="forever", levels=LEVELS)
    assert progress(ladder, "low", Account(balance=-3, earned=4)).measured == 4


def test_a_ladder_without_levels_has_nothing_to_reach() -> None:
    empty = Ladder(code="rank", unit="points", measure="balance", stay="while", levels=())
    found = progress(empty, "", Account(balance=5))
    assert (found.current, found.next, found.fraction) == (None, None, Fraction(1))


@pytest.mark.parametrize(
    ("current", "target", "expected"), [(0, 0, 1), (-1, 0, 0), (-3, -5, 1), (-9, -5, 0), (1, 3, Fraction(1, 3))]
)
def test_a_share_is_between_nothing_and_all(current: int, target: int, expected: Fraction | int) -> None:
    assert share(current, target) == expected
