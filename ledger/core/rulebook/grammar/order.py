"""Order: what is not done, and what follows when it is done again. Lengths are in microseconds."""

from __future__ import annotations

from ledger.core.values import Value


class StrikeStep(Value):
    """What one violation brings: a warning, points taken (below 0, in `unit`), a time without earning, removal."""

    warn: bool = False
    points: int = 0
    unit: str = ""
    no_earning: int = 0
    remove: bool = False


class StrikeLadder(Value):
    """What the first, the second, the next violation brings; the last step stands for all after it.

    A violation is forgotten so long after it was confirmed, None is never; `appeal` is how long the member may
    appeal, 0 is not at all.
    """

    code: str
    steps: tuple[StrikeStep, ...]
    forget_after: int | None = None
    appeal: int = 0


class HouseRule(Value):
    """Something that is not done here, and the ladder that its violations stand on. `names` say the rule."""

    code: str
    ladder: str
    names: dict[str, str] = {}
