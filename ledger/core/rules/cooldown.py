"""`cooldown`: the least distance, by occurrence, between two nonzero grants of a rule to a member.

Time is cut into slices as long as the cooldown, so a slice holds one grant at most, and only the grants in
an event's own slice and its two neighbours can be too near. So it holds for late events too, in any order.
"""

from __future__ import annotations

from ledger.core.books.shelf import COUNTER
from ledger.core.books.united import everybody
from ledger.core.books.view import Books
from ledger.core.outcomes import CounterMode, CounterMove
from ledger.core.rulebook.grammar import Rule
from ledger.core.rules.case import Case
from ledger.core.values import SECOND, MemberId, Micros


def ready_at(books: Books, case: Case, rule: Rule, receiver: MemberId) -> Micros | None:
    """Return when the rule pays this member again, if a grant is too near to the event; None if it pays now."""
    if not rule.cooldown:
        return None
    at = case.occurred_at // rule.cooldown
    grants = [
        books.read(COUNTER, _place(rule, one, at + step)).amount
        for one in everybody(books, receiver)
        for step in (-1, 0, 1)
    ]
    near = [grant for grant in grants if grant and abs(case.occurred_at - grant) < rule.cooldown]
    return Micros(max(near) + rule.cooldown) if near else None


def moves(case: Case, rule: Rule, receiver: MemberId) -> tuple[CounterMove, ...]:
    """Return the step that notes a grant's time in its slice, which no other grant can be in."""
    if not rule.cooldown:
        return ()
    scope, key, period = _place(rule, receiver, case.occurred_at // rule.cooldown)
    return (CounterMove(scope=scope, key=key, period=period, delta=case.occurred_at, mode=CounterMode.LAST),)


def _place(rule: Rule, receiver: MemberId, number: int) -> tuple[str, str, str]:
    return f"cooldown:{rule.id}/{rule.cooldown // SECOND}s", str(receiver), str(number)
