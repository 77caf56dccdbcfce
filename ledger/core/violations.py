"""Facts about violations: what somebody reported, what was found, what the member said, what was taken back.

What people wrote about one, evidence, notes and appeals, is in the events' private parts and in no fact.
"""

from __future__ import annotations

from enum import StrEnum

from ledger.core.outcomes import Decided
from ledger.core.values import MemberId, Micros, Position, Value

PENALTY = "penalty"
"""The rule that entries name which a violation took."""


class Action(StrEnum):
    """What was made of a report: what the ladder's step brings, or nothing, or nothing any more."""

    WARNING = "WARNING"
    PENALTY = "PENALTY"
    REMOVAL = "REMOVAL"
    DISMISSED = "DISMISSED"
    LIFTED = "LIFTED"


BRINGING = frozenset({Action.WARNING, Action.PENALTY, Action.REMOVAL})
"""What a confirmed violation brings."""


class ViolationRecorded(Value, tag="violation.recorded"):
    """Somebody reported that a member broke a house rule; nothing follows before it is confirmed."""

    member: MemberId
    rule: str
    by: str


class ViolationConfirmed(Decided, tag="violation.confirmed", kw_only=True):
    """The report at `of` was right, and this is what the ladder's step brings.

    It is the member's strike number `count` on the ladder, forgotten ones and lifted ones left out. The decisions
    hold what was taken; the groups are those in which a removed member no longer has a place.
    """

    of: Position
    member: MemberId
    rule: str
    ladder: str
    count: int
    action: Action
    by: str
    forgets_at: Micros | None = None
    appeal_until: Micros | None = None
    no_earning_until: Micros | None = None


class ViolationDismissed(Value, tag="violation.dismissed"):
    """The report at `of` came to nothing."""

    of: Position
    member: MemberId
    by: str


class ViolationAppealed(Value, tag="violation.appealed"):
    """The member asks that the violation reported at `of` be looked at again. Meanwhile it stands."""

    of: Position
    member: MemberId


class ViolationUpheld(Value, tag="violation.upheld"):
    """Somebody looked again, and the violation reported at `of` stands."""

    of: Position
    member: MemberId
    by: str


class ViolationLifted(Decided, tag="violation.lifted", kw_only=True):
    """The violation reported at `of` no longer counts: what it took is given back, what it withheld is granted."""

    of: Position
    member: MemberId
    by: str
    unfinished: bool = False
    """Whether it withheld more than one event grants: the rest follows at once."""


AboutViolation = (
    ViolationRecorded
    | ViolationConfirmed
    | ViolationDismissed
    | ViolationAppealed
    | ViolationUpheld
    | ViolationLifted
)
