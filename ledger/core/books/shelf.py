"""The books by name: what each is keyed by, and what it holds where nothing was written yet.

The store has one table a book: community, then the key's parts, then the value's fields, in this order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ledger.core.books.goods import (
    Gathering,
    Holds,
    Offer,
    Perk,
    Places,
    Redemption,
    Round,
    Rsvp,
    Series,
    Setting,
    Story,
    Strikes,
    Thanks,
    Tick,
    Violation,
)
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
    """When a member was first seen, joined, left and was erased; `joined_at` is the earlier of the first two.

    `merged_into` is whom a merge made this member one with, and `kept` who acts for them, after all merges;
    `united` are those for whom this member acts, their numbers with commas between.
    """

    joined_at: Micros = Micros(0)
    seen_position: Position = Position(0)
    left_at: Micros | None = None
    erased_at: Micros | None = None
    merged_into: MemberId | None = None
    kept: MemberId | None = None
    united: str | None = None


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


class Share(Value):
    """What of a balance came by the identities of a merged member, in minor units."""

    amount: int = 0


class Buddy(Value):
    """Who looks after a member, since where in the log; 0 is nobody."""

    buddy: MemberId = MemberId(0)
    since_position: Position = Position(0)


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
    """A member's level on a ladder, and since when; an empty level is below the lowest.

    `below` counts daily runs in a row below the level's marks; `judged_on` is the day of the last run that
    looked at this member alone, as an ordinal; `locked` is 1 where only a person may move them.
    """

    level: str = ""
    since_position: Position = Position(0)
    since_at: Micros = Micros(0)
    below: int = 0
    judged_on: int = 0
    locked: int = 0


class Tally(Value):
    """A metric of a member or, as member 0, of the community.

    `total` is of all time, `days` how many local days have something; `entries` are packed triples of day, value
    and amount (see `books.tally`).
    """

    total: int = 0
    days: int = 0
    entries: bytes = b""


class Streak(Value):
    """A member's run of periods: the last one's ordinal, how many there were, and freezes left."""

    last: int = 0
    length: int = 0
    freezes: int = 0


class Lot(Value):
    """What one grant brought in a unit that expires, what is left of it, and what of it has expired."""

    unit: str = ""
    gained: int = 0
    remaining: int = 0
    expired: int = 0
    expires_at: Micros = Micros(0)


class OpenLot(Value, array_like=True):
    """A lot of which something is left."""

    unit: str
    expires_at: Micros
    position: Position
    ordinal: int
    remaining: int


class Lots(Value):
    """A member's open lots in every unit, soonest expiry first."""

    open: tuple[OpenLot, ...] = ()


class Waiting(Value):
    """A grant that waits, while `open`: for an instant, or for a person where `release_at` is None."""

    unit: str = ""
    amount: int = 0
    release_at: Micros | None = None
    open: int = 0
    released_at: Position = Position(0)


class OpenWait(Value, array_like=True):
    """A grant that still waits."""

    release_at: Micros | None
    position: Position
    ordinal: int


class Waits(Value):
    """What of a member's grants still waits, in order of the log."""

    open: tuple[OpenWait, ...] = ()


class Due(Value):
    """When something is next to be done; None is never."""

    at: Micros | None = None


class Run(Value):
    """A ladder's daily run: when the next is due, and, while one is open, over which days and how far it is."""

    due_at: Micros | None = None
    opened: Position = Position(0)
    first_day: int = 0
    last_day: int = 0
    members: int = 0
    done_to: int = 0


class Wish(Value):
    """Whether a member should be in a group, since when, held by hand, and what a bot said last."""

    wanted: int = 0
    since_position: Position = Position(0)
    since_at: Micros = Micros(0)
    held: int = 0
    inside: int = 0
    reported_at: Micros | None = None


class Published(Value):
    """Where a rulebook version stands in the log, and from when it holds; None is the beginning of time."""

    position: Position = Position(0)
    effective_from: Micros | None = None


class Known(Value):
    """Whom an identity names; member 0 is nobody yet."""

    member: MemberId = MemberId(0)
    received: str = ""


class Names(Value):
    """The identities of a member: platform and id there."""

    keys: tuple[tuple[str, str], ...] = ()


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
    """Positions found by one key, ascending: of grants that may be taken back, of codes, of one redemption."""

    positions: tuple[Position, ...] = ()


