"""The same story gives the same facts and books, however it is cut into batches and whatever is remembered."""

from __future__ import annotations

import asyncio
from itertools import count

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ledger.core.values import Micros
from ledger.service.writer import Writer
from ledger.store.directory import Community
from ledger.store.engine import Database
from tests import rulebooks
from tests.clock import NOON, Clock
from tests.service.sayings import Facts, assert_whole, facts_of
from tests.service.stories import Told, stories

SLUGS = count(1)
FEW = settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
"""The database is shared by all examples: each begins communities of its own in it.

Shrinking a failure takes minutes, each step being a whole story on disk: add `Phase.shrink` by hand.
"""


async def begun(database: Database) -> Community:
    writer = Writer(database, clock=Clock(Micros(NOON)))
    return await rulebooks.begin(database, writer, f"garden-{next(SLUGS)}")


async def told_one_by_one(database: Database, story: list[Told]) -> Facts:
    """Tell a story slowly: each command waits for the one before, and nothing is remembered."""
    community = await begun(database)
    for told in story:
        for part in [told] if told.atomic else [Told([command], False) for command in told.commands]:
            writer = Writer(database, clock=Clock(), cache_limit=0, batch_limit=1)
            await writer.submit(community, part.commands, atomic=part.atomic)
    await assert_whole(database, community.id)
    return await facts_of(database, community.id)


async def told_at_once(database: Database, story: list[Told], **limits: int) -> Facts:
    """Tell a story to one writer without waiting: the limits cut it into batches."""
    community = await begun(database)
    writer = Writer(database, clock=Clock(), **limits)
    submitted = (writer.submit(community, told.commands, atomic=told.atomic) for told in story)
    await asyncio.gather(*submitted)
    await assert_whole(database, community.id)
    return await facts_of(database, community.id)


async def told_in_chunks(database: Database, story: list[Told], cuts: list[int], **limits: int) -> Facts:
    """Tell a story in chunks of the given sizes, waiting after each."""
    community = await begun(database)
    writer = Writer(database, clock=Clock(), **limits)
    rest = list(story)
    while rest:
        size = cuts.pop() if cuts else len(rest)
        chunk, rest = rest[:size], rest[size:]
        await asyncio.gather(*(writer.submit(community, told.commands, atomic=told.atomic) for told in chunk))
    await assert_whole(database, community.id)
    return await facts_of(database, community.id)


@FEW
@given(story=stories, cuts=st.lists(st.integers(1, 6), max_size=8), batch=st.integers(1, 9))
async def test_a_story_gives_the_same_facts_in_any_batches(
    database: Database, story: list[Told], cuts: list[int], batch: int
) -> None:
    slowly = await told_one_by_one(database, story)
    assert await told_in_chunks(database, story, cuts, batch_limit=batch) == slowly
    assert await told_at_once(database, story) == slowly


@FEW
@given(story=stories, cuts=st.lists(st.integers(1, 4), max_size=10), cache=st.sampled_from([0, 1, 7, 200_000]))
async def test_a_story_gives_the_same_facts_whatever_is_remembered(
    database: Database, story: list[Told], cuts: list[int], cache: int
) -> None:
    remembered = await told_in_chunks(database, story, list(cuts), cache_limit=200_000)
    assert await told_in_chunks(database, story, list(cuts), cache_limit=cache) == remembered


@FEW
@given(story=stories, turns=st.lists(st.booleans(), min_size=25, max_size=25))
async def test_a_story_gives_the_same_facts_told_to_two_writers_in_turns(
    database: Database, other: Database, story: list[Told], turns: list[bool]
) -> None:
    community = await begun(database)
    here, there = (Writer(where, clock=Clock()) for where in (database, other))
    for told, turn in zip(story, turns, strict=False):
        await (here if turn else there).submit(community, told.commands, atomic=told.atomic)
    await assert_whole(database, community.id)
    assert await facts_of(database, community.id) == await told_at_once(database, story)
