"""Rounds of games: opened with a committed seed, entered, closed once with winners named or drawn.

A draw is fair to see: the seed is chosen when the round opens, and only its digest is told; it is published when
the round closes. Whoever has it draws again and finds the same winners.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from ledger.core.values import MemberId, Position, Value

ROUNDS_SOURCE = "ledger:rounds"
"""The source of what the ledger records about rounds."""

OPENED = "round.opened"
CLOSED = "round.closed"
WON = "game.won"
ENTERED = "round.entered"
"""The type by which bots say that somebody takes part in the round that is the event's subject."""

MOST_WINNERS = 100


class Prize(Value):
    """What a place wins, beside what rules pay: points for rules to read as `data.points`, a perk that is given."""

    place: int
    points: int | None = None
    perk: str = ""


class Winner(Value, array_like=True):
    """Who won a place, and where the contribution stands that says so."""

    place: int
    member: MemberId
    won: Position


class RoundOpened(Value, tag="round.opened"):
    """A round began. `commitment` is the SHA-256 of the seed that draws are made from, in hex."""

    code: str
    title: str
    activity: str
    prizes: tuple[Prize, ...]
    commitment: str
    by: str


class RoundClosed(Value, tag="round.closed"):
    """A round ended, for good: who won, and the seed. Where it was `drawn`, `entrants` are whom from."""

    code: str
    seed: str
    winners: tuple[Winner, ...]
    by: str
    drawn: bool = False
    entrants: tuple[MemberId, ...] = ()


class OpenRound(Value):
    """Open a round. Its code is its name for ever; the same again is no change."""

    code: str
    title: str
    commitment: str
    by: str
    activity: str = ""
    prizes: tuple[Prize, ...] = ()


class CloseRound(Value):
    """Close a round: `winners` are named in order of place, or so many are to `draw`.

    `key` is the caller's idempotency key.
    """

    key: str
    code: str
    seed: str
    by: str
    winners: tuple[MemberId, ...] = ()
    draw: int | None = None
    replayed: RoundClosed | None = None
    """Closed before, and now told again: it stands."""


OfRounds = OpenRound | CloseRound
"""What people ask about rounds."""


def commitment(seed: str) -> str:
    """Return the digest that is told of a seed beforehand; both are hex."""
    return sha256(bytes.fromhex(seed)).hexdigest()


def drawn(seed: str, entrants: Iterable[MemberId], number: int) -> tuple[MemberId, ...]:
    """Return the winners of a draw, in order of place.

    Each entrant's ticket is the HMAC-SHA256 of their member number, in decimal digits, under the seed; the lowest
    tickets win. So nobody's chance or order depends on who else is in it.
    """
    key = bytes.fromhex(seed)
    tickets = {member: hmac.new(key, str(member).encode(), sha256).digest() for member in entrants}
    return tuple(sorted(tickets, key=lambda member: tickets[member])[:number])


def round_trail(code: str) -> str:
    """Return the trail under which entries to a round are found."""
    return f"round:{code}"


def entering(type_: str, subject: str | None, data: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the trails by which a contribution is found as an entry to a round."""
    del data
    return (round_trail(subject),) if type_ == ENTERED and subject is not None else ()


def close_key(key: str) -> str:
    """Return the key under which a round is closed: callers' keys are kept apart from the ledger's."""
    return f"{CLOSED}/{key}"
