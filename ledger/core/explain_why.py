"""Says what a rule missed in an event's data, and what an unknown type was perhaps meant to be.

Both are found from the event as recorded and the rulebook that looked at it: the log holds only that it failed.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import msgspec

from ledger.core.events import ContributionRecorded, Event
from ledger.core.formula import spelled
from ledger.core.lines import Line
from ledger.core.outcomes import Decision, Outcome
from ledger.core.rulebook.faults import nearest
from ledger.core.rulebook.grammar import Condition, DataAmount, RankAmount, Rule, Rulebook
from ledger.core.rules.amounts import wanted
from ledger.core.rules.conditions import holds

LONGEST_SHOWN = 60
ALIKE = 0.8
"""How much a type must look like a known one, of 1: a slip of the finger, not another word."""


def unmet(event: Event, decision: Decision, rulebook: Rulebook) -> Iterator[Line]:
    """Yield each condition on data that did not hold, with what was found, where the rule failed by one."""
    rule = next((one for one in rulebook.rules if one.id == decision.rule), None)
    fact = event.fact
    if rule is None or decision.outcome is not Outcome.NOT_MATCHED or not isinstance(fact, ContributionRecorded):
        return
    failed = [one for one in rule.when.conditions if not holds(one, fact.data.get(one.field))]
    for condition in failed:
        yield _missed(condition, fact.data)
    if not failed and wanted(rule.amount, fact.data) is None:
        yield _no_amount(_amount_field(rule), fact.data)


def _amount_field(rule: Rule) -> str:
    match rule.amount:
        case DataAmount(field=field):
            return field
        case RankAmount():
            return "rank"
    raise AssertionError(rule.amount)


def _missed(condition: Condition, data: dict[str, Any]) -> Line:
    """Return what was expected of a field; that a text was found is said where a number was expected."""
    field, value = condition.field, data.get(condition.field)
    bounds = (condition.gte, condition.gt, condition.lte, condition.lt, condition.step)
    counts = isinstance(condition.equals, int | Fraction) or any(bound is not None for bound in bounds)
    code = "unmet.text" if counts and isinstance(value, str) else "unmet.value"
    code = "unmet.nothing" if value is None else code
    expected = spelled(condition).replace("{", "(").replace("}", ")")  # braces look like a gap in a sentence
    return Line(code=code, parameters={"expected": expected, "field": field, "found": _shown(value)}, depth=1)


def _no_amount(field: str, data: dict[str, Any]) -> Line:
    value = data.get(field)
    code = "unmet.no_amount" if value is None else "unmet.amount"
    return Line(code=code, parameters={"field": field, "found": _shown(value)}, depth=1)


def _shown(value: object) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def meant(event: Event, rulebook: Rulebook) -> str:
    """Return the type that rules know and that an unknown one most likely misspells, or nothing."""
    known = {rule.event for rule in rulebook.rules if rule.enabled}
    known |= {type_ for one in rulebook.accruals for type_ in one.events}
    known |= {type_ for one in rulebook.metrics for type_ in one.events}
    return "" if event.type in known else nearest(event.type, sorted(known), cutoff=ALIKE)
