"""`POST /v1/adjustments`: points given or taken by hand, once per Idempotency-Key."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from ledger.core.commands import AdjustPoints
from ledger.core.refusals import Refusal
from ledger.core.values import identity
from ledger.service.access import Scope
from schema.access import Known
from schema.asgi import Refused
from schema.intake.answering import result_of
from schema.problems import At, Problem, problem_of
from schema.rest.caller import LedgerOf, caller
from schema.rest.documented import problems
from schema.rest.texts import KEY, IdentityText, Plain, Points

router = APIRouter(tags=["points"])
MOST_BYTES = 65_536
LONGEST_KEY = 255


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


def key_of(
    idempotency_key: Annotated[
        str | None,
        Header(
            description="Your name for this request: the same key is the same request.",
            json_schema_extra={"minLength": 1, "maxLength": LONGEST_KEY, "pattern": KEY, "type": "string"},
        ),
    ] = None,
) -> str:
    """Return the request's key, with or without the quotes of a structured field.

    Raises:
        Refused: 400, there is none or it is none.
    """
    key = (idempotency_key or "").strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not 0 < len(key) <= LONGEST_KEY or any(not "!" <= letter <= "~" for letter in key):
        detail = f"send an Idempotency-Key of 1 to {LONGEST_KEY} visible ASCII characters"
        raise Refused(Problem(400, "IDEMPOTENCY_KEY_MISSING", detail, (At("", detail),)))
    return key


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
    key: Annotated[str, Depends(key_of)],
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
    return JSONResponse(result, headers={"Idempotency-Replayed": "true"} if answer.replayed else None)
