"""Stories: their states, the contributions that move them, and what people ask about them.

A story is the subject of contributions, whoever sends them: the ledger for a member, or a bot for its group.
"""

from __future__ import annotations

from enum import StrEnum

from ledger.core.values import MemberId, Position, Value

STORIES_SOURCE = "ledger:stories"
"""The source of what the ledger records about stories for people."""

SUBMITTED = "story.submitted"
FEATURED = "story.featured"
UNFEATURED = "story.unfeatured"
WITHDRAWN = "story.withdrawn"
THANKED = "reaction.added"
UNTHANKED = "reaction.removed"
ABOUT_STORIES = frozenset({SUBMITTED, FEATURED, UNFEATURED, WITHDRAWN, THANKED, UNTHANKED})
"""Types of contributions that move the story which is their subject."""


class StoryState(StrEnum):
    """How far a story is."""

    SUBMITTED = "SUBMITTED"
    PUBLISHED = "PUBLISHED"
    FEATURED = "FEATURED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"


SHOWN = (StoryState.PUBLISHED, StoryState.FEATURED)
"""Stories that everybody in the community sees."""


class SubmitStory(Value):
    """Submit a story for a member. `key` is the caller's idempotency key; the texts are kept outside the log."""

    key: str
    member: MemberId
    title: str
    body: str


class ReviewStory(Value):
    """Publish or decline the story that was submitted at a position; points that wait for it come or go."""

    story: Position
    publish: bool
    by: str
    reason: str = ""


class FeatureStory(Value):
    """Feature a published story, or feature it no longer."""

    story: Position
    featured: bool
    by: str


class WithdrawStory(Value):
    """Withdraw a story: its author as `member`, or, where that is None, an operator."""

    story: Position
    by: str
    member: MemberId | None = None


class ThankStory(Value):
    """Thank for a story as a member, or take the thanks back."""

    story: Position
    member: MemberId
    thanked: bool


OfStories = SubmitStory | ReviewStory | FeatureStory | WithdrawStory | ThankStory
"""What people ask about stories."""
