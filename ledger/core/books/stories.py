"""Folds stories: how far each is, by the contributions and reviews about it, and who thanked for it."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.core.books.goods import Story, Thanks
from ledger.core.books.shelf import OBJECT, STORY, THANKS
from ledger.core.books.united import everybody
from ledger.core.books.view import Books
from ledger.core.events import ContributionRecorded, ContributionReviewed, Event
from ledger.core.rhythm.stories import (
    ABOUT_STORIES,
    FEATURED,
    SHOWN,
    SUBMITTED,
    THANKED,
    UNFEATURED,
    UNTHANKED,
    WITHDRAWN,
    StoryState,
)
from ledger.core.values import MemberId

S = StoryState
MOVES = {
    FEATURED: ((S.SUBMITTED, S.PUBLISHED), S.FEATURED),
    UNFEATURED: ((S.FEATURED,), S.PUBLISHED),
    WITHDRAWN: ((S.SUBMITTED, S.PUBLISHED, S.FEATURED, S.DECLINED), S.WITHDRAWN),
}
"""From where a contribution takes a story where."""


def evolve_story(books: Books, event: Event, fact: ContributionRecorded) -> None:
    """Fold what a contribution does to the story that is its subject. The first submission makes the story."""
    if event.type not in ABOUT_STORIES or event.subject is None:
        return
    before = books.read(STORY, (event.subject,))
    if event.type in (THANKED, UNTHANKED):
        if fact.actor is not None:
            _thank(books, event.subject, before, fact, thanked=event.type == THANKED)
        return
    if event.type == SUBMITTED:
        author = fact.people.get("author") or fact.actor
        if not before.position and author is not None:
            _submit(books, event, author)
        return
    if not before.position:
        return
    books.write(STORY, (event.subject,), _moved(before, event))


def _submit(books: Books, event: Event, author: MemberId) -> None:
    assert event.subject is not None
    position = event.position
    story = Story(position=position, author=author, state=S.SUBMITTED, moved=position)
    books.write(STORY, (event.subject,), story)


def _moved(story: Story, event: Event) -> Story:
    """Return a story after an event; one that cannot go there stays as it is."""
    before, after = MOVES[event.type]
    if story.state not in before:
        return story
    featured_at = event.occurred_at if after is S.FEATURED else None
    return replace(
        story,
        state=after,
        moved=event.position,
        featured_at=featured_at,
        published_at=featured_at if story.published_at is None else story.published_at,
    )


def _thank(books: Books, subject: str, story: Story, fact: ContributionRecorded, *, thanked: bool) -> None:
    """Fold that a person thanked for something, or took it back. A story that nobody sees has no thanks yet."""
    member = fact.actor
    assert member is not None
    given = [one for one in everybody(books, member) if books.read(THANKS, (subject, one)).given]
    if bool(given) == thanked or (thanked and story.position and story.state not in SHOWN):
        return
    author = story.author or fact.people.get("author") or books.read(OBJECT, (subject,)).author or None
    for one in [member] if thanked else given:
        books.write(THANKS, (subject, one), Thanks(given=int(thanked), author=author))
    if story.position:
        more = 1 if thanked else -len(given)
        books.write(STORY, (subject,), replace(story, thanks=story.thanks + more))


def evolve_story_review(books: Books, event: Event, fact: ContributionReviewed) -> None:
    """Fold that the story whose submission was reviewed is published or declined."""
    story = books.read(STORY, (fact.story,))
    if story.state != S.SUBMITTED:
        return
    state, at = (S.PUBLISHED, event.occurred_at) if fact.approved else (S.DECLINED, None)
    books.write(STORY, (fact.story,), replace(story, state=state, published_at=at, moved=event.position))
