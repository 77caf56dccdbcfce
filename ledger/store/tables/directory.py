"""What is not in any log: which communities there are, and who may call."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import UniqueConstraint, Uuid
from sqlmodel import Field, SQLModel

from ledger.store.tables.base import big, raw, word


class CommunityRow(SQLModel, table=True):
    """A community by its slug; `secret` keys the digests that tell a repeat from a conflict."""

    __tablename__ = "community"
    __table_args__: ClassVar[Any] = (UniqueConstraint("slug"),)
    id: UUID = Field(sa_type=Uuid, primary_key=True)
    slug: str = word()
    name: str = word()
    created_at: int = big()
    secret: bytes = raw()


class HeartbeatRow(SQLModel, table=True):
    """When something was last seen alive, so that a wrong clock is told from a quiet community."""

    __tablename__ = "heartbeat"
    name: str = word(key=True)
    at: int = big()


class ApiKeyRow(SQLModel, table=True):
    """A key to one community; only a hash of its secret is kept. Lists are words with blanks between."""

    __tablename__ = "api_key"
    id: str = word(key=True)
    community_id: UUID = Field(sa_type=Uuid, index=True)
    name: str = word()
    secret_hash: bytes = raw()
    scopes: str = word()
    source_prefixes: str = word()
    created_at: int = big()
    expires_at: int | None = big(default=None)
    revoked_at: int | None = big(default=None)
