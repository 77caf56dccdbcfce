"""The commands that recorded facts of the rhythm came of, to tell them again."""

from __future__ import annotations

from ledger.core.events import Event
from ledger.core.rhythm.rounds import CloseRound, OpenRound, RoundClosed, RoundOpened, close_key


def of_rounds(event: Event, fact: RoundOpened | RoundClosed) -> OpenRound | CloseRound:
    """Return what was asked about a round."""
    match fact:
        case RoundOpened():
            return OpenRound(
                code=fact.code,
                title=fact.title,
                commitment=fact.commitment,
                by=fact.by,
                activity=fact.activity,
                prizes=fact.prizes,
            )
        case RoundClosed():
            return CloseRound(
                key=event.key.removeprefix(close_key("")),
                code=fact.code,
                seed=fact.seed,
                by=fact.by,
                winners=tuple(winner.member for winner in fact.winners),
                replayed=fact,
            )
