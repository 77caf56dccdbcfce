"""Rows to store: a sample of every book by number, events as the writer seals them, and unusual texts."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeVar
from uuid import UUID

from ledger.core.books.goods import (
    Gathering,
    Offer,
    Perk,
    Redemption,
    Round,
    Rsvp,
    Series,
    Setting,
    Story,
    Thanks,
    Tick,
    Violation,
)
from ledger.core.books.shelf import (
    ACCOUNT,
    BUDDY,
    CLAIM,
    COUNTER,
    DUE,
    GATHERING,
    IDENTITY,
    LOT,
    MEMBER,
    OBJECT,
    OFFER,
    PERK,
    PROFILE,
    REDEMPTION,
    ROUND,
    RSVP,
    RULEBOOK,
    RUN,
    SERIES,
    SETTING,
    SHARE,
    STORY,
    STREAK,
    TALLY,
    THANKS,
    TICK,
    TIER,
    VIOLATION,
    WAITING,
    WISH,
    Account,
    Book,
    Buddy,
    Claim,
    Counter,
    Due,
    Known,
    Lot,
    Member,
    Profile,
    Published,
    Run,
    Share,
    Standing,
    Streak,
    Tally,
    Thing,
    Waiting,
    Wish,
)
from ledger.core.books.view import Books, Head, Key
from ledger.core.chain import encode_private, link, private_digest
from ledger.core.events import ContributionRecorded, Event, Fact, encode_fact
from ledger.core.outcomes import Decision, EntryKind, GrantRef, Outcome, TierChange
from ledger.core.rulebook.versions import Versions
from ledger.core.values import MemberId, Micros, Position
from ledger.store import books as shelves
from ledger.store.engine import Connection, Database
from ledger.store.journal import Sealed

T = TypeVar("T")
LARGEST = 2**63 - 1
SALT = b"\x00salt of sixteen"
TEXTS = [
    "it's",
    'say "hi"',
    "a, b; -- c",
    "%_\\ \\' \\\\",
    "$1 :name ? {1,2} (x)",
    "NULL",
    "007",
    "1e3",
    " blanks around ",
    "line\nbreak\ttab\r",
    "中文，繁體",
    "caf\u00e9",
    "cafe\u0301",
    "CAF\u00c9",
    "👩‍👩‍👧‍👦",
    "\u202eright to left",
    "\U0010ffff",
    "x" * 512,
    "".join(chr(0x20000 + number * 7) for number in range(512)),
]
"""Each a key of its own; the last is the longest subject that intake lets in, 2,048 bytes that do not compress."""

Sample = Callable[[int], tuple[tuple[Any, ...], Any]]
SAMPLES: dict[Book[Any, Any], Sample] = {
    MEMBER: lambda n: ((n,), Member(joined_at=Micros(n), seen_position=Position(n), left_at=_odd(n))),
    BUDDY: lambda n: ((n,), Buddy(buddy=MemberId(n + 1), since_position=Position(n))),
    SHARE: lambda n: ((n, "points"), Share(amount=-n)),
    ACCOUNT: lambda n: ((n, "points"), Account(balance=-n, held=n, pending=LARGEST - n, earned=n)),
    COUNTER: lambda n: (("cap:liked", str(n), f"2026-11-{n}"), Counter(amount=-n)),
    CLAIM: lambda n: (("once:liked", f"{n},thread"), Claim(position=Position(n), ordinal=n % 3)),
    OBJECT: lambda n: ((f"thread/{n}",), Thing(kind="thread", author=MemberId(n))),
    TIER: lambda n: (("rank", n), Standing(level="regular", since_position=Position(n), since_at=Micros(n))),
    TALLY: lambda n: (("points.earned", n), Tally(total=n, days=n % 3, entries=bytes([n % 256, 0]))),
    STREAK: lambda n: (("weeks", n), Streak(last=n, length=2, freezes=1)),
    LOT: lambda n: (
        (n, n + 1, n % 3),
        Lot(unit="points", gained=5, remaining=n % 5, expired=1, expires_at=Micros(n)),
    ),
    WAITING: lambda n: (
        (n, n + 1, n % 3),
        Waiting(unit="points", amount=n, release_at=_odd(n), open=n % 2, released_at=Position(n)),
    ),
    DUE: lambda n: (("points", n), Due(at=_odd(n))),
    RUN: lambda n: (
        (f"circle-{n}",),
        Run(due_at=_odd(n), opened=Position(n), first_day=n, last_day=n + 1, members=9, done_to=3),
    ),
    WISH: lambda n: (
        (n, "core"),
        Wish(wanted=1, since_position=Position(n), since_at=Micros(n), held=n % 2, inside=1, reported_at=_odd(n)),
    ),
    VIOLATION: lambda n: (
        (n, n + 1),
        Violation(
            rule="advert",
            ladder="conduct",
            action="WARNING",
            open=n % 2,
            count=n,
            confirmed=Position(n),
            confirmed_at=Micros(n),
            forgets_at=_odd(n),
            appeal_until=_odd(n),
            no_earning_until=_odd(n),
            appealed=Position(n),
            appealed_at=_odd(n),
            upheld=Position(n),
            resolved=Position(n),
            resolved_at=Micros(n),
        ),
    ),
    SETTING: lambda n: ((f"welcome-{n}",), Setting(value=f"tea {n}", position=Position(n))),
    OFFER: lambda n: ((f"launch-{n}",), Offer(terms="{}", retired=n % 2)),
    TICK: lambda n: ((f"task:{n}",), Tick(position=Position(n), at=Micros(n), undone=n % 2)),
    PERK: lambda n: (
        (f"tea-{n}",),
        Perk(terms="{}", retired=n % 2, stock=_odd(n), reserved=n, sold=2, codes=3, handed=1),
    ),
    REDEMPTION: lambda n: (
        (n,),
        Redemption(perk="tea", member=MemberId(n), unit="points", cost=n, status="REQUESTED", hold_until=_odd(n)),
    ),
    STORY: lambda n: (
        (f"story/{n}",),
        Story(position=Position(n), author=MemberId(n), state="FEATURED", moved=Position(n), featured_at=_odd(n)),
    ),
    THANKS: lambda n: ((f"story/{n}", n), Thanks(given=1)),
    SERIES: lambda n: ((f"walk-{n}",), Series(terms="{}", scheduled=Position(n), cancelled=Position(n % 2))),
    GATHERING: lambda n: ((f"walk/{n}",), Gathering(going=n, attended=2, recapped=Position(n))),
    RSVP: lambda n: ((f"walk/{n}", n), Rsvp(answer="GOING", answered=Position(n))),
    ROUND: lambda n: ((f"chain-{n}",), Round(opened=Position(n), closed=Position(n + 1))),
    RULEBOOK: lambda n: ((n,), Published(position=Position(n), effective_from=_odd(n))),
    PROFILE: lambda n: ((n,), Profile(display_name=f"Ana {n} 中文")),
    IDENTITY: lambda n: (("telegram", str(n)), Known(member=MemberId(n), received=f"telegram:{n}")),
}


def _odd(number: int) -> Micros | None:
    return Micros(number) if number % 2 else None


def text_key(book: Book[Any, Any], text: str) -> tuple[tuple[Any, ...], Any]:
    """Return a sample whose key has `text` as its last text, or no text at all."""
    key, value = SAMPLES[book](1)
    last = max((place for place, part in enumerate(key) if isinstance(part, str)), default=None)
    return tuple(text if place == last else part for place, part in enumerate(key)), value


def blank_books() -> Books:
    """Return books nobody has written in."""
    return Books(Head(), Versions(), {})


async def committed(database: Database, work: Callable[[Connection], Coroutine[Any, Any, T]]) -> T:
    """Run work in a transaction and commit it."""

    async def whole(connection: Connection) -> T:
        await connection.begin()
        result = await work(connection)
        await connection.commit()
        return result

    return await database.write(whole)


async def save(database: Database, community: UUID, books: Books) -> None:
    """Save books in a transaction of their own."""
    await committed(database, lambda connection: shelves.save(connection, community, books))


async def load(database: Database, community: UUID, keys: Iterable[Key]) -> dict[Key, Any]:
    """Load keys outside of any transaction."""
    return await database.write(lambda connection: shelves.load(connection, community, keys))


def contribution(position: int, *, key: str = "", fact: Fact | None = None, **columns: Any) -> Event:
    """Return an event at a position; what is not said follows from it."""
    given: dict[str, Any] = {
        "type": "thread.liked",
        "source": "telegram:group",
        "key": key or f"key-{position}",
        "subject": f"thread/{position}" if position % 2 else None,
        "occurred_at": Micros(1_000 + position),
        "recorded_at": Micros(2_000 + position),
        "rulebook": 1,
        "mac": position.to_bytes(16, "big"),
        "fact": fact or ContributionRecorded(actor=MemberId(1), decisions=graded(position), tiers=moved()),
    }
    return Event(position=Position(position), **(given | columns))


def graded(position: int) -> tuple[Decision, ...]:
    """Return a grant, a look that paid nobody, and a reversal of the grant."""
    return (
        Decision(
            rule="liked", outcome=Outcome.GRANTED, member=MemberId(1), unit="points", wanted=3, granted=3, after=3
        ),
        Decision(rule="nobody", outcome=Outcome.NO_RECIPIENT, unit="points"),
        Decision(
            rule="liked",
            outcome=Outcome.GRANTED,
            member=MemberId(1),
            unit="points",
            kind=EntryKind.REVERSAL,
            wanted=-3,
            granted=-3,
            after=0,
            reverses=GrantRef(position=Position(position), ordinal=0),
        ),
    )


def moved() -> tuple[TierChange, ...]:
    """Return a rise from nothing and a fall to nothing."""
    return (
        TierChange(ladder="rank", member=MemberId(1), before=None, after="regular"),
        TierChange(ladder="rank", member=MemberId(1), before="regular", after=None),
    )


def seal(event: Event, private: dict[str, Any] | None = None, *, before: bytes = b"") -> Sealed:
    """Return an event as the writer seals it."""
    body = encode_fact(event.fact)
    if private is None:
        return Sealed(event, body, None, None, None, link(before, event, body, None))
    content = encode_private(private)
    digest = private_digest(SALT, content)
    return Sealed(event, body, SALT, content, digest, link(before, event, body, digest))
