"""Who calls over HTTP: Bearer keys, with what they may not do said in one form."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from ledger.core.values import SECOND, Micros
from ledger.service.access import Caller, Scope, caller_of
from ledger.service.ledger import Ledger
from ledger.service.links import Purpose, signed_in
from ledger.store.directory import Community, by_id
from schema.asgi import Refused
from schema.problems import Problem

REMEMBERED = 1 * SECOND
"""How long a key's row is believed without looking: a revoked key is void soon after."""

MOST_REMEMBERED = 10_000

OVER = "this session is over; ask the bot for a new link"
NEITHER = "this is neither an API key, which begins with lgr_, nor a member's session"
JWT_DOTS = 2


class Known(NamedTuple):
    """Who was found for a key, and until when that is believed."""

    caller: Caller
    community: Community
    until: Micros


class Gate:
    """Finds callers by their keys, remembering each for a moment."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[str, Known] = {}
        self._communities: dict[UUID, Community] = {}

    async def caller(self, authorization: str | None) -> Known:
        """Return who calls.

        Raises:
            Refused: 401, there is no key or it opens nothing.
        """
        scheme, _, key = (authorization or "").partition(" ")
        key, at = key.strip(), self._ledger.clock()
        if scheme.lower() != "bearer" or not key:
            raise unauthorized("send your API key as `Authorization: Bearer lgr_…`", invalid=False)
        if not key.startswith("lgr_"):
            return await self.member(key)
        known = self._known.get(key)
        if known is not None and known.until > at:
            return known
        if known is not None:
            self._known[key] = known._replace(until=Micros(at + REMEMBERED))  # one looks, the rest need not wait
        return await self._look_up(key, at)

    async def member(self, session: str) -> Known:
        """Return the member whose session a token is.

        Raises:
            Refused: 401, the session is void or none of ours.
        """
        at = self._ledger.clock()
        signed = await signed_in(self._ledger.database, session, Purpose.SESSION, at=at)
        if signed is None:
            raise unauthorized(OVER if session.count(".") == JWT_DOTS else NEITHER, invalid=True)
        caller = Caller("", signed.community.id, frozenset(), member=signed.member, united=signed.united)
        return Known(caller, signed.community, at)

    async def _community(self, place: UUID) -> Community | None:
        """Return a community; what the directory says of it never changes."""
        community = self._communities.get(place) or await by_id(self._ledger.database, place)
        if community is not None:
            self._communities[place] = community
        return community

    async def _look_up(self, key: str, at: Micros) -> Known:
        caller = await caller_of(self._ledger.database, key, at=at)
        community = await self._community(caller.community) if caller is not None else None
        if caller is None or community is None:
            self._known.pop(key, None)
            raise unauthorized("this API key is unknown, revoked or expired", invalid=True)
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        known = self._known[key] = Known(caller, community, Micros(at + REMEMBERED))
        return known


def unauthorized(detail: str, *, invalid: bool) -> Refused:
    """Return a 401 with the challenge that RFC 6750 asks for."""
    challenge = 'Bearer realm="ledger"' + (', error="invalid_token"' if invalid else "")
    return Refused(Problem(401, "UNAUTHORIZED", detail), [("www-authenticate", challenge)])


def require(caller: Caller, scope: Scope) -> None:
    """Let a caller pass who has a scope.

    Raises:
        Refused: 403, naming the scope.
    """
    if not caller.may(scope):
        detail = f"this key lacks the scope {scope.value}"
        challenge = f'Bearer realm="ledger", error="insufficient_scope", scope="{scope.value}"'
        raise Refused(Problem(403, "MISSING_SCOPE", detail), [("www-authenticate", challenge)])
