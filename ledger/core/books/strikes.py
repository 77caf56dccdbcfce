"""Folds reports of violations, and the strikes that are confirmed and not lifted, a member at a time."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from ledger.core.books.goods import Strike, Strikes, Violation
from ledger.core.books.shelf import STRIKES, VIOLATION
from ledger.core.books.view import Books
from ledger.core.events import Event
from ledger.core.values import MemberId, Position
from ledger.core.violations import (
    AboutViolation,
    Action,
    ViolationAppealed,
    ViolationConfirmed,
    ViolationDismissed,
    ViolationLifted,
    ViolationRecorded,
    ViolationUpheld,
)


def evolve_violation(books: Books, event: Event, fact: AboutViolation) -> None:
    """Fold what became of a report."""
    of = event.position if isinstance(fact, ViolationRecorded) else fact.of
    key = (fact.member, of)
    books.write(VIOLATION, key, _moved(books.read(VIOLATION, key), event, fact))
    if isinstance(fact, ViolationConfirmed):
        struck = Strike(
            position=of,
            ladder=fact.ladder,
            action=fact.action,
            confirmed_at=event.recorded_at,
            forgets_at=fact.forgets_at,
            no_earning_until=fact.no_earning_until,
        )
        _write_strikes(books, fact.member, (*books.read(STRIKES, (fact.member,)).confirmed, struck))
    elif isinstance(fact, ViolationLifted):
        left = [one for one in books.read(STRIKES, (fact.member,)).confirmed if one.position != of]
        _write_strikes(books, fact.member, tuple(left))


def _moved(old: Violation, event: Event, fact: AboutViolation) -> Violation:
    resolved = {"open": 0, "resolved": event.position, "resolved_at": event.recorded_at}
    match fact:
        case ViolationRecorded():
            return Violation(rule=fact.rule, open=1)
        case ViolationConfirmed():
            return replace(
                old,
                ladder=fact.ladder,
                action=fact.action,
                count=fact.count,
                confirmed=event.position,
                confirmed_at=event.recorded_at,
                forgets_at=fact.forgets_at,
                appeal_until=fact.appeal_until,
                no_earning_until=fact.no_earning_until,
                **resolved,
            )
        case ViolationDismissed():
            return replace(old, action=Action.DISMISSED, **resolved)
        case ViolationAppealed():
            return replace(old, open=1, appealed=event.position, appealed_at=event.recorded_at)
        case ViolationUpheld():
            return replace(old, upheld=event.position, **resolved)
        case ViolationLifted():
            return replace(old, action=Action.LIFTED, **resolved)


def _write_strikes(books: Books, member: MemberId, strikes: tuple[Strike, ...]) -> None:
    books.write(STRIKES, (member,), Strikes(confirmed=in_time(strikes)))


def in_time(strikes: Iterable[Strike]) -> tuple[Strike, ...]:
    """Return strikes in the order in which they were confirmed."""
    return tuple(sorted(strikes, key=lambda one: (one.confirmed_at, one.position)))


def strike_of(position: Position, found: Violation) -> Strike | None:
    """Return a report as a strike, if it is one."""
    if not found.confirmed or found.confirmed_at is None or found.action == Action.LIFTED:
        return None
    return Strike(
        position=position,
        ladder=found.ladder,
        action=found.action,
        confirmed_at=found.confirmed_at,
        forgets_at=found.forgets_at,
        no_earning_until=found.no_earning_until,
    )
