"""Stories: what members tell, from submission to the window where all see it."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import strawberry

from ledger.core.calendar import moment
from ledger.core.rhythm.stories import SHOWN
from ledger.core.values import Position
from ledger.service.access import Scope
from ledger.store.directory import Community as Place
from ledger.store.reads import stories as rows
from ledger.store.reads.spans import Span
from ledger.words.render import render
from schema.graphql.described import described, enumeration, field, resolved, value
from schema.graphql.ids import read_id, write_id
from schema.graphql.pages import connection
from schema.graphql.types.contribution import text_of
from schema.graphql.types.member import Member, acting_member
from schema.graphql.types.node import Connection, Node
from schema.graphql.view import Info, View, view_of

EXCERPT = 140
"""How many characters of a body stand for it where nobody wrote an excerpt."""


@enumeration
class StoryState(Enum):
    """How far a story is."""

    SUBMITTED = value("SUBMITTED", "It waits for somebody to read it.")
    PUBLISHED = value("PUBLISHED", "Everybody can read it.")
    FEATURED = value("FEATURED", "It is shown to everybody as one of the best.")
    DECLINED = value("DECLINED", "It was read and not published.")
    WITHDRAWN = value("WITHDRAWN", "Its author took it back, or an operator did; what it brought is taken back.")


@described
class Story(Node):
    """A story of a member's. Those not published are seen by their author and by operators."""

    place: strawberry.Private[Place]
    row: strawberry.Private[rows.Story]

    state: StoryState = field("How far it is.")
    featured_at: datetime | None = field("Since when it is featured; null where it is not.")
    published_at: datetime | None = field("When it was published; null where it never was.")
    thanks: int = field("How many members thank for it.")

    @resolved("Its title; a word for it where it was erased.")
    async def title(self, info: Info) -> str:
        """Return the title."""
        return await self._text(info, "title") or render("story.erased", view_of(info).locale)

    @resolved("Its beginning, or what its sender chose of it.")
    async def excerpt(self, info: Info) -> str:
        """Return the excerpt."""
        return await self._text(info, "excerpt") or beginning(await self._text(info, "body"))

    @resolved("All of it; empty where it was erased, or its sender kept it elsewhere.")
    async def body(self, info: Info) -> str:
        """Return the body."""
        return await self._text(info, "body")

    @resolved("Who told it.")
    async def author(self, info: Info) -> Member:
        """Return the author."""
        return await acting_member(view_of(info), self.place, self.row.author)

    @resolved("Whether the signed-in member thanks for it.")
    async def i_thanked(self, info: Info) -> bool:
        """Say whether the caller thanked."""
        view = view_of(info)
        if view.member is None or not view.is_of(self.place):
            return False
        return await view.loaders.thanked.load((self.place.id, (self.row.subject, view.member)))

    async def _text(self, info: Info, name: str) -> str:
        stored = await view_of(info).loaders.events.load((self.place.id, self.row.position))
        return (stored and text_of(stored, name)) or ""


def beginning(body: str) -> str:
    """Return the beginning of a text on one line, cut between words where it has some."""
    line = " ".join(body.split())
    if len(line) <= EXCERPT:
        return line
    cut = line[:EXCERPT]
    words = cut.rpartition(" ")[0]
    return f"{words if len(words) > EXCERPT // 2 else cut}…"


def story_of(place: Place, row: rows.Story) -> Story:
    """Return a story as clients see it."""
    return Story(
        id=write_id("Story", place.id, row.position),
        place=place,
        row=row,
        state=StoryState(row.state),
        featured_at=moment(row.featured_at) if row.featured_at is not None else None,
        published_at=moment(row.published_at) if row.published_at is not None else None,
        thanks=row.thanks,
    )


def sees_story(view: View, place: Place, row: rows.Story) -> bool:
    """Say whether the caller may see a story."""
    if view.operates(place):
        return True
    if not view.sees_members(place):
        return False
    return row.state in SHOWN or view.is_me(place, row.author)


async def find_story(view: View, text: str) -> Story | None:
    """Return a story by its global id, if the caller may see it."""
    named = read_id(text)
    place = view.place(named.community) if named is not None and named.type == "Story" else None
    if named is None or place is None or named.number is None:
        return None
    row = await view.loaders.stories.load((place.id, Position(named.number)))
    return story_of(place, row) if row is not None and sees_story(view, place, row) else None


async def stories_of(
    view: View, place: Place, at: Span, *, featured: bool | None, states: tuple[StoryState, ...] | None
) -> Connection[Story]:
    """Return a page of a community's stories, the latest first.

    Raises:
        Fault: the caller may not see who the members are.
    """
    if not view.sees_members(place):
        view.require(Scope.MEMBERS_READ)
    authors = view.person if view.is_of(place) else ()
    every = tuple(StoryState) if states is None else states
    which = rows.Which(tuple(one.value for one in every), featured, authors, hidden=view.operates(place))
    found = await rows.page(view.ledger.database, place.id, at, which=which)

    async def count() -> int:
        return await rows.count(view.ledger.database, place.id, which=which)

    return connection(
        found,
        at,
        key=lambda row: rows.key_of(row, which),
        node=lambda row: story_of(place, row),
        count=count,
    )
