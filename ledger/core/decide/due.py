"""Due acts: what happens by itself, with time. A member's are done before anything else is decided about them.

So a late sweeper changes nothing: whoever comes first, a command or the sweeper, finds the same acts due, and
each carries the time at which it was due.
"""

from __future__ import annotations

from ledger.core.books.evolve import evolve_arrival
from ledger.core.books.shelf import ACCOUNT, DUE, EVENT, HOLDS, LOTS, WAITS, OpenLot, OpenWait
from ledger.core.books.united import kept
from ledger.core.books.view import Books
from ledger.core.books.waiting import POINTS_DUE
from ledger.core.decide.making import Made, finish
from ledger.core.decide.moving import expire_holds
from ledger.core.decide.own import next_instant, own_event
from ledger.core.events import PointsExpired, PointsReleased, decisions
from ledger.core.outcomes import Decision, EntryKind, GrantRef, LotMove, Outcome
from ledger.core.rules.floor import bounded
from ledger.core.values import MemberId, Micros, Position

RELEASED = "points.released"
EXPIRED = "points.expired"


def points_due(books: Books, member: MemberId, at: Micros) -> Micros | None:
    """Return when something of a member's points was due, if that is so at an instant."""
    due_at = books.read(DUE, (POINTS_DUE, member)).at
    return due_at if due_at is not None and due_at <= at else None


def settle_points(books: Books, member: MemberId, until: Micros, at: Micros) -> None:
    """Do all that was due of a member's points and redemptions until an instant, in order of time."""
    while (due_at := points_due(books, member, until)) is not None:
        waits, lots = books.read(WAITS, (member,)).open, books.read(LOTS, (member,)).open
        ready = [one for one in waits if one.release_at is not None and one.release_at <= due_at]
        ended = [one for one in lots if one.expires_at <= due_at]
        if ready:
            _release(books, member, ready, due_at, at)
        elif ended:
            _expire(books, member, ended, due_at, at)
        elif any(one.hold_until <= due_at for one in books.read(HOLDS, (member,)).open):
            expire_holds(books, member, due_at, at)
        else:
            return
        if books.missing:
            return


def _release(books: Books, member: MemberId, ready: list[OpenWait], due_at: Micros, at: Micros) -> None:
    fact = PointsReleased(member=member)
    version = books.versions.at(due_at)
    key = f"{RELEASED}/{member}/{ready[0].position}/{ready[0].ordinal}"
    recorded_at = next_instant(books, at)
    event = own_event(books, RELEASED, key, fact, number=version.number, recorded_at=recorded_at, due_at=due_at)
    evolve_arrival(books, event)
    made = Made(books, event, version)
    for one in ready:
        made.take(released(made, member, one.position, one.ordinal))
    finish(made, {}, now=due_at)


def released(made: Made, member: MemberId, position: Position, ordinal: int) -> Decision:
    """Return the decision that makes a grant count that waited for a member, dated when it was earned."""
    original = made.books.read(EVENT, (position,)).event
    if original is None:
        return Decision(rule="", outcome=Outcome.PENDING, member=member)
    grant = decisions(original)[ordinal]
    owner = kept(made.books, member)
    account = made.books.read(ACCOUNT, (owner, grant.unit))
    granted = bounded(account, grant.pending)
    return made.in_a_lot(
        Decision(
            rule=grant.rule,
            outcome=Outcome.GRANTED,
            member=owner,
            via=member if member != owner else None,
            unit=grant.unit,
            kind=grant.kind,
            wanted=grant.pending,
            granted=granted,
            after=account.balance + granted,
            pending=-grant.pending,
            dated=original.occurred_at if grant.dated is None else grant.dated,
            releases=GrantRef(position=position, ordinal=ordinal),
        )
    )


def _expire(books: Books, member: MemberId, ended: list[OpenLot], due_at: Micros, at: Micros) -> None:
    fact = PointsExpired(member=member)
    version = books.versions.at(due_at)
    key = f"{EXPIRED}/{member}/{due_at}/{ended[0].position}/{ended[0].ordinal}"
    recorded_at = next_instant(books, at)
    event = own_event(books, EXPIRED, key, fact, number=version.number, recorded_at=recorded_at, due_at=due_at)
    evolve_arrival(books, event)
    made = Made(books, event, version)
    for unit in dict.fromkeys(lot.unit for lot in ended):
        moves = tuple(
            LotMove(position=lot.position, ordinal=lot.ordinal, delta=-lot.remaining, expired=True)
            for lot in ended
            if lot.unit == unit
        )
        gone = sum(move.delta for move in moves)
        balance = books.read(ACCOUNT, (member, unit)).balance
        made.take(
            Decision(
                rule="expiry",
                outcome=Outcome.GRANTED,
                member=member,
                unit=unit,
                kind=EntryKind.EXPIRY,
                wanted=gone,
                granted=gone,
                after=balance + gone,
                lots=moves,
            )
        )
    finish(made, {}, now=due_at)
