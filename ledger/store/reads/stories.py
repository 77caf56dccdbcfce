"""Stories as they are read: pages of those that somebody may see, single ones, and who thanks for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, tuple_

from ledger.core.rhythm.stories import SHOWN, StoryState
from ledger.core.values import MemberId, Micros, Position
from ledger.store.engine import Database
from ledger.store.reads.spans import Key, Span, within
from ledger.store.tables import TABLES

MEMBER, STORY, THANKS = TABLES["member"].c, TABLES["story"].c, TABLES["thanks"].c


class Story(NamedTuple):
    """A story as it is stored."""

    position: Position
    subject: str
    author: MemberId
    state: str
    published_at: Micros | None
    featured_at: Micros | None
    thanks: int


class Which(NamedTuple):
    """Which stories: in these states, and only those featured, or only others.

    Of those that are not shown there are only the `authors`', unless `hidden` ones are seen too. Those of somebody
    who was erased are nowhere: nothing is left of them to read.
    """

    states: tuple[str, ...] = tuple(StoryState)
    featured: bool | None = None
    authors: tuple[MemberId, ...] = ()
    hidden: bool = False


COLUMNS = [STORY[name] for name in Story._fields]


def key_of(story: Story, which: Which) -> Key:
    """Return a story's place in a list: by when it was featured, in a list of those, else by submission."""
    return (story.featured_at or 0, story.position) if which.featured else (story.position,)


async def page(database: Database, community: UUID, span: Span, *, which: Which) -> list[Story]:
    """Return stories, the latest first; one more than asked where there are more."""
    by = [STORY.featured_at, STORY.position] if which.featured else [STORY.position]
    statement = within(_chosen(community, which, *COLUMNS), span, by, descending=True)
    return [Story(*row) for row in await database.read(statement)]


async def count(database: Database, community: UUID, *, which: Which) -> int:
    """Return how many stories there are."""
    [row] = await database.read(_chosen(community, which, func.count()))
    return int(row[0])


def _chosen(community: UUID, which: Which, *columns: Any) -> Select[Any]:
    statement = (
        select(*columns)
        .select_from(TABLES["story"])
        .where(STORY.community_id == community, STORY.position > 0, STORY.state.in_(which.states))
        .where(_has_an_author(community))
    )
    if which.featured is not None:
        same = STORY.state == StoryState.FEATURED
        statement = statement.where(same if which.featured else ~same)
    if not which.hidden:
        shown = STORY.state.in_([str(one) for one in SHOWN])
        seen = or_(shown, STORY.author.in_(which.authors)) if which.authors else shown
        statement = statement.where(seen)
    return statement


def _has_an_author(community: UUID) -> ColumnElement[bool]:
    """Say that whoever told it was not erased."""
    author = and_(MEMBER.community_id == community, MEMBER.member == STORY.author)
    return ~exists().where(author, MEMBER.erased_at.is_not(None))


async def at_positions(database: Database, community: UUID, positions: Sequence[Position]) -> dict[Position, Story]:
    """Return single stories by where they were submitted."""
    statement = select(*COLUMNS).where(
        STORY.community_id == community, STORY.position.in_(positions), _has_an_author(community)
    )
    return {Position(row.position): Story(*row) for row in await database.read(statement)}


async def thanked(
    database: Database, community: UUID, asked: Sequence[tuple[str, MemberId]]
) -> dict[tuple[str, MemberId], bool]:
    """Return whether members thank for stories, by the stories' subjects."""
    statement = select(THANKS.subject, THANKS.member, THANKS.given).where(
        THANKS.community_id == community, tuple_(THANKS.subject, THANKS.member).in_(asked)
    )
    rows = await database.read(statement)
    return {(subject, MemberId(member)): bool(given) for subject, member, given in rows}


async def thanks(database: Database, community: UUID, subjects: Sequence[str]) -> dict[str, int]:
    """Return how many members thank for things, where any do."""
    statement = (
        select(THANKS.subject, func.count())
        .where(THANKS.community_id == community, THANKS.subject.in_(subjects), THANKS.given == 1)
        .group_by(THANKS.subject)
    )
    rows = await database.read(statement)
    return {row[0]: int(row[1]) for row in rows}
