"""The floor: a loss never takes a balance below it, and one already below it is not lowered."""

from __future__ import annotations

from ledger.core.books.shelf import Account
from ledger.core.rulebook.grammar import Claw, Unit
from ledger.core.values import LARGEST_POINTS


def floored(unit: Unit, account: Account, amount: int) -> int:
    """Return how much of a grant passes the floor; a gain always does."""
    if amount >= 0 or unit.floor is None:
        return amount
    return max(amount, min(0, unit.floor - account.balance))


def bounded(account: Account, amount: int) -> int:
    """Return how much of a grant keeps the balance within what a JSON number holds exactly."""
    return max(-LARGEST_POINTS, min(LARGEST_POINTS, account.balance + amount)) - account.balance


def taken_back(unit: Unit, account: Account, amount: int) -> int:
    """Return how much of an undo's loss is taken under the unit's claw policy; a gain always is given."""
    if amount >= 0:
        return amount
    match unit.claw:
        case Claw.DEBT:
            return amount
        case Claw.CLIP:
            return floored(unit, account, amount)
        case Claw.WITHIN_BALANCE:
            return max(amount, min(0, (unit.floor or 0) - account.available))
        case Claw.PENDING_ONLY:
            return 0
