"""Decides a correction: what a rulebook published for the past would have decided, less what was decided."""

from __future__ import annotations

from ledger.core.books.evolve import evolve_arrival
from ledger.core.books.shelf import ACCOUNT, EVENT
from ledger.core.books.united import kept
from ledger.core.books.view import Books
from ledger.core.commands import Correction, CorrectPoints
from ledger.core.decide.answers import Accepted, Answer
from ledger.core.decide.making import Made, finish
from ledger.core.decide.own import own_event
from ledger.core.decide.people import is_gone
from ledger.core.events import PointsCorrected
from ledger.core.outcomes import Decision, EntryKind, LotMove, Outcome
from ledger.core.rules import lots
from ledger.core.rules.floor import bounded
from ledger.core.undo import corrected_trail
from ledger.core.values import MemberId, Micros

CORRECTED = "points.corrected"


def decide_correction(books: Books, command: CorrectPoints, mac: bytes, *, recorded_at: Micros) -> Answer:
    """Post one part of a correction. No floor stops it: it is what would have been."""
    version = books.versions.numbered(command.version)
    event = own_event(
        books,
        CORRECTED,
        f"{CORRECTED}/{command.version}/{command.part}",
        PointsCorrected(version=version.number),
        number=version.number,
        recorded_at=recorded_at,
        mac=mac,
    )
    evolve_arrival(books, event)
    made = Made(books, event, version)
    for correction in command.corrections:
        made.take(_decision(made, correction))
    finish(made, {})
    return Accepted(position=event.position)


def _decision(made: Made, correction: Correction) -> Decision:
    owner = kept(made.books, correction.member)
    account = made.books.read(ACCOUNT, (owner, correction.unit))
    gone = is_gone(made.books, owner)
    granted = 0 if gone else bounded(account, correction.delta)
    about = correction.corrects
    trails = (corrected_trail(about.position), *correction.trails) if about is not None else ()
    return Decision(
        rule=correction.rule,
        outcome=Outcome.NO_RECIPIENT if gone else Outcome.GRANTED,
        member=owner,
        via=correction.member if correction.member != owner else None,
        unit=correction.unit,
        kind=EntryKind.ADJUSTMENT,
        wanted=correction.delta,
        granted=granted,
        after=account.balance + granted,
        counters=correction.counters,
        claims=correction.claims,
        released=correction.released,
        trails=tuple(dict.fromkeys(trails)),
        lots=_lots(made, correction, owner, granted),
        corrects=about,
    )


def _lots(made: Made, correction: Correction, owner: MemberId, granted: int) -> tuple[LotMove, ...]:
    """Return the lots that a correction moves: a gain's ends when the original's would, if that is still ahead."""
    books, version = made.books, made.version
    if granted < 0:
        return lots.spend(books, owner, correction.unit, -granted) if books.versions.timed else ()
    unit = version.units.get(correction.unit)
    about = correction.corrects
    original = books.read(EVENT, (about.position,)).event if about is not None else None
    if unit is None or original is None:
        return ()
    account = books.read(ACCOUNT, (owner, correction.unit))
    begun = lots.gain(version, unit, account, granted, dated=original.occurred_at, at=made.next_place)
    now = made.event.recorded_at
    return tuple(one for one in begun if one.expires_at is not None and one.expires_at > now)
