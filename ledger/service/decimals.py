"""Points as people write them, in whole units, read exactly."""

from __future__ import annotations

from decimal import Context, Decimal, Inexact, InvalidOperation

from ledger.core.values import LARGEST_POINTS

EXACTLY = Context(traps=[InvalidOperation, Inexact])
"""Rounds nothing; what is too large counts as inexact."""


class NotPoints(ValueError):
    """A text is no number of points of a unit; the message says why."""


def minor_units(text: str, scale: int) -> int:
    """Return whole units as minor units, exactly: 12.5 at scale 2 is 1250. `core.lines.amount` is its inverse.

    Raises:
        NotPoints: it is no number, larger than the ledger counts, or has more decimals than the unit.
    """
    try:
        minor = EXACTLY.scaleb(Decimal(text), scale)
    except InvalidOperation:
        minor = Decimal("NaN")
    except Inexact:
        minor = Decimal("Infinity")
    if minor.is_nan():
        raise NotPoints(f"{text!r} is no number of points")
    if not minor.is_finite() or abs(minor) > LARGEST_POINTS:
        raise NotPoints(f"{text!r} is more than can be counted exactly")
    if minor != minor.to_integral_value():
        expected = f"at most {scale} decimals" if scale else "a whole number"
        raise NotPoints(f"{text!r} is no number of points: expected {expected}")
    return int(minor)
