"""Dependencies of the routes: the ledger, and the caller with the scope that a route needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from ledger.service.access import Scope
from ledger.service.ledger import Ledger
from ledger.words.render import locale_of
from schema.access import Gate, Known, require

BEARER = HTTPBearer(auto_error=False, scheme_name="ApiKey", description="An API key, `lgr_…`.")


def ledger_of(request: Request) -> Ledger:
    """Return the ledger that the application serves."""
    ledger: Ledger = request.app.state.ledger
    return ledger


def locale(request: Request) -> str:
    """Return the language of the answer."""
    return locale_of(request.headers.get("accept-language", ""))


def caller(scope: Scope) -> Callable[..., Awaitable[Known]]:
    """Return a dependency: who calls, with this scope."""

    async def find(
        request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]
    ) -> Known:
        gate: Gate = request.app.state.gate
        authorization = f"{credentials.scheme} {credentials.credentials}" if credentials else None
        known = await gate.caller(authorization)
        require(known.caller, scope)
        request.app.state.buckets.take(known.caller.key_id)
        return known

    return find


LedgerOf = Annotated[Ledger, Depends(ledger_of)]
Locale = Annotated[str, Depends(locale)]
