"""API keys: made once, shown once, kept as a hash; each opens one community for some acts and sources."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import zlib
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from ledger.core.values import MemberId, Micros
from ledger.store import directory
from ledger.store.engine import Database
from ledger.store.tables import ApiKeyRow


class Scope(StrEnum):
    """What a key may do."""

    EVENTS_WRITE = "EVENTS_WRITE"
    AMOUNTS_WRITE = "AMOUNTS_WRITE"
    MEMBERS_READ = "MEMBERS_READ"
    MEMBERS_LINK = "MEMBERS_LINK"
    LEDGER_READ = "LEDGER_READ"
    LEDGER_ADJUST = "LEDGER_ADJUST"
    REDEMPTIONS_WRITE = "REDEMPTIONS_WRITE"
    CONSOLE = "CONSOLE"


class Caller(NamedTuple):
    """Who calls: a key, or a member signed in by a link; and what they may do. No prefixes: any source."""

    key_id: str
    community: UUID
    scopes: frozenset[Scope]
    source_prefixes: tuple[str, ...] = ()
    member: MemberId | None = None
    united: tuple[MemberId, ...] = ()
    """Those who are one person with the member since a merge."""

    @property
    def name(self) -> str:
        """How the log names them: `key:…` or `member:…`."""
        return f"key:{self.key_id}" if self.member is None else f"member:{self.member}"

    def may(self, scope: Scope) -> bool:
        """Say whether the key has a scope; CONSOLE has every one."""
        return scope in self.scopes or Scope.CONSOLE in self.scopes

    def may_send_as(self, source: str) -> bool:
        """Say whether the key may send events of a source."""
        return not self.source_prefixes or source.startswith(self.source_prefixes)


async def create_key(
    database: Database,
    community: UUID,
    *,
    name: str,
    scopes: frozenset[Scope],
    source_prefixes: tuple[str, ...] = (),
    expires_at: Micros | None = None,
    at: Micros,
    secret: str | None = None,
) -> str:
    """Make a key and return it; it cannot be read again. `secret` is for demos with keys of their own."""
    key_id = secrets.token_hex(6)
    key = spell(key_id, secret or secrets.token_hex(24))
    await directory.add_key(
        database,
        ApiKeyRow(
            id=key_id,
            community_id=community,
            name=name,
            secret_hash=_hash(key),
            scopes=" ".join(sorted(scopes)),
            source_prefixes=" ".join(source_prefixes),
            created_at=at,
            expires_at=expires_at,
        ),
    )
    return key


def spell(key_id: str, secret: str) -> str:
    """Return a key's text: a typo in it is seen by its checksum, before any look-up."""
    body = f"lgr_{key_id}_{secret}"
    return f"{body}_{zlib.crc32(body.encode()):08x}"


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


def key_id_of(key: str) -> str | None:
    """Return the id in a key's text, or None where it is no key."""
    if not (key.isascii() and key.isprintable()):
        return None
    body, _, checksum = key.rpartition("_")
    parts = body.split("_")
    if len(parts) != 3 or parts[0] != "lgr" or f"{zlib.crc32(body.encode()):08x}" != checksum:
        return None
    return parts[1]


async def caller_of(database: Database, key: str, *, at: Micros) -> Caller | None:
    """Return who calls with this key; None where it is unknown, revoked or expired."""
    key_id = key_id_of(key)
    row = await directory.find_key(database, key_id) if key_id is not None else None
    if row is None or not hmac.compare_digest(row.secret_hash, _hash(key)):
        return None
    if row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= at):
        return None
    scopes = frozenset(Scope(word) for word in row.scopes.split())
    return Caller(row.id, row.community_id, scopes, tuple(row.source_prefixes.split()))
