"""Decides a contribution: people, rulebook of its time, every rule in file order, then tiers.

Order: 1 dedupe, 2 people, 3 rulebook by time, 4 rules in file order; and for each rule the order in `grading`.
"""

from __future__ import annotations

from dataclasses import replace as with_parts
from functools import partial
from typing import Any

from ledger.core.books.evolve import JOINED, evolve_arrival
from ledger.core.books.shelf import OBJECT, PROFILE, Profile
from ledger.core.books.view import Books
from ledger.core.commands import RecordContribution, is_ledgers
from ledger.core.decide.answers import Accepted, Answer
from ledger.core.decide.grading import grade
from ledger.core.decide.making import Made, finish
from ledger.core.decide.people import People
from ledger.core.decide.starts import starts
from ledger.core.decide.undoing import take_back
from ledger.core.events import ContributionRecorded, Event
from ledger.core.outcomes import Creation
from ledger.core.refusals import AmountsNotAllowed, Refusal, ReservedSource, TimeInFuture
from ledger.core.rhythm.claims import claimable
from ledger.core.rhythm.rounds import entering
from ledger.core.rulebook.grammar import DataAmount
from ledger.core.rulebook.versions import Version
from ledger.core.rules import accruals, quotas, streaks
from ledger.core.rules import measures as measuring
from ledger.core.rules.case import Case
from ledger.core.rules.gatherings import running
from ledger.core.undo import early_claims, undone_before_it_came
from ledger.core.values import MINUTE, MemberId, Micros, Position

LONGEST_NAME = 200
AHEAD = 10 * MINUTE
"""How far the sender's clock may be ahead of ours."""


def decide_contribution(
    books: Books, command: RecordContribution, mac: bytes, *, at: Micros, recorded_at: Micros
) -> Answer:
    """Record a contribution, or refuse it."""
    occurred_at = recorded_at if command.occurred_at is None else command.occurred_at
    version = books.versions.at(occurred_at)
    if (refusal := _refused(command, version, at)) is not None:
        return refusal
    position = Position(books.head.position + 1)
    known = People(books)
    actor = known.member(command.actor) if command.actor is not None else command.member
    people = {role: known.member(identity) for role, identity in sorted(command.people.items())}
    joined = tuple(known.joined)
    case = Case(
        position=position,
        type=command.type,
        source=command.source,
        key=command.key,
        subject=command.subject,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        actor=actor,
        people=people,
        data=command.data,
        undoes=command.undoes,
        version=version,
    )
    case = with_parts(case, running=running(books, case))
    judged = quotas.judge(books, case)
    counts = judged.exceeded is None and not command.claimed
    measures, trails = measuring.counted(books, case) if counts else ((), ())
    back, unmeasured = measuring.taken_back(books, case) if not command.claimed else ((), ())
    arrival = ContributionRecorded(
        actor=actor,
        people=people,
        data=command.data,
        undoes=command.undoes,
        imported=command.imported,
        claimed=command.claimed,
        joined=joined,
        creates=_created(books, case) if not command.claimed else None,
        counters=judged.counters,
        claims=(*judged.claims, *early_claims(books, case), *unmeasured),
        released=judged.released,
        trails=(*trails, *(entering(case.type, case.subject) if not command.claimed else ())),
        measures=(*measures, *back),
    )
    event = Event(
        position=position,
        type=command.type,
        source=command.source,
        key=command.key,
        subject=command.subject,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        rulebook=version.number,
        mac=mac,
        fact=arrival,
    )
    evolve_arrival(books, event)
    made = Made(books, event, version)
    _decide(made, case, judged, late=_too_late(case, imported=command.imported))
    finish(made, _private(command))
    _call_by_name(books, actor, command.private.get("display_name"))
    return Accepted(position=position)


def _refused(command: RecordContribution, version: Version, at: Micros) -> Refusal | None:
    if not command.own and is_ledgers(command.source):
        return ReservedSource()
    if command.occurred_at is not None and command.occurred_at > at + AHEAD:
        return TimeInFuture(latest=Micros(at + AHEAD))
    if not command.may_name_amounts:
        for rule in version.rules_for.get(command.type, ()):
            if isinstance(rule.amount, DataAmount):
                return AmountsNotAllowed(rule=rule.id)
    return None


def _created(books: Books, case: Case) -> Creation | None:
    kind = case.version.rulebook.creates.get(case.type)
    author = case.people.get("author") or case.actor
    if kind is None or author is None or case.subject is None:
        return None
    if books.read(OBJECT, (case.subject,)).author:
        return None
    return Creation(kind=kind, author=author)


def _decide(made: Made, case: Case, judged: quotas.Quotas, *, late: bool) -> None:
    """Make every decision, folding each before the next is made."""
    books = made.books
    fact = made.event.fact
    assert isinstance(fact, ContributionRecorded)
    if fact.claimed:
        _decide_claimed(made, case, judged, late=late)
        return
    joining = case.actor if case.type == JOINED else None
    for start in starts(made, seen=fact.joined, joining=joining):
        made.take(start)
    made.unfinished = take_back(made, case)
    first = len(made.decisions)
    for rule in case.version.rules_for.get(case.type, ()):
        for graded in grade(books, case, made.event, rule, judged, ordinal=len(made.decisions), late=late):
            made.take(graded)
    if judged.exceeded is None:
        for decision in accruals.accrued(
            books, case, late=late, undone=partial(undone_before_it_came, books, case)
        ):
            made.take(made.in_a_lot(decision))
    for move, reward in streaks.advanced(books, case, made.decisions[first:]):
        made.advance(move)
        if reward is not None:
            made.take(made.in_a_lot(reward))


def _decide_claimed(made: Made, case: Case, judged: quotas.Quotas, *, late: bool) -> None:
    """Make the decisions about what a member said of themselves: nothing but points that wait for a review."""
    for rule in claimable(case.version, case.type):
        for graded in grade(made.books, case, made.event, rule, judged, ordinal=len(made.decisions), late=late):
            made.take(graded)


def _too_late(case: Case, *, imported: bool) -> bool:
    limit = case.version.rulebook.community.accept_late
    return not imported and limit is not None and case.recorded_at - case.occurred_at > limit


def _call_by_name(books: Books, actor: MemberId | None, name: object) -> None:
    """Let the member who did it be called as the event says: the last name stands."""
    if actor is not None and isinstance(name, str) and name.strip():
        books.write(PROFILE, (actor,), Profile(display_name=name.strip()[:LONGEST_NAME]))


def _private(command: RecordContribution) -> dict[str, Any]:
    private: dict[str, Any] = {}
    if command.actor is not None:
        private["member"] = command.actor.received
    if command.people:
        private["people"] = {role: who.received for role, who in sorted(command.people.items())}
    if command.private:
        private["texts"] = command.private
    return private
