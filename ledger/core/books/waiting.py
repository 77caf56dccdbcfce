"""Folds what ends or begins by itself: lots, grants that wait, holds, and when a member's next is due."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

import msgspec

from ledger.core.books.shelf import (
    DUE,
    HOLDS,
    LOT,
    LOTS,
    WAITING,
    WAITS,
    Due,
    Lot,
    Lots,
    OpenLot,
    OpenWait,
    Waiting,
    Waits,
)
from ledger.core.books.view import Books
from ledger.core.outcomes import Decision, LotMove
from ledger.core.values import MemberId, Micros, Position

POINTS_DUE = "points"
"""How DUE names what is next of a member's points: an expiry or a release."""


def move_lots(books: Books, member: MemberId, unit: str, moves: tuple[LotMove, ...], *, at: Position) -> None:
    """Fold what the event `at` a position moves of a member's lots.

    Each is found in their order: a busy member has hundreds open. Those that the event itself begins are nowhere
    yet, so nobody is asked for them.
    """
    open_lots = list(books.read(LOTS, (member,)).open)
    for move in moves:
        key = (member, move.position, move.ordinal)
        old = books.written(LOT, key) if move.position == at else books.read(LOT, key)
        if move.expires_at is not None and not old.gained:
            new = Lot(unit=unit, gained=move.delta, remaining=move.delta, expires_at=move.expires_at)
        else:
            gone = -move.delta if move.expired else 0
            remaining, expired = old.remaining + move.delta, old.expired + gone
            gained = max(old.gained, remaining + expired)  # a transfer may bring more of it than was here before
            new = msgspec.structs.replace(old, gained=gained, remaining=remaining, expired=expired)
        books.write(LOT, key, new)
        place = (new.expires_at, move.position, move.ordinal)
        here = bisect_left(open_lots, place, key=_order)
        if here < len(open_lots) and _order(open_lots[here]) == place:
            del open_lots[here]
        if new.remaining:
            left = OpenLot(
                unit=new.unit,
                expires_at=new.expires_at,
                position=move.position,
                ordinal=move.ordinal,
                remaining=new.remaining,
            )
            open_lots.insert(here, left)
    books.write(LOTS, (member,), Lots(open=tuple(open_lots)))
    note_due(books, member)


def in_order(lots: Iterable[OpenLot]) -> tuple[OpenLot, ...]:
    """Return lots in the order in which they are spent."""
    return tuple(sorted(lots, key=_order))


def _order(lot: OpenLot) -> tuple[Micros, Position, int]:
    return lot.expires_at, lot.position, lot.ordinal


def evolve_waiting(books: Books, position: Position, ordinal: int, decision: Decision) -> None:
    """Fold that a grant waits, or waits no more."""
    member = decision.origin
    assert member is not None
    waits = list(books.read(WAITS, (member,)).open)
    ended = decision.releases or decision.reverses
    if ended is None:
        books.write(
            WAITING,
            (member, position, ordinal),
            Waiting(unit=decision.unit, amount=decision.pending, release_at=decision.release_at, open=1),
        )
        waits.append(OpenWait(release_at=decision.release_at, position=position, ordinal=ordinal))
    else:
        key = (member, ended.position, ended.ordinal)
        released_at = position if decision.releases is not None else Position(0)
        books.write(
            WAITING, key, msgspec.structs.replace(books.read(WAITING, key), open=0, released_at=released_at)
        )
        waits = [one for one in waits if (one.position, one.ordinal) != key[1:]]
    books.write(WAITS, (member,), Waits(open=tuple(waits)))
    note_due(books, member)


def note_due(books: Books, member: MemberId) -> None:
    """Write when the next of a member's points expires or is released, or a redemption's hold ends."""
    lots, waits = books.read(LOTS, (member,)).open, books.read(WAITS, (member,)).open
    times = [one.release_at for one in waits if one.release_at is not None]
    times += [lots[0].expires_at] if lots else []
    times += [one.hold_until for one in books.read(HOLDS, (member,)).open[:1]]
    books.write(DUE, (POINTS_DUE, member), Due(at=min(times, default=None)))
