"""Factors: who gives, and when. The product is exact, and rounded toward zero once."""

from __future__ import annotations

from fractions import Fraction
from math import prod

from ledger.core.books.united import kept
from ledger.core.books.view import Books
from ledger.core.outcomes import Step
from ledger.core.rulebook.grammar import Rule
from ledger.core.rulebook.grammar.whole import ADD, COMPOUND
from ledger.core.rulebook.schedule import Occurrence
from ledger.core.rules.case import Case
from ledger.core.rules.levels import level_of


def through_factors(
    books: Books, case: Case, rule: Rule, running: tuple[Occurrence, ...], base: int, steps: list[Step]
) -> int:
    """Return an amount times the giver's weight and the running activities' factors, noting what each changed."""
    exact, shown = Fraction(base), base
    for code, factor in (_weight(books, case, rule), _activities(case, rule, running)):
        if factor == 1:
            continue
        exact *= factor
        steps.append(Step(code=code, before=shown, after=int(exact)))
        shown = int(exact)
    return shown


def _weight(books: Books, case: Case, rule: Rule) -> tuple[str, Fraction]:
    ladder = case.version.main_ladder
    if not rule.giver_weight or case.actor is None or ladder is None:
        return "giver", Fraction(1)
    level = level_of(books, case.version, ladder.code, kept(books, case.actor))
    return "giver", rule.giver_weight.get(level, Fraction(1))


def _activities(case: Case, rule: Rule, running: tuple[Occurrence, ...]) -> tuple[str, Fraction]:
    factors = {
        one.activity: factor
        for one in running
        if (factor := case.version.activities[one.activity].multiply.get(rule.id)) is not None
    }
    if not factors:
        return "", Fraction(1)
    match case.version.rulebook.stacking:
        case stacking if stacking == ADD:
            joined = 1 + sum((factor - 1 for factor in factors.values()), Fraction(0))
        case stacking if stacking == COMPOUND:
            joined = prod(factors.values(), start=Fraction(1))
        case _:
            joined = max(factors.values())
            factors = {name: factor for name, factor in factors.items() if factor == joined}
    return f"activity:{'+'.join(factors)}", joined
