"""The hook migrations call for every tenant table: it does nothing where Citus is not installed."""

from __future__ import annotations

from sqlalchemy import Connection, text


def has_citus(connection: Connection) -> bool:
    """Say whether this database is a Citus coordinator."""
    if connection.dialect.name != "postgresql":
        return False
    return connection.execute(text("SELECT 1 FROM pg_extension WHERE extname = 'citus'")).first() is not None


def distribute(connection: Connection, table: str) -> None:
    """Distribute a tenant table by its community; all of a community's rows then share one shard."""
    if has_citus(connection):
        connection.execute(text("SELECT create_distributed_table(:table, 'community_id')"), {"table": table})
