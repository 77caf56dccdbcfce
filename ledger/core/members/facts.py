"""Facts about who members are: erased, united with another and parted again."""

from __future__ import annotations

from ledger.core.outcomes import ClaimKey, Decided
from ledger.core.values import MemberId, Position, Value


class MemberErased(Decided, tag="member.erased", kw_only=True):
    """A member is nobody from now on: what named them is destroyed, and nothing is paid to them any more.

    What waited for them is withdrawn. It holds nothing personal; `by` says who did it, as `key:…` or `member:…`.
    """

    member: MemberId
    by: str
    united: tuple[MemberId, ...] = ()
    """Those who were one person with them."""
    answers: tuple[tuple[str, MemberId], ...] = ()
    """Answers to activities that are still to come, by activity and member: their places are free."""

    @property
    def everybody(self) -> tuple[MemberId, ...]:
        """All who are nobody now."""
        return (self.member, *self.united)


class MembersMerged(Decided, tag="members.merged", kw_only=True):
    """Two members are one person: from now on `into` acts for `gone`, whose balances move with their lots.

    `answers` are those to activities that count no more, as the other one answered later: one person has one place.
    """

    into: MemberId
    gone: MemberId
    by: str
    answers: tuple[tuple[str, MemberId], ...] = ()


class MembersUnmerged(Decided, tag="members.unmerged", kw_only=True):
    """The merge at `of` was wrong: `gone` is a member of their own again, with what came by their identities.

    `units` are those of which something came.
    """

    of: Position
    gone: MemberId
    by: str
    holder: MemberId | None = None
    """Who acted for them till then."""
    units: tuple[str, ...] = ()
    claims: tuple[ClaimKey, ...] = ()


class IdentityLinked(Value, tag="identity.linked", kw_only=True):
    """A member goes by one more name on some platform; which one stands in the private part."""

    member: MemberId
    by: str


class BuddySet(Value, tag="buddy.set", kw_only=True):
    """Somebody looks after a member from now on, or nobody does any more."""

    member: MemberId
    buddy: MemberId | None
    by: str
