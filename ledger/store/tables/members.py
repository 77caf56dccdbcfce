"""What is kept of members beside the log: nothing of it is folded, and all of it can be erased."""

from __future__ import annotations

from ledger.store.tables.base import TenantRow, big, word


class ErasureRow(TenantRow, table=True):
    """An erasure that still destroys private parts: those of the log up to `position`, and how far it is."""

    __tablename__ = "erasure"
    member: int = big(key=True)
    position: int = big()
    done_to: int = big()


class PreferenceRow(TenantRow, table=True):
    """What a member chose for themselves; nothing is written of one who chose nothing."""

    __tablename__ = "preference"
    member: int = big(key=True)
    locale: str | None = word(default=None)
    listed: int = big()
    celebrate: int = big()
    notify_via: str | None = word(default=None)


class MilestoneSeenRow(TenantRow, table=True):
    """A milestone that its member has seen."""

    __tablename__ = "milestone_seen"
    member: int = big(key=True)
    code: str = word(key=True)
    at: int = big()
