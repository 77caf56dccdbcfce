"""Plays the demo's history through a writer whose clock is the story's: what was due then is done then.

By its end shares have been released, levels judged every morning and points have ended, as in a community that
was served all the while.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from ledger.core.commands import Command, ReviewContribution
from ledger.core.refusals import NothingToReview, Refusal
from ledger.core.values import DAY, HOUR, Micros
from ledger.service.communities import CommunityRefused
from ledger.service.seeding.agenda import Review, Told
from ledger.service.seeding.talk import FOUNDER
from ledger.service.sweeper import sweep
from ledger.service.writer import Writer
from ledger.store.directory import Community
from ledger.store.engine import Database
from ledger.store.reads.journal import by_key
from ledger.store.reads.names import member_by_identity

CHAPTER = 3 * HOUR
"""What happens within it is recorded together, at the time of the last: a batch each, not one for each event."""


MORNING = 4 * HOUR
"""From then on a day's first chapter is followed by what is due of everybody, also of who did nothing."""


class Chapter(NamedTuple):
    """What is recorded together, when, and whether all that is due is done then."""

    at: Micros
    told: Sequence[Told]
    sweeps: bool = False


class StoryClock:
    """The time that the story has come to."""

    def __init__(self, at: Micros) -> None:
        self.at = at

    def __call__(self) -> Micros:
        """Return it."""
        return self.at


def chapters(told: Sequence[Told], began_at: Micros) -> list[Chapter]:
    """Cut a history; what happened before it began is brought along at its beginning."""
    cut: list[Chapter] = []
    day = -1
    for _, together in groupby(told, lambda one: max(0, when(one) - began_at) // CHAPTER):
        chapter = list(together)
        at = max(began_at, when(chapter[-1]))
        before, day = day, (at - began_at - MORNING) // DAY
        cut.append(Chapter(at, chapter, sweeps=day > before))
    return [*cut[:-1], cut[-1]._replace(sweeps=True)]


def when(told: Told) -> Micros:
    """Return when something is told."""
    if isinstance(told, Review):
        return told.at
    assert told.occurred_at is not None
    return told.occurred_at


async def play(
    database: Database, writer: Writer, community: Community, clock: StoryClock, history: Iterable[Chapter]
) -> None:
    """Record chapters, and every morning what has become due. What was recorded before is not recorded again.

    Raises:
        CommunityRefused: the community's log holds something else.
    """
    for chapter in history:
        clock.at = chapter.at
        commands = [await _command(database, community, one) for one in chapter.told]
        for answer in await writer.submit(community, commands):
            # What was withdrawn before, or never waited because a limit was reached, needs no review.
            if isinstance(answer, Refusal) and not isinstance(answer, NothingToReview):
                raise CommunityRefused(f"the demo's history breaks off, {answer.code}: begin with a new database")
        if chapter.sweeps:
            await sweep(database, writer, community, clock)


async def _command(database: Database, community: Community, told: Told) -> Command:
    if not isinstance(told, Review):
        return told
    [waiting] = await by_key(database, community.id, told.of.key, told.of.source)
    platform, _, external_id = FOUNDER.partition(":")
    founder = await member_by_identity(database, community.id, platform, external_id)
    return ReviewContribution(
        position=waiting.event.position, approved=not told.declined, by=f"member:{founder}", reason=told.declined
    )
