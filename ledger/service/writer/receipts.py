"""What the writer answers: a receipt for what is in the log, or the core's refusal."""

from __future__ import annotations

from ledger.core.events import Event
from ledger.core.refusals import Refusal
from ledger.core.values import Position, Value


class Receipt(Value):
    """A command is in the log at this position. `event` and `hash` are absent on a replay: read them there.

    Of what was due it is the position up to which all is done; a replay found nothing left to do.
    """

    position: Position
    replayed: bool = False
    event: Event | None = None
    hash: bytes = b""


Answered = Receipt | Refusal
