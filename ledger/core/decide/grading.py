"""Grades one rule on one event, in the documented order; every stop is a recorded decision.

Order: recipient, late, undone before it came, quota, conditions, activity, level and self, standing, once_per,
slot, cooldown, amount, factors, rule caps, cap groups, budget, floor, lots, pending.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace as with_claims
from typing import NamedTuple

from msgspec.structs import replace

from ledger.core.books.evolve import evolve_decision
from ledger.core.books.shelf import ACCOUNT, EVENT, Account
from ledger.core.books.united import kept
from ledger.core.books.view import Books
from ledger.core.conduct import State, standing_of
from ledger.core.decide.people import is_gone
from ledger.core.events import Event, decisions
from ledger.core.outcomes import ClaimKey, Decision, GrantRef, LotMove, Outcome, Step
from ledger.core.reversal import reversal
from ledger.core.rulebook.grammar import Pending, Rule, Unit
from ledger.core.rulebook.schedule import Occurrence
from ledger.core.rules import conditions, cooldown, lots, once
from ledger.core.rules.amounts import wanted as amount_wanted
from ledger.core.rules.caps import Limit, limits
from ledger.core.rules.case import Case, activities, person
from ledger.core.rules.factors import through_factors
from ledger.core.rules.floor import bounded, floored
from ledger.core.rules.levels import old_enough, on_levels
from ledger.core.rules.quotas import Quotas
from ledger.core.undo import is_undone, member_trail, subject_trail, undone_before_it_came
from ledger.core.values import MemberId, Micros
from ledger.core.withholding import CONDUCT, STANDING, withheld_trail


class Withheld(NamedTuple):
    """What a rule would have paid a member who was not earning, before claims and limits.

    `base` is what it wanted, `worth` that times all factors, `recorded_at` when its event came.
    """

    grant: GrantRef
    base: int
    worth: int
    steps: tuple[Step, ...]
    recorded_at: Micros


@dataclass(frozen=True, slots=True)
class Look:
    """One rule's look at one event, for one receiver, with what runs meanwhile.

    What was `withheld` is looked at again: what conditions and factors said of it stands.
    """

    case: Case
    event: Event
    rule: Rule
    receiver: MemberId
    origin: MemberId
    running: tuple[Occurrence, ...]
    claim: ClaimKey | None = None
    slot: ClaimKey | None = None
    withheld: Withheld | None = None

    @property
    def unit(self) -> Unit:
        """The unit that the rule pays in."""
        return self.case.version.units[self.rule.unit]

    @property
    def since(self) -> Micros:
        """From when a wait is counted."""
        return self.case.recorded_at if self.withheld is None else self.withheld.recorded_at

    @property
    def via(self) -> MemberId | None:
        """The merged member by whose identity it comes, if it does."""
        return self.origin if self.origin != self.receiver else None

    def account(self, books: Books) -> Account:
        """Return the receiver's account as it is now."""
        return books.read(ACCOUNT, (self.receiver, self.rule.unit))

    def stopped(
        self,
        books: Books,
        outcome: Outcome,
        *,
        wanted: int = 0,
        steps: tuple[Step, ...] = (),
        again_at: Micros | None = None,
    ) -> Decision:
        """Return the decision to grant nothing."""
        return Decision(
            rule=self.rule.id,
            outcome=outcome,
            member=self.receiver,
            via=self.via,
            unit=self.rule.unit,
            wanted=wanted,
            after=self.account(books).balance,
            steps=steps,
            possible_again_at=again_at,
        )


def grade(
    books: Books, case: Case, event: Event, rule: Rule, judged: Quotas, *, ordinal: int, late: bool
) -> list[Decision]:
    """Return the rule's decision; before it, where a slot is taken over, the old holder's reversal."""
    origin = person(case, books, rule.to)
    receiver = kept(books, origin) if origin is not None else None
    if origin is None or receiver is None or is_gone(books, receiver):
        return [Decision(rule=rule.id, outcome=Outcome.NO_RECIPIENT, unit=rule.unit)]
    look = Look(case, event, rule, receiver, origin, activities(case))
    if late:
        return [look.stopped(books, Outcome.TOO_LATE)]
    if undone_before_it_came(books, case, rule.id):
        return [look.stopped(books, Outcome.REVERSED)]
    if judged.exceeded is not None:
        return [look.stopped(books, Outcome.QUOTA, again_at=judged.again_at)]
    if (stop := _ineligible(books, look)) is not None:
        outcome, reasons = stop
        return [look.stopped(books, outcome, steps=reasons)]
    if (withheld := _kept_back(books, look)) is not None:
        return [withheld]
    return claimed(books, look, ordinal)


