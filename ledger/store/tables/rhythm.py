"""Tables of the books of a group's rhythm: stories, and what people say to them."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import Index

from ledger.store.tables.base import TenantRow, big, word


class StoryRow(TenantRow, table=True):
    """A story by its subject, and how far it is."""

    __tablename__ = "story"
    __table_args__: ClassVar[Any] = (
        Index(None, "community_id", "position"),
        Index(None, "community_id", "author"),
    )
    subject: str = word(key=True)
    position: int = big()
    author: int = big()
    state: str = word()
    moved: int = big()
    published_at: int | None = big(default=None)
    featured_at: int | None = big(default=None)
    thanks: int = big()


class ThanksRow(TenantRow, table=True):
    """Whether a member thanks for something, and whose that is."""

    __tablename__ = "thanks"
    __table_args__: ClassVar[Any] = (Index(None, "community_id", "author"),)
    subject: str = word(key=True)
    member: int = big(key=True)
    given: int = big()
    author: int | None = big(default=None)


class RoundRow(TenantRow, table=True):
    """Where a round was opened, and where it was closed."""

    __tablename__ = "game_round"
    __table_args__: ClassVar[Any] = (Index(None, "community_id", "opened"),)
    code: str = word(key=True)
    opened: int = big()
    closed: int = big()


class SeriesRow(TenantRow, table=True):
    """A series of an activity that was scheduled by command."""

    __tablename__ = "series"
    code: str = word(key=True)
    terms: str = word()
    scheduled: int = big()
    cancelled: int = big()


class GatheringRow(TenantRow, table=True):
    """What is known of one occurrence of an activity."""

    __tablename__ = "gathering"
    activity: str = word(key=True)
    cancelled: int = big()
    going: int = big()
    attended: int = big()
    recapped: int = big()


class RsvpRow(TenantRow, table=True):
    """What a member said to an invitation."""

    __tablename__ = "rsvp"
    activity: str = word(key=True)
    member: int = big(key=True)
    answer: str = word()
    answered: int = big()
