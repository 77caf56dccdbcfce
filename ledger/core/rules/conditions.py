"""Conditions on an event's data. An absent flag is false; an absent value fails a comparison."""

from __future__ import annotations

from fractions import Fraction
from math import isfinite
from typing import Any

from ledger.core.rulebook.grammar import Condition


def hold(conditions: tuple[Condition, ...], data: dict[str, Any]) -> bool:
    """Say whether every condition holds."""
    return all(holds(condition, data.get(condition.field)) for condition in conditions)


def holds(condition: Condition, value: Any) -> bool:
    """Say whether one condition holds of a value; None is an absent one."""
    if condition.equals is not None:
        return _same(condition.equals, False if value is None and condition.equals is False else value)
    if condition.none_of is not None and any(_same(barred, value) for barred in condition.none_of):
        return False
    if condition.one_of is not None and not any(_same(wanted, value) for wanted in condition.one_of):
        return False
    return _within(condition, value)


def _same(wanted: object, value: Any) -> bool:
    return isinstance(wanted, bool) == isinstance(value, bool) and bool(wanted == _exact(value))


def _exact(value: Any) -> Any:
    """Return a JSON number as the decimal that was written: 0.3, not the double next to it."""
    return Fraction(repr(value)) if isinstance(value, float) and isfinite(value) else value


def _within(condition: Condition, value: Any) -> bool:
    bounded = (condition.gte, condition.gt, condition.lte, condition.lt, condition.step)
    if all(bound is None for bound in bounded):
        return True
    value = _exact(value)
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        return False
    return (
        (condition.gte is None or value >= condition.gte)
        and (condition.gt is None or value > condition.gt)
        and (condition.lte is None or value <= condition.lte)
        and (condition.lt is None or value < condition.lt)
        and (condition.step is None or value % condition.step == 0)
    )
