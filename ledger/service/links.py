"""Signs members in: a short-lived link that a bot sends to its member, exchanged for a session.

Both are tokens signed with the community's own secret, so they work on every host and need no table.
"""

from __future__ import annotations

import hashlib
import hmac
from enum import StrEnum
from typing import NamedTuple

import jwt

from ledger.core.values import HOUR, MINUTE, SECOND, MemberId, Micros
from ledger.store import directory
from ledger.store.directory import Community
from ledger.store.engine import Database
from ledger.store.reads.members import person_of

ALGORITHM = "HS256"
SESSION = 12 * HOUR
EXPORT = 15 * MINUTE
MOST_MINUTES = 24 * 60


class Purpose(StrEnum):
    """What a token is good for; one is never taken for the other."""

    LINK = "link"
    SESSION = "session"
    EXPORT = "export"


class SignedIn(NamedTuple):
    """Whom a token names."""

    community: Community
    member: MemberId
    united: tuple[MemberId, ...] = ()
    """Those who are one person with them, and for whom they act."""


class Token(NamedTuple):
    """A token and when it is void."""

    text: str
    expires_at: Micros


def link_token(community: Community, member: MemberId, *, minutes: int, at: Micros) -> Token:
    """Return a token that signs a member in for some minutes, 1 to 1,440."""
    return _token(community, member, Purpose.LINK, Micros(at + max(1, min(minutes, MOST_MINUTES)) * MINUTE))


def export_token(community: Community, member: MemberId, *, at: Micros) -> Token:
    """Return a token that opens a member's data export for a while."""
    return _token(community, member, Purpose.EXPORT, Micros(at + EXPORT))


def session_token(signed: SignedIn, *, at: Micros) -> Token:
    """Return a token that keeps a member signed in."""
    return _token(signed.community, signed.member, Purpose.SESSION, Micros(at + SESSION))


def _token(community: Community, member: MemberId, purpose: Purpose, expires_at: Micros) -> Token:
    claims = {"sub": str(member), "aud": purpose.value, "exp": expires_at // SECOND}
    text = jwt.encode(claims, _key(community, purpose), ALGORITHM, headers={"kid": community.slug})
    return Token(text, Micros(expires_at // SECOND * SECOND))


async def signed_in(database: Database, token: str, purpose: Purpose, *, at: Micros) -> SignedIn | None:
    """Return whom a token names; None where it is forged, void, for another purpose, or its member was erased."""
    try:
        slug = str(jwt.get_unverified_header(token).get("kid", ""))
        is_plain = (
            slug.isascii() and slug.isprintable()
        )  # the header is not signed: it can hold what no database takes
        community = await directory.find(database, slug) if is_plain else None
        if community is None:
            return None
        claims = jwt.decode(
            token,
            _key(community, purpose),
            [ALGORITHM],
            audience=purpose.value,
            options={"require": ["sub", "aud", "exp"], "verify_exp": False},
        )
    except jwt.InvalidTokenError:
        return None
    if int(claims["exp"]) * SECOND <= at:
        return None
    person = await person_of(database, community.id, MemberId(int(claims["sub"])))
    return SignedIn(community, person[0], person[1:]) if person else None


def _key(community: Community, purpose: Purpose) -> bytes:
    return hmac.new(community.secret, f"member {purpose.value}".encode(), hashlib.sha256).digest()
