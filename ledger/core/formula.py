"""Says what a rule pays, as lines of a code and parameters for `words`: amount, conditions, limits.

Amounts are in whole units with the unit's decimals; names of parties, things and fields stay as the
rulebook spells them. A parameter `per` is the code of a period.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ledger.core.explain import amount
from ledger.core.lines import Line
from ledger.core.rulebook.grammar import (
    Cap,
    CapGroup,
    Condition,
    DataAmount,
    FixedAmount,
    RankAmount,
    Rule,
    Unit,
)
from ledger.core.rulebook.versions import Version
from ledger.core.values import DAY, HOUR, MINUTE, SECOND

BOUNDS = (("gte", "≥"), ("gt", ">"), ("lte", "≤"), ("lt", "<"))
LENGTHS = ((DAY, "d"), (HOUR, "h"), (MINUTE, "m"), (SECOND, "s"))


def formula(version: Version, rule: Rule) -> Iterator[Line]:
    """Yield what a rule of a version pays, then what must hold, then its limits."""
    unit = version.units[rule.unit]
    yield _paid(rule, unit)
    if rule.to != "actor":
        yield Line(code="formula.to", parameters={"party": rule.to})
    for condition in rule.when.conditions:
        yield Line(code="formula.when", parameters={"condition": spelled(condition)})
    if rule.when.not_self:
        yield Line(code="formula.not_self", parameters={"party": ", ".join(rule.when.not_self)})
    if rule.once_per:
        yield Line(code="formula.once", parameters={"things": ", ".join(rule.once_per)})
    if rule.slot:
        yield Line(code="formula.slot", parameters={"things": ", ".join(rule.slot)})
    if rule.cooldown:
        yield Line(code="formula.cooldown", parameters={"length": length(rule.cooldown)})
    yield from (_cap(cap, unit) for cap in rule.caps)
    yield from (_group(group, unit) for group in version.groups_of.get(rule.id, ()))


def start_formula(unit: Unit) -> Line:
    """Return what the start of a unit pays."""
    return Line(code="formula.start", parameters={"points": amount(unit.start, unit.scale), "unit": unit.code})


def _paid(rule: Rule, unit: Unit) -> Line:
    paid = rule.amount
    match paid:
        case FixedAmount():
            points = amount(paid.points, unit.scale)
            return Line(code="formula.fixed", parameters={"points": points, "unit": unit.code})
        case RankAmount():
            points = ", ".join(amount(one, unit.scale) for one in paid.points)
            return Line(code="formula.by_rank", parameters={"points": points, "unit": unit.code})
        case DataAmount():
            percent = _number(-paid.percent if paid.negate else paid.percent)
            return Line(
                code="formula.from" if paid.percent == 100 and not paid.negate else "formula.from_part",
                parameters={"field": paid.field, "percent": percent, "unit": unit.code},
            )


def _cap(cap: Cap, unit: Unit) -> Line:
    by = "" if cap.by == ("to",) else f" ({' + '.join(cap.by)})"
    if cap.count is not None:
        return Line(code="formula.cap.count", parameters={"count": cap.count, "per": cap.per, "by": by})
    points = amount(cap.points or 0, unit.scale)
    return Line(
        code="formula.cap.points", parameters={"points": points, "unit": unit.code, "per": cap.per, "by": by}
    )


def _group(group: CapGroup, unit: Unit) -> Line:
    points = amount(group.points, unit.scale)
    return Line(
        code="formula.group",
        parameters={"points": points, "unit": unit.code, "per": group.per, "group": group.code},
    )


def spelled(condition: Condition) -> str:
    """Return a condition as people write one: `chars ≥ 15`."""
    name = condition.field
    if condition.equals is not None:
        return f"{name} = {_value(condition.equals)}"
    parts = [
        f"{name} {sign} {_number(bound)}" for key, sign in BOUNDS if (bound := getattr(condition, key)) is not None
    ]
    if condition.step is not None:
        parts.append(f"{name} ÷ {condition.step}")
    if condition.one_of is not None:
        parts.append(f"{name} ∈ {{{', '.join(_value(one) for one in condition.one_of)}}}")
    if condition.none_of is not None:
        parts.append(f"{name} ∉ {{{', '.join(_value(one) for one in condition.none_of)}}}")
    return ", ".join(parts)


def length(micros: int) -> str:
    """Return a length of time as a rulebook spells it, in the largest unit that divides it."""
    size, letter = next(pair for pair in LENGTHS if micros % pair[0] == 0)
    return f"{micros // size}{letter}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _number(value) if isinstance(value, int | Fraction) else str(value)


def _number(value: int | Fraction) -> str:
    """Return a number as a rulebook spells it: with decimals where they end, else as a fraction."""
    if isinstance(value, int) or value.denominator == 1:
        return str(int(value))
    places = next((n for n in range(1, 13) if value * 10**n % 1 == 0), 0)
    return amount(int(value * 10**places), places) if places else str(value)
