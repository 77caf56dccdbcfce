"""One batch of one community: plan against the books, seal into the chain, write in one transaction.

On PostgreSQL a plan is made from cached books before any lock, and the head moves by compare-and-set;
where another process moved it first, the batch is planned again under the head's lock. On SQLite the
transaction's lock comes first, and the cache holds if the head is still the one it was made for.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from ledger.core.books.shelf import DUE, EVENT, HOLDS, KEY, NAMES, SETTING, STRIKES, TALLY, TRAIL, WAITS
from ledger.core.books.view import Books, Head, Key
from ledger.core.chain import encode_private, link, private_digest
from ledger.core.commands import Stamped
from ledger.core.decide.answers import Accepted, Answer, Repeated, Settled
from ledger.core.events import encode_fact
from ledger.core.plan import plain_needs, plan, plan_atomic
from ledger.core.rulebook.versions import Versions
from ledger.core.values import Position
from ledger.service.clock import Clock
from ledger.service.rulebooks import versions_of
from ledger.service.writer.receipts import Answered, Receipt
from ledger.store import books as shelves
from ledger.store.engine import Connection
from ledger.store.erasures import begin_erasures
from ledger.store.journal import Sealed, append, move_head, read_head, read_rulebooks

TRANSIENT = (KEY, EVENT, TRAIL, NAMES)
ASKED_OFTEN = (SETTING, STRIKES, HOLDS, WAITS, DUE, TALLY)
"""Books of which also is remembered that there is nothing: nearly every event asks for the same keys of them, the
community's settings and what there is of its members."""

MOST_RUNS = 1_000


class Submission(NamedTuple):
    """Commands that came together; atomic ones are accepted all or not at all."""

    commands: Sequence[Stamped]
    atomic: bool = False


class UnknownCommunity(Exception):
    """There is no such community."""


class Overtaken(Exception):
    """Another process has written after the head that a plan began from, under a rulebook it may not know."""


