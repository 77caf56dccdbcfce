"""`/export/{token}`: everything that is held about a member, as a file behind a short-lived signed link."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from ledger.service.exporting import held_about, written
from ledger.service.links import Purpose, signed_in
from schema.asgi import Refused
from schema.problems import Problem
from schema.rest.caller import LedgerOf

router = APIRouter(include_in_schema=False)


@router.get("/export/{token}")
async def export(token: Annotated[str, Path(max_length=2_000)], ledger: LedgerOf) -> Response:
    """Answer the file."""
    signed = await signed_in(ledger.database, token, Purpose.EXPORT, at=ledger.clock())
    if signed is None:
        raise Refused(Problem(401, "LINK_VOID", "this link is void; ask for a new one"), [])
    document = await held_about(ledger.database, signed.community, signed.member)
    headers = {
        "Content-Disposition": f'attachment; filename="{signed.community.slug}-member-{signed.member}.json"',
        "Cache-Control": "no-store",
    }
    return Response(written(document), media_type="application/json", headers=headers)
