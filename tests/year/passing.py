"""What must be so when a synthetic community has been told: the story that both sizes of it share."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from ledger.core.calendar import local_date
from ledger.core.events import ContributionRecorded, decisions
from ledger.core.outcomes import Outcome
from ledger.core.values import DAY, Micros
from ledger.service.rebuild import rebuild
from ledger.service.simulate import simulate
from ledger.service.sweeper import sweep
from ledger.service.verify import verify
from ledger.service.writer import Writer
from ledger.store.directory import Community
from ledger.store.engine import Database, address
from ledger.store.reads import journal
from tests.clock import Clock
from tests.databases import Databases
from tests.rulebooks import begin
from tests.year.rules import CHEER, LIMIT, rulebook
from tests.year.telling import books, tell
from tests.year.town import FIRST_DAY, Town

PRICE, DEARER = 3, 5
ZONE = "Asia/Shanghai"
RULE = 2
"""Where an entry's row names its rule, after member and unit."""


class Told(NamedTuple):
    """A town after its last day, with all that was due done."""

    database: Database
    community: Community
    clock: Clock
    acts: int


@asynccontextmanager
async def told(databases: Databases, kind: str, town: Town, *, on_time: bool) -> AsyncIterator[Told]:
    """Tell a town to a fresh database, with the sweeper on time, or only once after everything."""
    async with databases.fresh(kind) as url:
        database, clock = Database(address(url)), Clock(FIRST_DAY)
        writer = Writer(database, clock=clock)
        community = await begin(database, writer, rulebook=rulebook(PRICE))
        acts = await tell(database, writer, community, clock, town.acts(), on_time=on_time)
        clock.set(Micros(FIRST_DAY + (town.days + 3) * DAY))
        await sweep(database, writer, community, clock)
        yield Told(database, community, clock, acts)
        await database.close()


async def passes(databases: Databases, kind: str, members: int, days: int) -> str:
    """Tell a town on time and late, and check all that must be so; return its figures."""
    async with (
        told(databases, kind, Town(members, days), on_time=True) as prompt,
        told(databases, kind, Town(members, days), on_time=False) as late,
    ):
        stands = await books(prompt.database, prompt.community)
        assert await books(late.database, late.community) == stands
        for one in (prompt, late):
            found = await verify(one.database, one.community.id)
            assert found.differences == []
        await rebuild(prompt.database, prompt.community.id)
        assert await books(prompt.database, prompt.community) == stands
        await _tells_the_same_again(prompt)
        moved = await _tells_a_price_change_exactly(prompt)
        events = (await journal.head(prompt.database, prompt.community.id)).position
    rules = {row[RULE] for row in stands["entry"]}
    return (
        f"{members} members, {days} days on {kind}: {prompt.acts} acts, {events} events,"
        f" {stands['entry'].total()} entries of {len(rules)} rules,"
        f" {stands['tier_change'].total()} changes of level, {moved} balances moved by a price"
    )


async def _tells_the_same_again(told: Told) -> None:
    same = await simulate(told.database, told.community.id, rulebook(PRICE), at=told.clock())
    assert (same.members, same.kinds, same.moves, same.refused) == ([], [], [], 0)


async def _tells_a_price_change_exactly(told: Told) -> int:
    """A cheer for five instead of three: by the plain reading of who was cheered when, and what was taken back."""
    dearer = await simulate(told.database, told.community.id, rulebook(DEARER), at=told.clock())
    found = {one.member: (one.before, one.after) for one in dearer.members}
    plain = [await _cheered(told, price) for price in (PRICE, DEARER)]
    members = {member for member in plain[0] | plain[1] if plain[0][member] != plain[1][member]}
    assert members
    assert found == {member: (plain[0][member], plain[1][member]) for member in members}
    assert {one.unit for one in dearer.members} == {"kudos"}
    assert dearer.moves == []
    return len(found)


async def _cheered(told: Told, price: int) -> Counter[int]:
    """Grade the cheers of the log by hand: at most so many a day and receiver, what is taken back gives no room."""
    filled: Counter[tuple[int, int]] = Counter()
    granted: dict[tuple[int, str], list[tuple[int | None, int]]] = {}
    by_key: dict[str, tuple[int, int, int, str]] = {}
    balance: Counter[int] = Counter()
    async for one in journal.events(told.database, told.community.id):
        event, fact = one.event, one.event.fact
        if not isinstance(fact, ContributionRecorded):
            continue
        if event.type == "cheer.sent":
            made = next(decision for decision in decisions(event) if decision.rule == CHEER)
            if made.member is None or made.outcome not in (Outcome.GRANTED, Outcome.CAPPED):
                continue
            day = local_date(event.occurred_at, ZONE).toordinal()
            points = min(price, LIMIT - filled[made.member, day])
            filled[made.member, day] += points
            balance[made.member] += points
            if points:
                granted.setdefault((made.member, event.subject or ""), []).append((fact.actor, points))
                by_key[event.key] = (made.member, fact.actor or 0, points, event.subject or "")
        elif event.type == "cheer.removed":
            for (member, subject), cheers in granted.items():
                if subject == event.subject:
                    for cheer in [cheer for cheer in cheers if cheer[0] == fact.actor]:
                        cheers.remove(cheer)
                        balance[member] -= cheer[1]
        elif event.type == "contribution.undone" and fact.undoes in by_key:
            member, actor, points, subject = by_key[fact.undoes]
            if (actor, points) in granted[member, subject]:
                granted[member, subject].remove((actor, points))
                balance[member] -= points
    return balance
