"""Units: what points are, how they begin, end and are taken back."""

from __future__ import annotations

from enum import StrEnum

from ledger.core.values import Value


class Claw(StrEnum):
    """What an undo may take when the points were spent: see SEMANTICS 18."""

    DEBT = "debt"
    CLIP = "clip"
    WITHIN_BALANCE = "within_balance"
    PENDING_ONLY = "pending_only"


class StartOn(StrEnum):
    """When a member gets a unit's start."""

    JOINED = "joined"
    FIRST_SIGHT = "first_sight"


class Expiry(Value):
    """When points end: `days` after the day they are dated, or with the month or year that they are dated in.

    They live to the end of their last local day. `notice` is how many days before that somebody is told.
    """

    days: int = 0
    end_of: str = ""
    notice: int = 0


class Unit(Value):
    """A currency of the community; `floor` None is no floor, `expiry` None is for ever."""

    code: str
    scale: int = 0
    start: int = 0
    start_on: StartOn = StartOn.FIRST_SIGHT
    floor: int | None = None
    claw: Claw = Claw.DEBT
    spendable: bool = True
    expiry: Expiry | None = None
    names: dict[str, str] = {}
