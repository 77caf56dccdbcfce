"""Postings: each entry as a movement from a source account to a destination, so that all accounts sum to zero.

Members' points come from and go back to system accounts, which have no balance row: their balance is
what the members hold, negated.
"""

from __future__ import annotations

from ledger.core.outcomes import Decision, EntryKind
from ledger.core.values import Value
from ledger.core.violations import PENALTY

SYSTEM_ACCOUNT = {
    EntryKind.AWARD: "awards",
    EntryKind.BONUS: "awards",
    EntryKind.REVERSAL: "awards",
    EntryKind.OPENING: "openings",
    EntryKind.BONUS: "bonuses",
    EntryKind.ADJUSTMENT: "adjustments",
    EntryKind.EXPIRY: "expiries",
    EntryKind.PENALTY: "penalties",
    EntryKind.REDEMPTION: "redemptions",
    EntryKind.REFUND: "redemptions",
    EntryKind.TRANSFER: "transfers",
}


class Posting(Value):
    """A movement of `amount` > 0 minor units of a unit."""

    source: str
    destination: str
    unit: str
    amount: int


def posting(decision: Decision) -> Posting | None:
    """Return the movement a decision is; None where it moved nothing."""
    if decision.member is None or not decision.granted:
        return None
    kind = EntryKind.PENALTY if decision.rule == PENALTY else decision.kind  # given back to where it was taken
    system, member = f"system:{SYSTEM_ACCOUNT[kind]}", f"member:{decision.member}"
    source, destination = (system, member) if decision.granted > 0 else (member, system)
    return Posting(source=source, destination=destination, unit=decision.unit, amount=abs(decision.granted))
