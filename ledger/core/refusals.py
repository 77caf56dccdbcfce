"""Refusals: expected noes, with stable codes. A refused command writes nothing.

Order of checks for a contribution: IDEMPOTENCY_CONFLICT, RESERVED_SOURCE, TIME_IN_FUTURE, AMOUNTS_NOT_ALLOWED.
For an adjustment: IDEMPOTENCY_CONFLICT, UNIT_UNKNOWN, NOTHING_TO_ADJUST, MEMBER_UNKNOWN, MEMBER_GONE, BELOW_FLOOR,
TOO_MANY_POINTS.
For a redemption: IDEMPOTENCY_CONFLICT, MEMBER_UNKNOWN, PERK_UNKNOWN, then those of `perks.blocks`, on record.
"""

from __future__ import annotations

from typing import ClassVar

from ledger.core.values import Micros, Position, Value


class Refusal(Value):
    """The root of the tree; each refusal's docstring is what the reader is told to do."""

    code: ClassVar[str]
    pointer: ClassVar[str] = ""


class IdempotencyConflict(Refusal):
    """The same source and id were recorded before with other content. Send a new id, or the first content."""

    code = "IDEMPOTENCY_CONFLICT"
    pointer = "/id"
    position: Position


class ReservedSource(Refusal):
    """The source `ledger` names the ledger's own facts. Send the name of your bot or platform."""

    code = "RESERVED_SOURCE"
    pointer = "/source"


class TimeInFuture(Refusal):
    """The event's time is more than 10 minutes ahead of the ledger's clock. Check the sender's clock."""

    code = "TIME_IN_FUTURE"
    pointer = "/time"
    latest: Micros


class AmountsNotAllowed(Refusal):
    """A rule takes its amount from this event's data, and the key lacks the scope AMOUNTS_WRITE."""

    code = "AMOUNTS_NOT_ALLOWED"
    pointer = "/data"
    rule: str


class UnitUnknown(Refusal):
    """The rulebook has no unit of this code."""

    code = "UNIT_UNKNOWN"
    pointer = "/unit"
    unit: str


class NothingToAdjust(Refusal):
    """An adjustment of nothing was asked for. Send points that are not 0."""

    code = "NOTHING_TO_ADJUST"
    pointer = "/points"


class MemberUnknown(Refusal):
    """There is no such member in this community."""

    code = "MEMBER_UNKNOWN"
    pointer = "/member"


class MemberGone(Refusal):
    """This member was erased: they are nobody, and nothing can be done about them any more."""

    code = "MEMBER_GONE"
    pointer = "/member"


class HandleTaken(Refusal):
    """Somebody goes by this name already. If they are the same person, merge the two."""

    code = "HANDLE_TAKEN"
    pointer = "/handle"


class NobodysBuddy(Refusal):
    """Nobody is their own buddy. Name somebody else."""

    code = "OWN_BUDDY"
    pointer = "/buddy"


class NothingToMerge(Refusal):
    """The two are one person already. Name two different members."""

    code = "NOTHING_TO_MERGE"
    pointer = "/from"


class PointsHeld(Refusal):
    """Points of the member who is to go are held for a redemption. Decide that first."""

    code = "POINTS_HELD"
    pointer = "/from"
    held: int


class MergeUnknown(Refusal):
    """There is no such merge, or it was undone before."""

    code = "MERGE_UNKNOWN"
    pointer = "/mergeId"


class BelowFloor(Refusal):
    """An adjustment never takes a balance below the unit's floor. Take less."""

    code = "BELOW_FLOOR"
    pointer = "/points"
    most: int


class TooManyPoints(Refusal):
    """No balance may grow beyond 2^53-1, which is what a JSON number holds exactly. Send less."""

    code = "TOO_MANY_POINTS"
    pointer = "/points"
    most: int


class CommunityExists(Refusal):
    """A community with this log exists already."""

    code = "COMMUNITY_EXISTS"
    pointer = "/slug"


class EffectiveBeforeCurrent(Refusal):
    """A rulebook cannot take effect before the version it follows. Choose a later time."""

    code = "EFFECTIVE_BEFORE_CURRENT"
    pointer = "/effectiveFrom"
    earliest: Micros


class VersionTaken(Refusal):
    """The rulebook was to become another version than the next. Look at what was published meanwhile."""

    code = "VERSION_TAKEN"
    pointer = "/number"
    next: int


class NothingToReview(Refusal):
    """Nothing of this contribution waits for a review: it never did, or somebody was quicker."""

    code = "NOTHING_TO_REVIEW"
    pointer = "/contributionId"
    position: Position


class LadderNotLockable(Refusal):
    """The rulebook has no such ladder, or does not say `lockable: true` of it."""

    code = "LADDER_NOT_LOCKABLE"
    pointer = "/tier"


