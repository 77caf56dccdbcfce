"""Whether the process is alive, and whether it can serve."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from ledger.service.health import readiness
from schema.rest.caller import LedgerOf

router = APIRouter(tags=["health"])


class Alive(BaseModel):
    """The process answers."""

    status: str


class Ready(BaseModel):
    """Whether the server can serve, and what to look at."""

    status: str = Field(description="`ready`, or `not ready`.")
    faults: list[str] = Field(description="What keeps it from serving.")
    warnings: list[str] = Field(description="What an operator should look at.")


@router.get("/healthz", operation_id="alive", response_model=Alive)
async def healthz() -> Alive:
    """Say that the process answers. It asks nothing of the database."""
    return Alive(status="alive")


@router.get("/readyz", operation_id="ready", response_model=Ready, responses={503: {"model": Ready}})
async def readyz(ledger: LedgerOf) -> JSONResponse:
    """Say whether the database answers, is durable, and has the newest tables."""
    found = await readiness(ledger.database, at=ledger.clock())
    status = "not ready" if found.faults else "ready"
    body = Ready(status=status, faults=found.faults, warnings=found.warnings)
    return JSONResponse(body.model_dump(), 503 if found.faults else 200)
