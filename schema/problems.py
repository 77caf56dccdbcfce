"""What goes wrong, said in one form everywhere: RFC 9457 problems with a stable code and pointers."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

from ledger.core.calendar import moment
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
    StockTooLow,
    TaskUnknown,
    TimeInFuture,
    TooManyPoints,
    UnitUnknown,
    VersionTaken,
    ViolationResolved,
    ViolationUnknown,
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
}


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
