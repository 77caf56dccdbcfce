"""Where a member stands with the house rules, as a pure function of their strikes and of time.

Strikes are forgotten by themselves, so nothing has to happen when it is time: a warning is over, and the next
violation counts from the beginning. A removal is not forgotten: it stands until it is lifted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from ledger.core.books.goods import Strike
from ledger.core.books.shelf import STRIKES
from ledger.core.books.strikes import in_time
from ledger.core.books.united import everybody
from ledger.core.books.view import Books
from ledger.core.rulebook.grammar import Rule, StrikeLadder, StrikeStep
from ledger.core.values import MemberId, Micros, Value
from ledger.core.violations import Action


class State(StrEnum):
    """Whether a member is in good standing, was warned, or is removed."""

    GOOD = "GOOD"
    WARNED = "WARNED"
    REMOVED = "REMOVED"


class Conduct(Value):
    """A member's standing at an instant: `counted` are the strikes that are not forgotten then.

    `clears_at` is when the last of them will be, None where none is counted or one is never forgotten.
    """

    state: State = State.GOOD
    counted: tuple[Strike, ...] = ()
    no_earning_until: Micros | None = None
    clears_at: Micros | None = None

    @property
    def is_removed(self) -> bool:
        """Whether the member has no place here any more."""
        return self.state is State.REMOVED

    @property
    def earns(self) -> bool:
        """Whether rules pay the member."""
        return not self.is_removed and self.no_earning_until is None

    def suits(self, rule: Rule) -> bool:
        """Say whether a rule pays who stands so, whether they earn or not."""
        return not rule.when.standing or self.state.value.lower() in rule.when.standing

    def pays_again_at(self, rule: Rule) -> Micros | None:
        """Return when a rule pays again who does not earn by it now, where time alone does it."""
        if self.suits(rule):
            return self.no_earning_until
        if State.GOOD.value.lower() not in rule.when.standing or self.clears_at is None:
            return None
        return max(self.clears_at, self.no_earning_until or self.clears_at)


GOOD = Conduct()


class Nearest(Value):
    """The ladder on which a member is nearest to its end: how many strikes they have there, and may have."""

    ladder: str
    strikes: int
    allowed: int


def standing_of(books: Books, member: MemberId, at: Micros) -> Conduct:
    """Return where a member stands at an instant."""
    if not books.versions.ordered:
        return GOOD
    return conduct(strikes_of(books, member), at)


def is_removed(books: Books, member: MemberId) -> bool:
    """Say whether a member has no place here now."""
    return any(one.action == Action.REMOVAL for one in strikes_of(books, member))


def strikes_of(books: Books, member: MemberId) -> tuple[Strike, ...]:
    """Return the strikes of all who are one person with a member, in the order in which they were confirmed."""
    if not books.versions.ordered:
        return ()
    found = (one for other in everybody(books, member) for one in books.read(STRIKES, (other,)).confirmed)
    return in_time(found)


def conduct(strikes: Iterable[Strike], at: Micros) -> Conduct:
    """Return where somebody with these strikes stands at an instant: later ones are not known then."""
    known = [one for one in strikes if one.confirmed_at <= at]
    if not known:
        return GOOD
    counted = tuple(one for one in known if not is_forgotten(one, at))
    pauses = [one.no_earning_until for one in known if one.no_earning_until is not None]
    removed = any(one.action == Action.REMOVAL for one in known)
    until = max((pause for pause in pauses if pause > at), default=None)
    ends = [one.forgets_at for one in counted if one.forgets_at is not None]
    return Conduct(
        state=State.REMOVED if removed else State.WARNED if counted else State.GOOD,
        counted=counted,
        no_earning_until=None if removed else until,
        clears_at=max(ends) if ends and len(ends) == len(counted) and not removed else None,
    )


def conduct_now(strikes: Sequence[Strike], at: Micros) -> Conduct:
    """Return where somebody stands who has all these strikes already, however the clock may lag behind the log."""
    return conduct(strikes, Micros(max((at, *(one.confirmed_at for one in strikes)))))


def is_forgotten(strike: Strike, at: Micros) -> bool:
    """Say whether a strike no longer counts; a removal always does."""
    return strike.action != Action.REMOVAL and strike.forgets_at is not None and strike.forgets_at <= at


def strikes_on(ladder: str, strikes: Iterable[Strike], at: Micros) -> int:
    """Return how many strikes somebody has on a ladder at an instant."""
    return sum(
        1 for one in strikes if one.ladder == ladder and one.confirmed_at <= at and not is_forgotten(one, at)
    )


def step_at(ladder: StrikeLadder, count: int) -> StrikeStep:
    """Return what strike number `count` brings; the last step stands for all after it."""
    return ladder.steps[min(count, len(ladder.steps)) - 1]


def action_of(step: StrikeStep) -> Action:
    """Return what a step is called by the gravest thing that it brings."""
    if step.remove:
        return Action.REMOVAL
    return Action.PENALTY if step.points or step.no_earning else Action.WARNING


def allowed_on(ladder: StrikeLadder) -> int:
    """Return how many strikes a ladder bears before it removes; all its steps, where it never does."""
    return next((number for number, step in enumerate(ladder.steps) if step.remove), len(ladder.steps))


def nearest(ladders: Iterable[StrikeLadder], counted: Sequence[Strike]) -> Nearest | None:
    """Return the ladder on which strikes are nearest to the end; the first of those that are equally near."""
    found = [
        Nearest(
            ladder=ladder.code,
            strikes=sum(1 for one in counted if one.ladder == ladder.code),
            allowed=allowed_on(ladder),
        )
        for ladder in ladders
    ]
    return min(found, key=lambda one: one.allowed - one.strikes, default=None)
