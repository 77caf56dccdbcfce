"""The books by name: what each is keyed by, and what it holds where nothing was written yet.

The store has one table a book: community, then the key's parts, then the value's fields, in this order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ledger.core.events import Event
from ledger.core.values import MemberId, Micros, Position, Value

K = TypeVar("K", bound=tuple[object, ...])
V = TypeVar("V", bound=Value)


@dataclass(frozen=True, slots=True, eq=False)
class Book(Generic[K, V]):
    """One book: `blank` is what an unwritten key reads as."""

    name: str
    blank: V


class Member(Value):
    """When a member was first seen, joined and left; `joined_at` is the earliest of sight and joining."""

    joined_at: Micros = Micros(0)
    seen_position: Position = Position(0)
    left_at: Micros | None = None


class Account(Value):
    """A member's points in one unit, in minor units. balance = available + held."""

    balance: int = 0
    held: int = 0
    pending: int = 0
    earned: int = 0

    @property
    def available(self) -> int:
        """What can be spent."""
        return self.balance - self.held


class Counter(Value):
    """How far a cap, quota or cooldown is used up."""

    amount: int = 0


class Claim(Value):
    """Which decision holds something only one may hold; position 0 is nobody."""

    position: Position = Position(0)
    ordinal: int = 0


class Thing(Value):
    """An object that contributions concern: its kind, and who made it. Author 0 is nobody known."""

    kind: str = ""
    author: MemberId = MemberId(0)


class Standing(Value):
    """A member's level on a ladder, and since when; an empty level is below the lowest."""

    level: str = ""
    since_position: Position = Position(0)
    since_at: Micros = Micros(0)


class Published(Value):
    """Where a rulebook version stands in the log, and from when it holds; None is the beginning of time."""

    position: Position = Position(0)
    effective_from: Micros | None = None


class Known(Value):
    """Whom an identity names; member 0 is nobody yet."""

    member: MemberId = MemberId(0)
    received: str = ""


class Profile(Value):
    """What a member is called."""

    display_name: str = ""


class Seen(Value):
    """Where a key was recorded, and the digest of its content; position 0 is not yet."""

    position: Position = Position(0)
    mac: bytes = b""


class Recorded(Value):
    """An event of the log, whole; None where there is none."""

    event: Event | None = None


class Trail(Value):
    """Positions whose grants may be found by one key, ascending."""

    positions: tuple[Position, ...] = ()


MEMBER: Book[tuple[int], Member] = Book("member", Member())
ACCOUNT: Book[tuple[int, str], Account] = Book("account", Account())
COUNTER: Book[tuple[str, str, str], Counter] = Book("counter", Counter())
CLAIM: Book[tuple[str, str], Claim] = Book("claim", Claim())
OBJECT: Book[tuple[str], Thing] = Book("object", Thing())
TIER: Book[tuple[str, int], Standing] = Book("tier", Standing())
TRAIL: Book[tuple[str], Trail] = Book("trail", Trail())
RULEBOOK: Book[tuple[int], Published] = Book("rulebook", Published())
FOLDED: tuple[Book[Any, Any], ...] = (MEMBER, ACCOUNT, COUNTER, CLAIM, OBJECT, TIER, TRAIL, RULEBOOK)
"""The books that are folded from the log and from nothing else."""

IDENTITY: Book[tuple[str, str], Known] = Book("identity", Known())
"""Who is who: personal, so outside the log, and erasable."""

PROFILE: Book[tuple[int], Profile] = Book("profile", Profile())
"""What members are called: personal like identities."""

KEY: Book[tuple[str, str], Seen] = Book("key", Seen())
EVENT: Book[tuple[int], Recorded] = Book("event", Recorded())
"""The log itself, by sender's key and by position."""