MEMBER: Book[tuple[int], Member] = Book("member", Member())
ACCOUNT: Book[tuple[int, str], Account] = Book("account", Account())
SHARE: Book[tuple[int, str], Share] = Book("share", Share())
BUDDY: Book[tuple[int], Buddy] = Book("buddy", Buddy())
COUNTER: Book[tuple[str, str, str], Counter] = Book("counter", Counter())
CLAIM: Book[tuple[str, str], Claim] = Book("claim", Claim())
OBJECT: Book[tuple[str], Thing] = Book("object", Thing())
TIER: Book[tuple[str, int], Standing] = Book("tier", Standing())
TRAIL: Book[tuple[str], Trail] = Book("trail", Trail())
RULEBOOK: Book[tuple[int], Published] = Book("rulebook", Published())
TALLY: Book[tuple[str, int], Tally] = Book("tally", Tally())
STREAK: Book[tuple[str, int], Streak] = Book("streak", Streak())
LOT: Book[tuple[int, int, int], Lot] = Book("lot", Lot())
WAITING: Book[tuple[int, int, int], Waiting] = Book("waiting", Waiting())
DUE: Book[tuple[str, int], Due] = Book("due", Due())
RUN: Book[tuple[str], Run] = Book("tier_run", Run())
WISH: Book[tuple[int, str], Wish] = Book("group_wish", Wish())
VIOLATION: Book[tuple[int, int], Violation] = Book("violation", Violation())
SETTING: Book[tuple[str], Setting] = Book("setting", Setting())
PERK: Book[tuple[str], Perk] = Book("perk", Perk())
REDEMPTION: Book[tuple[int], Redemption] = Book("redemption", Redemption())
OFFER: Book[tuple[str], Offer] = Book("offer", Offer())
TICK: Book[tuple[str], Tick] = Book("tick", Tick())
STORY: Book[tuple[str], Story] = Book("story", Story())
THANKS: Book[tuple[str, int], Thanks] = Book("thanks", Thanks())
ROUND: Book[tuple[str], Round] = Book("game_round", Round())
SERIES: Book[tuple[str], Series] = Book("series", Series())
GATHERING: Book[tuple[str], Gathering] = Book("gathering", Gathering())
RSVP: Book[tuple[str, int], Rsvp] = Book("rsvp", Rsvp())
FOLDED: tuple[Book[Any, Any], ...] = (
    MEMBER,
    ACCOUNT,
    SHARE,
    BUDDY,
    COUNTER,
    CLAIM,
    OBJECT,
    TIER,
    TRAIL,
    RULEBOOK,
    TALLY,
    STREAK,
    LOT,
    WAITING,
    DUE,
    RUN,
    WISH,
    VIOLATION,
    PERK,
    REDEMPTION,
    SETTING,
    OFFER,
    TICK,
    STORY,
    THANKS,
    ROUND,
    SERIES,
    GATHERING,
    RSVP,
)
"""The books that are folded from the log and from nothing else."""

LOTS: Book[tuple[int], Lots] = Book("lots", Lots())
WAITS: Book[tuple[int], Waits] = Book("waits", Waits())
STRIKES: Book[tuple[int], Strikes] = Book("strikes", Strikes())
PLACES: Book[tuple[int], Places] = Book("places", Places())
HOLDS: Book[tuple[int], Holds] = Book("holds", Holds())
PERK_HOLDS: Book[tuple[str], Holds] = Book("perk_holds", Holds())
"""Views of what counts in other books, of a member or a perk at a time: never stored themselves."""

IDENTITY: Book[tuple[str, str], Known] = Book("identity", Known())
"""Who is who: personal, so outside the log, and erasable."""

PROFILE: Book[tuple[int], Profile] = Book("profile", Profile())
"""What members are called: personal like identities."""

NAMES: Book[tuple[int], Names] = Book("names", Names())
"""A view of a member's rows in IDENTITY: never stored itself."""

KEY: Book[tuple[str, str], Seen] = Book("key", Seen())
EVENT: Book[tuple[int], Recorded] = Book("event", Recorded())
"""The log itself, by sender's key and by position."""
