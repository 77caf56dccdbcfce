"""`POST /v1/redemptions`: a perk redeemed for a member, once per Idempotency-Key; a refusal stays one too."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from ledger.core.commands import RedeemPerk
from ledger.core.refusals import Refusal
from ledger.core.values import identity
from ledger.service.access import Scope
from ledger.service.redeeming import Blocked, Redeemed, redeem
from schema.access import Known
from schema.asgi import Refused
from schema.intake.answering import result_of
from schema.intake.cloudevents import write_time
from schema.problems import blocked, problem_of
from schema.rest.adjustments import Adjusted
from schema.rest.caller import LedgerOf, caller
from schema.rest.documented import problems
from schema.rest.idempotency import REPLAYED, KeyOf
from schema.rest.texts import IdentityText, Plain, Price

router = APIRouter(tags=["perks"])


class Wish(BaseModel):
    """A perk to redeem for a member."""

    model_config = ConfigDict(extra="forbid")

    perk: Plain = Field(description="The perk's code.", examples=["early_seat"])
    member: IdentityText
    expected_cost: Price | None = Field(
        None, description="What the member was told it costs, in minor units: any other price is refused."
    )
    note: Plain | None = Field(None, description="What the member would like to add, for whoever fulfils it.")


class Redemption(BaseModel):
    """A redemption as it was made. Where it goes from there, and its code or voucher, GraphQL tells the member."""

    code: str = Field(description="Its short name, for people.", examples=["R-17"])
    perk: str
    member: str | None
    status: str = Field(description="REQUESTED, APPROVED or FULFILLED.")
    unit: str
    cost: int
    hold_until: str | None = Field(description="When it expires unless it is fulfilled; null is never.")


class RedemptionDone(Adjusted):
    """What was recorded."""

    redemption: Redemption


@router.post(
    "/v1/redemptions",
    operation_id="redeemPerk",
    response_model=RedemptionDone,
    responses=problems(400, 401, 403, 404, 409, 413, 415, 422, 429, 503),
)
async def redeem_perk(
    body: Wish,
    ledger: LedgerOf,
    known: Annotated[Known, Depends(caller(Scope.REDEMPTIONS_WRITE))],
    key: KeyOf,
) -> JSONResponse:
    """Redeem a perk. The same key and content again is the same answer, a refusal too, and no second effect."""
    command = RedeemPerk(
        key=key,
        perk=body.perk,
        member=identity(body.member, source=""),
        by=known.caller.name,
        expected_cost=body.expected_cost,
        note=body.note or "",
    )
    answer = await redeem(ledger, known.community, command)
    if isinstance(answer, Refusal):
        raise Refused(problem_of(answer))
    headers = REPLAYED if answer.receipt.replayed else {}
    if isinstance(answer, Blocked):
        raise Refused(blocked(answer.block), headers.items())
    result = await result_of(ledger, known.community, answer.receipt)
    return JSONResponse({**result, "redemption": _told(answer, str(command.member))}, headers=headers)


def _told(answer: Redeemed, member: str) -> dict[str, Any]:
    made = answer.made
    return {
        "code": f"R-{answer.receipt.position}",
        "perk": made.perk,
        "member": member,
        "status": made.status.value,
        "unit": made.unit,
        "cost": made.cost,
        "hold_until": write_time(made.hold_until) if made.hold_until is not None else None,
    }
