"""When a rule pays: a table of conditions and values (SEMANTICS 13, 14)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.rulebook.grammar import Condition
from ledger.core.rules.conditions import holds
from tests.core.conftest import Begin
from tests.core.play import Outcome, rulebook

ABSENT = object()
TABLE: list[tuple[str, Any, bool]] = [
    # equal
    ("{wiki: false}", ABSENT, True),
    ("{wiki: false}", False, True),
    ("{wiki: false}", True, False),
    ("{wiki: false}", 0, False),
    ("{wiki: false}", None, True),
    ("{wiki: false}", "false", False),
    ("{wiki: true}", ABSENT, False),
    ("{wiki: true}", True, True),
    ("{wiki: true}", 1, False),
    ("{wiki: True}", True, True),
    ("{n: 1}", 1, True),
    ("{n: 1}", 1.0, True),
    ("{n: 1}", True, False),
    ("{n: 1}", "1", False),
    ("{n: 0}", ABSENT, False),
    ("{n: 0}", False, False),
    ('{n: "1"}', "1", True),
    ('{n: "1"}', 1, False),
    ("{n: 0.1}", 0.1, True),
    ("{n: 1_000}", 1000, True),
    ("{word: a}", "a", True),
    ("{word: a}", "A", False),
    ('{word: "no"}', "no", True),
    ('{word: "no"}', False, False),
    # bounds
    ("{n: {gte: 3}}", 3, True),
    ("{n: {gte: 3}}", 2, False),
    ("{n: {gte: 3}}", 2.9999999, False),
    ("{n: {gte: 0.3}}", 0.3, True),
    ("{n: {gt: 0.3}}", 0.3, False),
    ("{n: {lte: 0.1}}", 0.1, True),
    ("{n: {lt: 0.1}}", 0.1, False),
    ("{n: {gte: 3}}", ABSENT, False),
    ("{n: {gte: 3}}", None, False),
    ("{n: {gte: 0}}", ABSENT, False),
    ("{n: {lt: 3}}", ABSENT, False),
    ("{n: {gte: 0}}", True, False),
    ("{n: {gte: 0}}", "5", False),
    ("{n: {gte: 0}}", [5], False),
    ("{n: {gt: 3}}", 3, False),
    ("{n: {gt: 3}}", 4, True),
    ("{n: {lte: 3}}", 3, True),
    ("{n: {lte: -3}}", -3, True),
    ("{n: {lt: 3}}", 3, False),
    ("{n: {gte: 3, lte: 5}}", 6, False),
    ("{n: {gte: 3, lte: 5}}", 5, True),
    ("{n: {step: 50}}", 150, True),
    ("{n: {step: 50}}", 0, True),
    ("{n: {step: 50}}", 75, False),
    ("{n: {step: 50}}", 100.5, False),
    ("{n: {step: 50}}", ABSENT, False),
    ("{n: {gte: 50, lte: 500, step: 50}}", 550, False),
    # lists
    ("{channel: {in: [a, b]}}", "b", True),
    ("{channel: {in: [a, b]}}", "c", False),
    ("{channel: {in: [a, b]}}", ABSENT, False),
    ("{channel: {in: [1, 2]}}", 2, True),
    ("{channel: {in: [1, 2]}}", True, False),
    ("{channel: {not_in: [bot]}}", "bot", False),
    ("{channel: {not_in: [bot]}}", "general", True),
    ("{channel: {not_in: [bot]}}", ABSENT, True),
    ("{channel: {not_in: [1]}}", True, True),
    ("{n: {gte: 1, not_in: [13]}}", 13, False),
    ("{n: {gte: 1, not_in: [13]}}", 14, True),
    # several fields
    ("{wiki: false, n: {gte: 1}}", 1, True),
    ("{hidden: true, n: {gte: 1}}", 1, False),
]


@pytest.mark.parametrize(("when", "value", "paid"), TABLE)
def test_a_rule_pays_when_its_conditions_hold(begin: Begin, when: str, value: object, paid: bool) -> None:
    play = begin(rulebook(f"id: r, event: e, amount: 1, when: {when}"))
    field = next(
        name for name in ("wiki", "channel", "word", "n") if f"{name}: " in when.replace("wiki: false, n", "n")
    )
    data = {} if value is ABSENT else {field: value}
    outcome = play.says("e", by="ann", data=data)
    assert outcome is (Outcome.GRANTED if paid else Outcome.NOT_MATCHED)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-1000, max_value=1000))
def test_a_decimal_in_the_data_equals_the_same_decimal_in_the_rulebook(number: object) -> None:
    value, bound = float(str(number)), Fraction(str(number))
    assert holds(Condition(field="n", equals=bound), value)
    assert holds(Condition(field="n", gte=bound, lte=bound), value)
    assert not holds(Condition(field="n", gt=bound), value)
    assert not holds(Condition(field="n", lt=bound), value)


@given(st.floats(), st.integers(-5, 5))
def test_no_number_breaks_a_comparison(value: float, bound: int) -> None:
    for condition in (
        Condition(field="n", gte=bound),
        Condition(field="n", equals=bound),
        Condition(field="n", step=2),
    ):
        assert holds(condition, value) in (True, False)
