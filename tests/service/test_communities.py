"""Communities begin once, whatever was cut short before."""

from __future__ import annotations

import asyncio

import pytest

from ledger.core.values import Micros
from ledger.service import communities
from ledger.service.communities import CommunityRefused, new_id
from ledger.service.rulebooks import RulebookFaulty
from ledger.service.writer import Writer
from ledger.store import directory
from ledger.store.directory import Community
from ledger.store.engine import Database
from tests.clock import NOON, Clock
from tests.rulebooks import SECRET, SMALL
from tests.service.sayings import assert_whole, positions, rows_of, said


async def begin(database: Database, writer: Writer, clock: Clock, slug: str = "garden") -> Community:
    return await communities.begin(database, writer, slug, yaml=SMALL, clock=clock)


async def test_a_community_begins_with_its_creation_and_a_rulebook(
    database: Database, writer: Writer, clock: Clock
) -> None:
    garden = await begin(database, writer, clock)
    assert await directory.find(database, "garden") == garden
    events = await rows_of(database, garden.id, "event", "position", "type")
    assert events == [(1, "community.created"), (2, "rulebook.published")]
    assert positions(await writer.submit(garden, [said("k")])) == [3]
    await assert_whole(database, garden.id)


async def test_beginning_again_changes_nothing(database: Database, writer: Writer, clock: Clock) -> None:
    first = await begin(database, writer, clock)
    clock.advance(5_000_000)
    assert await begin(database, writer, clock) == first
    assert len(await rows_of(database, first.id, "event", "position")) == 2


async def test_a_beginning_that_a_crash_cut_short_is_finished(
    database: Database, writer: Writer, clock: Clock
) -> None:
    cut_short = Community(new_id(NOON), "garden", "Garden", SECRET)
    assert await directory.add(database, cut_short, at=Micros(NOON))
    assert await begin(database, writer, clock) == cut_short
    assert len(await rows_of(database, cut_short.id, "event", "position")) == 2


async def test_many_who_begin_it_at_once_begin_one(
    database: Database, other: Database, writer: Writer, clock: Clock
) -> None:
    begun = await asyncio.gather(
        *(begin(where, Writer(where, clock=clock), clock) for where in (database, other) for _ in range(3))
    )
    assert len({community.id for community in begun}) == 1
    assert len(await directory.every(database)) == 1
    await assert_whole(database, begun[0].id)


async def test_every_community_has_a_secret_of_its_own(database: Database, writer: Writer, clock: Clock) -> None:
    begun = [await begin(database, writer, clock, slug) for slug in ("garden", "yard")]
    assert len({community.secret for community in begun}) == 2
    assert {len(community.secret) for community in begun} == {32}


async def test_what_is_no_slug_is_refused(database: Database, writer: Writer, clock: Clock) -> None:
    for slug in ("", "Garden", "a b", "-a", "a-", "a/b", "花园", "a" * 65, "garden\n"):
        with pytest.raises(CommunityRefused, match="is no slug"):
            await begin(database, writer, clock, slug)
    assert await directory.every(database) == []


async def test_a_slug_is_short_and_plain(database: Database, writer: Writer, clock: Clock) -> None:
    for slug in ("7", "a", "a-b", "a" * 64):
        assert (await begin(database, writer, clock, slug)).slug == slug


async def test_a_preset_that_is_not_there_is_refused_before_anything_is_written(
    database: Database, writer: Writer
) -> None:
    with pytest.raises(CommunityRefused, match="there is no preset 'none'"):
        await communities.begin(database, writer, "garden", preset="none")
    assert await directory.every(database) == []


async def test_a_faulty_rulebook_is_refused_before_anything_is_written(database: Database, writer: Writer) -> None:
    with pytest.raises(RulebookFaulty):
        await communities.begin(database, writer, "garden", yaml="rules: 7")
    assert await directory.every(database) == []


def test_ids_are_of_version_7_and_come_in_order_of_time() -> None:
    ids = [new_id(NOON + number * 1_000) for number in range(50)]
    assert ids == sorted(ids)
    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}
    assert len({new_id(NOON) for _ in range(1_000)}) == 1_000
    assert ids[0].int >> 80 == NOON // 1_000
