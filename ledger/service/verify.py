"""Verifies a community: folds its log anew and compares every row that is derived from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import Select, and_, select

from ledger.core import naming
from ledger.core.books.shelf import ACCOUNT, FOLDED, MEMBER, OBJECT, STORY, TRAIL, Book
from ledger.core.books.view import Head
from ledger.core.events import ContributionRecorded, Event, joined
from ledger.core.members.facts import MemberErased
from ledger.core.values import MemberId, Position, identity
from ledger.service.fold import FOLD_COLUMNS, Difference, Fold
from ledger.service.progress import Progress, silent
from ledger.store.books import key_columns, row_of, value_columns
from ledger.store.engine import Database, Reading, Row
from ledger.store.erasures import BESIDE
from ledger.store.journal import entry_rows, tier_change_rows
from ledger.store.reads.journal import head_of
from ledger.store.tables import TABLES

PAGE = 2_000
MOST_DIFFERENCES = 100


class Verification(NamedTuple):
    """What was found. `digest` is equal for equal facts, whenever and on whatever database they were recorded."""

    events: int
    head: bytes
    digest: bytes
    differences: list[Difference]
    destroyed: int = 0
    """How many private parts are no more: they were erased, and nothing else depends on them."""


async def verify(database: Database, community: UUID, *, progress: Progress = silent) -> Verification:
    """Compare everything with the log; the first differences, in the order they were met."""
    async with database.snapshot() as read:
        head = await _head(read, community)
        fold, people = Fold(community.bytes), People()
        people.open = await _open_erasures(read, community)
        async for page in _pages(read, community):
            events = [event for row in page if (event := _take(fold, row, people)) is not None]
            await _compare_derived(read, community, fold, events, page[0].position, page[-1].position)
            progress(fold.books.head.position, head.position)
            if len(fold.differences) >= MOST_DIFFERENCES:
                break
        else:
            await _compare_strays(read, community, fold)
            _compare_head(fold, head)
            await _compare_books(read, community, fold)
            await _compare_identities(read, community, fold, people)
            await _compare_erased(read, community, fold, people)
            _compare_sums(fold)
            fold.differences.extend(fold.doubts)
    found = fold.differences[:MOST_DIFFERENCES]
    return Verification(fold.books.head.position, fold.hash, fold.digest.digest(), found, people.destroyed)


async def _head(read: Reading, community: UUID) -> Head:
    table = TABLES["head"]
    rows = await read(select(table).where(table.c.community_id == community))
    if not rows:
        return Head()
    return head_of(rows[0])


async def _pages(read: Reading, community: UUID) -> Any:
    event, private = TABLES["event"], TABLES["event_private"]
    after = -(2**63)
    while True:
        same = private.c.position == event.c.position
        beside = and_(private.c.community_id == community, same, private.c.position > after)
        statement = (
            select(*(event.c[name] for name in FOLD_COLUMNS), private.c.salt, private.c.content)
            .select_from(event.outerjoin(private, beside))
            .where(event.c.community_id == community, event.c.position > after)
            .order_by(event.c.position)
            .limit(PAGE)
        )
        rows = await read(statement)
        if rows:
            yield rows
        if len(rows) < PAGE:
            return
        after = rows[-1].position


class People:
    """Whom the private parts name, as the members they were taken for."""

    def __init__(self) -> None:
        self.named: dict[tuple[str, str], int] = {}
        self.erased = False
        self.destroyed = 0
        self.open: dict[int, int] = {}
        """How far erasures are that still go on, by member."""
        self._names: dict[int, list[tuple[str, str]]] = defaultdict(list)
        self._kept: dict[MemberId, Position] = {}
        """Where the first private part stands that names a member."""
        self._about: dict[str, Position] = {}
        """The same about a thing, by its subject."""
        self._left: dict[MemberId, Position] = {}
        """Where the first one stands that names a member who was erased since: what came later does not."""
        self._erased: dict[MemberId, Position] = {}

    def learn(self, event: Event, private: bytes | None, *, had: bool) -> None:
        """Learn from one event's private part; `had` says whether it ever had one."""
        if isinstance(event.fact, MemberErased):
            for erased in event.fact.everybody:
                for name in self._names.pop(erased, ()):
                    self.named.pop(name, None)
                self._erased[erased] = event.position
                if (first := self._kept.get(erased)) is not None:
                    self._left[erased] = first
        if private is None:
            self.destroyed += had
            self.erased = self.erased or bool(joined(event))
            return
        for one in naming.named(event.fact):
            self._kept.setdefault(one, event.position)
        if event.subject is not None:
            self._about.setdefault(event.subject, event.position)
        part = msgspec.json.decode(private)
        fact = event.fact
        if isinstance(fact, ContributionRecorded):
            others = [(text, fact.people.get(role)) for role, text in part.get("people", {}).items()]
            named = [(part.get("member"), fact.actor), *others]
        else:
            named = [(part.get("member"), getattr(fact, "member", None))]
        for text, member in named:
            if text is not None and member is not None:
                who = identity(text, source=event.source)
                self._name((who.platform, who.external_id), member)

    def _name(self, name: tuple[str, str], member: int) -> None:
        if name not in self.named:
            self.named[name] = member
            self._names[member].append(name)

    def left_of(self, member: MemberId, things: Iterable[str]) -> Position | None:
        """Return where the first private part stands that an erasure should have destroyed, if there is one.

        `things` are the subjects of what the member made.
        """
        done_to = self.open.get(member, self._erased.get(member, 0))
        found = (self._left.get(member), *(self._about.get(one) for one in things))
        return min((first for first in found if first is not None and first <= done_to), default=None)


