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
    TOO_LATE = "TOO_LATE"
    FLOORED = "FLOORED"
    REVERSED = "REVERSED"


class EntryKind(StrEnum):
    """What sort of effect an entry is; awards count as earned, the rest does not."""

    AWARD = "AWARD"
    OPENING = "OPENING"
    REVERSAL = "REVERSAL"
    ADJUSTMENT = "ADJUSTMENT"


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


class Decision(Value):
    """One rule looked at one event: what it wanted, what it granted, and each step between."""

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
    reverses: GrantRef | None = None
    possible_again_at: Micros | None = None


class TierChange(Value, array_like=True):
    """A member's level on one ladder moved; None is below the lowest level."""

    ladder: str
    member: MemberId
    before: str | None
    after: str | None


class Creation(Value, array_like=True):
    """The event's subject is an object of this kind, authored by this member."""

    kind: str
    author: MemberId


class ContributionRecorded(Value, tag="contribution"):
    """Somebody did something; the rules in force at its time looked at it."""

    actor: MemberId | None = None
    people: dict[str, MemberId] = {}
    data: dict[str, Any] = {}
    undoes: str | None = None
    imported: bool = False
    joined: tuple[MemberId, ...] = ()
    creates: Creation | None = None
    counters: tuple[CounterMove, ...] = ()
    claims: tuple[ClaimKey, ...] = ()
    released: tuple[ClaimKey, ...] = ()
    decisions: tuple[Decision, ...] = ()
    tiers: tuple[TierChange, ...] = ()


class PointsAdjusted(Value, tag="points.adjusted"):
    """Somebody with the right to gave or took points by hand; `by` says who, as `key:…` or `member:…`."""

    member: MemberId
    by: str
    joined: tuple[MemberId, ...] = ()
    decisions: tuple[Decision, ...] = ()
    tiers: tuple[TierChange, ...] = ()


class CommunityCreated(Value, tag="community.created"):
    """The first fact of every log."""

    slug: str
    name: str


class RulebookPublished(Value, tag="rulebook.published"):
    """A version of the rulebook, whole, as its author wrote it. Version 1 has no beginning."""

    version: int
    yaml: str
    effective_from: Micros | None = None
    note: str = ""


Decided = ContributionRecorded | PointsAdjusted
"""Facts that carry decisions."""

Fact = Decided | CommunityCreated | RulebookPublished


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
