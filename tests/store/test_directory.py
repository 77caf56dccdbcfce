"""The directory on both databases: which communities there are, and the keys that may call."""

from __future__ import annotations

import pytest

from ledger.core.chain import genesis
from ledger.core.values import Micros
from ledger.service.communities import new_id
from ledger.store import directory
from ledger.store.directory import Community
from ledger.store.engine import Database
from ledger.store.journal import read_head
from ledger.store.tables import ApiKeyRow


def key(community: Community, key_id: str, *, at: int = 1) -> ApiKeyRow:
    return ApiKeyRow(
        id=key_id,
        community_id=community.id,
        name="bot's key 中文",
        secret_hash=b"\x00\xff",
        scopes="write read",
        source_prefixes="telegram: discord:",
        created_at=at,
        expires_at=None,
        revoked_at=None,
    )


async def test_a_community_is_found_by_its_slug(database: Database, tenant: Community) -> None:
    assert await directory.find(database, "garden") == tenant
    assert await directory.find(database, "yard") is None


async def test_every_community_comes_in_order_of_slugs(
    database: Database, tenant: Community, neighbour: Community
) -> None:
    early = Community(new_id(5), "attic", "Attic", b"s")
    assert await directory.add(database, early, at=Micros(9))
    assert await directory.every(database) == [early, tenant, neighbour]


async def test_a_slug_that_is_taken_is_refused_and_writes_nothing(database: Database, tenant: Community) -> None:
    again = Community(new_id(5), "garden", "Another garden", b"s")
    assert not await directory.add(database, again, at=Micros(9))
    assert await directory.every(database) == [tenant]
    assert await database.write(lambda connection: read_head(connection, again.id, lock=False)) is None


async def test_a_new_log_starts_from_its_own_genesis(database: Database, tenant: Community) -> None:
    head = await database.write(lambda connection: read_head(connection, tenant.id, lock=False))
    assert head is not None
    assert head.hash == genesis(tenant.id.bytes)


async def test_a_key_is_found_by_its_id_whole(database: Database, tenant: Community) -> None:
    await directory.add_key(database, key(tenant, "one"))
    found = await directory.find_key(database, "one")
    assert found is not None
    assert found.model_dump() == key(tenant, "one").model_dump()
    assert await directory.find_key(database, "two") is None


async def test_a_community_lists_its_own_keys_oldest_first(
    database: Database, tenant: Community, neighbour: Community
) -> None:
    for community, name, at in ((tenant, "b", 1), (neighbour, "other", 2), (tenant, "a", 3)):
        await directory.add_key(database, key(community, name, at=at))
    assert [row.id for row in await directory.keys_of(database, tenant.id)] == ["b", "a"]


async def test_a_key_id_is_taken_once_over_all_communities(
    database: Database, tenant: Community, neighbour: Community
) -> None:
    await directory.add_key(database, key(tenant, "one"))
    with pytest.raises(Exception, match=r"(?i)unique"):
        await directory.add_key(database, key(neighbour, "one"))


async def test_a_key_is_revoked_once_and_only_by_its_community(
    database: Database, tenant: Community, neighbour: Community
) -> None:
    await directory.add_key(database, key(tenant, "one"))
    assert not await directory.revoke_key(database, neighbour.id, "one", at=Micros(5))
    assert await directory.revoke_key(database, tenant.id, "one", at=Micros(6))
    assert not await directory.revoke_key(database, tenant.id, "one", at=Micros(7))
    found = await directory.find_key(database, "one")
    assert found is not None
    assert found.revoked_at == 6
