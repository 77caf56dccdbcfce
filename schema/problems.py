"""What goes wrong, said in one form everywhere: RFC 9457 problems with a stable code and pointers."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

from ledger.core.calendar import moment
from ledger.core.perks.blocks import Block
from ledger.core.refusals import (
    AmountsNotAllowed,
    AppealTooLate,
    BelowFloor,
    CommunityExists,
    EffectiveBeforeCurrent,
    GroupUnknown,
    HandleTaken,
    HouseRuleUnknown,
    IdempotencyConflict,
    LadderNotLockable,
    LevelUnknown,
    LogMoved,
    MemberGone,
    MemberUnknown,
    MergeUnknown,
    NoAppeal,
    NobodysBuddy,
    NoCodeLeft,
    NotCovered,
    NothingToAdjust,
    NothingToAppeal,
    NothingToLift,
    NothingToMerge,
    NothingToReview,
    OfferClosed,
    OfferTermsWrong,
    OfferUnknown,
    OtherStepNext,
    PerkExists,
    PerkTermsWrong,
    PerkUnknown,
    PointsHeld,
    RedemptionDone,
    RedemptionUnknown,
    RefundTooLate,
    Refusal,
    ReservedSource,
    StockBelowTaken,
    StockTooLow,
    TaskUnknown,
    TimeInFuture,
    TooManyPoints,
    UnitUnknown,
    VersionTaken,
    ViolationResolved,
    ViolationUnknown,
)
from ledger.core.rhythm.refusals import (
    ActivityExists,
    ActivityFarOff,
    ActivityFull,
    ActivityNotBegun,
    ActivityOver,
    ActivityUnknown,
    ClaimPaysNothing,
    LevelTooLow,
    NotAmongUs,
    OwnStory,
    PrioritySignup,
    RoundDone,
    RoundExists,
    RoundUnknown,
    SeedWrong,
    StoryDone,
    StoryNotYours,
    StoryUnknown,
    TooFewEntrants,
    WinnersOrDraw,
)

MEDIA_TYPE = "application/problem+json"
STATUS: dict[type[Refusal], int] = {
    IdempotencyConflict: 409,
    ReservedSource: 422,
    TimeInFuture: 422,
    AmountsNotAllowed: 403,
    UnitUnknown: 404,
    NothingToAdjust: 422,
    MemberUnknown: 404,
    MemberGone: 410,
    NothingToMerge: 422,
    PointsHeld: 409,
    MergeUnknown: 404,
    HandleTaken: 409,
    NobodysBuddy: 422,
    BelowFloor: 409,
    TooManyPoints: 409,
    CommunityExists: 409,
    EffectiveBeforeCurrent: 422,
    VersionTaken: 409,
    NothingToReview: 409,
    LadderNotLockable: 422,
    LevelUnknown: 404,
    GroupUnknown: 404,
    HouseRuleUnknown: 404,
    ViolationUnknown: 404,
    ViolationResolved: 409,
    OtherStepNext: 409,
    NothingToLift: 409,
    NothingToAppeal: 409,
    AppealTooLate: 409,
    NoAppeal: 409,
    LogMoved: 409,
    PerkUnknown: 404,
    PerkExists: 409,
    PerkTermsWrong: 422,
    StockBelowTaken: 409,
    StockTooLow: 409,
    RedemptionUnknown: 404,
    OfferUnknown: 404,
    OfferTermsWrong: 422,
    OfferClosed: 409,
    TaskUnknown: 404,
    RedemptionDone: 409,
    RefundTooLate: 409,
    NotCovered: 409,
    NoCodeLeft: 409,
    StoryUnknown: 404,
    StoryDone: 409,
    StoryNotYours: 403,
    OwnStory: 409,
    RoundUnknown: 404,
    RoundExists: 409,
    RoundDone: 409,
    WinnersOrDraw: 422,
    TooFewEntrants: 409,
    SeedWrong: 409,
    ClaimPaysNothing: 422,
    ActivityUnknown: 404,
    ActivityExists: 409,
    ActivityOver: 409,
    ActivityFarOff: 409,
    NotAmongUs: 409,
    ActivityNotBegun: 409,
    ActivityFull: 409,
    PrioritySignup: 409,
    LevelTooLow: 409,
}

BLOCKS: dict[Block, tuple[str, str]] = {
    Block.ACCOUNT_CLOSED: ("/member", "The member has left. They can redeem again once they are back."),
    Block.STANDING: ("/member", "The member redeems nothing while they are removed. They can appeal."),
    Block.PERK_RETIRED: ("/perk", "The perk is no longer up. Choose another."),
    Block.NOT_STARTED: ("/perk", "The perk cannot be redeemed yet. Look at when it opens."),
    Block.ENDED: ("/perk", "The perk's time is over. Choose another."),
    Block.TIER_TOO_LOW: ("/perk", "The perk is for other levels than the member's. Look at its tiers."),
    Block.LIMIT_REACHED: (
        "/perk",
        "The member has had as many of it as one may. Wait for the next period, if any.",
    ),
    Block.SOLD_OUT: ("/perk", "Nothing is left of it. Try again with a new key when there is."),
    Block.PRICE_CHANGED: ("/expected_cost", "It costs something else by now. Show the member the new price."),
    Block.NOT_ENOUGH_POINTS: ("/perk", "The member's available points do not pay for it. Earn more first."),
}
"""Where a refused redemption is at fault, and what to do; the same for ever, as the answer to a key is."""


@dataclass(frozen=True, slots=True)
class At:
    """One fault: the JSON pointer of its place in what was sent, and what was expected there."""

    pointer: str
    detail: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal as the sender reads it. Nothing was written."""

    status: int
    code: str
    detail: str
    errors: tuple[At, ...] = ()

    def document(self) -> dict[str, Any]:
        """Return the problem's JSON form."""
        document: dict[str, Any] = {
            "type": f"urn:contribution-ledger:problem:{self.code}",
            "title": self.code.replace("_", " ").capitalize(),
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        if self.errors:
            document["errors"] = [{"pointer": at.pointer, "detail": at.detail} for at in self.errors]
        return document


def problem_of(refusal: Refusal) -> Problem:
    """Return the problem that a refusal is; its docstring says what to do."""
    detail = " ".join((inspect.getdoc(type(refusal)) or "").split())
    match refusal:
        case IdempotencyConflict():
            detail += f" It stands at position {refusal.position}."
        case BelowFloor() | TooManyPoints():
            detail += f" At most {refusal.most} are possible now."
        case TimeInFuture():
            detail += f" The latest time taken now is {moment(refusal.latest).isoformat()}."
        case EffectiveBeforeCurrent():
            detail += f" The earliest is {moment(refusal.earliest).isoformat()}."
        case _:
            pass
    errors = (At(refusal.pointer, detail),) if refusal.pointer else ()
    return Problem(STATUS[type(refusal)], refusal.code, detail, errors)


def blocked(block: Block) -> Problem:
    """Return the problem of a redemption that was refused. That it was is in the log, under its key."""
    pointer, detail = BLOCKS[block]
    return Problem(409, block.value, detail, (At(pointer, detail),))
