"""What an explanation is made of: a line is one sentence, as a code and parameters for `words` to say."""

from __future__ import annotations

from ledger.core.values import Value


class Line(Value):
    """One sentence: its code, its parameters, and how deep it is indented."""

    code: str
    parameters: dict[str, object] = {}
    depth: int = 0


def amount(minor: int, scale: int) -> str:
    """Return minor units as whole units, exactly: 1250 at scale 2 is 12.50."""
    if scale == 0:
        return str(minor)
    whole, rest = divmod(abs(minor), 10**scale)
    return f"{'-' if minor < 0 else ''}{whole}.{rest:0{scale}d}"
