"""Commands, imperative: what somebody asks the ledger to record."""

from __future__ import annotations

from typing import Any, NamedTuple

from ledger.core.outcomes import ClaimKey, CounterMove, GrantRef
from ledger.core.rulebook.grammar import Rulebook
from ledger.core.rulebook.schedule import LastBegun, never
from ledger.core.values import Identity, MemberId, Micros, Position, Value

LEDGER_SOURCE = "ledger"
"""The source of facts the ledger makes itself; no sender may use it, nor what begins with it and a colon."""

MEMBERS_SOURCE = f"{LEDGER_SOURCE}:members"
"""The source of what signed-in members do themselves."""

ADJUSTMENTS_SOURCE = f"{LEDGER_SOURCE}:adjustments"
"""The source of adjustments; their keys are the callers' idempotency keys."""


OPENINGS_SOURCE = f"{LEDGER_SOURCE}:openings"
"""The source of opening balances; their keys name a row of what was imported."""


class RecordContribution(Value):
    """Record what somebody did. `private` holds what people can read, kept outside the hashed log."""

    source: str
    key: str
    type: str
    subject: str | None = None
    occurred_at: Micros | None = None
    actor: Identity | None = None
    people: dict[str, Identity] = {}
    undoes: str | None = None
    data: dict[str, Any] = {}
    private: dict[str, Any] = {}
    imported: bool = False
    """History played in: exempt from `accept_late`."""
    may_name_amounts: bool = True
    """Whether rules may take amounts from this sender's data."""
    member: MemberId | None = None
    """The signed-in member who did it, where no identity is named."""
    own: bool = False
    """Recorded by the ledger for somebody who is signed in: its source is the ledger's."""


class CreateCommunity(Value):
    """Begin a community's log."""

    slug: str
    name: str


class PublishRulebook(Value):
    """Put a rulebook in force; `rulebook` is `yaml` as read, without faults.

    With `number`, the version it must become, the command is the same command when it comes again.
    """

    yaml: str
    rulebook: Rulebook
    number: int | None = None
    effective_from: Micros | None = None
    note: str = ""
    by: str = ""
    after: Position | None = None
    """Only if the log still ends there: what was worked out about the past still is right."""
    last_begun: LastBegun = never
    """When the rulebook's activities happen."""


class Correction(Value):
    """What one rule would have done otherwise because of one event: so many points more or less.

    `corrects` is the decision that was made, with ordinal -1 where the rule made none; None where no event did it.
    The rest is what the decision would have held, so that an undo finds it and caps count it.
    """

    member: MemberId
    unit: str
    rule: str
    delta: int
    corrects: GrantRef | None = None
    counters: tuple[CounterMove, ...] = ()
    claims: tuple[ClaimKey, ...] = ()
    released: tuple[ClaimKey, ...] = ()
    trails: tuple[str, ...] = ()


class CorrectPoints(Value):
    """Post what a rulebook that was published for the past would have decided otherwise."""

    version: int
    part: int
    corrections: tuple[Correction, ...]


class AdjustPoints(Value):
    """Give or take points by hand. `key` is the caller's idempotency key; `unit` None is the first."""

    key: str
    member: Identity | MemberId
    delta: int
    reason: str
    by: str
    unit: str | None = None
    opening: bool = False
    """What the member begins with here, brought from elsewhere: not earned, under a key of its own kind."""
    replayed: bool = False
    """Made before, and now told again to other rules: it stands, whatever the floor says."""


class ReviewContribution(Value):
    """Approve or decline what waits for a review of the event at a position."""

    position: Position
    approved: bool
    by: str
    reason: str = ""


class LockTier(Value):
    """Put a member on a level and keep them there, or, with `level` None, let the ladder judge them again."""

    member: MemberId
    ladder: str | None
    level: str | None
    by: str
    reason: str


class HoldGroup(Value):
    """Keep a member's place in a group as it is, whatever tiers say, or let go of it."""

    member: MemberId
    group: str
    held: bool
    by: str
    reason: str


class ReportGroup(Value):
    """Say whether a member is in a platform's group now."""

    member: MemberId
    group: str
    inside: bool
    by: str


class EraseMember(Value):
    """Make a member nobody. Again is no change: the answer is the first one's."""

    member: MemberId
    by: str


class SettleDue(Value):
    """Do what was found due: of members' points, and a chunk of each ladder's daily run."""

    members: tuple[MemberId, ...] = ()
    ladders: tuple[str, ...] = ()


ByHand = ReviewContribution | LockTier | HoldGroup | ReportGroup
"""What people and bots say about a member or an event, without a key of their own."""


class MergeMembers(Value):
    """Say that two members are one person: `into` acts for `gone` from now on."""

    into: MemberId
    gone: MemberId
    by: str
    reason: str


class UnmergeMembers(Value):
    """Say that the merge at a position was wrong."""

    position: Position
    by: str
    reason: str


class LinkIdentity(Value):
    """Let a member go by one more identity."""

    member: MemberId
    identity: Identity
    by: str


class SetBuddy(Value):
    """Let somebody look after a member, or, with None, nobody."""

    member: MemberId
    buddy: MemberId | None
    by: str


AboutMembers = EraseMember | MergeMembers | UnmergeMembers | LinkIdentity | SetBuddy
"""What is said about who a member is."""

Command = (
    RecordContribution
    | AdjustPoints
    | CreateCommunity
    | PublishRulebook
    | CorrectPoints
    | ByHand
    | AboutMembers
    | SettleDue
)


class Stamped(NamedTuple):
    """A command and the keyed digest of its content, which tells a repeat from a conflict."""

    command: Command
    mac: bytes