class LevelUnknown(Refusal):
    """The ladder has no level of this code."""

    code = "LEVEL_UNKNOWN"
    pointer = "/tier"
    level: str


class GroupUnknown(Refusal):
    """No level of the rulebook gives a place in this group. Look at `grants` in its tiers."""

    code = "GROUP_UNKNOWN"
    pointer = "/group"
    group: str


class HouseRuleUnknown(Refusal):
    """The rulebook has no house rule of this code. Look at its `violations`."""

    code = "HOUSE_RULE_UNKNOWN"
    pointer = "/ruleCode"
    rule: str


class ViolationUnknown(Refusal):
    """There is no such report of a violation in this community."""

    code = "VIOLATION_UNKNOWN"
    pointer = "/violationId"


class ViolationResolved(Refusal):
    """This report was confirmed or dismissed already. A confirmed one can be lifted, a dismissed one made anew."""

    code = "VIOLATION_RESOLVED"
    pointer = "/violationId"
    action: str


class OtherStepNext(Refusal):
    """The ladder brings something else now, perhaps because another violation was confirmed. Look again."""

    code = "OTHER_STEP_NEXT"
    pointer = "/action"
    next: str


class NothingToLift(Refusal):
    """Only a violation that is confirmed, and not lifted yet, can be lifted."""

    code = "NOTHING_TO_LIFT"
    pointer = "/violationId"


class NothingToAppeal(Refusal):
    """One may appeal once, against a violation of one's own that is confirmed, where its ladder says how long."""

    code = "NOTHING_TO_APPEAL"
    pointer = "/violationId"


class AppealTooLate(Refusal):
    """The time to appeal is over."""

    code = "APPEAL_TOO_LATE"
    pointer = "/violationId"
    until: Micros


class NoAppeal(Refusal):
    """Nobody appeals against this violation, or somebody was quicker to decide it."""

    code = "NO_APPEAL"
    pointer = "/violationId"


class LogMoved(Refusal):
    """Something was recorded while the past was worked out again. Try once more."""

    code = "LOG_MOVED"
    position: Position


class PerkUnknown(Refusal):
    """There is no perk of this code in this community."""

    code = "PERK_UNKNOWN"
    pointer = "/perk"
    perk: str


class PerkExists(Refusal):
    """There is a perk of this code already. Choose another code, or change that one."""

    code = "PERK_EXISTS"
    pointer = "/code"
    perk: str


class PerkTermsWrong(Refusal):
    """The perk's terms do not fit the rulebook: a unit that is spent, levels of its first ladder, a target."""

    code = "PERK_TERMS_WRONG"
    field: str


class StockTooLow(Refusal):
    """No more can be taken than the `left` that nobody asked for, and from what is without end nothing."""

    code = "STOCK_TOO_LOW"
    pointer = "/delta"
    left: int


class StockBelowTaken(Refusal):
    """A perk's stock cannot be less than the `taken`: what is asked for and had already."""

    code = "STOCK_BELOW_TAKEN"
    pointer = "/stock"
    taken: int


class OfferUnknown(Refusal):
    """There is no offer of this code in this community."""

    code = "OFFER_UNKNOWN"
    pointer = "/offer"
    offer: str


class OfferTermsWrong(Refusal):
    """The offer's terms do not fit: levels of the first ladder, a perk that is there."""

    code = "OFFER_TERMS_WRONG"
    field: str


class OfferClosed(Refusal):
    """The offer is not shown to this member now: value comes first, and offers are rare."""

    code = "OFFER_CLOSED"
    pointer = "/offer"
    gate: str
    opens_at: Micros | None = None


class TaskUnknown(Refusal):
    """The playbook has no task of this id."""

    code = "TASK_UNKNOWN"
    pointer = "/taskId"
    task: str


class RedemptionUnknown(Refusal):
    """There is no such redemption in this community."""

    code = "REDEMPTION_UNKNOWN"
    pointer = "/redemptionId"


class RedemptionDone(Refusal):
    """The redemption cannot go there from where it is: somebody was quicker, or it is over."""

    code = "REDEMPTION_DONE"
    pointer = "/redemptionId"
    status: str


class RefundTooLate(Refusal):
    """The perk cannot be given back, or no more: look at how long its terms allow it."""

    code = "REFUND_TOO_LATE"
    pointer = "/redemptionId"


class NotCovered(Refusal):
    """The points that were held were taken back meanwhile. Decline the redemption."""

    code = "NOT_COVERED"
    pointer = "/redemptionId"


class NoCodeLeft(Refusal):
    """No code is left to hand out. Add codes, or send a voucher of your own."""

    code = "NO_CODE_LEFT"
    pointer = "/redemptionId"
    perk: str