async def _open_erasures(read: Reading, community: UUID) -> dict[int, int]:
    table = TABLES["erasure"]
    rows = await read(select(table.c.member, table.c.done_to).where(table.c.community_id == community))
    return {row.member: row.done_to for row in rows}


async def _compare_erased(read: Reading, community: UUID, fold: Fold, people: People) -> None:
    """Look for what still names a member who was erased."""
    erased = [
        MemberId(int(str(key[0])))
        for (book, key), value in fold.books.changed.items()
        if book is MEMBER and value.erased_at is not None
    ]
    things: dict[MemberId, set[str]] = defaultdict(set)
    for (book, key), value in fold.books.changed.items():
        if book is OBJECT or book is STORY:
            things[value.author].add(str(key[0]))
    for member in erased:
        if (left := people.left_of(member, things[member])) is not None:
            fold.differences.append(Difference(code="NOT_ERASED", place=f"event_private {left}"))
    for name in ("identity", "profile", *BESIDE):
        table = TABLES[name]
        for first in range(0, len(erased), PAGE):
            part = erased[first : first + PAGE]
            statement = select(table.c.member).where(table.c.community_id == community, table.c.member.in_(part))
            for row in await read(statement):
                fold.differences.append(Difference(code="NOT_ERASED", place=f"{name} of member {row.member}"))


def _take(fold: Fold, row: Any, people: People) -> Event | None:
    whole = fold.check_private(row, row.salt, row.content)
    event = fold.take(row)
    if event is not None and whole:
        people.learn(event, row.content, had=row.private_digest is not None)
    return event


async def _compare_identities(read: Reading, community: UUID, fold: Fold, people: People) -> None:
    """Compare who is who with what the private parts say; erased ones say nothing any more."""
    table = TABLES["identity"].c
    rows = await read(
        select(table.platform, table.external_id, table.member).where(table.community_id == community)
    )
    found = {(platform, external_id): (member,) for platform, external_id, member in rows}
    expected = {name: (member,) for name, member in people.named.items()}
    if people.erased:
        found = {name: member for name, member in found.items() if name in expected}
    _compare(fold, "identity", expected, found)


