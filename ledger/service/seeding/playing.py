"""Plays the demo's history through a writer whose clock is the story's: what was due then is done then.

By its end shares have been released, levels judged every morning and points have ended, as in a community that
was served all the while.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import groupby
from typing import NamedTuple

from ledger.core.commands import Command, RecordContribution, ReviewContribution
from ledger.core.refusals import IdempotencyConflict, Refusal
from ledger.core.values import DAY, HOUR, Micros
from ledger.service.communities import CommunityRefused
from ledger.service.seeding.agenda import Done, Review, Told
from ledger.service.seeding.deeds import Deeds, NotThere
from ledger.service.sweeper import sweep
from ledger.service.writer import Writer
from ledger.store.directory import Community
from ledger.store.engine import Database

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
    if not isinstance(told, RecordContribution):
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
    deeds = Deeds(database, community)
    for chapter in history:
        clock.at = chapter.at
        commands = [one for told in chapter.told if (one := await _command(deeds, told)) is not None]
        for command, answer in zip(commands, await writer.submit(community, commands), strict=True):
            if isinstance(answer, Refusal) and not _passes(command, answer):
                raise CommunityRefused(f"the demo's history breaks off, {answer.code}: begin with a new database")
        if chapter.sweeps:
            await sweep(database, writer, community, clock)


def _passes(command: Command, answer: Refusal) -> bool:
    """Say whether the story goes on after a refusal: on another weekday not every deed is possible or needed.

    A review is none where something was withdrawn before, or never waited because a limit was reached.
    """
    return not isinstance(command, RecordContribution) and not isinstance(answer, IdempotencyConflict)


async def _command(deeds: Deeds, told: Told) -> Command | None:
    match told:
        case RecordContribution():
            return told
        case Review():
            position = await deeds.position(told.of.key, told.of.source)
            by = await deeds.founder()
            return ReviewContribution(position=position, approved=not told.declined, by=by, reason=told.declined)
        case Done():
            with suppress(NotThere):
                return await deeds.command(told)
            return None