def claimed(books: Books, look: Look, ordinal: int) -> list[Decision]:
    """Return the decision of a rule that may pay: with its claims, within its limits."""
    case, rule, origin = look.case, look.rule, look.origin
    claim = once.once_claim(case, rule, origin)
    if once.taken(books, case, claim, rule.once_per, origin) is not None:
        return [look.stopped(books, Outcome.ONCE_ONLY)]
    slot = once.slot_claim(case, rule, origin)
    look = with_claims(look, claim=claim, slot=slot)
    if (held := once.taken(books, case, slot, rule.slot, origin)) is not None:
        if look.withheld is not None and _came_later(books, held, look.withheld.grant):
            return [look.stopped(books, Outcome.ONCE_ONLY)]
        return _take_over(books, look, held, ordinal)
    return [_paid(books, look, ordinal)]


def _came_later(books: Books, holder: GrantRef, withheld: GrantRef) -> bool:
    """Say whether a slot's holder would have taken it over from what was withheld."""
    event = books.read(EVENT, (holder.position,)).event
    made = decisions(event)[holder.ordinal] if event is not None else None
    since = made.restores.position if made is not None and made.restores is not None else holder.position
    return since > withheld.position


def _kept_back(books: Books, look: Look) -> Decision | None:
    """Return the decision to withhold a gain from a member who does not earn, or not by this rule as they stand.

    Losses are theirs all the same, unless the rule is for others.
    """
    conduct = standing_of(books, look.receiver, look.case.recorded_at)
    suits = conduct.suits(look.rule)
    base = amount_wanted(look.rule.amount, look.case.data) if not (conduct.earns and suits) else None
    if base is None:
        return None
    misfit = Step(code=CONDUCT, before=0, after=0)
    steps = [misfit] if conduct.earns else []
    worth = through_factors(books, look.case, look.rule, look.running, base, steps)
    if worth <= 0 or (conduct.earns and conduct.state is State.GOOD):
        return None if suits else look.stopped(books, Outcome.NOT_ELIGIBLE, steps=(misfit,))
    stopped = look.stopped(
        books,
        Outcome.NOT_EARNING,
        wanted=base,
        steps=(*steps, Step(code=STANDING, before=worth, after=0)),
        again_at=conduct.pays_again_at(look.rule),
    )
    trails = (withheld_trail(look.origin), *_trails(look.case, look.rule, look.origin))
    return replace(stopped, trails=trails)


def _ineligible(books: Books, look: Look) -> tuple[Outcome, tuple[Step, ...]] | None:
    """Return why the rule does not pay this member for this event, if it does not."""
    case, when = look.case, look.rule.when
    if not conditions.hold(when.conditions, case.data):
        return Outcome.NOT_MATCHED, ()
    if look.rule.only_in and not any(one.activity in look.rule.only_in for one in look.running):
        return Outcome.OUTSIDE_ACTIVITY, ()
    if not on_levels(books, case.version, when.levels, look.receiver):
        return Outcome.NOT_ELIGIBLE, (Step(code="level", before=0, after=0),)
    if not old_enough(books, case, when, look.receiver):
        return Outcome.NOT_ELIGIBLE, (Step(code="age", before=0, after=0),)
    parties = (person(case, books, party) for party in when.not_self)
    if any(kept(books, party) == look.receiver for party in parties if party is not None):
        return Outcome.NOT_ELIGIBLE, ()
    return None


def _take_over(books: Books, look: Look, held: GrantRef, ordinal: int) -> list[Decision]:
    """Undo the slot's old holder for good, then pay; where nothing would be paid, leave the old one be."""
    holder = books.read(EVENT, (held.position,)).event
    if holder is None:
        return [look.stopped(books, Outcome.NOT_MATCHED)]
    if is_undone(books, held.position, held.ordinal):
        # Its points were spent, so it kept the slot when it was undone: once is enough.
        return [_paid(books, look, ordinal)]
    tried = books.fork()
    old = decisions(holder)[held.ordinal]
    at = look.case.position, ordinal
    back = reversal(tried, look.case.version, holder, held.ordinal, old, at=at, now=look.case.recorded_at)
    evolve_decision(tried, look.event, ordinal, back)
    paid = _paid(tried, look, ordinal + 1)
    if paid.granted or paid.pending:
        return [back, paid]
    return [replace(paid, after=look.account(books).balance)]


