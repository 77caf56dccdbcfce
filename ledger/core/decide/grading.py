"""Grades one rule on one event, in the documented order; every stop is a recorded decision.

Order: recipient, late, undone before it came, quota, conditions and self, once_per, slot, cooldown,
amount, rule caps, cap groups, floor.
"""

from __future__ import annotations

from msgspec.structs import replace

from ledger.core.books.evolve import evolve_decision
from ledger.core.books.shelf import ACCOUNT, EVENT
from ledger.core.books.view import Books
from ledger.core.events import ClaimKey, Decision, Outcome, Step, decisions
from ledger.core.rulebook.grammar import Rule
from ledger.core.rules import conditions, cooldown, once
from ledger.core.rules.amounts import wanted as amount_wanted
from ledger.core.rules.caps import Limit, limits
from ledger.core.rules.case import Case, person
from ledger.core.rules.floor import bounded, floored
from ledger.core.rules.quotas import Quotas
from ledger.core.undo import is_undone, member_trail, reversal, subject_trail, undone_before_it_came
from ledger.core.values import MemberId, Micros


def grade(books: Books, case: Case, rule: Rule, judged: Quotas, *, ordinal: int, late: bool) -> list[Decision]:
    """Return the rule's decision; before it, where a slot is taken over, the old holder's reversal."""
    receiver = person(case, books, rule.to)
    if receiver is None:
        return [Decision(rule=rule.id, outcome=Outcome.NO_RECIPIENT, unit=rule.unit)]
    if late:
        return [_stopped(books, rule, receiver, Outcome.TOO_LATE)]
    if undone_before_it_came(books, case, rule.id):
        return [_stopped(books, rule, receiver, Outcome.REVERSED)]
    if judged.exceeded is not None:
        return [_stopped(books, rule, receiver, Outcome.QUOTA, again_at=judged.again_at)]
    if not conditions.hold(rule.when.conditions, case.data):
        return [_stopped(books, rule, receiver, Outcome.NOT_MATCHED)]
    if any(person(case, books, party) == receiver for party in rule.when.not_self):
        return [_stopped(books, rule, receiver, Outcome.NOT_ELIGIBLE)]
    claim = once.once_claim(case, rule, receiver)
    if once.holder(books, claim) is not None:
        return [_stopped(books, rule, receiver, Outcome.ONCE_ONLY)]
    slot = once.slot_claim(case, rule, receiver)
    if once.holder(books, slot) is not None:
        return _take_over(books, case, rule, receiver, claim, slot, ordinal)
    return [_paid(books, case, rule, receiver, claim, slot)]


def _stopped(
    books: Books, rule: Rule, receiver: MemberId, outcome: Outcome, *, again_at: Micros | None = None
) -> Decision:
    balance = books.read(ACCOUNT, (receiver, rule.unit)).balance
    return Decision(
        rule=rule.id,
        outcome=outcome,
        member=receiver,
        unit=rule.unit,
        after=balance,
        possible_again_at=again_at,
    )


def _take_over(
    books: Books,
    case: Case,
    rule: Rule,
    receiver: MemberId,
    claim: ClaimKey | None,
    slot: ClaimKey | None,
    ordinal: int,
) -> list[Decision]:
    """Undo the slot's old holder for good, then pay; where nothing would be paid, leave the old one be."""
    held = once.holder(books, slot)
    assert held is not None
    holder = books.read(EVENT, (held.position,)).event
    if holder is None:
        return [_stopped(books, rule, receiver, Outcome.NOT_MATCHED)]
    if is_undone(books, held.position, held.ordinal):
        # Its points were spent, so it kept the slot when it was undone: once is enough.
        return [_paid(books, case, rule, receiver, claim, slot)]
    tried = books.fork()
    back = reversal(tried, case, holder, held.ordinal, decisions(holder)[held.ordinal])
    evolve_decision(tried, case.position, ordinal, back)
    paid = _paid(tried, case, rule, receiver, claim, slot)
    if paid.granted:
        return [back, paid]
    return [replace(paid, after=books.read(ACCOUNT, (receiver, rule.unit)).balance)]


def _paid(
    books: Books,
    case: Case,
    rule: Rule,
    receiver: MemberId,
    claim: ClaimKey | None,
    slot: ClaimKey | None,
) -> Decision:
    ready_at = cooldown.ready_at(books, case, rule, receiver)
    if ready_at is not None:
        return _stopped(books, rule, receiver, Outcome.COOLDOWN, again_at=ready_at)
    wanted = amount_wanted(rule.amount, case.data)
    if wanted is None:
        return _stopped(books, rule, receiver, Outcome.NOT_MATCHED)
    account = books.read(ACCOUNT, (receiver, rule.unit))
    steps: list[Step] = []
    caps = list(limits(books, case, rule, receiver))
    granted, again_at = _through_caps(caps, wanted, steps)
    capped = granted == 0 and wanted != 0
    for code, passed in (
        ("floor", floored(case.version.units[rule.unit], account, granted)),
        ("largest", bounded(account, granted)),
    ):
        if abs(passed) < abs(granted):
            steps.append(Step(code=code, before=granted, after=passed))
            granted = passed
    if granted == 0 and wanted != 0:
        outcome = Outcome.CAPPED if capped or wanted > 0 else Outcome.FLOORED
    else:
        outcome = Outcome.GRANTED
    moves = [move for limit in caps if (move := limit.move(granted)) is not None]
    return Decision(
        rule=rule.id,
        outcome=outcome,
        member=receiver,
        unit=rule.unit,
        wanted=wanted,
        granted=granted,
        after=account.balance + granted,
        steps=tuple(steps),
        counters=(*moves, *cooldown.moves(case, rule, receiver)) if granted else (),
        claims=tuple(name for name in (claim, slot) if name is not None) if granted else (),
        trails=_trails(case, rule, receiver) if granted else (),
        possible_again_at=again_at,
    )


def _through_caps(caps: list[Limit], wanted: int, steps: list[Step]) -> tuple[int, Micros | None]:
    """Return what all caps let pass, noting each that took something, and when the last of them renews."""
    granted, again_at = wanted, None
    for limit in caps:
        passed = limit.allowed(granted)
        if passed != granted:
            steps.append(Step(code=limit.step, before=granted, after=passed))
            granted = passed
            if limit.again_at is not None:
                again_at = max(again_at or limit.again_at, limit.again_at)
    return granted, again_at


def _trails(case: Case, rule: Rule, receiver: MemberId) -> tuple[str, ...]:
    trails = [member_trail(on.match, receiver, case.data) for on in rule.undo_on if on.by_member]
    if case.subject is not None:
        trails.insert(0, subject_trail(case.subject))
    return tuple(dict.fromkeys(trails))
