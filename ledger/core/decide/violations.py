"""Decides what becomes of broken house rules: reports, strikes by the ladder's steps, appeals, lifting.

The rulebook of the report says what a strike brings; how many strikes there are is counted when it is confirmed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from ledger.core.books.evolve import evolve_arrival
from ledger.core.books.goods import Violation
from ledger.core.books.shelf import ACCOUNT, EVENT, MEMBER, VIOLATION
from ledger.core.books.united import kept
from ledger.core.books.view import Books
from ledger.core.commands import (
    VIOLATIONS_SOURCE,
    AppealViolation,
    DecideAppeal,
    OfViolations,
    RecordViolation,
    ResolveViolation,
)
from ledger.core.conduct import action_of, step_at, strikes_of, strikes_on
from ledger.core.decide.answers import Accepted, Answer
from ledger.core.decide.making import Made, finish, spoken_of
from ledger.core.decide.own import own_event, write_plainly
from ledger.core.decide.people import is_gone
from ledger.core.decide.redeeming import is_bought, kept_places
from ledger.core.decide.restoring import give_back, grant_withheld
from ledger.core.events import Event, Fact
from ledger.core.outcomes import Decision, EntryKind, GroupWish, Measure, Outcome, Step
from ledger.core.refusals import (
    AppealTooLate,
    HouseRuleUnknown,
    MemberGone,
    MemberUnknown,
    NoAppeal,
    NothingToAppeal,
    NothingToLift,
    OtherStepNext,
    ViolationResolved,
    ViolationUnknown,
)
from ledger.core.rulebook.grammar import StrikeLadder, StrikeStep
from ledger.core.rulebook.versions import Version
from ledger.core.rules.case import Case
from ledger.core.rules.floor import bounded, floored
from ledger.core.rules.measures import counted
from ledger.core.tiers.moving import lost_places, returned_places
from ledger.core.values import MemberId, Micros, Position
from ledger.core.violations import (
    BRINGING,
    PENALTY,
    Action,
    ViolationAppealed,
    ViolationConfirmed,
    ViolationDismissed,
    ViolationLifted,
    ViolationRecorded,
    ViolationUpheld,
)

RECORDED = "violation.recorded"
CONFIRMED = "violation.confirmed"
DISMISSED = "violation.dismissed"
APPEALED = "violation.appealed"
UPHELD = "violation.upheld"
LIFTED = "violation.lifted"


class Ask(NamedTuple):
    """What a command about violations is decided by: the books, its digest, when, and the rulebook in force."""

    books: Books
    mac: bytes
    at: Micros
    version: Version

    def event(self, type_: str, of: Position, fact: Fact) -> Event:
        """Return the event of a fact about a report."""
        return own_event(
            self.books,
            type_,
            f"{type_}/{of}",
            fact,
            number=self.version.number,
            recorded_at=self.at,
            mac=self.mac,
        )

    def plainly(self, type_: str, of: Position, fact: Fact, **texts: str) -> Accepted:
        """Write a fact from which nothing follows."""
        return self.write(self.event(type_, of, fact), **texts)

    def write(self, event: Event, **texts: str) -> Accepted:
        """Write an event from which nothing follows."""
        evolve_arrival(self.books, event)
        return write_plainly(self.books, event, spoken_of(self.books, event, private(texts)))


def private(texts: dict[str, str]) -> dict[str, object]:
    """Return what people wrote, as it stands beside the log."""
    written = {name: text for name, text in texts.items() if text}
    return {"texts": written} if written else {}


def decide_violation(books: Books, command: OfViolations, mac: bytes, *, recorded_at: Micros) -> Answer:
    """Decide what is said about violations."""
    ask = Ask(books, mac, recorded_at, books.versions.at(recorded_at))
    if isinstance(command, RecordViolation):
        return _record(ask, command)
    reported = books.read(EVENT, (command.position,)).event
    if reported is None or not isinstance(reported.fact, ViolationRecorded):
        return ViolationUnknown()
    found = books.read(VIOLATION, (reported.fact.member, command.position))
    if is_gone(books, kept(books, reported.fact.member)) and not _closes(command):
        return MemberGone()
    match command:
        case AppealViolation():
            return _appeal(ask, command, reported.fact, found)
        case DecideAppeal() if not found.appealed or not found.open:
            return NoAppeal()
        case DecideAppeal(lifted=False):
            fact = ViolationUpheld(of=command.position, member=reported.fact.member, by=command.by)
            return ask.plainly(UPHELD, command.position, fact, note=command.note)
        case ResolveViolation(action=Action.LIFTED) | DecideAppeal():
            return _lift(ask, command, reported.fact, found)
        case ResolveViolation():
            return _resolve(ask, command, reported, found)


def _closes(command: OfViolations) -> bool:
    """Say whether a command brings nothing and only ends what somebody has to look at."""
    match command:
        case ResolveViolation(action=Action.DISMISSED) | DecideAppeal(lifted=False):
            return True
    return False


def _record(ask: Ask, command: RecordViolation) -> Answer:
    if command.rule not in ask.version.house_rules:
        return HouseRuleUnknown(rule=command.rule)
    member = kept(ask.books, command.member)
    if not ask.books.read(MEMBER, (member,)).seen_position:
        return MemberUnknown()
    if is_gone(ask.books, member):
        return MemberGone()
    fact = ViolationRecorded(member=member, rule=command.rule, by=command.by)
    event = replace(ask.event(RECORDED, Position(0), fact), source=VIOLATIONS_SOURCE, key=command.key)
    return ask.write(event, evidence=command.evidence, note=command.note)


def _resolve(ask: Ask, command: ResolveViolation, reported: Event, found: Violation) -> Answer:
    """Dismiss a report, or confirm it as the strike that it is now."""
    assert isinstance(reported.fact, ViolationRecorded)
    of, member = command.position, reported.fact.member
    if found.action:
        return ViolationResolved(action=found.action)
    if command.action is Action.DISMISSED:
        dismissed = ViolationDismissed(of=of, member=member, by=command.by)
        return ask.plainly(DISMISSED, of, dismissed, note=command.note)
    law = ask.books.versions.numbered(reported.rulebook)
    ladder = law.strike_ladders[law.house_rules[reported.fact.rule].ladder]
    count = 1 + strikes_on(ladder.code, strikes_of(ask.books, member), ask.at)
    step = step_at(ladder, count)
    if command.action not in (None, action_of(step)):
        return OtherStepNext(next=action_of(step))
    return _confirm(ask, command, reported.fact, Struck(law, ladder, count, step))


class Struck(NamedTuple):
    """Which strike on which ladder a violation is, and what that brings, by the rulebook of its report."""

    law: Version
    ladder: StrikeLadder
    number: int
    step: StrikeStep


def _confirm(ask: Ask, command: ResolveViolation, report: ViolationRecorded, struck: Struck) -> Answer:
    books, ladder, step = ask.books, struck.ladder, struck.step
    fact = ViolationConfirmed(
        of=command.position,
        member=report.member,
        rule=report.rule,
        ladder=ladder.code,
        count=struck.number,
        action=action_of(step),
        by=command.by,
        forgets_at=_after(ask.at, ladder.forget_after),
        appeal_until=_after(ask.at, ladder.appeal or None),
        no_earning_until=_after(ask.at, step.no_earning or None),
    )
    event = ask.event(CONFIRMED, command.position, fact)
    event = replace(event, fact=replace(fact, measures=_measured(ask, event, fact)))
    evolve_arrival(books, event)
    made = Made(books, event, ask.version)
    if step.points:
        made.take(made.in_a_lot(_penalty(made, report.member, struck)))
    moved = lost_places(books, kept(books, report.member)) if step.remove else ()
    finish(made, private({"note": command.note}), places=moved)
    return Accepted(position=event.position)


def _after(at: Micros, length: int | None) -> Micros | None:
    return None if length is None else Micros(at + length)


def _measured(ask: Ask, event: Event, fact: ViolationConfirmed) -> tuple[Measure, ...]:
    """Return the steps of metrics that count confirmed violations: by the rule, its ladder and what it brought."""
    case = Case(
        position=event.position,
        type=event.type,
        source=event.source,
        key=event.key,
        subject=None,
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        actor=fact.member,
        people={},
        data={"violation": fact.rule, "ladder": fact.ladder, "action": fact.action.value, "count": fact.count},
        undoes=None,
        version=ask.version,
    )
    return counted(ask.books, case)[0]


def _penalty(made: Made, member: MemberId, struck: Struck) -> Decision:
    """Return the decision to take points, as far as the unit's floor lets it."""
    code, wanted = struck.step.unit, struck.step.points
    unit = made.version.units.get(code) or struck.law.units[code]
    owner = kept(made.books, member)
    account = made.books.read(ACCOUNT, (owner, code))
    granted = bounded(account, floored(unit, account, wanted))
    return Decision(
        rule=PENALTY,
        outcome=Outcome.GRANTED if granted else Outcome.FLOORED,
        member=owner,
        via=member if member != owner else None,
        unit=code,
        kind=EntryKind.PENALTY,
        wanted=wanted,
        granted=granted,
        after=account.balance + granted,
        steps=(Step(code="floor", before=wanted, after=granted),) if granted != wanted else (),
    )


