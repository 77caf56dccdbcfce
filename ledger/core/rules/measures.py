"""Measures: how an event moves the metrics that levels ask for, by member and local day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.core.books.evolve import earned_by
from ledger.core.books.shelf import EVENT
from ledger.core.books.united import kept
from ledger.core.books.view import Books
from ledger.core.calendar import local_date
from ledger.core.events import Event, decisions
from ledger.core.outcomes import ClaimKey, Decision, EntryKind, Measure
from ledger.core.rulebook.grammar import UndoOn
from ledger.core.rulebook.versions import ACTIVE_DAYS, EARNED, Series, Version
from ledger.core.rules import conditions
from ledger.core.rules.amounts import whole
from ledger.core.rules.case import Case, person, reference
from ledger.core.undo import (
    member_trail,
    subject_trail,
    unmeasured,
    unmeasured_before_it_came,
    unmeasured_claim,
)
from ledger.core.values import MemberId, Micros

COMMUNITY = "community"
NOBODY = MemberId(0)
"""Whose the community's own metrics are."""

LONGEST_VALUE = 64
NOT_MEASURED = (EntryKind.ADJUSTMENT, EntryKind.OPENING, EntryKind.TRANSFER)


def counted(books: Books, case: Case) -> tuple[tuple[Measure, ...], tuple[str, ...]]:
    """Return the steps that an event makes in the rulebook's metrics, and the trails by which they are found."""
    made: list[Measure] = []
    trails: list[str] = []
    for series in case.version.series_for.get(case.type, ()):
        metric = series.metric
        member = NOBODY if metric.by == COMMUNITY else person(case, books, metric.by)
        amount = whole(case.data.get(metric.sum)) if metric.sum else 1
        if member is None or not amount or not conditions.hold(metric.conditions, case.data):
            continue
        value = _value(books, case, series)
        if value is None or unmeasured_before_it_came(books, case, series.key):
            continue
        made.append(Measure(series=series.key, member=member, day=case.day, value=value, delta=amount))
        trails += [_trail(case, on, member) for on in metric.undo_on if on.by_member or case.subject is not None]
    return tuple(made), tuple(dict.fromkeys(trails))


def _value(books: Books, case: Case, series: Series) -> str | None:
    match series.distinct:
        case "" | "day":
            return ""
        case "actor":
            return str(kept(books, case.actor)) if case.actor is not None else None
        case name:
            value = reference(case, name)
            return value[:LONGEST_VALUE] if value is not None else None


def _trail(case: Case, on: UndoOn, member: MemberId) -> str:
    if on.by_member:
        return member_trail(on.match, member, case.data)
    assert case.subject is not None
    return subject_trail(case.subject)


def taken_back(books: Books, case: Case) -> tuple[tuple[Measure, ...], tuple[ClaimKey, ...]]:
    """Return the steps of metrics that an event takes back, and the claims that let it happen once."""
    made: list[Measure] = []
    claims: list[ClaimKey] = []
    for event, one in unmeasured(books, case):
        back = Measure(series=one.series, member=one.member, day=one.day, value=one.value, delta=-one.delta)
        made.append(back)
        claims.append(unmeasured_claim(event.position, one.series))
    return tuple(made), tuple(dict.fromkeys(claims))


def of_decisions(books: Books, version: Version, event: Event, made: Sequence[Decision]) -> Iterator[Measure]:
    """Yield the steps that decisions make: points earned by day, and grants that make a day an active one."""
    measured = version.measured
    if not measured:
        return
    zone = version.rulebook.community.tz
    for decision in made:
        origin = decision.origin
        if origin is None or decision.kind in NOT_MEASURED:
            continue
        day = local_date(_dated(books, event, decision), zone).toordinal()
        earned = earned_by(decision)
        if earned and f"{decision.unit}{EARNED}" in measured:
            series = f"{decision.unit}{EARNED}"
            yield Measure(series=series, member=origin, day=day, value="", delta=earned)
        stands = _stands(books, decision)
        if stands and ACTIVE_DAYS in measured:
            yield Measure(series=ACTIVE_DAYS, member=origin, day=day, value="", delta=stands)


def _stands(books: Books, decision: Decision) -> int:
    """Return whether a decision adds a grant that stands to a day, or takes one away."""
    if decision.kind is EntryKind.AWARD:
        return 1 if decision.granted else 0
    if decision.kind is not EntryKind.REVERSAL or decision.reverses is None or not decision.wanted:
        return 0
    original = books.read(EVENT, (decision.reverses.position,)).event
    if original is None:
        return 0
    taken = decisions(original)[decision.reverses.ordinal]
    return 0 if taken.kind is EntryKind.PENALTY else -1


def _dated(books: Books, event: Event, decision: Decision) -> Micros:
    """Return when a decision counts: a reversal at its original's time."""
    if decision.dated is not None:
        return decision.dated
    if decision.reverses is not None:
        original = books.read(EVENT, (decision.reverses.position,)).event
        if original is not None:
            dated = decisions(original)[decision.reverses.ordinal].dated
            return original.occurred_at if dated is None else dated
    return event.occurred_at
