"""Facts, past tense and for ever: what was asked, and what the rules decided about it.

A fact carries its outcomes, so folding the log never runs a rule (see `books.evolve`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

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


class EntryKind(StrEnum):
    """What sort of effect an entry is; awards and bonuses count as earned, the rest does not."""

    AWARD = "AWARD"
    BONUS = "BONUS"
    OPENING = "OPENING"
    REVERSAL = "REVERSAL"
    ADJUSTMENT = "ADJUSTMENT"
    EXPIRY = "EXPIRY"


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
    (`releases` names the grant) or taken back. `dated` is when it took effect, where that is not the event's time.
    `corrects` names the decision that a rulebook published for the past would have made otherwise.
    """

    rule: str
    outcome: Outcome
    member: MemberId | None = None
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
    release_at: Micros | None = None
    dated: Micros | None = None
    releases: GrantRef | None = None
    reverses: GrantRef | None = None
    corrects: GrantRef | None = None
    possible_again_at: Micros | None = None


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
    """Whether a member should be in a platform's group from now on."""

    member: MemberId
    group: str
    wanted: bool


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


class ContributionRecorded(Decided, tag="contribution", kw_only=True):
    """Somebody did something; the rules in force at its time looked at it."""

    actor: MemberId | None = None
    people: dict[str, MemberId] = {}
    data: dict[str, Any] = {}
    undoes: str | None = None
    imported: bool = False
    creates: Creation | None = None
    counters: tuple[CounterMove, ...] = ()
    claims: tuple[ClaimKey, ...] = ()
    released: tuple[ClaimKey, ...] = ()
    trails: tuple[str, ...] = ()
    unfinished: bool = False
    """Whether it takes more back than one event holds: the rest follows at once."""


class UndoContinued(Decided, tag="undo.continued", kw_only=True):
    """The next part of what the event at `of` takes back."""

    of: Position
    unfinished: bool = False


class PointsAdjusted(Decided, tag="points.adjusted", kw_only=True):
    """Somebody with the right to gave or took points by hand; `by` says who, as `key:…` or `member:…`."""

    member: MemberId
    by: str


class ContributionReviewed(Decided, tag="contribution.reviewed", kw_only=True):
    """A person approved or declined what waited for a review at `of`."""

    of: Position
    approved: bool
    by: str


class PointsReleased(Decided, tag="points.released", kw_only=True):
    """The wait of a member's grants was over."""

    member: MemberId


class PointsExpired(Decided, tag="points.expired", kw_only=True):
    """Lots of a member's points came to their end."""

    member: MemberId


class TierRunOpened(Value, tag="tiers.opened"):
    """A daily run is due for every member up to `members`, for some local days, given as ordinals, in order.

    `marks` are the community's metrics by day, as they were then: what comes later does not move them.
    """

    ladder: str
    first_day: int
    last_day: int
    members: int
    marks: dict[str, tuple[int, ...]] = {}


class TiersJudged(Decided, tag="tiers.judged", kw_only=True):
    """The open run looked at the members from `first` to `last`, or at one `alone` who could not wait.

    At its end `next_at` is when the next run is due.
    """

    ladder: str
    first: MemberId
    last: MemberId
    alone: bool = False
    next_at: Micros | None = None


class TierLocked(Decided, tag="tier.locked", kw_only=True):
    """Somebody with the right to put a member on a level and locked it there, or unlocked it with None."""

    ladder: str
    member: MemberId
    level: str | None
    by: str

    @property
    def locked(self) -> bool:
        """Whether the member is locked from now on."""
        return self.level is not None


class GroupHeld(Decided, tag="group.held", kw_only=True):
    """Somebody with the right to keeps a member's place in a group as it is, whatever tiers say, or lets go."""

    member: MemberId
    group: str
    held: bool
    by: str


class GroupReported(Value, tag="group.reported"):
    """A bot says whether a member is in a group now."""

    member: MemberId
    group: str
    inside: bool
    by: str


class CommunityCreated(Value, tag="community.created"):
    """The first fact of every log."""

    slug: str
    name: str


class RulebookPublished(Value, tag="rulebook.published"):
    """A version of the rulebook, whole, as its author wrote it. Version 1 has no beginning.

    `runs` says of ladders when their daily run is next due from now on; None is that there is none any more.
    """

    version: int
    yaml: str
    effective_from: Micros | None = None
    note: str = ""
    by: str = ""
    runs: dict[str, Micros | None] = {}


class PointsCorrected(Decided, tag="points.corrected", kw_only=True):
    """A rulebook was published for the past: what it would have decided, less what was decided."""

    version: int


Fact = (
    ContributionRecorded
    | UndoContinued
    | PointsAdjusted
    | ContributionReviewed
    | PointsReleased
    | PointsExpired
    | TierRunOpened
    | TiersJudged
    | TierLocked
    | GroupHeld
    | GroupReported
    | CommunityCreated
    | RulebookPublished
    | PointsCorrected
)


class Event(Value):
    """A fact and the columns it is found by. All of it is hashed; `mac` tells a repeat from a conflict."""

    position: Position
    type: str
    source: str
    key: str
    subject: str | None
    occurred_at: Micros
    recorded_at: Micros
    rulebook: int
    mac: bytes
    fact: Fact


def decisions(event: Event) -> tuple[Decision, ...]:
    """Return what the rules decided, in order; a decision's place here is its ordinal."""
    return event.fact.decisions if isinstance(event.fact, Decided) else ()


def tier_changes(event: Event) -> tuple[TierChange, ...]:
    """Return the levels that moved, in order; a change's place here is its ordinal."""
    return event.fact.tiers if isinstance(event.fact, Decided) else ()


def joined(event: Event) -> tuple[MemberId, ...]:
    """Return the members first seen with an event."""
    return event.fact.joined if isinstance(event.fact, Decided) else ()


decode_fact = msgspec.json.Decoder(Fact).decode
_encoder = msgspec.json.Encoder(order="deterministic")


def encode_fact(fact: Fact) -> bytes:
    """Return the bytes that are stored and hashed: JSON, keys in one order, defaults left out."""
    return _encoder.encode(fact)
