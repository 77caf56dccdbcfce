"""How it is noted what was withheld from members who were not earning, so that it can be granted later."""

from __future__ import annotations

from ledger.core.outcomes import ClaimKey
from ledger.core.values import MemberId

STANDING = "standing"
"""The step that withholds: before it stands what a rule would have paid, limits aside."""

CONDUCT = "conduct"
"""The step that says that a rule is for those who stand otherwise with the house rules."""


def withheld_trail(member: MemberId) -> str:
    """Return the trail under which what was withheld from a member is found."""
    return f"withheld:{member}"


def restored_claim(position: int, ordinal: int) -> ClaimKey:
    """Return the claim that lets what was withheld be granted only once."""
    return ClaimKey(kind="restored", key=f"{position}/{ordinal}")
