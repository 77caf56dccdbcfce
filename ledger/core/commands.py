"""Commands, imperative: what somebody asks the ledger to record."""

from __future__ import annotations

from typing import Any, NamedTuple

from ledger.core.events import RedemptionMade, RedemptionStatus
from ledger.core.members.commands import AboutMembers
from ledger.core.outcomes import ClaimKey, CounterMove, GrantRef
from ledger.core.rhythm.activities import OfActivities
from ledger.core.rhythm.claims import SubmitClaim
from ledger.core.rhythm.rounds import OfRounds
from ledger.core.rhythm.stories import OfStories
from ledger.core.rulebook.grammar import Rulebook
from ledger.core.rulebook.grammar.catalogue import OfferTerms, PerkTerms
from ledger.core.rulebook.schedule import LastBegun, never
from ledger.core.values import Identity, MemberId, Micros, Position, Value
from ledger.core.violations import Action

LEDGER_SOURCE = "ledger"
"""The source of facts the ledger makes itself; no sender may use it, nor what begins with it and a colon."""


def is_ledgers(source: str) -> bool:
    """Say whether a source is the ledger's own."""
    return source == LEDGER_SOURCE or source.startswith(f"{LEDGER_SOURCE}:")


MEMBERS_SOURCE = f"{LEDGER_SOURCE}:members"
"""The source of what signed-in members do themselves."""

ADJUSTMENTS_SOURCE = f"{LEDGER_SOURCE}:adjustments"
"""The source of adjustments; their keys are the callers' idempotency keys."""

VIOLATIONS_SOURCE = f"{LEDGER_SOURCE}:violations"
"""The source of reports of violations; likewise."""

REDEMPTIONS_SOURCE = f"{LEDGER_SOURCE}:redemptions"
"""The source of redemptions; likewise."""

OFFERS_SOURCE = f"{LEDGER_SOURCE}:offers"
"""The source of offers shown and taken; likewise."""

STOCK_SOURCE = f"{LEDGER_SOURCE}:stock"
"""The source of changes of stock; likewise."""


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
    claimed: bool = False
    """What a member says of themselves: it waits for a review, whatever its rules say."""


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


class RecordViolation(Value):
    """Report that a member broke a house rule. `key` is the caller's idempotency key."""

    key: str
    member: MemberId
    rule: str
    by: str
    evidence: str = ""
    note: str = ""


class ResolveViolation(Value):
    """Say what becomes of the report at a position.

    A strike is confirmed only as the `action` that its ladder brings now, None is whichever that is; DISMISSED lets
    the report be, LIFTED takes a confirmed one back.
    """

    position: Position
    action: Action | None
    by: str
    note: str = ""


class AppealViolation(Value):
    """Ask, as the member, that the violation reported at a position be looked at again."""

    position: Position
    member: MemberId
    text: str = ""


class DecideAppeal(Value):
    """Lift the violation that was appealed against, or let it stand."""

    position: Position
    lifted: bool
    by: str
    note: str = ""


OfViolations = RecordViolation | ResolveViolation | AppealViolation | DecideAppeal
"""What is said about violations."""


class SettleDue(Value):
    """Do what was found due: of members' points, and a chunk of each ladder's daily run."""

    members: tuple[MemberId, ...] = ()
    ladders: tuple[str, ...] = ()


class PutPerk(Value):
    """Put up a perk, or change the terms of one; with `new` only if there is none of its code.

    With `keeps_stock` the stock of one that is there stays as it is, whatever the terms say.
    """

    terms: PerkTerms
    by: str
    new: bool = False
    keeps_stock: bool = False
    key: str = ""
    """With a key the command is the same command when it comes again."""


class RetirePerk(Value):
    """Let a perk be redeemed no more."""

    perk: str
    by: str


class StockPerk(Value):
    """Add to a perk's stock, or take from it. `key` is the caller's idempotency key."""

    key: str
    perk: str
    delta: int
    by: str
    reason: str = ""


class PerkCode(Value, array_like=True):
    """A code to hand out: a keyed digest that tells it from others, and its encrypted text."""

    digest: str
    sealed: str


class AddPerkCodes(Value):
    """Add codes to hand out; those that are there already are left out."""

    perk: str
    codes: tuple[PerkCode, ...]
    by: str


class RedeemPerk(Value):
    """Redeem a perk, or, where it is `given`, let a member have it for nothing.

    `expected_cost` refuses a price that changed meanwhile; `replayed` is one made before and told again: it stands.
    """

    key: str
    perk: str
    member: Identity | MemberId
    by: str
    expected_cost: int | None = None
    given: bool = False
    note: str = ""
    replayed: RedemptionMade | None = None


class MoveRedemption(Value):
    """Move a redemption on: approve, fulfil, decline, cancel, fail or refund it."""

    position: Position
    status: RedemptionStatus
    by: str
    reason: str = ""
    voucher: str = ""
    """What the member gets to see of it, encrypted."""
    replayed: bool = False


class SetCommunity(Value):
    """Set something of the community itself by its name, such as the perk that new members are given."""

    name: str
    value: str
    by: str
    key: str = ""


OfCatalogue = PutPerk | RetirePerk | StockPerk | AddPerkCodes | SetCommunity
"""What operators say about perks."""


class PutOffer(Value):
    """Put up an offer, or change the terms of one. With a `key` the command is the same when it comes again."""

    terms: OfferTerms
    by: str
    key: str = ""


class RetireOffer(Value):
    """Let an offer be shown no more."""

    offer: str
    by: str


class ShowOffer(Value):
    """Show an offer to a member, if its gates are open. `key` is the caller's idempotency key."""

    key: str
    offer: str
    member: MemberId
    by: str
    replayed: bool = False


class TakeOffer(Value):
    """Say that a member took an offer up. `key` is the caller's idempotency key."""

    key: str
    offer: str
    member: MemberId
    by: str
    replayed: bool = False


class TickTask(Value):
    """Tick a task of the playbook by hand, or take that back."""

    task: str
    done: bool
    by: str


ByHand = ReviewContribution | LockTier | HoldGroup | ReportGroup
"""What people and bots say about a member or an event, without a key of their own."""

OfOffers = PutOffer | RetireOffer | ShowOffer | TakeOffer | TickTask
"""What is said about offers and the playbook."""


Command = (
    RecordContribution
    | AdjustPoints
    | CreateCommunity
    | PublishRulebook
    | CorrectPoints
    | ByHand
    | AboutMembers
    | OfViolations
    | OfCatalogue
    | OfOffers
    | OfStories
    | OfRounds
    | OfActivities
    | SubmitClaim
    | RedeemPerk
    | MoveRedemption
    | SettleDue
)


class Stamped(NamedTuple):
    """A command and the keyed digest of its content, which tells a repeat from a conflict."""

    command: Command
    mac: bytes
