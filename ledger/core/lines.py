"""What an explanation is made of: a line is one sentence, as a code and parameters for `words` to say."""

from __future__ import annotations

from ledger.core.values import Value


class Line(Value):
    """One sentence: its code, its parameters, and how deep it is indented."""

    code: str
    parameters: dict[str, object] = {}
    depth: int = 0
