"""Lots: points that expire know when. What is spent comes from the lot that ends soonest."""

from __future__ import annotations

from datetime import date, timedelta

from ledger.core.books.shelf import LOT, LOTS, Account
from ledger.core.books.view import Books
from ledger.core.calendar import local_date, start_of_day
from ledger.core.outcomes import Decision, LotMove
from ledger.core.periods import period_of
from ledger.core.rulebook.grammar import Expiry, Unit
from ledger.core.rulebook.versions import Version
from ledger.core.values import MemberId, Micros, Position

GRACE_DAYS = 7
"""How long points live on that were given back after they would have expired."""


def last_day(expiry: Expiry, dated: date) -> date:
    """Return the last local day on which points of a day can be used."""
    if expiry.end_of:
        return period_of(dated, per=expiry.end_of, first_weekday=0)[1]
    return dated + timedelta(days=expiry.days)


def expires_at(version: Version, unit: Unit, dated: Micros) -> Micros | None:
    """Return the first instant at which points dated so are gone; None is never."""
    if unit.expiry is None:
        return None
    zone = version.rulebook.community.tz
    return start_of_day(last_day(unit.expiry, local_date(dated, zone)) + timedelta(days=1), zone)


def gain(
    version: Version, unit: Unit, account: Account, granted: int, *, dated: Micros, at: tuple[Position, int]
) -> tuple[LotMove, ...]:
    """Return the lot that a gain begins. What only pays a debt off is in no lot."""
    ends = expires_at(version, unit, dated)
    free = min(granted, account.available + granted)
    if ends is None or free <= 0:
        return ()
    return (LotMove(position=at[0], ordinal=at[1], delta=free, expires_at=ends),)


def spend(
    books: Books, member: MemberId, unit: str, amount: int, *, first: tuple[Position, int] | None = None
) -> tuple[LotMove, ...]:
    """Return what a loss takes from a member's lots: soonest expiry first, points in no lot last.

    An undo takes from the lot of the grant that it negates `first`.
    """
    moves: list[LotMove] = []
    own = [one for one in books.read(LOTS, (member,)).open if one.unit == unit]
    for lot in sorted(own, key=lambda one: (one.position, one.ordinal) != first):
        if amount <= 0:
            break
        taken = min(amount, lot.remaining)
        moves.append(LotMove(position=lot.position, ordinal=lot.ordinal, delta=-taken))
        amount -= taken
    return tuple(moves)


def expired_of(books: Books, member: MemberId, position: Position, ordinal: int) -> int:
    """Return what has expired of the lot that a grant began, if it began one."""
    return books.read(LOT, (member, position, ordinal)).expired


def refill(
    books: Books,
    version: Version,
    unit: Unit,
    loss: Decision,
    free: int,
    *,
    owner: MemberId,
    at: tuple[Position, int],
    now: Micros,
) -> tuple[LotMove, ...]:
    """Return how up to `free` points of a loss go back to the lots they were taken from, with their old expiry.

    What has expired meanwhile lives on in a lot of its own, at `at`, for seven more days; what the loss took into
    debt, and was paid off since, as long as what is gained now, if that is longer.
    """
    moves: list[LotMove] = []
    late = 0
    for move in loss.lots:
        back = min(-move.delta, free)
        if back <= 0:
            continue
        free -= back
        own = books.read(LOT, (owner, move.position, move.ordinal))
        lot = (
            own
            if own.gained or loss.member is None
            else books.read(LOT, (loss.member, move.position, move.ordinal))
        )
        if lot.expires_at > now:
            ends_at = None if own.gained else lot.expires_at
            moves.append(LotMove(position=move.position, ordinal=move.ordinal, delta=back, expires_at=ends_at))
        else:
            late += back
    ends = expires_at(version, unit, now)
    owed = max(0, min(free, -loss.after, -loss.granted)) if ends is not None else 0
    if late or owed:
        zone = version.rulebook.community.tz
        grace = start_of_day(local_date(now, zone) + timedelta(days=GRACE_DAYS + 1), zone)
        ends = max(ends or grace, grace) if owed else grace
        moves.append(LotMove(position=at[0], ordinal=at[1], delta=late + owed, expires_at=ends))
    return tuple(moves)
