"""What two tellings of one story must have in common, wherever in the log each act of the ledger's own stands.

Times are compared by the second: what is recorded at once is a microsecond apart, and a late act makes one more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ledger.core.books.shelf import (
    ACCOUNT,
    CLAIM,
    COUNTER,
    DUE,
    LOT,
    MEMBER,
    OBJECT,
    RUN,
    STREAK,
    TALLY,
    TIER,
    VIOLATION,
    WAITING,
    WISH,
)
from ledger.core.books.view import Books
from ledger.core.events import Event, decisions
from ledger.core.outcomes import Decided
from ledger.core.values import SECOND

AS_THEY_ARE = (ACCOUNT, COUNTER, OBJECT, STREAK, TALLY)


def second(at: int | None) -> int | None:
    """Return an instant without its fraction."""
    return None if at is None else at // SECOND


def books(held: Books) -> Counter[tuple[object, ...]]:
    """Return all that stands in the books, without places in the log."""
    found: Counter[tuple[object, ...]] = Counter()
    for (book, key), value in held.changed.items():
        if value == book.blank:
            continue
        if book in AS_THEY_ARE:
            found[book.name, key, value] += 1
        elif book is MEMBER:
            found[book.name, key, second(value.joined_at), second(value.left_at)] += 1
        elif book is CLAIM and not str(key[0]).startswith(("undone", "unmeasured", "restored")):
            found[book.name, key] += 1
        elif book is LOT:
            found[
                book.name, key[0], value.unit, value.gained, value.remaining, value.expired, value.expires_at
            ] += 1
        elif book is WAITING:
            found[book.name, key[0], value.unit, value.amount, second(value.release_at), value.open] += 1
        elif book is TIER:
            found[book.name, key, value.level, second(value.since_at), value.below, value.locked] += 1
        elif book is WISH:
            # Since when is left out: two ladders may grant one group, and late, one is judged before the other.
            found[book.name, key, value.wanted, value.held, value.inside, second(value.reported_at)] += 1
        elif book is VIOLATION:
            times = (value.confirmed_at, value.forgets_at, value.no_earning_until, value.appealed_at)
            state = (value.rule, value.action, value.open, value.count, bool(value.upheld))
            found[book.name, key[0], state, tuple(second(at) for at in times)] += 1
        elif book is DUE:
            found[book.name, key, second(value.at)] += 1
        elif book is RUN:
            found[book.name, key, value.due_at] += 1
    return found


def entries(events: Iterable[Event]) -> list[tuple[object, ...]]:
    """Return every entry by effective time."""
    found = [
        (
            second(event.occurred_at if one.dated is None else one.dated),
            one.member,
            one.unit,
            one.rule,
            one.kind.value,
            one.granted,
            one.pending,
            one.wanted,
        )
        for event in events
        for one in decisions(event)
        if one.granted or one.pending
    ]
    return sorted(found, key=repr)


def outcomes(events: Iterable[Event]) -> list[tuple[object, ...]]:
    """Return what the rules said of each event that somebody sent, in order."""
    return [
        (event.key, one.rule, one.member, one.outcome.value, one.granted, one.pending)
        for event in events
        if not event.source.startswith("ledger")
        for one in decisions(event)
    ]


def moves(events: Iterable[Event]) -> list[tuple[object, ...]]:
    """Return every level that moved and every notice, by time."""
    found: list[tuple[object, ...]] = []
    for event in events:
        if isinstance(event.fact, Decided):
            for one in event.fact.tiers:
                at = second(event.occurred_at if one.at is None else one.at)
                found.append((one.ladder, one.member, at, one.before, one.after))
            found += [(one.ladder, one.member, "warned", one.below) for one in event.fact.watches if one.warned]
    return sorted(found, key=repr)