def _appeal(ask: Ask, command: AppealViolation, report: ViolationRecorded, found: Violation) -> Answer:
    if kept(ask.books, command.member) != kept(ask.books, report.member):
        return ViolationUnknown()
    if found.action not in BRINGING or found.appealed or found.appeal_until is None:
        return NothingToAppeal()
    if found.appeal_until <= ask.at:
        return AppealTooLate(until=found.appeal_until)
    fact = ViolationAppealed(of=command.position, member=report.member)
    return ask.plainly(APPEALED, command.position, fact, appeal=command.text)


def _lift(
    ask: Ask, command: ResolveViolation | DecideAppeal, report: ViolationRecorded, found: Violation
) -> Answer:
    """Take a strike back: its points, its time without earning, its removal. Later strikes stay what they were."""
    books = ask.books
    confirmed = books.read(EVENT, (found.confirmed,)).event if found.confirmed else None
    if found.action not in BRINGING or confirmed is None:
        return NothingToLift()
    assert isinstance(confirmed.fact, ViolationConfirmed)
    back = tuple(replace(one, delta=-one.delta) for one in confirmed.fact.measures)
    fact = ViolationLifted(of=command.position, member=report.member, by=command.by, measures=back)
    event = ask.event(LIFTED, command.position, fact)
    evolve_arrival(books, event)
    made = Made(books, event, ask.version)
    give_back(made, confirmed)
    made.unfinished = grant_withheld(made, report.member, confirmed)
    finish(made, private({"note": command.note}), places=_returned(ask, confirmed.fact))
    return Accepted(position=event.position)


def _returned(ask: Ask, fact: ViolationConfirmed) -> Iterator[GroupWish]:
    """Return the places that a removal took and that come back; none where it was no removal."""
    if fact.action is not Action.REMOVAL:
        return iter(())
    taken = {one.group for one in fact.groups if not one.wanted}
    bought = {group for group in taken if is_bought(ask.books, group, fact.member)}
    bought |= set(kept_places(ask.books, fact.member))
    return returned_places(ask.books, ask.version, kept(ask.books, fact.member), taken=taken, bought=bought)
