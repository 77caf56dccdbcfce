"""Facts, past tense and for ever: what was asked, and what the rules decided about it.

A fact carries its outcomes (see `core.outcomes`), so folding the log never runs a rule (see `books.evolve`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from ledger.core.members.facts import BuddySet, IdentityLinked, MemberErased, MembersMerged, MembersUnmerged
from ledger.core.outcomes import ClaimKey, CounterMove, Creation, Decided, Decision, TierChange
from ledger.core.rhythm.activities import ActivityAnswered, ActivityCancelled, ActivityScheduled
from ledger.core.rhythm.rounds import RoundClosed, RoundOpened
from ledger.core.rulebook.grammar.catalogue import OfferTerms, PerkTerms
from ledger.core.values import MemberId, Micros, Position, Value
from ledger.core.violations import AboutViolation


class ContributionRecorded(Decided, tag="contribution", kw_only=True):
    """Somebody did something; the rules in force at its time looked at it."""

    actor: MemberId | None = None
    people: dict[str, MemberId] = {}
    data: dict[str, Any] = {}
    undoes: str | None = None
    imported: bool = False
    claimed: bool = False
    """What a member said of themselves: a review decides whether it pays, and counts."""
    creates: Creation | None = None
    counters: tuple[CounterMove, ...] = ()
    claims: tuple[ClaimKey, ...] = ()
    released: tuple[ClaimKey, ...] = ()
    trails: tuple[str, ...] = ()
    unfinished: bool = False
    """Whether it takes more back than one event holds: the rest follows at once."""


class UndoContinued(Decided, tag="undo.continued", kw_only=True):
    """The next part of what the event at `of` takes back, or, where it lifted a violation, grants."""

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
    story: str = ""
    """The story that is published or declined with it, by its subject; empty is none."""
    whose: MemberId | None = None
    """Who did what was reviewed: why it was declined is said to them."""


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


class PerkPut(Value, tag="perk.put"):
    """A perk was put up, or its terms changed. Stock counts what was ever there of it."""

    terms: PerkTerms
    by: str


class PerkRetired(Value, tag="perk.retired"):
    """A perk can be redeemed no more; what was asked for before goes on."""

    perk: str
    by: str


class PerkStocked(Value, tag="perk.stocked"):
    """So many more of a perk are there, or fewer."""

    perk: str
    delta: int
    by: str


class PerkCodesAdded(Value, tag="perk.codes"):
    """Codes to hand out, numbered from `first`; encrypted, they are in the event's private part.

    `claims` are keyed digests of the codes, so that none is handed out twice.
    """

    perk: str
    first: int
    count: int
    claims: tuple[ClaimKey, ...]
    by: str


class RedemptionStatus(StrEnum):
    """How far a redemption is. Points come back with all that end it but FULFILLED."""

    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    FULFILLED = "FULFILLED"
    DECLINED = "DECLINED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    FAILED = "FAILED"
    REFUNDED = "REFUNDED"


class RedemptionMade(Decided, tag="redemption.made", kw_only=True):
    """A perk was redeemed by a member, or `given` to them: asked for, or had at once.

    `handed` is the number of the code handed out, 0 is none. `hold_until` is when it expires unless fulfilled.
    """

    perk: str
    member: MemberId
    by: str
    status: RedemptionStatus
    unit: str = ""
    cost: int = 0
    given: bool = False
    handed: int = 0
    hold_until: Micros | None = None


class RedemptionMoved(Decided, tag="redemption.moved", kw_only=True):
    """The redemption made at `of` went on. `returned` says that what was redeemed is in stock again."""

    of: Position
    member: MemberId
    perk: str
    status: RedemptionStatus
    by: str
    handed: int = 0
    returned: bool = False


class RedemptionRefused(Value, tag="redemption.refused"):
    """A redemption was refused, and stays refused for its key."""

    perk: str
    member: MemberId
    code: str
    by: str


class OfferPut(Value, tag="offer.put"):
    """An offer was put up, or its terms changed."""

    terms: OfferTerms
    by: str


class OfferRetired(Value, tag="offer.retired"):
    """An offer is shown no more."""

    offer: str
    by: str


class OfferShown(Decided, tag="offer.shown", kw_only=True):
    """A member was shown an offer; it counts for the member and for the community."""

    offer: str
    member: MemberId
    by: str


class OfferTaken(Value, tag="offer.taken"):
    """A member took an offer up."""

    offer: str
    member: MemberId
    by: str


class TaskTicked(Value, tag="playbook.ticked"):
    """Somebody ticked a task of the playbook, or took that back."""

    task: str
    done: bool
    by: str


class CommunitySet(Value, tag="community.set"):
    """Something of the community itself was set."""

    name: str
    value: str
    by: str


ActivityFact = ActivityScheduled | ActivityCancelled | ActivityAnswered
"""What was said about activities."""

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
    | AboutViolation
    | PerkPut
    | PerkRetired
    | PerkStocked
    | PerkCodesAdded
    | RedemptionMade
    | RedemptionMoved
    | RedemptionRefused
    | CommunitySet
    | OfferPut
    | OfferRetired
    | OfferShown
    | OfferTaken
    | TaskTicked
    | RoundOpened
    | RoundClosed
    | ActivityFact
    | MemberErased
    | MembersMerged
    | MembersUnmerged
    | IdentityLinked
    | BuddySet
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
