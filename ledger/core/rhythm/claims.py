"""Claims: what members say they did themselves, which pays once somebody has approved it.

Not to be taken for the claims of rules, which only one grant holds (`outcomes.ClaimKey`).
"""

from __future__ import annotations

from msgspec.structs import replace

from ledger.core.rulebook.grammar import FixedAmount, Pending, Rule
from ledger.core.rulebook.versions import Version
from ledger.core.values import MemberId, Micros, Value

CLAIMS_SOURCE = "ledger:claims"
"""The source of what members claim; keys are theirs."""


class SubmitClaim(Value):
    """Say as a member what one did. `note` is for whoever approves it, and kept outside the log."""

    key: str
    member: MemberId
    type: str
    subject: str | None = None
    occurred_at: Micros | None = None
    note: str = ""


def claimable(version: Version, type_: str) -> list[Rule]:
    """Return the rules that pay for a claim of a type, each to wait: fixed amounts for whoever did it."""
    return [
        replace(rule, pending=Pending())
        for rule in version.rules_for.get(type_, ())
        if rule.to == "actor" and isinstance(rule.amount, FixedAmount) and rule.amount.points > 0
    ]
