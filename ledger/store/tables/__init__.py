"""Every table, so that the metadata is whole once this package is imported."""

from ledger.store.tables.base import METADATA
from ledger.store.tables.books import (
    AccountRow,
    BuddyRow,
    ClaimRow,
    CounterRow,
    DueRow,
    GroupWishRow,
    IdentityRow,
    LotRow,
    MemberRow,
    ObjectRow,
    OfferRow,
    PerkRow,
    ProfileRow,
    RedemptionRow,
    RulebookRow,
    SettingRow,
    ShareRow,
    StreakRow,
    TallyRow,
    TickRow,
    TierRow,
    TierRunRow,
    TrailRow,
    ViolationRow,
    WaitingRow,
)
from ledger.store.tables.directory import ApiKeyRow, CommunityRow, HeartbeatRow
from ledger.store.tables.journal import EntryRow, EventPrivateRow, EventRow, HeadRow, TierChangeRow
from ledger.store.tables.members import ErasureRow, MilestoneSeenRow, PreferenceRow
from ledger.store.tables.rhythm import GatheringRow, RoundRow, RsvpRow, SeriesRow, StoryRow, ThanksRow

SHARED = {"community", "api_key", "heartbeat"}
"""Tables that are not led by a community: small, and without foreign keys to tenant tables."""

TABLES = dict(METADATA.tables)
"""Every table by its name."""

__all__ = [
    "METADATA",
    "SHARED",
    "TABLES",
    "AccountRow",
    "ApiKeyRow",
    "BuddyRow",
    "ClaimRow",
    "CommunityRow",
    "CounterRow",
    "DueRow",
    "EntryRow",
    "ErasureRow",
    "EventPrivateRow",
    "EventRow",
    "GatheringRow",
    "GroupWishRow",
    "HeadRow",
    "HeartbeatRow",
    "IdentityRow",
    "LotRow",
    "MemberRow",
    "MilestoneSeenRow",
    "ObjectRow",
    "OfferRow",
    "PerkRow",
    "PreferenceRow",
    "ProfileRow",
    "RedemptionRow",
    "RoundRow",
    "RsvpRow",
    "RulebookRow",
    "SeriesRow",
    "SettingRow",
    "ShareRow",
    "StoryRow",
    "StreakRow",
    "TallyRow",
    "ThanksRow",
    "TickRow",
    "TierChangeRow",
    "TierRow",
    "TierRunRow",
    "TrailRow",
    "ViolationRow",
    "WaitingRow",
]
