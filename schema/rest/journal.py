"""`GET /v1/journal`: the log by position, for followers; a long poll where it has ended."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from ledger.core.events import encode_fact
from ledger.core.values import LARGEST_POINTS
from ledger.service.access import Scope
from ledger.store.reads.journal import Stored, head, page
from schema.access import Known
from schema.intake.cloudevents import write_time
from schema.rest.caller import LedgerOf, caller
from schema.rest.documented import problems

router = APIRouter(tags=["journal"])
MOST = 1_000
LOOK_AGAIN = 0.2


class JournalEvent(BaseModel):
    """One fact; `data` is its hashed body."""

    position: int
    type: str
    source: str
    key: str
    subject: str | None
    occurred_at: str
    recorded_at: str
    hash: str
    data: dict[str, Any]


class JournalPage(BaseModel):
    """Events in order; go on after `position`."""

    events: list[JournalEvent]
    position: int = Field(description="Of the last event here, or what was asked for where there is none.")
    head: int = Field(description="Where the log ends now.")


@router.get(
    "/v1/journal",
    operation_id="readJournal",
    response_model=JournalPage,
    responses=problems(401, 403, 422, 429),
)
async def journal(
    ledger: LedgerOf,
    known: Annotated[Known, Depends(caller(Scope.LEDGER_READ))],
    after: Annotated[int, Query(ge=0, le=LARGEST_POINTS, description="The last position you have.")] = 0,
    first: Annotated[int, Query(ge=1, le=MOST, description="How many events at the most.")] = 100,
    wait: Annotated[float, Query(ge=0, le=5, description="Seconds to wait where there is nothing yet.")] = 0,
) -> JournalPage:
    """Read the log after a position. Every event comes once and in order, while writes go on."""
    until = asyncio.get_running_loop().time() + wait
    while True:
        events = await page(ledger.database, known.community.id, after=after, first=first)
        if events or asyncio.get_running_loop().time() >= until:
            break
        await asyncio.sleep(LOOK_AGAIN)
    end = await head(ledger.database, known.community.id)
    return JournalPage(
        events=[_shown(one) for one in events],
        position=events[-1].event.position if events else after,
        head=end.position,
    )


def _shown(one: Stored) -> JournalEvent:
    event = one.event
    return JournalEvent(
        position=event.position,
        type=event.type,
        source=event.source,
        key=event.key,
        subject=event.subject,
        occurred_at=write_time(event.occurred_at),
        recorded_at=write_time(event.recorded_at),
        hash=one.hash.hex(),
        data=msgspec.json.decode(encode_fact(event.fact)),
    )
