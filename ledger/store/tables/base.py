"""What tables share: naming, the tenant's column, and 64-bit numbers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, LargeBinary, MetaData, String, Uuid
from sqlmodel import Field, SQLModel

METADATA: MetaData = SQLModel.metadata
METADATA.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class TenantRow(SQLModel):
    """A row of one community: its id leads every key (D1), and every statement carries it (D4)."""

    community_id: UUID = Field(sa_type=Uuid, primary_key=True)


def big(*, key: bool = False, default: Any = ...) -> Any:
    """Return a 64-bit column: a position, an amount in minor units or an instant in microseconds."""
    return Field(default, sa_type=BigInteger, primary_key=key, nullable=default is None)


def word(*, key: bool = False, default: Any = ...) -> Any:
    """Return a text column."""
    return Field(default, sa_type=String, primary_key=key, nullable=default is None)


def raw(*, default: Any = ...) -> Any:
    """Return a column of bytes."""
    return Field(default, sa_type=LargeBinary, nullable=default is None)
