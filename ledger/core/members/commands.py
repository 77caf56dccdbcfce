"""Commands about who a member is: erased, merged, parted, known by other names, looked after."""

from __future__ import annotations

from ledger.core.values import Identity, MemberId, Position, Value


class EraseMember(Value):
    """Make a member nobody. Again is no change: the answer is the first one's."""

    member: MemberId
    by: str


class MergeMembers(Value):
    """Say that two members are one person: `into` acts for `gone` from now on."""

    into: MemberId
    gone: MemberId
    by: str
    reason: str


class UnmergeMembers(Value):
    """Say that the merge at a position was wrong."""

    position: Position
    by: str
    reason: str


class LinkIdentity(Value):
    """Let a member go by one more identity."""

    member: MemberId
    identity: Identity
    by: str


class SetBuddy(Value):
    """Let somebody look after a member, or, with None, nobody."""

    member: MemberId
    buddy: MemberId | None
    by: str


AboutMembers = EraseMember | MergeMembers | UnmergeMembers | LinkIdentity | SetBuddy
"""What is said about who a member is."""
