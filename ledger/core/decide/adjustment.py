"""Decides an adjustment: points an operator gives or takes by hand, with a reason."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from ledger.core.books.evolve import evolve_arrival
from ledger.core.books.shelf import ACCOUNT, MEMBER
from ledger.core.books.united import kept
from ledger.core.books.view import Books
from ledger.core.commands import ADJUSTMENTS_SOURCE, OPENINGS_SOURCE, AdjustPoints
from ledger.core.decide.answers import Accepted, Answer
from ledger.core.decide.making import Made, finish
from ledger.core.decide.people import People
from ledger.core.decide.starts import starts
from ledger.core.events import Event, PointsAdjusted
from ledger.core.outcomes import Decision, EntryKind, Outcome
from ledger.core.refusals import BelowFloor, MemberGone, MemberUnknown, NothingToAdjust, TooManyPoints, UnitUnknown
from ledger.core.values import LARGEST_POINTS, Identity, MemberId, Micros, Position

ADJUSTED = "points.adjusted"
OPENED = "points.opened"


def decide_adjustment(books: Books, command: AdjustPoints, mac: bytes, *, recorded_at: Micros) -> Answer:
    """Adjust a balance, never below the unit's floor: only an undo may do that."""
    version = books.versions.at(recorded_at)
    code = command.unit or version.rulebook.units[0].code
    unit = version.units.get(code)
    if unit is None:
        return UnitUnknown(unit=code)
    if not command.delta:
        return NothingToAdjust()
    trial = books.fork()
    people = People(trial)
    member = command.member if isinstance(command.member, int) else people.member(command.member)
    if member not in people.joined and not trial.read(MEMBER, (member,)).seen_position:
        return MemberUnknown()
    if trial.read(MEMBER, (member,)).erased_at is not None and not command.replayed:
        return MemberGone()
    position = Position(books.head.position + 1)
    event = Event(
        position=position,
        type=OPENED if command.opening else ADJUSTED,
        source=OPENINGS_SOURCE if command.opening else ADJUSTMENTS_SOURCE,
        key=command.key,
        subject=None,
        occurred_at=recorded_at,
        recorded_at=recorded_at,
        rulebook=version.number,
        mac=mac,
        fact=PointsAdjusted(member=member, by=command.by, joined=tuple(people.joined)),
    )
    evolve_arrival(trial, event)
    made = Made(trial, event, version)
    for start in starts(made, seen=tuple(people.joined), joining=None):
        made.take(start)
    owner = kept(trial, member)
    balance = trial.read(ACCOUNT, (owner, code)).balance
    after = balance + command.delta
    floored = unit.floor is not None and command.delta < 0 and after < unit.floor
    if floored and not command.replayed:
        return BelowFloor(most=max(0, balance - (unit.floor or 0)))
    if abs(after) > LARGEST_POINTS:
        return TooManyPoints(most=LARGEST_POINTS - abs(balance))
    posted = _adjusted(owner, member, code, command.delta, after)
    if command.opening:
        posted = replace(posted, rule="opening", kind=EntryKind.OPENING)
    made.take(made.in_a_lot(posted))
    finish(made, _private(command))
    books.keep(trial)
    return Accepted(position=position)


def _adjusted(member: MemberId, origin: MemberId, unit: str, delta: int, after: int) -> Decision:
    return Decision(
        rule="adjustment",
        outcome=Outcome.GRANTED,
        member=member,
        via=origin if origin != member else None,
        unit=unit,
        kind=EntryKind.ADJUSTMENT,
        wanted=delta,
        granted=delta,
        after=after,
    )


def _private(command: AdjustPoints) -> dict[str, Any]:
    private: dict[str, Any] = {"texts": {"reason": command.reason}}
    if isinstance(command.member, Identity):
        private["member"] = str(command.member)
    return private
