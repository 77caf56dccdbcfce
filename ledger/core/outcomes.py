"""What facts hold: decisions, and all that moved with them. Folding these never runs a rule."""

from __future__ import annotations

from enum import StrEnum

from ledger.core.values import MemberId, Micros, Position, Value


class Outcome(StrEnum):
    """Where a rule's look at an event ended; the order of checks is in `decide.contribution`."""

    GRANTED = "GRANTED"
    CAPPED = "CAPPED"
    NOT_MATCHED = "NOT_MATCHED"
    NOT_ELIGIBLE = "NOT_ELIGIBLE"
    ONCE_ONLY = "ONCE_ONLY"
    COOLDOWN = "COOLDOWN"
    QUOTA = "QUOTA"
    NO_RECIPIENT = "NO_RECIPIENT"
    OUTSIDE_ACTIVITY = "OUTSIDE_ACTIVITY"
    TOO_LATE = "TOO_LATE"
    BUDGET_SPENT = "BUDGET_SPENT"
    FLOORED = "FLOORED"
    REVERSED = "REVERSED"
    PENDING = "PENDING"
    NOT_EARNING = "NOT_EARNING"
    HELD = "HELD"


class EntryKind(StrEnum):
    """What sort of effect an entry is; awards and bonuses count as earned, the rest does not."""

    AWARD = "AWARD"
    BONUS = "BONUS"
    OPENING = "OPENING"
    REVERSAL = "REVERSAL"
    ADJUSTMENT = "ADJUSTMENT"
    EXPIRY = "EXPIRY"
    PENALTY = "PENALTY"
    REDEMPTION = "REDEMPTION"
    REFUND = "REFUND"
    TRANSFER = "TRANSFER"


class CounterMode(StrEnum):
    """How an undo moves a counter: net room comes back, gross does not, a count does when all came back."""

    NET = "net"
    GROSS = "gross"
    COUNT = "count"
    LAST = "last"


class CounterMove(Value, array_like=True):
    """One step of a counter: `delta` on the counter named by scope, key and period."""

    scope: str
    key: str
    period: str
    delta: int
    mode: CounterMode


class ClaimKey(Value, array_like=True):
    """The name of something that only one decision may hold at a time."""

    kind: str
    key: str


class Step(Value, array_like=True):
    """One stage between wanted and granted: the amount before and after it, in minor units."""

    code: str
    before: int
    after: int


class GrantRef(Value, array_like=True):
    """Where a decision stands in the log: the event's position and the decision's ordinal in it."""

    position: Position
    ordinal: int


class LotMove(Value, array_like=True):
    """One step of the lot that a grant made, named by the grant: `delta` on what is left of it.

    `expires_at` begins the lot; `expired` says that what goes was not spent but came to its end.
    """

    position: Position
    ordinal: int
    delta: int
    expires_at: Micros | None = None
    expired: bool = False


class Decision(Value):
    """One rule looked at one event: what it wanted, what it granted, and each step between.

    `pending` moves what waits: up with outcome PENDING until `release_at` or a review, down when it is released
    (`releases` names the grant) or taken back. `held` moves what a redemption holds: up when it is asked for, down
    when it is paid or let go. `dated` is when it took effect, where that is not the event's time.
    `via` is the merged member by whose identity it came, where that is not `member`, who acts for both.
    `corrects` names the decision that a rulebook published for the past would have made otherwise, `restores` the
    one that was withheld from a member who was not earning, and is made now as of its time.
    """

    rule: str
    outcome: Outcome
    member: MemberId | None = None
    via: MemberId | None = None
    unit: str = ""
    kind: EntryKind = EntryKind.AWARD
    wanted: int = 0
    granted: int = 0
    after: int = 0
    steps: tuple[Step, ...] = ()
    counters: tuple[CounterMove, ...] = ()
    claims: tuple[ClaimKey, ...] = ()
    released: tuple[ClaimKey, ...] = ()
    trails: tuple[str, ...] = ()
    lots: tuple[LotMove, ...] = ()
    pending: int = 0
    held: int = 0
    release_at: Micros | None = None
    dated: Micros | None = None
    releases: GrantRef | None = None
    reverses: GrantRef | None = None
    corrects: GrantRef | None = None
    restores: GrantRef | None = None
    possible_again_at: Micros | None = None

    @property
    def origin(self) -> MemberId | None:
        """By whose identity it came: what is counted, earned and waited for is theirs."""
        return self.via or self.member


class TierChange(Value, array_like=True):
    """A member's level on one ladder moved; None is below the lowest level. `at` None is the event's time."""

    ladder: str
    member: MemberId
    before: str | None
    after: str | None
    at: Micros | None = None


class Watch(Value, array_like=True):
    """What a daily run noted of a member on a ladder: for how many runs in a row they have been below the marks.

    `judged_on` is the run's local day as an ordinal, where the member was judged alone; `warned` says that notice
    of a fall goes out with this.
    """

    ladder: str
    member: MemberId
    below: int
    judged_on: int = 0
    warned: bool = False


class GroupWish(Value, array_like=True):
    """Whether a member should be in a platform's group from now on. `at` None is the event's time."""

    member: MemberId
    group: str
    wanted: bool
    at: Micros | None = None


class Measure(Value, array_like=True):
    """One step of a metric's tally: of a member, or of the community as member 0, on a local day, as an ordinal.

    `value` is what distinct metrics tell apart.
    """

    series: str
    member: MemberId
    day: int
    value: str
    delta: int


class StreakMove(Value, array_like=True):
    """A streak's run after an event: its last period, how many there were, and what freezes are left."""

    streak: str
    member: MemberId
    last: int
    length: int
    freezes: int


class Creation(Value, array_like=True):
    """The event's subject is an object of this kind, authored by this member."""

    kind: str
    author: MemberId


class Decided(Value):
    """What facts with consequences hold: who was first seen, what rules decided, and what moved with it."""

    joined: tuple[MemberId, ...] = ()
    decisions: tuple[Decision, ...] = ()
    tiers: tuple[TierChange, ...] = ()
    watches: tuple[Watch, ...] = ()
    groups: tuple[GroupWish, ...] = ()
    measures: tuple[Measure, ...] = ()
    streaks: tuple[StreakMove, ...] = ()
