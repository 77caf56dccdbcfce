"""One table a book: community, then the key's parts, then the value's fields, as in `core.books.shelf`."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import Index

from ledger.store.tables.base import TenantRow, big, raw, word


class MemberRow(TenantRow, table=True):
    """When a member was first seen, joined, left and was erased, and with whom they are one person."""

    __tablename__ = "member"
    member: int = big(key=True)
    joined_at: int = big()
    seen_position: int = big()
    left_at: int | None = big(default=None)
    erased_at: int | None = big(default=None)
    merged_into: int | None = big(default=None)
    kept: int | None = big(default=None)
    united: str | None = word(default=None)


class AccountRow(TenantRow, table=True):
    """A member's points in one unit, in minor units."""

    __tablename__ = "account"
    member: int = big(key=True)
    unit: str = word(key=True)
    balance: int = big()
    held: int = big()
    pending: int = big()
    earned: int = big()


class ShareRow(TenantRow, table=True):
    """What of a balance came by the identities of a merged member, in minor units."""

    __tablename__ = "share"
    member: int = big(key=True)
    unit: str = word(key=True)
    amount: int = big()


class BuddyRow(TenantRow, table=True):
    """Who looks after a member."""

    __tablename__ = "buddy"
    member: int = big(key=True)
    buddy: int = big()
    since_position: int = big()


class CounterRow(TenantRow, table=True):
    """How far a cap, quota or cooldown is used up."""

    __tablename__ = "counter"
    scope: str = word(key=True)
    key: str = word(key=True)
    period: str = word(key=True)
    amount: int = big()


class ClaimRow(TenantRow, table=True):
    """Which decision holds something only one may hold; position 0 is nobody."""

    __tablename__ = "claim"
    kind: str = word(key=True)
    key: str = word(key=True)
    position: int = big()
    ordinal: int = big()


class ObjectRow(TenantRow, table=True):
    """An object that contributions concern, and who made it."""

    __tablename__ = "object"
    subject: str = word(key=True)
    kind: str = word()
    author: int = big()


class TierRow(TenantRow, table=True):
    """A member's level on a ladder, and since when."""

    __tablename__ = "tier"
    ladder: str = word(key=True)
    member: int = big(key=True)
    level: str = word()
    since_position: int = big()
    since_at: int = big()
    below: int = big()
    judged_on: int = big()
    locked: int = big()


class TrailRow(TenantRow, table=True):
    """By which keys events are found again: grants when something takes them back, codes, a redemption's way."""

    __tablename__ = "trail"
    key: str = word(key=True)
    position: int = big(key=True)


class RulebookRow(TenantRow, table=True):
    """Where a rulebook version stands in the log, and from when it holds."""

    __tablename__ = "rulebook"
    version: int = big(key=True)
    position: int = big()
    effective_from: int | None = big(default=None)


class TallyRow(TenantRow, table=True):
    """A metric of a member or, as member 0, of the community, by local day."""

    __tablename__ = "tally"
    series: str = word(key=True)
    member: int = big(key=True)
    total: int = big()
    days: int = big()
    entries: bytes = raw()


class StreakRow(TenantRow, table=True):
    """A member's run of periods in a row."""

    __tablename__ = "streak"
    streak: str = word(key=True)
    member: int = big(key=True)
    last: int = big()
    length: int = big()
    freezes: int = big()


class LotRow(TenantRow, table=True):
    """What one grant brought in a unit that expires, and what is left of it."""

    __tablename__ = "lot"
    member: int = big(key=True)
    position: int = big(key=True)
    ordinal: int = big(key=True)
    unit: str = word()
    gained: int = big()
    remaining: int = big()
    expired: int = big()
    expires_at: int = big()


class WaitingRow(TenantRow, table=True):
    """A grant that waits, or waited, for an instant or for a person."""

    __tablename__ = "waiting"
    __table_args__: ClassVar[Any] = (Index(None, "community_id", "open", "position"),)
    member: int = big(key=True)
    position: int = big(key=True)
    ordinal: int = big(key=True)
    unit: str = word()
    amount: int = big()
    release_at: int | None = big(default=None)
    open: int = big()
    released_at: int = big()


