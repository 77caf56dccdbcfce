"""Accruals: what a member's sum over a local day is worth. Each event posts the difference to the new worth."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ledger.core.books.shelf import ACCOUNT, COUNTER
from ledger.core.books.united import everybody, kept
from ledger.core.books.view import Books
from ledger.core.conduct import Conduct, standing_of
from ledger.core.outcomes import CounterMode, CounterMove, Decision, Outcome, Step
from ledger.core.rulebook.grammar import Accrual
from ledger.core.rules import conditions
from ledger.core.rules.amounts import whole
from ledger.core.rules.case import Case
from ledger.core.rules.floor import bounded
from ledger.core.values import LARGEST_POINTS, MemberId
from ledger.core.withholding import STANDING, withheld_trail

SCOPE = "accrual:"


def accrued(books: Books, case: Case, *, late: bool, undone: Callable[[str], bool]) -> Iterator[Decision]:
    """Yield what an event adds to its doer's day, accrual by accrual; fold each before the next is made.

    `undone` says of an accrual whether the event was taken out of it before it came.
    """
    origin = case.actor
    if origin is None:
        return
    member = kept(books, origin)
    conduct = standing_of(books, member, case.recorded_at)
    for accrual in (*case.version.accruals_for.get(case.type, ()), *case.version.accruals_for.get("", ())):
        value = whole(case.data.get(accrual.field))
        if not value or value < 0 or not conditions.hold(accrual.conditions, case.data):
            continue
        if not late and not undone(accrual.id):
            made = added(books, case, accrual, origin)
            yield made if conduct.earns else _withheld(made, conduct)
        else:
            yield Decision(
                rule=accrual.id,
                outcome=Outcome.TOO_LATE if late else Outcome.REVERSED,
                member=member,
                via=origin if origin != member else None,
                unit=accrual.unit,
                after=books.read(ACCOUNT, (member, accrual.unit)).balance,
            )


def added(books: Books, case: Case, accrual: Accrual, origin: MemberId) -> Decision:
    """Return what an event whose data has the field adds to the day of whoever did it."""
    value, member = whole(case.data.get(accrual.field)) or 0, kept(books, origin)
    account, day = books.read(ACCOUNT, (member, accrual.unit)), case.period("day")
    total, paid = standing(books, accrual, origin, day)
    granted = bounded(account, worth(accrual, total + value) - paid)
    return Decision(
        rule=accrual.id,
        outcome=Outcome.GRANTED,
        member=member,
        via=origin if origin != member else None,
        unit=accrual.unit,
        wanted=granted,
        granted=granted,
        after=account.balance + granted,
        counters=steps(accrual, str(origin), day, value, granted),
    )


def _withheld(made: Decision, conduct: Conduct) -> Decision:
    """Return the decision to leave an event out of the day of a member who is not earning, for now."""
    assert made.origin is not None
    return Decision(
        rule=made.rule,
        outcome=Outcome.NOT_EARNING,
        member=made.member,
        via=made.via,
        unit=made.unit,
        wanted=made.wanted,
        after=made.after - made.granted,
        steps=(Step(code=STANDING, before=made.wanted, after=0),),
        trails=(withheld_trail(made.origin),),
        possible_again_at=conduct.no_earning_until,
    )


def worth(accrual: Accrual, total: int) -> int:
    """Return what a day's sum is worth in all."""
    if total < accrual.least:
        return 0
    times = total // accrual.per if accrual.per else 1
    return min(LARGEST_POINTS, times * accrual.points)


def standing(books: Books, accrual: Accrual, member: MemberId, day: str) -> tuple[int, int]:
    """Return a day's sum so far, and what was paid for it."""
    keys = [str(one) for one in everybody(books, member)]
    total, paid = (
        sum(books.read(COUNTER, (f"{SCOPE}{accrual.id}/{part}", key, day)).amount for key in keys)
        for part in ("sum", "paid")
    )
    return total, paid


def steps(accrual: Accrual, member: str, day: str, value: int, granted: int) -> tuple[CounterMove, ...]:
    """Return how an event moves a day's sum and what was paid for it."""
    moved = (("sum", value), ("paid", granted))
    return tuple(
        CounterMove(
            scope=f"{SCOPE}{accrual.id}/{part}", key=member, period=day, delta=delta, mode=CounterMode.GROSS
        )
        for part, delta in moved
        if delta
    )


def is_accrual(decision: Decision) -> bool:
    """Say whether a decision added to a day's sum."""
    return any(move.scope.startswith(SCOPE) for move in decision.counters)


def without(books: Books, accrual: Accrual, decision: Decision) -> tuple[int, tuple[CounterMove, ...]]:
    """Return what must be taken back when an event's part leaves its day's sum, and how the sum moves."""
    part = next(move for move in decision.counters if move.scope.endswith("/sum"))
    total, paid = standing(books, accrual, MemberId(int(part.key)), part.period)
    amount = max(0, paid - worth(accrual, total - part.delta))
    return amount, steps(accrual, part.key, part.period, -part.delta, -amount)
