"""`POST /v1/adjustments`: points given or taken by hand, once per Idempotency-Key."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from ledger.core.commands import AdjustPoints
from ledger.core.refusals import Refusal
from ledger.core.values import identity
from ledger.service.access import Scope
from schema.access import Known
from schema.asgi import Refused
from schema.intake.answering import result_of
from schema.problems import problem_of
from schema.rest.caller import LedgerOf, caller
from schema.rest.documented import problems
from schema.rest.idempotency import REPLAYED, KeyOf
from schema.rest.texts import IdentityText, Plain, Points

router = APIRouter(tags=["points"])


class Adjustment(BaseModel):
    """Points to give or take by hand."""

    model_config = ConfigDict(extra="forbid")

    member: IdentityText
    points: Points = Field(description="In minor units of the unit; negative takes.", examples=[50])
    unit: Plain | None = Field(None, description="A unit's code; the rulebook's first if left out.")
    reason: Plain = Field(description="Why, for the member to read.", examples=["A thank-you for the meetup"])


class Entry(BaseModel):
    """One effect on one member."""

    member: str | None
    unit: str
    delta: int
    balance: int
    rule: str
    reason: str


class Adjusted(BaseModel):
    """What was recorded."""

    id: str
    status: str
    position: int
    hash: str
    entries: list[Entry]
    decisions: list[dict[str, Any]]


@router.post(
    "/v1/adjustments",
    operation_id="adjustPoints",
    response_model=Adjusted,
    responses=problems(400, 401, 403, 404, 409, 413, 415, 422, 429, 503),
)
async def adjust(
    body: Adjustment,
    ledger: LedgerOf,
    known: Annotated[Known, Depends(caller(Scope.LEDGER_ADJUST))],
    key: KeyOf,
) -> JSONResponse:
    """Give or take points by hand. The same key and content again is the same answer, and no second effect."""
    command = AdjustPoints(
        key=key,
        member=identity(body.member, source=""),
        delta=body.points,
        unit=body.unit,
        reason=body.reason,
        by=known.caller.name,
    )
    [answer] = await ledger.writer.submit(known.community, [command])
    if isinstance(answer, Refusal):
        raise Refused(problem_of(answer))
    result = await result_of(ledger, known.community, answer)
    return JSONResponse(result, headers=REPLAYED if answer.replayed else None)
