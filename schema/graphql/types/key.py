"""API keys, without their secrets."""

from __future__ import annotations

from datetime import datetime

from ledger.core.calendar import moment
from ledger.core.values import Micros
from ledger.store.tables import ApiKeyRow
from schema.graphql.described import described, field
from schema.graphql.ids import write_id
from schema.graphql.types.enums import ApiScope
from schema.graphql.types.node import Node


@described
class ApiKey(Node):
    """A key of a bot or tool to one community. Its secret is shown once, when it is made."""

    name: str = field("What it is for.")
    prefix: str = field("How its text begins, to know it by.")
    scopes: list[ApiScope] = field("What it may do.")
    source_prefixes: list[str] = field("What the sources begin with that it may send; none is any source.")
    created_at: datetime = field("When it was made.")
    expires_at: datetime | None = field("When it becomes void by itself.")
    revoked_at: datetime | None = field("When it was revoked.")


def api_key(row: ApiKeyRow) -> ApiKey:
    """Return a stored key as clients see it."""
    held = set(row.scopes.split())
    return ApiKey(
        id=write_id("ApiKey", row.community_id, row.id),
        name=row.name,
        prefix=f"lgr_{row.id}",
        scopes=[scope for scope in ApiScope if scope.value in held],
        source_prefixes=row.source_prefixes.split(),
        created_at=moment(Micros(row.created_at)),
        expires_at=_moment(row.expires_at),
        revoked_at=_moment(row.revoked_at),
    )


def _moment(at: int | None) -> datetime | None:
    return None if at is None else moment(Micros(at))
