"""Reads the books as the engine does, without writing: what was due by now counts, done or not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import select

from ledger.core.books.shelf import ACCOUNT, COUNTER, Account
from ledger.core.books.united import everybody
from ledger.core.books.view import Books, Head, Key
from ledger.core.calendar import period_label
from ledger.core.decide.due import settle_points
from ledger.core.progress import Progress, progress
from ledger.core.rulebook.grammar import Budget
from ledger.core.rulebook.versions import Version, Versions
from ledger.core.rules.caps import budget_counter
from ledger.core.suggest import Ways, ways
from ledger.core.values import MemberId, Micros
from ledger.store import books as shelves
from ledger.store.engine import Database
from ledger.store.reads.books import Snapshot
from ledger.store.reads.due import members_due
from ledger.store.reads.journal import head_of
from ledger.store.reads.people import accounts as recorded_accounts
from ledger.store.reads.people import accounts_united
from ledger.store.tables import TABLES

T = TypeVar("T")
MOST_RUNS = 1_000
CHUNK = 500
"""How many members are looked at in one go: a server goes on answering in between."""


async def look(database: Database, community: UUID, versions: Versions, ask: Callable[[Books], T]) -> T:
    """Return what `ask` finds in books of one snapshot; it runs until nothing that it reads is missing.

    What it writes there is thrown away.
    """
    loaded: dict[Key, object] = {}
    async with database.snapshot() as read:
        rows = await read(select(TABLES["head"]).where(TABLES["head"].c.community_id == community))
        head = head_of(rows[0]) if rows else Head()
        for _ in range(MOST_RUNS):
            books = Books(head, versions, loaded)
            found = ask(books)
            if not books.missing:
                return found
            loaded.update(await shelves.load(Snapshot(read), community, books.missing))
    raise AssertionError("reading asks for ever more keys")


async def accounts(
    database: Database, community: UUID, versions: Versions, members: Sequence[MemberId], *, at: Micros
) -> dict[MemberId, dict[str, Account]]:
    """Return members' accounts by unit, with what was due of their points by `at` done.

    Of somebody who acts for others, what waits and what was earned is theirs together.
    """
    found, groups = await accounts_united(database, community, members)
    others = [one for group in groups.values() for one in group]
    if others:
        found.update(await recorded_accounts(database, community, others))
    found.update(await accounts_due(database, community, versions, [*members, *others], at=at))
    for member, group in groups.items():
        found[member] = _together(found, member, group)
    return found


async def accounts_due(
    database: Database, community: UUID, versions: Versions, members: Sequence[MemberId] | None, *, at: Micros
) -> dict[MemberId, dict[str, Account]]:
    """Return the accounts of those members, or of all, of whose points something was due by `at`: with it done."""
    due = await members_due(database, community, members, at=at)  # also where only perks know of time
    units = list(dict.fromkeys(code for version in versions.published for code in version.units))
    found: dict[MemberId, dict[str, Account]] = {}
    for first in range(0, len(due), CHUNK):
        part = due[first : first + CHUNK]

        def settled(books: Books, part: Sequence[MemberId] = part) -> dict[MemberId, dict[str, Account]]:
            people = list(dict.fromkeys(one for member in part for one in everybody(books, member)))
            for one in people:
                settle_points(books, one, at, at)
            return {one: {unit: books.read(ACCOUNT, (one, unit)) for unit in units} for one in people}

        found.update(await look(database, community, versions, settled))
        await asyncio.sleep(0)
    return found


def _together(
    found: Mapping[MemberId, Mapping[str, Account]], member: MemberId, group: Sequence[MemberId]
) -> dict[str, Account]:
    own, others = found.get(member, {}), [found.get(one, {}) for one in group]
    blank = Account()
    return {
        unit: replace(
            own.get(unit, blank),
            pending=sum(one.get(unit, blank).pending for one in (own, *others)),
            earned=sum(one.get(unit, blank).earned for one in (own, *others)),
        )
        for unit in dict.fromkeys(unit for one in (own, *others) for unit in one)
    }


async def progresses(
    database: Database, community: UUID, versions: Versions, members: Sequence[MemberId], *, at: Micros
) -> dict[MemberId, dict[str, Progress]]:
    """Return how far members are, by ladder, with what was due of their points by `at` done."""
    version = versions.at(at)

    def ask(books: Books, member: MemberId) -> dict[str, Progress]:
        return {ladder.code: progress(books, version, ladder, member, at) for ladder in version.rulebook.ladders}

    return await _of_each(database, community, versions, members, ask, at=at)


async def ways_on(
    database: Database, community: UUID, versions: Versions, members: Sequence[MemberId], *, at: Micros
) -> dict[MemberId, Ways]:
    """Return what brings members on, on the main ladder; nobody where there is none."""
    version = versions.at(at)
    ladder = version.main_ladder
    if ladder is None:
        return {}

    def ask(books: Books, member: MemberId) -> Ways:
        return ways(books, version, ladder, member, at)

    return await _of_each(database, community, versions, members, ask, at=at)


async def _of_each(
    database: Database,
    community: UUID,
    versions: Versions,
    members: Sequence[MemberId],
    ask: Callable[[Books, MemberId], T],
    *,
    at: Micros,
) -> dict[MemberId, T]:
    """Return what is found of each member, with what was due of their points done."""
    found: dict[MemberId, T] = {}
    for first in range(0, len(members), CHUNK):
        part = members[first : first + CHUNK]

        def look_at(books: Books, part: Sequence[MemberId] = part) -> dict[MemberId, T]:
            for member in part:
                for one in everybody(books, member):
                    settle_points(books, one, at, at)
            return {member: ask(books, member) for member in part}

        found.update(await look(database, community, versions, look_at))
        await asyncio.sleep(0)
    return found


async def budgets(database: Database, community: UUID, version: Version, *, at: Micros) -> list[tuple[Budget, int]]:
    """Return the budgets of a version, and what of each is spent in the period that holds an instant."""
    part = version.rulebook.community

    def spent(books: Books) -> list[tuple[Budget, int]]:
        found = []
        for budget in version.rulebook.budgets:
            period = period_label(at, per=budget.per, zone=part.tz, first_weekday=part.first_weekday)
            scope, key = budget_counter(budget)
            found.append((budget, books.read(COUNTER, (scope, key, period)).amount))
        return found

    return await look(database, community, Versions((version,)), spent)
