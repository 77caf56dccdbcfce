"""Says what a rule pays, as lines of a code and parameters for `words`: amount, factors, conditions, limits, wait.

Amounts are in whole units with the unit's decimals; names of parties, things and fields stay as the
rulebook spells them. A parameter `per` is the code of a period.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ledger.core.lines import Line, amount
from ledger.core.rulebook.grammar import (
    Accrual,
    Budget,
    Cap,
    CapGroup,
    Condition,
    DataAmount,
    FixedAmount,
    Levels,
    Pending,
    RankAmount,
    Rule,
    Streak,
    Unit,
)
from ledger.core.rulebook.versions import Version
from ledger.core.values import DAY, HOUR, MINUTE, SECOND

BOUNDS = (("gte", "≥"), ("gt", ">"), ("lte", "≤"), ("lt", "<"))
LENGTHS = ((DAY, "d"), (HOUR, "h"), (MINUTE, "m"), (SECOND, "s"))


def formula_of(version: Version, code: str) -> Iterator[Line]:
    """Yield what a version says under an id: of a rule, a streak or a sum of a day; nothing where it has none."""
    book = version.rulebook
    streak = next((one for one in book.streaks if one.id == code), None)
    if (rule := version.rule.get(code)) is not None:
        yield from formula(version, rule)
    elif streak is not None:
        yield from _streak(streak, version.units[streak.unit])
    elif (accrual := version.accruals.get(code)) is not None:
        yield from _accrual(accrual, version.units[accrual.unit])


def formula(version: Version, rule: Rule) -> Iterator[Line]:
    """Yield what a rule of a version pays and what makes it more or less, what must hold, its limits, its wait."""
    unit = version.units[rule.unit]
    yield _paid(rule, unit)
    if not rule.enabled:
        yield Line(code="formula.disabled")
    if rule.to != "actor":
        yield Line(code="formula.to", parameters={"party": rule.to})
    yield from _factors(version, rule)
    yield from _when(rule)
    if rule.once_per:
        yield Line(code="formula.once", parameters={"things": ", ".join(rule.once_per)})
    if rule.slot:
        yield Line(code="formula.slot", parameters={"things": ", ".join(rule.slot)})
    if rule.cooldown:
        yield Line(code="formula.cooldown", parameters={"length": length(rule.cooldown)})
    yield from (_cap(cap, unit) for cap in rule.caps)
    yield from (_group(group, unit) for group in version.groups_of.get(rule.id, ()))
    if rule.budget:
        yield _budget(version.budgets[rule.budget], unit)
    if rule.pending is not None:
        yield _pending(rule.pending)
    for streak in version.streaks_of.get(rule.id, ()):
        yield Line(code="formula.keeps", parameters={"streak": streak.id})


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


def _factors(version: Version, rule: Rule) -> Iterator[Line]:
    if rule.giver_weight:
        weights = ", ".join(f"{level} × {_number(weight)}" for level, weight in rule.giver_weight.items())
        yield Line(code="formula.giver", parameters={"weights": weights})
    raising = [one for one in version.rulebook.activities if rule.id in one.multiply]
    for activity in raising:
        factor = _number(activity.multiply[rule.id])
        yield Line(code="formula.multiply", parameters={"factor": factor, "activity": activity.id})
    if len(raising) > 1:
        yield Line(code=f"formula.stacking.{version.rulebook.stacking}")


def _when(rule: Rule) -> Iterator[Line]:
    if rule.only_in:
        yield Line(code="formula.only_in", parameters={"activities": ", ".join(rule.only_in)})
    for condition in rule.when.conditions:
        yield _condition(spelled(condition))
    if rule.when.levels is not None:
        levels = rule.when.levels
        parameters: dict[str, object] = {"levels": ", ".join(levels.codes), "ladder": levels.ladder}
        yield Line(code="formula.tier", parameters=parameters)
    if rule.when.member_for is not None:
        yield _condition(_spelled_length(rule.when.member_for))
    if rule.when.standing:
        yield Line(code="formula.standing", parameters={"standing": ", ".join(rule.when.standing)})
    if rule.when.not_self:
        yield Line(code="formula.not_self", parameters={"party": ", ".join(rule.when.not_self)})


def _condition(text: str) -> Line:
    return Line(code="formula.when", parameters={"condition": text})


def _cap(cap: Cap, unit: Unit) -> Line:
    by = _for_whom(() if cap.by == ("to",) else cap.by, cap.levels)
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
        parameters={
            "points": points,
            "unit": unit.code,
            "per": group.per,
            "group": group.code,
            "by": _for_whom((), group.levels),
        },
    )


def _for_whom(parties: tuple[str, ...], levels: Levels | None) -> str:
    """Return whom a limit looks at, where that is more than the receiver: ` (actor + to; newcomer)`."""
    parts = [" + ".join(parties), ", ".join(levels.codes) if levels is not None else ""]
    said = "; ".join(filter(None, parts))
    return f" ({said})" if said else ""


def _budget(budget: Budget, unit: Unit) -> Line:
    points = amount(budget.points, unit.scale)
    return Line(
        code="formula.budget",
        parameters={"points": points, "unit": unit.code, "per": budget.per, "budget": budget.code},
    )


def _pending(pending: Pending) -> Line:
    if pending.delay is None:
        return Line(code="formula.review")
    return Line(code="formula.delay", parameters={"length": length(pending.delay)})


def _streak(streak: Streak, unit: Unit) -> Iterator[Line]:
    rewards = ", ".join(f"{run}: {amount(points, unit.scale)}" for run, points in streak.rewards.items())
    yield Line(code=f"formula.streak.{streak.per}", parameters={"rewards": rewards, "unit": unit.code})
    yield Line(code="formula.kept_by", parameters={"rules": ", ".join(streak.rules)})
    if (freezes := streak.freezes) is not None:
        yield Line(code="formula.freezes", parameters={"every": freezes.every, "hold": freezes.hold})


def _accrual(accrual: Accrual, unit: Unit) -> Iterator[Line]:
    paid: dict[str, object] = {"points": amount(accrual.points, unit.scale), "unit": unit.code}
    if accrual.per:
        each: dict[str, object] = {"each": accrual.per, "field": accrual.field}
        yield Line(code="formula.accrual.each", parameters=paid | each)
    else:
        yield Line(code="formula.accrual.once", parameters=paid)
    yield Line(code="formula.accrual.least", parameters={"field": accrual.field, "least": accrual.least})
    for condition in accrual.conditions:
        yield _condition(spelled(condition))


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


def _spelled_length(condition: Condition) -> str:
    """Return a condition on a length of time: `member_for ≥ 7d`."""
    bounds = ((sign, getattr(condition, key)) for key, sign in BOUNDS)
    return ", ".join(f"{condition.field} {sign} {length(bound)}" for sign, bound in bounds if bound is not None)


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