class DueRow(TenantRow, table=True):
    """When something is next to be done: what the sweeper looks for."""

    __tablename__ = "due"
    __table_args__: ClassVar[Any] = (Index(None, "community_id", "at"),)
    what: str = word(key=True)
    member: int = big(key=True)
    at: int | None = big(default=None)


class TierRunRow(TenantRow, table=True):
    """A ladder's daily run: when the next is due, and how far an open one is."""

    __tablename__ = "tier_run"
    ladder: str = word(key=True)
    due_at: int | None = big(default=None)
    opened: int = big()
    first_day: int = big()
    last_day: int = big()
    members: int = big()
    done_to: int = big()


class GroupWishRow(TenantRow, table=True):
    """Whether a member should be in a platform's group, and what a bot said last."""

    __tablename__ = "group_wish"
    __table_args__: ClassVar[Any] = (Index(None, "community_id", "since_position"),)
    member: int = big(key=True)
    group_code: str = word(key=True)
    wanted: int = big()
    since_position: int = big()
    since_at: int = big()
    held: int = big()
    inside: int = big()
    reported_at: int | None = big(default=None)


class ViolationRow(TenantRow, table=True):
    """A report of a broken house rule, found by its member and by its place, and what became of it."""

    __tablename__ = "violation"
    __table_args__: ClassVar[Any] = (
        Index(None, "community_id", "position"),
        Index(None, "community_id", "open", "position"),
    )
    member: int = big(key=True)
    position: int = big(key=True)
    rule: str = word()
    ladder: str = word()
    action: str = word()
    open: int = big()
    count: int = big()
    confirmed: int = big()
    confirmed_at: int | None = big(default=None)
    forgets_at: int | None = big(default=None)
    appeal_until: int | None = big(default=None)
    no_earning_until: int | None = big(default=None)
    appealed: int = big()
    appealed_at: int | None = big(default=None)
    upheld: int = big()
    resolved: int = big()
    resolved_at: int | None = big(default=None)


class SettingRow(TenantRow, table=True):
    """Something of the community itself, by name."""

    __tablename__ = "setting"
    name: str = word(key=True)
    value: str = word()
    position: int = big()


class OfferRow(TenantRow, table=True):
    """An offer and its terms."""

    __tablename__ = "offer"
    code: str = word(key=True)
    terms: str = word()
    retired: int = big()


class TickRow(TenantRow, table=True):
    """When something of the playbook was last done."""

    __tablename__ = "tick"
    what: str = word(key=True)
    position: int = big()
    at: int = big()
    undone: int = big()


class PerkRow(TenantRow, table=True):
    """A perk: its terms, and what became of its stock and its codes."""

    __tablename__ = "perk"
    code: str = word(key=True)
    terms: str = word()
    retired: int = big()
    stock: int | None = big(default=None)
    reserved: int = big()
    sold: int = big()
    codes: int = big()
    handed: int = big()


class RedemptionRow(TenantRow, table=True):
    """A redemption, by where it was made, and how far it is."""

    __tablename__ = "redemption"
    __table_args__: ClassVar[Any] = (
        Index(None, "community_id", "member", "open"),
        Index(None, "community_id", "perk", "open"),
    )
    position: int = big(key=True)
    perk: str = word()
    member: int = big()
    unit: str = word()
    cost: int = big()
    status: str = word()
    given: int = big()
    handed: int = big()
    open: int = big()
    hold_until: int | None = big(default=None)
    requested_at: int = big()
    updated_at: int = big()
    paid_at: int = big()


class ProfileRow(TenantRow, table=True):
    """What a member is called: personal, so never in the log, and erasable."""

    __tablename__ = "profile"
    member: int = big(key=True)
    display_name: str = word()


class IdentityRow(TenantRow, table=True):
    """Who is who: personal, so never in the log, and erasable."""

    __tablename__ = "identity"
    __table_args__: ClassVar[Any] = (Index(None, "community_id", "member"),)
    platform: str = word(key=True)
    external_id: str = word(key=True)
    member: int = big()
    received: str = word()
