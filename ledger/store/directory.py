"""Which communities there are, and the keys that may call."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select

from ledger.core.chain import genesis
from ledger.core.values import Micros
from ledger.store.engine import Connection, Database
from ledger.store.tables import ApiKeyRow, CommunityRow


class Community(NamedTuple):
    """A community as the directory knows it."""

    id: UUID
    slug: str
    name: str
    secret: bytes


async def find(database: Database, slug: str) -> Community | None:
    """Return a community by its slug."""
    async with database.session() as session:
        row = (await session.exec(select(CommunityRow).where(CommunityRow.slug == slug))).first()
    return None if row is None else Community(row.id, row.slug, row.name, row.secret)


async def by_id(database: Database, community: UUID) -> Community | None:
    """Return a community by its id."""
    async with database.session() as session:
        row = await session.get(CommunityRow, community)
    return None if row is None else Community(row.id, row.slug, row.name, row.secret)


async def created_at(database: Database, community: UUID) -> Micros:
    """Return when a community that exists was made."""
    async with database.session() as session:
        statement = select(CommunityRow.created_at).where(CommunityRow.id == community)
        return Micros((await session.exec(statement)).one())


async def every(database: Database) -> list[Community]:
    """Return all communities, in order of their slugs."""
    async with database.session() as session:
        rows = (await session.exec(select(CommunityRow).order_by(col(CommunityRow.slug)))).all()
    return [Community(row.id, row.slug, row.name, row.secret) for row in rows]


async def add(database: Database, community: Community, *, at: Micros) -> bool:
    """Add a community with an empty log; say whether its slug was free."""

    async def work(connection: Connection) -> bool:
        await connection.begin()
        added = await connection.execute(
            "INSERT INTO community (id, slug, name, created_at, secret) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT (slug) DO NOTHING",
            community.id,
            community.slug,
            community.name,
            at,
            community.secret,
        )
        if added:
            await connection.execute(
                "INSERT INTO head (community_id, position, hash, recorded_at, members, undoing)"
                " VALUES ($1, 0, $2, 0, 0, 0)",
                community.id,
                genesis(community.id.bytes),
            )
        await connection.commit()
        return bool(added)

    return await database.write(work)


async def add_key(database: Database, key: ApiKeyRow) -> None:
    """Add an API key."""

    async def work(connection: Connection) -> None:
        await connection.begin()
        await connection.execute(
            "INSERT INTO api_key"
            " (community_id, id, name, secret_hash, scopes, source_prefixes, created_at, expires_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            key.community_id,
            key.id,
            key.name,
            key.secret_hash,
            key.scopes,
            key.source_prefixes,
            key.created_at,
            key.expires_at,
        )
        await connection.commit()

    await database.write(work)


async def revoke_key(database: Database, community: UUID, key_id: str, *, at: Micros) -> bool:
    """Revoke a key; say whether there was one that still worked."""

    async def work(connection: Connection) -> int:
        await connection.begin()
        revoked = await connection.execute(
            "UPDATE api_key SET revoked_at = $3 WHERE community_id = $1 AND id = $2 AND revoked_at IS NULL",
            community,
            key_id,
            at,
        )
        await connection.commit()
        return revoked

    return bool(await database.write(work))


async def find_key(database: Database, key_id: str) -> ApiKeyRow | None:
    """Return a key by its id, which is unique over all communities."""
    async with database.session() as session:
        return (await session.exec(select(ApiKeyRow).where(ApiKeyRow.id == key_id))).first()


async def keys_of(database: Database, community: UUID) -> list[ApiKeyRow]:
    """Return a community's keys, oldest first."""
    async with database.session() as session:
        statement = select(ApiKeyRow).where(ApiKeyRow.community_id == community).order_by(col(ApiKeyRow.created_at))
        return list((await session.exec(statement)).all())
