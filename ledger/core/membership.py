"""Facts about who members are: erased, united with another and parted again."""

from __future__ import annotations

from ledger.core.outcomes import Decided
from ledger.core.values import MemberId


class MemberErased(Decided, tag="member.erased", kw_only=True):
    """A member is nobody from now on: what named them is destroyed, and nothing is paid to them any more.

    What waited for them is withdrawn. It holds nothing personal; `by` says who did it, as `key:…` or `member:…`.
    """

    member: MemberId
    by: str