class Cache:
    """The books one process remembers of one community, as of one head."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.head: Head | None = None
        self.versions = Versions()
        self.books: dict[Key, Any] = {}

    def forget(self) -> None:
        """Remember nothing."""
        self.head = None
        self.versions = Versions()
        self.books = {}

    def learn(self, books: Books, head: Head, loaded: dict[Key, Any]) -> None:
        """Take over a committed batch: what it read stays known, what it changed is new.

        That nothing was found at a key is not kept: nearly every event asks for keys of its own. But what was
        written blank is: a claim that was given up is no longer what was read before.
        """
        self.head, self.versions = head, books.versions
        self.books.update(
            (key, value)
            for key, value in loaded.items()
            if key[0] not in TRANSIENT and (value is not key[0].blank or key[0] in ASKED_OFTEN)
        )
        self.books.update((key, value) for key, value in books.changed.items() if key[0] not in TRANSIENT)
        if len(self.books) > self.limit:
            self.books = {}


async def write_batch(
    connection: Connection, community: UUID, submissions: Sequence[Submission], *, cache: Cache, clock: Clock
) -> list[list[Answered]]:
    """Write a batch and return each submission's answers.

    Raises:
        UnknownCommunity: the community has no head.
    """
    if cache.head is not None and not connection.locks_whole_database:
        with suppress(Overtaken):
            planned = await _plan(connection, community, submissions, cache=cache, head=cache.head, clock=clock)
            if await _commit(connection, community, planned, lock=None):
                cache.learn(planned.books, planned.head, planned.loaded)
                return planned.answered()
        cache.forget()
    await connection.begin()
    head = await read_head(connection, community, lock=True)
    if head is None:
        raise UnknownCommunity
    if head != cache.head:
        cache.forget()
        cache.versions = versions_of(await read_rulebooks(connection, community))
    planned = await _plan(connection, community, submissions, cache=cache, head=head, clock=clock)
    await _commit(connection, community, planned, lock=head)
    cache.learn(planned.books, planned.head, planned.loaded)
    return planned.answered()


class Planned(NamedTuple):
    """A batch that may be written: the head it was planned on, and all that follows from it."""

    before: Head
    head: Head
    books: Books
    loaded: dict[Key, Any]
    sealed: list[Sealed]
    answers: list[list[Answer]]

    def answered(self) -> list[list[Answered]]:
        """Return receipts for what was accepted or repeated, and refusals as they are."""
        by_position = {one.event.position: one for one in self.sealed}
        return [[_answered(answer, by_position) for answer in answers] for answers in self.answers]


def _answered(answer: Answer, sealed: dict[Position, Sealed]) -> Answered:
    match answer:
        case Accepted():
            one = sealed[answer.position]
            return Receipt(position=answer.position, event=one.event, hash=one.hash)
        case Repeated():
            one_before = sealed.get(answer.position)
            if one_before is None:
                return Receipt(position=answer.position, replayed=True)
            return Receipt(position=answer.position, replayed=True, event=one_before.event, hash=one_before.hash)
        case Settled():
            return Receipt(position=answer.position, replayed=not answer.events)
        case _:
            return answer


async def _plan(
    connection: Connection,
    community: UUID,
    submissions: Sequence[Submission],
    *,
    cache: Cache,
    head: Head,
    clock: Clock,
) -> Planned:
    """Plan until no key is missing; each run loads just what the one before lacked.

    Raises:
        Overtaken: an event after the head was loaded. Under the head's lock there is none.
    """
    at = clock()
    known = cache.books
    loaded: dict[Key, Any] = {}
    needs = {key for one in submissions for key in plain_needs(one.commands) if key not in known}
    for _ in range(MOST_RUNS):
        loaded.update(await shelves.load(connection, community, needs))
        found = (loaded[book, key].event for book, key in needs if book is EVENT)
        if any(event is not None and event.position > head.position for event in found):
            raise Overtaken
        books = Books(head, cache.versions, Layered(known, loaded))
        answers = [
            plan_atomic(books, one.commands, at=at) if one.atomic else plan(books, one.commands, at=at)
            for one in submissions
        ]
        if not books.missing:
            sealed = seal(head.hash, books)
            after = msgspec.structs.replace(books.head, hash=sealed[-1].hash) if sealed else head
            return Planned(head, after, books, loaded, sealed, answers)
        needs = set(books.missing)
    raise AssertionError("planning asks for ever more keys")


class Layered(dict[Key, Any]):
    """What this batch loaded, over what the cache remembers."""

    def __init__(self, known: dict[Key, Any], loaded: dict[Key, Any]) -> None:
        super().__init__(loaded)
        self._known = known.get

    def get(self, key: Key, default: Any = None) -> Any:
        """Return the value at a key."""
        value = super().get(key)
        return self._known(key, default) if value is None else value


def seal(before: bytes, books: Books, *, chance: Callable[[int], bytes] = os.urandom) -> list[Sealed]:
    """Chain the planned events. `chance` gives the salts of private parts."""
    sealed: list[Sealed] = []
    for event, private in books.events:
        body = encode_fact(event.fact)
        salt = content = digest = None
        if private:
            salt, content = chance(16), encode_private(private)
            digest = private_digest(salt, content)
        before = link(before, event, body, digest)
        sealed.append(Sealed(event, body, salt, content, digest, before))
    return sealed


async def _commit(connection: Connection, community: UUID, planned: Planned, *, lock: Head | None) -> bool:
    """Write and commit; without `lock`, only if the head is still where the plan began.

    The same holds of answers that write nothing: a refusal, or that it is so already, may come from books that are
    out of date.
    """
    if not planned.sealed:
        if lock is None:
            return await read_head(connection, community, lock=False) == planned.before
        await connection.rollback()
        return True
    if lock is None:
        await connection.begin()
    if not await move_head(connection, community, planned.before, planned.head):
        await connection.rollback()
        return False
    await append(connection, community, planned.sealed)
    await shelves.save(connection, community, planned.books)
    await begin_erasures(connection, community, [one.event for one in planned.sealed])
    await connection.commit()
    return True
