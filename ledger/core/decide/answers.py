"""What the core answers to a command."""

from __future__ import annotations

from ledger.core.refusals import Refusal
from ledger.core.values import Position, Value


class Accepted(Value):
    """The command became the fact at this position."""

    position: Position


class Repeated(Value):
    """The command was accepted before, at this position; nothing was written."""

    position: Position


class Settled(Value):
    """What was due is done, up to this position: so many events were written."""

    position: Position
    events: int


Answer = Accepted | Repeated | Settled | Refusal
