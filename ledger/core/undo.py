"""Undo: finds what an event takes back. How a grant is negated is `reversal`."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.core.books.shelf import CLAIM, EVENT, KEY
from ledger.core.books.united import everybody, kept
from ledger.core.books.view import Books
from ledger.core.events import ContributionRecorded, Event, decisions
from ledger.core.outcomes import ClaimKey, Decision, EntryKind, Measure, Outcome
from ledger.core.reversal import undone_claim
from ledger.core.rulebook.grammar import Condition, Undo, UndoOn
from ledger.core.rulebook.versions import Version, Versions
from ledger.core.rules import conditions
from ledger.core.rules.accruals import is_accrual
from ledger.core.rules.case import Case, short
from ledger.core.values import MemberId, Position
from ledger.core.withholding import restored_claim

UNDONE = "contribution.undone"
"""The built-in type that takes back every grant of the event that `data.undoes` names."""

MOST_WAITING = 8
"""How many undos may wait for one event: each may take back other rules, under other conditions."""


def subject_trail(subject: str) -> str:
    """Return the trail under which grants on a subject are found."""
    return f"subject:{subject}"


def member_trail(match: tuple[str, ...], member: MemberId | None, data: dict[str, object]) -> str:
    """Return the trail under which a member's grants with equal fields are found."""
    values = [str(member) if name == "member" else str(data.get(name)) for name in match]
    return f"match:{','.join(match)}={short(','.join(values))}"


def early_claim(source: str, key: str, number: int = 0) -> ClaimKey:
    """Return the claim by which an undo waits for an event that has not come yet; several may, from 0."""
    return ClaimKey(kind=f"early:{number}" if number else "early", key=short(f"{source}\n{key}"))


def early_claims(books: Books, case: Case) -> tuple[ClaimKey, ...]:
    """Return the claim of an event that undoes one that was never recorded, so far."""
    if case.undoes is None or not _undoes_anything(books.versions, case.type):
        return ()
    if books.read(KEY, (case.source, case.undoes)).position or case.undoes == case.key:
        return ()
    for number in range(MOST_WAITING):
        if not _waiting(books, case.source, case.undoes, number):
            return (early_claim(case.source, case.undoes, number),)
    return ()


def undone_before_it_came(books: Books, case: Case, rule: str) -> bool:
    """Say whether an undo of this event came first and takes back this rule."""
    return any(
        any(_may_undo(type_, data, books.versions.numbered(number), case.version, rule, pointed=True))
        for type_, data, number in _came_first(books, case)
    )


def unmeasured_before_it_came(books: Books, case: Case, series: str) -> bool:
    """Say whether an undo of this event came first and takes back its step in a metric."""
    return any(_unmeasures(type_, data, case.version, series) for type_, data, _ in _came_first(books, case))


def _came_first(books: Books, case: Case) -> Iterator[tuple[str, dict[str, object], int]]:
    """Yield the undos that waited for an event: type, data, and number of the rulebook."""
    for number in range(MOST_WAITING):
        position = _waiting(books, case.source, case.key, number)
        undo = books.read(EVENT, (position,)).event if position else None
        if undo is None or not isinstance(undo.fact, ContributionRecorded):
            return
        yield undo.type, undo.fact.data, undo.rulebook


def _unmeasures(type_: str, data: dict[str, object], version: Version, series: str) -> bool:
    """Say whether an event of this type that points at another takes back its step in a metric."""
    if type_ == UNDONE:
        return version.is_metric(series)
    listed = version.series_undone_by.get(type_, ())
    return any(one.key == series and not _excused(on.unless, data) for one, on in listed)


def _waiting(books: Books, source: str, key: str, number: int) -> Position:
    name = early_claim(source, key, number)
    return books.read(CLAIM, (name.kind, name.key)).position


def corrected_trail(position: Position) -> str:
    """Return the trail under which corrections of an event's decisions are found, and those made late."""
    return f"corrected:{position}"


def targets(books: Books, case: Case) -> Iterator[tuple[Event, int, Decision]]:
    """Yield the grants that an event takes back, oldest first: event, ordinal, decision."""
    for position in sorted(_candidates(books, case)):
        event = books.read(EVENT, (position,)).event
        if event is None:
            continue
        for ordinal, decision in enumerate(decisions(event)):
            if not _is_open(books, event, ordinal, decision):
                continue
            original, about = event, decision.corrects or decision.restores
            if about is not None:
                corrected = books.read(EVENT, (about.position,)).event
                if corrected is None or not _is_pointed_at(case, corrected):
                    continue
                original = corrected
            judged = event if decision.restores is None else original
            if _takes_back(books, books.versions.numbered(judged.rulebook), case, original, decision):
                yield event, ordinal, decision


def _is_pointed_at(case: Case, event: Event) -> bool:
    """Say whether an undo that points at an event points at this one; one that points at none may mean any."""
    return case.undoes is None or (event.source, event.key) == (case.source, case.undoes)


def _candidates(books: Books, case: Case) -> set[int]:
    if case.undoes is not None:
        if not _undoes_anything(books.versions, case.type):
            return set()
        position = books.read(KEY, (case.source, case.undoes)).position
        return _with_corrections(books, {position} if position else set())
    found: set[int] = set()
    if case.subject is not None and books.versions.undoes_by_subject(case.type):
        found.update(books.trail(subject_trail(case.subject)))
    for match in books.versions.member_matches(case.type):
        for one in everybody(books, case.actor) if case.actor is not None else (None,):
            found.update(books.trail(member_trail(match, one, case.data)))
    return _with_corrections(books, found)


