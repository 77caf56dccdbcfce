"""Negates a recorded grant once: from its own lot first, then as far as the unit's claw allows."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.core.books.shelf import ACCOUNT, CLAIM, EVENT, WAITING
from ledger.core.books.united import kept
from ledger.core.books.view import Books
from ledger.core.events import Event
from ledger.core.outcomes import (
    ClaimKey,
    CounterMode,
    CounterMove,
    Decision,
    EntryKind,
    GrantRef,
    LotMove,
    Outcome,
    Step,
)
from ledger.core.rulebook.grammar import Unit
from ledger.core.rulebook.versions import Version
from ledger.core.rules import lots
from ledger.core.rules.accruals import is_accrual, without
from ledger.core.rules.floor import bounded, taken_back
from ledger.core.values import MemberId, Micros, Position


def undone_claim(position: int, ordinal: int) -> ClaimKey:
    """Return the claim that lets a grant be undone only once."""
    return ClaimKey(kind="undone", key=f"{position}/{ordinal}")


def reversal(
    books: Books,
    version: Version,
    event: Event,
    ordinal: int,
    decision: Decision,
    *,
    at: tuple[Position, int],
    now: Micros,
) -> Decision:
    """Negate one grant, with its caps and claims given back; `at` is where the reversal will stand, `now` when.

    What still waits is withdrawn; what was released since is taken back like any other grant.
    """
    assert decision.origin is not None
    origin, owner = decision.origin, kept(books, decision.origin)
    if decision.outcome is Outcome.NOT_EARNING:
        return withdrawal(books, event, ordinal, decision)
    judge = _judge_of(books, event, decision)
    amount = decision.granted
    counters: tuple[CounterMove, ...] = ()
    if is_accrual(decision):
        accrual = judge.accruals[decision.rule]
        amount, counters = without(books, accrual, decision)
    elif decision.pending:
        waiting = books.read(WAITING, (origin, event.position, ordinal))
        if waiting.open:
            return withdrawal(books, event, ordinal, decision)
        amount = waiting.amount if waiting.released_at else 0
    unit = version.units.get(decision.unit) or judge.units[decision.unit]
    account = books.read(ACCOUNT, (owner, decision.unit))
    wanted, steps = -amount, []
    if wanted < 0:
        granted, moved, expired = _taken(books, unit, owner, (event.position, ordinal), amount, origin=origin)
    else:
        granted, expired = bounded(account, wanted), 0
        free = min(granted, account.available + granted)
        moved = lots.refill(books, version, unit, decision, free, owner=owner, at=at, now=now)
    if expired:
        steps.append(Step(code="expired", before=wanted, after=wanted + expired))
    whole = granted == wanted + expired
    if not whole:
        steps.append(Step(code="claw", before=wanted + expired, after=granted))
    return Decision(
        rule=decision.rule,
        outcome=Outcome.GRANTED if granted or not wanted else Outcome.FLOORED,
        member=owner,
        via=origin if origin != owner else None,
        unit=decision.unit,
        kind=EntryKind.REVERSAL if decision.corrects is None else EntryKind.ADJUSTMENT,
        wanted=wanted,
        granted=granted,
        after=account.balance + granted,
        steps=tuple(steps),
        counters=counters or tuple(_counters_back(decision, granted, whole=whole)),
        claims=(undone_claim(event.position, ordinal),),
        released=tuple(claims_back(books, event, ordinal, decision)) if whole else (),
        lots=moved,
        reverses=GrantRef(position=event.position, ordinal=ordinal),
    )


def _judge_of(books: Books, event: Event, decision: Decision) -> Version:
    """Return the version that judged a grant; of one made late that of the event it is for."""
    about = decision.restores
    judged = books.read(EVENT, (about.position,)).event if about is not None else event
    return books.versions.numbered((judged or event).rulebook)


def withdrawal(books: Books, event: Event, ordinal: int, decision: Decision) -> Decision:
    """Take back what waits or was withheld: claims and net room come back, nothing else."""
    assert decision.origin is not None
    origin, owner = decision.origin, kept(books, decision.origin)
    return Decision(
        rule=decision.rule,
        outcome=Outcome.REVERSED,
        member=owner,
        via=origin if origin != owner else None,
        unit=decision.unit,
        kind=EntryKind.REVERSAL,
        after=books.read(ACCOUNT, (owner, decision.unit)).balance,
        pending=-decision.pending,
        counters=tuple(_counters_back(decision, -decision.pending, whole=True)),
        claims=(undone_claim(event.position, ordinal),),
        released=tuple(claims_back(books, event, ordinal, decision)),
        reverses=GrantRef(position=event.position, ordinal=ordinal),
    )


def _taken(
    books: Books, unit: Unit, member: MemberId, grant: tuple[Position, int], amount: int, *, origin: MemberId
) -> tuple[int, tuple[LotMove, ...], int]:
    """Return what an undo takes, from which lots, and how much of the grant had expired."""
    account = books.read(ACCOUNT, (member, unit.code))
    timed = books.versions.timed
    holders = dict.fromkeys((member, origin))
    gone = sum(lots.expired_of(books, holder, *grant) for holder in holders) if timed else 0
    expired = min(gone, amount)
    granted = bounded(account, taken_back(unit, account, expired - amount))
    return granted, lots.spend(books, member, unit.code, -granted, first=grant) if timed else (), expired


def _counters_back(decision: Decision, granted: int, *, whole: bool) -> Iterator[CounterMove]:
    for move in decision.counters:
        delta = 0
        if move.mode is CounterMode.NET:
            delta = granted
        elif move.mode is CounterMode.COUNT and whole:
            delta = -move.delta
        if delta:
            yield CounterMove(scope=move.scope, key=move.key, period=move.period, delta=delta, mode=move.mode)


def claims_back(books: Books, event: Event, ordinal: int, decision: Decision) -> Iterator[ClaimKey]:
    """Yield the claims that a decision still holds."""
    for name in decision.claims:
        claim = books.read(CLAIM, (name.kind, name.key))
        if (claim.position, claim.ordinal) == (event.position, ordinal):
            yield name
