"""What a rule wants to pay, before caps and floor. Fractions are rounded toward zero, once."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ledger.core.rulebook.grammar import Amount, DataAmount, FixedAmount, RankAmount
from ledger.core.values import LARGEST_POINTS


def wanted(amount: Amount, data: dict[str, Any]) -> int | None:
    """Return the amount in minor units, or None where the data does not give it."""
    match amount:
        case FixedAmount():
            return amount.points
        case RankAmount():
            rank = whole(data.get("rank"))
            return amount.points[rank - 1] if rank and 1 <= rank <= len(amount.points) else None
        case DataAmount():
            given = whole(data.get(amount.field))
            if given is None:
                return None
            share = int(Fraction(given) * amount.percent / 100)
            share = max(-LARGEST_POINTS, min(LARGEST_POINTS, share))
            return -share if amount.negate else share


def whole(value: Any) -> int | None:
    """Return a whole number that points can carry, or None."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_POINTS:
        return value
    return None