def _with_corrections(books: Books, found: set[int]) -> set[int]:
    """Add what a later rulebook corrected of these events, or was granted late: an undo negates all of it."""
    if len(books.versions.published) < 2 and not books.versions.ordered:
        return found
    return found.union(*(books.trail(corrected_trail(Position(position))) for position in found))


def _undoes_anything(versions: Versions, type_: str) -> bool:
    return type_ == UNDONE or any(
        type_ in version.undo_for or type_ in version.undone_by or type_ in version.series_undone_by
        for version in versions.published
    )


def _is_open(books: Books, event: Event, ordinal: int, decision: Decision) -> bool:
    if decision.kind is not EntryKind.AWARD and decision.corrects is None:
        return False
    if decision.outcome is Outcome.NOT_EARNING:
        return is_withheld(books, event.position, ordinal, decision)
    if not decision.granted and not decision.pending and not is_accrual(decision):
        return False
    return decision.releases is None and not is_undone(books, event.position, ordinal)


def is_undone(books: Books, position: int, ordinal: int) -> bool:
    """Say whether a grant was undone, be it only in part or as far as nothing could be taken."""
    name = undone_claim(position, ordinal)
    return books.read(CLAIM, (name.kind, name.key)).position != 0


def is_withheld(books: Books, position: int, ordinal: int, decision: Decision) -> bool:
    """Say whether a decision withheld something that was neither granted nor undone since."""
    name = restored_claim(position, ordinal)
    if decision.outcome is not Outcome.NOT_EARNING or books.read(CLAIM, (name.kind, name.key)).position:
        return False
    return not is_undone(books, position, ordinal)


def _takes_back(books: Books, original: Version, case: Case, event: Event, decision: Decision) -> bool:
    pointed = case.undoes is not None
    allowed = _may_undo(case.type, case.data, case.version, original, decision.rule, pointed=pointed)
    return any(pointed or _finds(books, by, case, event, decision.origin) for by in allowed)


def _may_undo(
    type_: str, data: dict[str, object], version: Version, original: Version, rule: str, *, pointed: bool
) -> Iterator[Undo | UndoOn]:
    """Yield what lets an event of this type take back a rule's grant.

    The rule's own list is read as it stood when the grant was made; undos of many rules as they stand
    at the time of the undoing event.
    """
    if type_ == UNDONE and pointed:
        yield Undo(event=UNDONE, of="undoes")
    for undo in version.undo_for.get(type_, ()):
        found_so = pointed or undo.of == "subject"
        if found_so and (undo.rules is None or rule in undo.rules) and not _excused(undo.unless, data):
            yield undo
    for listed, on in original.undone_by.get(type_, ()):
        if listed.id == rule and not _excused(on.unless, data):
            yield on


def _excused(unless: tuple[Condition, ...], data: dict[str, object]) -> bool:
    return bool(unless) and conditions.hold(unless, data)


def _finds(books: Books, by: Undo | UndoOn, case: Case, event: Event, member: MemberId | None) -> bool:
    """Say whether what a member got by an event is meant by an undo which points at no event."""
    fact = event.fact
    if not isinstance(fact, ContributionRecorded):
        return False
    match, by_member = (by.match, by.by_member) if isinstance(by, UndoOn) else ((), False)
    if not by_member and event.subject != case.subject:
        return False
    for name in match:
        match name:
            case "member":
                pair: tuple[object, object] = _acting(books, member), _acting(books, case.actor)
            case "actor":
                pair = _acting(books, fact.actor), _acting(books, case.actor)
            case _:
                pair = fact.data.get(name), case.data.get(name)
        # What is absent equals nothing: an undo by nobody must not take back what nobody sent.
        if pair[0] is None or pair[0] != pair[1]:
            return False
    return True


def _acting(books: Books, member: MemberId | None) -> MemberId | None:
    return kept(books, member) if member is not None else None


def unmeasured(books: Books, case: Case) -> Iterator[tuple[Event, Measure]]:
    """Yield the steps of metrics that an event takes back, each with the event that made it."""
    for position in sorted(_candidates(books, case)):
        event = books.read(EVENT, (position,)).event
        if event is None or not isinstance(event.fact, ContributionRecorded):
            continue
        version = books.versions.numbered(event.rulebook)
        listed = version.series_undone_by.get(case.type, ())
        for measure in event.fact.measures:
            name = unmeasured_claim(event.position, measure.series)
            if books.read(CLAIM, (name.kind, name.key)).position:
                continue
            if case.undoes is not None:
                found = _unmeasures(case.type, case.data, version, measure.series)
            else:
                found = any(
                    series.key == measure.series
                    and not _excused(on.unless, case.data)
                    and _finds(books, on, case, event, measure.member)
                    for series, on in listed
                )
            if found:
                yield event, measure


def unmeasured_claim(position: int, series: str) -> ClaimKey:
    """Return the claim that lets a step of a metric be taken back only once."""
    return ClaimKey(kind="unmeasured", key=f"{position}/{series}")
