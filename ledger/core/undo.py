"""Undo: finds the grants an event takes back, and negates each once, by what was really granted."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.core.books.shelf import ACCOUNT, CLAIM, EVENT, KEY
from ledger.core.books.view import Books
from ledger.core.events import (
    ClaimKey,
    ContributionRecorded,
    CounterMode,
    CounterMove,
    Decision,
    EntryKind,
    Event,
    GrantRef,
    Outcome,
    Step,
    decisions,
)
from ledger.core.rulebook.grammar import Condition, Undo, UndoOn
from ledger.core.rulebook.versions import Version, Versions
from ledger.core.rules import conditions
from ledger.core.rules.case import Case, short
from ledger.core.rules.floor import bounded, taken_back
from ledger.core.values import MemberId, Position

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


def undone_claim(position: int, ordinal: int) -> ClaimKey:
    """Return the claim that lets a grant be undone only once."""
    return ClaimKey(kind="undone", key=f"{position}/{ordinal}")


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
    for number in range(MOST_WAITING):
        position = _waiting(books, case.source, case.key, number)
        undo = books.read(EVENT, (position,)).event if position else None
        if undo is None or not isinstance(undo.fact, ContributionRecorded):
            break
        version = books.versions.numbered(undo.rulebook)
        if any(_may_undo(undo.type, undo.fact.data, version, case.version, rule, pointed=True)):
            return True
    return False


def _waiting(books: Books, source: str, key: str, number: int) -> Position:
    name = early_claim(source, key, number)
    return books.read(CLAIM, (name.kind, name.key)).position


def targets(books: Books, case: Case) -> Iterator[tuple[Event, int, Decision]]:
    """Yield the grants that an event takes back, oldest first: event, ordinal, decision."""
    for position in sorted(_candidates(books, case)):
        event = books.read(EVENT, (position,)).event
        if event is None:
            continue
        for ordinal, decision in enumerate(decisions(event)):
            if _is_open(books, event, ordinal, decision) and _takes_back(books.versions, case, event, decision):
                yield event, ordinal, decision


def _candidates(books: Books, case: Case) -> set[int]:
    if case.undoes is not None:
        if not _undoes_anything(books.versions, case.type):
            return set()
        position = books.read(KEY, (case.source, case.undoes)).position
        return {position} if position else set()
    found: set[int] = set()
    if case.subject is not None and books.versions.undoes_by_subject(case.type):
        found.update(books.trail(subject_trail(case.subject)))
    for match in books.versions.member_matches(case.type):
        found.update(books.trail(member_trail(match, case.actor, case.data)))
    return found


def _undoes_anything(versions: Versions, type_: str) -> bool:
    return type_ == UNDONE or any(
        type_ in version.undo_for or type_ in version.undone_by for version in versions.published
    )


def _is_open(books: Books, event: Event, ordinal: int, decision: Decision) -> bool:
    if not decision.granted or decision.kind is not EntryKind.AWARD:
        return False
    return not is_undone(books, event.position, ordinal)


def is_undone(books: Books, position: int, ordinal: int) -> bool:
    """Say whether a grant was undone, be it only in part or as far as nothing could be taken."""
    name = undone_claim(position, ordinal)
    return books.read(CLAIM, (name.kind, name.key)).position != 0


def _takes_back(versions: Versions, case: Case, event: Event, decision: Decision) -> bool:
    original = versions.numbered(event.rulebook)
    pointed = case.undoes is not None
    allowed = _may_undo(case.type, case.data, case.version, original, decision.rule, pointed=pointed)
    return any(pointed or _finds(by, case, event, decision) for by in allowed)


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


def _finds(by: Undo | UndoOn, case: Case, event: Event, decision: Decision) -> bool:
    """Say whether a grant is among those that an undo which points at no event means."""
    fact = event.fact
    if not isinstance(fact, ContributionRecorded):
        return False
    match, by_member = (by.match, by.by_member) if isinstance(by, UndoOn) else ((), False)
    if not by_member and event.subject != case.subject:
        return False
    for name in match:
        match name:
            case "member":
                pair: tuple[object, object] = decision.member, case.actor
            case "actor":
                pair = fact.actor, case.actor
            case _:
                pair = fact.data.get(name), case.data.get(name)
        # What is absent equals nothing: an undo by nobody must not take back what nobody sent.
        if pair[0] is None or pair[0] != pair[1]:
            return False
    return True


def reversal(books: Books, case: Case, event: Event, ordinal: int, decision: Decision) -> Decision:
    """Negate one grant: as far as the unit's claw allows, with its caps and claims given back."""
    assert decision.member is not None
    unit = case.version.units.get(decision.unit) or books.versions.numbered(event.rulebook).units[decision.unit]
    account = books.read(ACCOUNT, (decision.member, decision.unit))
    wanted = -decision.granted
    granted = bounded(account, taken_back(unit, account, wanted))
    whole = granted == wanted
    return Decision(
        rule=decision.rule,
        outcome=Outcome.GRANTED if granted else Outcome.FLOORED,
        member=decision.member,
        unit=decision.unit,
        kind=EntryKind.REVERSAL,
        wanted=wanted,
        granted=granted,
        after=account.balance + granted,
        steps=() if whole else (Step(code="claw", before=wanted, after=granted),),
        counters=tuple(_counters_back(decision, granted, whole=whole)),
        claims=(undone_claim(event.position, ordinal),),
        released=tuple(_claims_back(books, event, ordinal, decision)) if whole else (),
        reverses=GrantRef(position=event.position, ordinal=ordinal),
    )


def _counters_back(decision: Decision, granted: int, *, whole: bool) -> Iterator[CounterMove]:
    for move in decision.counters:
        delta = 0
        if move.mode is CounterMode.NET:
            delta = granted
        elif move.mode is CounterMode.COUNT and whole:
            delta = -move.delta
        if delta:
            yield CounterMove(scope=move.scope, key=move.key, period=move.period, delta=delta, mode=move.mode)


def _claims_back(books: Books, event: Event, ordinal: int, decision: Decision) -> Iterator[ClaimKey]:
    for name in decision.claims:
        claim = books.read(CLAIM, (name.kind, name.key))
        if (claim.position, claim.ordinal) == (event.position, ordinal):
            yield name
