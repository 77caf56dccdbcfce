"""The journal: where it ends, its events, and the rows derived from them one for one."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import Index, UniqueConstraint

from ledger.store.tables.base import TenantRow, big, raw, word


class HeadRow(TenantRow, table=True):
    """Where a community's log ends. Moving it is what orders writers."""

    __tablename__ = "head"
    position: int = big()
    hash: bytes = raw()
    recorded_at: int = big()
    members: int = big()
    undoing: int = big()


class EventRow(TenantRow, table=True):
    """One fact. Append-only; `hash` covers the hash before it and every other column."""

    __tablename__ = "event"
    __table_args__: ClassVar[Any] = (UniqueConstraint("community_id", "source", "key"),)
    position: int = big(key=True)
    type: str = word()
    source: str = word()
    key: str = word()
    subject: str | None = word(default=None)
    occurred_at: int = big()
    recorded_at: int = big()
    rulebook: int = big()
    mac: bytes = raw()
    private_digest: bytes | None = raw(default=None)
    body: bytes = raw()
    hash: bytes = raw()


class EventPrivateRow(TenantRow, table=True):
    """What people can read of an event. The log holds only its salted digest, so it can be erased."""

    __tablename__ = "event_private"
    position: int = big(key=True)
    salt: bytes = raw()
    content: bytes = raw()


class EntryRow(TenantRow, table=True):
    """One rule's effect on one member in one unit; zero effects too."""

    __tablename__ = "entry"
    __table_args__: ClassVar[Any] = (
        Index(None, "community_id", "member", "position", "ordinal"),
        Index(None, "community_id", "occurred_at"),
    )
    position: int = big(key=True)
    ordinal: int = big(key=True)
    member: int = big()
    unit: str = word()
    rule: str = word()
    kind: str = word()
    outcome: str = word()
    wanted: int = big()
    delta: int = big()
    balance_after: int = big()
    occurred_at: int = big()
    reverses_position: int | None = big(default=None)
    reverses_ordinal: int | None = big(default=None)


class TierChangeRow(TenantRow, table=True):
    """A member's level on one ladder moved; an empty level is below the lowest."""

    __tablename__ = "tier_change"
    __table_args__: ClassVar[Any] = (Index(None, "community_id", "member"),)
    position: int = big(key=True)
    ordinal: int = big(key=True)
    ladder: str = word()
    member: int = big()
    before: str = word()
    after: str = word()
    occurred_at: int = big()