async def _compare_derived(
    read: Reading, community: UUID, fold: Fold, events: list[Event], first: int, last: int
) -> None:
    for name, derive in (("entry", entry_rows), ("tier_change", tier_change_rows)):
        table = TABLES[name]
        columns = [column for column in table.columns if column.name != "community_id"]
        statement = (
            select(*columns)
            .where(table.c.community_id == community, table.c.position.between(first, last))
            .order_by(table.c.position, table.c.ordinal)
        )
        found = {row[:2]: tuple(row) for row in await read(statement)}
        expected = {row[:2]: row for event in events for row in derive(event)}
        _compare(fold, name, expected, found)


async def _compare_strays(read: Reading, community: UUID, fold: Fold) -> None:
    """Look for derived rows that belong to no event at all."""
    for name in ("entry", "tier_change", "event_private"):
        table = TABLES[name]
        statement = select(table.c.position).where(
            table.c.community_id == community,
            (table.c.position > fold.books.head.position) | (table.c.position < 1),
        )
        for row in await read(statement.limit(10)):
            fold.differences.append(Difference(code="STRAY", place=f"{name} {row.position}"))


def _compare_head(fold: Fold, head: Head) -> None:
    folded = fold.books.head
    expected = (folded.position, fold.hash.hex(), folded.recorded_at, folded.members, folded.undoing)
    found = (head.position, head.hash.hex(), head.recorded_at, head.members, head.undoing)
    if expected != found:
        fold.differences.append(Difference(code="HEAD", place="head", expected=str(expected), found=str(found)))


async def _compare_books(read: Reading, community: UUID, fold: Fold) -> None:
    for book in FOLDED:
        names = key_columns(book)
        columns = names if book is TRAIL else [*names, *value_columns(book)]
        table = TABLES[book.name]
        rows = await read(_whole(table, columns, community))
        found = {tuple(row[: len(names)]): tuple(row) for row in rows}
        expected = {row[: len(names)]: row for row in _folded_rows(fold, book)}
        blank = tuple(getattr(book.blank, name) for name in value_columns(book))
        if book is not TRAIL:
            for side in (expected, found):
                for key in [key for key, row in side.items() if row[len(names) :] == blank]:
                    del side[key]
        _compare(fold, book.name, expected, found)


def _whole(table: Any, columns: list[str], community: UUID) -> Select[Any]:
    return select(*(table.c[name] for name in columns)).where(table.c.community_id == community)


def _folded_rows(fold: Fold, book: Book[Any, Any]) -> Iterable[Row]:
    if book is TRAIL:
        return ((key, position) for key, positions in fold.books.added.items() for position in positions)
    return (row_of(book, key, value) for (other, key), value in fold.books.changed.items() if other is book)


def _compare(fold: Fold, name: str, expected: dict[Any, Row], found: dict[Any, Row]) -> None:
    for key in sorted(expected.keys() | found.keys()):
        if expected.get(key) != found.get(key):
            place = f"{name} {'/'.join(str(part) for part in key)}"
            says, has = (str(side.get(key, "nothing")) for side in (expected, found))
            fold.differences.append(Difference(code="BOOK", place=place, expected=says, found=has))
            if len(fold.differences) >= MOST_DIFFERENCES:
                return


def _compare_sums(fold: Fold) -> None:
    """Check that all accounts sum to zero, and that postings give the members' balances."""
    by_unit = sorted(fold.accounts.items(), key=lambda item: item[0][1])
    for unit, accounts in groupby(by_unit, key=lambda item: item[0][1]):
        total = sum(amount for _, amount in accounts)
        if total:
            fold.differences.append(Difference(code="SUM", place=unit, expected="0", found=str(total)))
    for (book, key), account in fold.books.changed.items():
        if book is ACCOUNT:
            posted = fold.accounts[f"member:{key[0]}", str(key[1])]
            if posted != account.balance:
                place = f"account {key[0]}/{key[1]}"
                fold.differences.append(
                    Difference(code="SUM", place=place, expected=str(posted), found=str(account.balance))
                )
