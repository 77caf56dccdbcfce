"""Decides what people ask about stories: each becomes a contribution, so rules look at it like at any other."""

from __future__ import annotations

from typing import NamedTuple

from ledger.core.books.goods import Story
from ledger.core.books.shelf import EVENT, OBJECT, STORY, THANKS
from ledger.core.books.united import everybody, is_one, kept
from ledger.core.books.view import Books
from ledger.core.commands import RecordContribution, ReviewContribution
from ledger.core.decide.answers import Answer, Repeated
from ledger.core.decide.by_hand import decide_by_hand
from ledger.core.decide.contribution import decide_contribution
from ledger.core.decide.people import is_gone, nobody
from ledger.core.events import Event
from ledger.core.refusals import Refusal
from ledger.core.rhythm.refusals import OwnStory, StoryDone, StoryNotYours, StoryUnknown
from ledger.core.rhythm.stories import (
    FEATURED,
    SHOWN,
    STORIES_SOURCE,
    SUBMITTED,
    THANKED,
    UNFEATURED,
    UNTHANKED,
    WITHDRAWN,
    FeatureStory,
    OfStories,
    ReviewStory,
    StoryState,
    SubmitStory,
    ThankStory,
    WithdrawStory,
)
from ledger.core.values import MemberId, Micros, Position

S = StoryState


class Found(NamedTuple):
    """A story, by the event that submitted it."""

    submitted: Event
    subject: str
    story: Story


def decide_story(books: Books, command: OfStories, mac: bytes, *, at: Micros, recorded_at: Micros) -> Answer:
    """Decide what is asked about a story. What is so already is no change: the answer is the first one's."""
    if isinstance(command, SubmitStory):
        return _submit(books, command, mac, at=at, recorded_at=recorded_at)
    found = _found(books, command.story)
    if found is None:
        return StoryUnknown()
    match command:
        case ReviewStory():
            told: Answer | Told = _review(books, found, command, mac, recorded_at)
        case FeatureStory():
            told = _feature(found, command)
        case WithdrawStory():
            told = _withdraw(books, found, command)
        case ThankStory():
            told = _thank(books, found, command)
    if not isinstance(told, Told):
        return told
    contribution = RecordContribution(
        source=STORIES_SOURCE,
        key=f"{told.type}/{found.story.position}/{books.head.position + 1}",
        type=told.type,
        subject=found.subject,
        member=told.member,
        data=told.data,
        own=True,
    )
    return decide_contribution(books, contribution, mac, at=at, recorded_at=recorded_at)


class Told(NamedTuple):
    """A contribution about a story that is to be recorded."""

    type: str
    member: MemberId | None
    data: dict[str, str]


def _submit(books: Books, command: SubmitStory, mac: bytes, *, at: Micros, recorded_at: Micros) -> Answer:
    if (refusal := nobody(books, command.member)) is not None:
        return refusal
    contribution = RecordContribution(
        source=STORIES_SOURCE,
        key=command.key,
        type=SUBMITTED,
        subject=_free_subject(books),
        member=command.member,
        private={"title": command.title, "body": command.body},
        own=True,
    )
    return decide_contribution(books, contribution, mac, at=at, recorded_at=recorded_at)


def _free_subject(books: Books) -> str:
    """Return a subject that nothing has: a bot may have used the one that comes first to mind."""
    subject = f"story:{books.head.position + 1}"
    while books.read(STORY, (subject,)).position or books.read(OBJECT, (subject,)).author:
        subject += "+"
    return subject


def _found(books: Books, position: Position) -> Found | None:
    submitted = books.read(EVENT, (position,)).event
    if submitted is None or submitted.type != SUBMITTED or submitted.subject is None:
        return None
    story = books.read(STORY, (submitted.subject,))
    if story.position != position or is_gone(books, kept(books, story.author)):
        return None
    return Found(submitted, submitted.subject, story)


def _review(books: Books, found: Found, command: ReviewStory, mac: bytes, recorded_at: Micros) -> Answer:
    state = found.story.state
    if state in ((S.PUBLISHED, S.FEATURED) if command.publish else (S.DECLINED,)):
        return Repeated(position=found.story.moved)
    if state != S.SUBMITTED:
        return StoryDone(state=state)
    review = ReviewContribution(
        position=found.submitted.position, approved=command.publish, by=command.by, reason=command.reason
    )
    return decide_by_hand(books, review, mac, recorded_at=recorded_at)


def _feature(found: Found, command: FeatureStory) -> Told | Repeated | Refusal:
    wanted, other = (S.FEATURED, S.PUBLISHED) if command.featured else (S.PUBLISHED, S.FEATURED)
    if found.story.state == wanted:
        return Repeated(position=found.story.moved)
    if found.story.state != other:
        return StoryDone(state=found.story.state)
    type_ = FEATURED if command.featured else UNFEATURED
    return Told(type_, None, {"story": found.subject, "by": command.by})


def _withdraw(books: Books, found: Found, command: WithdrawStory) -> Told | Repeated | Refusal:
    if command.member is not None and not is_one(books, command.member, found.story.author):
        return StoryNotYours()
    if found.story.state == S.WITHDRAWN:
        return Repeated(position=found.story.moved)
    return Told(WITHDRAWN, command.member, {"story": found.subject, "by": command.by})


def _thank(books: Books, found: Found, command: ThankStory) -> Told | Repeated | Refusal:
    if found.story.state not in SHOWN:
        return StoryDone(state=found.story.state)
    if is_one(books, command.member, found.story.author):
        return OwnStory()
    given = (books.read(THANKS, (found.subject, one)).given for one in everybody(books, command.member))
    if any(given) == command.thanked:
        return Repeated(position=found.story.moved)
    return Told(THANKED if command.thanked else UNTHANKED, command.member, {})