def _paid(books: Books, look: Look, ordinal: int) -> Decision:
    case, rule, receiver, origin = look.case, look.rule, look.receiver, look.origin
    ready_at = cooldown.ready_at(books, case, rule, origin)
    if ready_at is not None:
        return look.stopped(books, Outcome.COOLDOWN, again_at=ready_at)
    steps: list[Step] = []
    if look.withheld is None:
        base = amount_wanted(rule.amount, case.data)
        if base is None:
            return look.stopped(books, Outcome.NOT_MATCHED)
        wanted = through_factors(books, case, rule, look.running, base, steps)
    else:
        base, wanted = look.withheld.base, look.withheld.worth
        steps += look.withheld.steps
    if base and not wanted:
        return look.stopped(books, Outcome.NOT_ELIGIBLE, wanted=base, steps=tuple(steps))
    caps = list(limits(books, case, rule, origin))
    through = _through_caps(caps, wanted, steps)
    granted = _through_floor(look.unit, look.account(books), through.passed, steps)
    if not granted and wanted:
        outcome = through.stopped_by or (Outcome.CAPPED if wanted > 0 else Outcome.FLOORED)
    else:
        outcome = Outcome.GRANTED
    moves = [move for limit in caps if (move := limit.move(granted)) is not None]
    decision = Decision(
        rule=rule.id,
        outcome=outcome,
        member=receiver,
        via=look.via,
        unit=rule.unit,
        wanted=base,
        granted=granted,
        after=look.account(books).balance + granted,
        steps=tuple(steps),
        counters=(*moves, *cooldown.moves(case, rule, origin)) if granted else (),
        claims=tuple(name for name in (look.claim, look.slot) if name is not None) if granted else (),
        trails=_trails(case, rule, origin) if granted else (),
        possible_again_at=through.again_at,
    )
    waits = rule.pending is not None and granted > 0 and _is_to_come(look, rule.pending)
    return _waiting(books, look, decision) if waits else _live(books, look, decision, ordinal)


def _is_to_come(look: Look, pending: Pending) -> bool:
    """Say whether a wait is not over already, as it may be for what was withheld."""
    return pending.delay is None or look.since + pending.delay > look.case.recorded_at


def _live(books: Books, look: Look, decision: Decision, ordinal: int) -> Decision:
    """Return a grant with the lots that it moves."""
    moved: tuple[LotMove, ...] = ()
    if decision.granted > 0 and look.unit.expiry is not None:
        account, at = look.account(books), (look.case.position, ordinal)
        moved = lots.gain(
            look.case.version, look.unit, account, decision.granted, dated=look.case.occurred_at, at=at
        )
    elif decision.granted < 0 and books.versions.timed:
        moved = lots.spend(books, look.receiver, decision.unit, -decision.granted)
    return replace(decision, lots=moved) if moved else decision


def _waiting(books: Books, look: Look, decision: Decision) -> Decision:
    """Return a grant that is counted, rounded and claimed, but waits."""
    assert look.rule.pending is not None
    delay = look.rule.pending.delay
    return replace(
        decision,
        outcome=Outcome.PENDING,
        granted=0,
        pending=decision.granted,
        after=look.account(books).balance,
        release_at=None if delay is None else Micros(look.since + delay),
    )


@dataclass(slots=True)
class _Through:
    """What all caps let pass, when the last that took something renews, and why nothing is left."""

    passed: int
    again_at: Micros | None = None
    stopped_by: Outcome | None = None


def _through_caps(caps: list[Limit], wanted: int, steps: list[Step]) -> _Through:
    """Return what all caps let pass, noting each that took something."""
    through = _Through(wanted)
    for limit in caps:
        passed = limit.allowed(through.passed)
        if passed == through.passed:
            continue
        steps.append(Step(code=limit.step, before=through.passed, after=passed))
        if not passed:
            through.stopped_by = Outcome.BUDGET_SPENT if limit.step.startswith("budget:") else Outcome.CAPPED
        through.passed = passed
        if limit.again_at is not None:
            through.again_at = max(through.again_at or limit.again_at, limit.again_at)
    return through


def _through_floor(unit: Unit, account: Account, granted: int, steps: list[Step]) -> int:
    for code, passed in (("floor", floored(unit, account, granted)), ("largest", bounded(account, granted))):
        if abs(passed) < abs(granted):
            steps.append(Step(code=code, before=granted, after=passed))
            granted = passed
    return granted


def _trails(case: Case, rule: Rule, receiver: MemberId) -> tuple[str, ...]:
    trails = [member_trail(on.match, receiver, case.data) for on in rule.undo_on if on.by_member]
    if case.subject is not None:
        trails.insert(0, subject_trail(case.subject))
    return tuple(dict.fromkeys(trails))
