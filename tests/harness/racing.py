"""64 connections at once want what only one can have: the last of a perk, one undo, one promotion."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from sqlalchemy import func, select

from ledger.core.commands import PutPerk, RecordContribution
from ledger.core.rulebook.grammar.catalogue import PerkTerms
from ledger.core.values import identity
from ledger.service.clock import now
from ledger.service.verify import verify
from ledger.service.writer import Receipt, Writer
from ledger.store.engine import Database, address
from ledger.store.reads.names import member_by_identity
from ledger.store.tables import TABLES
from tests.harness.town import Town, happened
from tests.harness.wire import Answer, Wire

RACERS = 64
JSON = "application/json"
RULEBOOK = """\
preset: race
community: {tz: UTC, accept_late: forever}
units:
  points: {floor: 0, claw: clip}
rules:
  - {id: made, event: post.made, amount: 10, undo_on: [post.removed]}
tiers:
  rank: {every: event, measure: points.earned, stay: while, levels: {maker: 10}}
"""


class Track(NamedTuple):
    """A community to race in, and the connections that do."""

    town: Town
    database: Database
    writer: Writer
    wires: list[Wire]

    async def all_at_once(self, ask: Callable[[Wire, int], Awaitable[Answer]]) -> list[Answer]:
        """Ask on every connection at once."""
        return await asyncio.gather(*(ask(wire, number) for number, wire in enumerate(self.wires)))


@asynccontextmanager
async def track(town: Town, ports: list[int]) -> AsyncIterator[Track]:
    """Open 64 connections, and let 64 members have 10 points each."""
    database = Database(address(town.url))
    wires = [Wire(ports[number % len(ports)], town.key) for number in range(RACERS)]
    racing = Track(town, database, Writer(database), wires)
    try:
        first = [
            RecordContribution(
                source="chat:town", key=f"m{number}", type="post.made", actor=identity(f"m{number}", source="chat:")
            )
            for number in range(RACERS)
        ]
        answers = await racing.writer.submit(town.community, first)
        assert all(isinstance(one, Receipt) for one in answers)
        yield racing
    finally:
        await racing.writer.drain()
        for wire in wires:
            await wire.close()
        await database.close()


async def last_item(track: Track, turn: int) -> list[str]:
    """Let 64 members redeem the last of a perk; return what is wrong."""
    perk = f"perk-{now()}-{turn}"
    await track.writer.submit(
        track.town.community, [PutPerk(terms=PerkTerms(code=perk, cost=0, stock=1), by="cli")]
    )

    async def redeem(wire: Wire, number: int) -> Answer:
        body = json.dumps({"perk": perk, "member": f"chat:m{number}"}).encode()
        return await wire.request("POST", "/v1/redemptions", body, JSON, idempotency_key=f"{perk}-{number}")

    answers = await track.all_at_once(redeem)
    told = Counter((one.status, one.document.get("code") if one.status >= 400 else "") for one in answers)
    wrong = [] if told == {(200, ""): 1, (409, "SOLD_OUT"): RACERS - 1} else [f"round {turn}: {dict(told)}"]
    again = await track.all_at_once(redeem)
    differing = [number for number, (one, two) in enumerate(zip(answers, again, strict=True)) if one != two]
    return wrong + ([f"round {turn}: answered otherwise again: {differing}"] if differing else [])


async def one_undo(track: Track, turn: int) -> list[str]:
    """Let 64 senders take back one post; return what is wrong."""
    key = f"post-{now()}-{turn}"
    async with Wire(track.wires[0]._port, track.town.key) as wire:
        made = await wire.post(happened(key, "post.made", f"undone-{key}"))
    assert made.status == 200, made

    async def remove(wire: Wire, number: int) -> Answer:
        return await wire.post(happened(f"{key}-{number}", "post.removed", f"undone-{key}", undoes=key))

    answers = await track.all_at_once(remove)
    taken = [entry for one in answers for entry in one.document.get("entries", ())]
    if {one.status for one in answers} == {200} and [entry["delta"] for entry in taken] == [-10]:
        return []
    return [f"round {turn}: {Counter(one.status for one in answers)}, taken {taken}"]


async def one_promotion(track: Track, turn: int) -> list[str]:
    """Let 64 posts of one member each cross a level; return what is wrong."""
    name = f"maker-{now()}-{turn}"

    async def post(wire: Wire, number: int) -> Answer:
        return await wire.post(happened(f"{name}-{number}", "post.made", name))

    answers = await track.all_at_once(post)
    member = await member_by_identity(track.database, track.town.community.id, "chat", name)
    table: Any = TABLES["tier_change"]
    [(moves,)] = await track.database.read(
        select(func.count())
        .select_from(table)
        .where(table.c.community_id == track.town.community.id, table.c.member == member)
    )
    if {one.status for one in answers} == {200} and moves == 1:
        return []
    return [f"round {turn}: {Counter(one.status for one in answers)}, promoted {moves} times"]


async def whole(track: Track) -> list[str]:
    """Return what `verify` finds."""
    return [str(one) for one in (await verify(track.database, track.town.community.id)).differences]
