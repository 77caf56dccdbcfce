"""`cooldown`: the least distance, by occurrence, between two nonzero grants of a rule to a member."""

from __future__ import annotations

from ledger.core.books.shelf import COUNTER
from ledger.core.books.view import Books
from ledger.core.events import CounterMode, CounterMove
from ledger.core.rulebook.grammar import Rule
from ledger.core.rules.case import Case
from ledger.core.values import MemberId, Micros


def ready_at(books: Books, case: Case, rule: Rule, receiver: MemberId) -> Micros | None:
    """Return when the rule pays this member again, if that is after the event; None if it pays now."""
    if not rule.cooldown:
        return None
    last = books.read(COUNTER, (f"cooldown:{rule.id}", str(receiver), "")).amount
    if last == 0 or abs(case.occurred_at - last) >= rule.cooldown:
        return None
    return Micros(last + rule.cooldown)


def moves(books: Books, case: Case, rule: Rule, receiver: MemberId) -> tuple[CounterMove, ...]:
    """Return the step that puts the last grant's time at this event, never backwards."""
    if not rule.cooldown:
        return ()
    scope, key = f"cooldown:{rule.id}", str(receiver)
    last = books.read(COUNTER, (scope, key, "")).amount
    delta = max(0, case.occurred_at - last)
    return (CounterMove(scope=scope, key=key, period="", delta=delta, mode=CounterMode.LAST),)
