"""A server that is killed between a delivery and its record delivers again under the same id, and pays once."""

from __future__ import annotations

import asyncio
import json

import pytest

from ledger.core.commands import PutPerk
from ledger.core.events import RedemptionStatus
from ledger.core.rulebook.grammar.catalogue import Fulfilment, PerkTerms
from ledger.core.values import Position
from ledger.service.clock import now
from ledger.service.verify import verify
from ledger.service.writer import Writer
from ledger.store.engine import Database, address
from ledger.store.reads.people import accounts
from ledger.store.reads.redemptions import at_positions
from tests.databases import KINDS
from tests.harness.conftest import Fresh
from tests.harness.processes import Server
from tests.harness.racing import JSON, RULEBOOK
from tests.harness.town import Town, found_town, happened
from tests.harness.wire import Wire
from tests.receiver import HANGS, receiving

QUICK = {
    "LEDGER_FULFIL_SECONDS": "0.1",
    "LEDGER_FULFIL_ATTEMPTS": "2",
    "LEDGER_FULFIL_BACKOFF_SECONDS": "0.1",
    "LEDGER_WEBHOOKS_TO_PRIVATE": "true",
}
WAIT_SECONDS = 40


async def _redeem(town: Town, server: Server, target: str) -> Position:
    database = Database(address(town.url))
    terms = PerkTerms(code="seat", cost=10, stock=1, fulfilment=Fulfilment.WEBHOOK, target=target)
    await Writer(database).submit(town.community, [PutPerk(terms=terms, by="cli")])
    await database.close()
    async with Wire(server.port, town.key) as wire:
        assert (await wire.post(happened("p", "post.made", "ana"))).status == 200
        body = json.dumps({"perk": "seat", "member": "chat:ana"}).encode()
        answer = await wire.request("POST", "/v1/redemptions", body, JSON, idempotency_key="r")
    assert answer.status == 200, answer
    return Position(answer.document["position"])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("plan", "status", "balance"),
    [((HANGS, 200), RedemptionStatus.FULFILLED, 0), ((HANGS, 500), RedemptionStatus.FAILED, 10)],
)
async def test_a_kill_between_delivery_and_record_costs_nothing(
    fresh: Fresh, kind: str, plan: tuple[int, ...], status: RedemptionStatus, balance: int
) -> None:
    town = await found_town(await fresh(kind), rulebook=RULEBOOK)
    server = Server(town.url, workers=2, **QUICK)
    async with receiving(*plan) as receiver:
        try:
            server.start()
            await server.ready()
            place = await _redeem(town, server, receiver.url)
            await asyncio.wait_for(receiver.came.wait(), WAIT_SECONDS)
            server.kill()
            server.start()
            await server.ready()
            assert await _ended(town, place) is status
        finally:
            server.close()
    assert len({got.id for got in receiver.got}) == 1
    assert len(receiver.got) == (2 if status is RedemptionStatus.FULFILLED else 3)
    database = Database(address(town.url))
    [account] = (await accounts(database, town.community.id, [1]))[1].values()  # type: ignore[list-item, index]
    assert (account.balance, account.held) == (balance, 0)
    assert (await verify(database, town.community.id)).differences == []
    await database.close()


async def _ended(town: Town, place: Position) -> RedemptionStatus:
    database = Database(address(town.url))
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            while True:
                found = await at_positions(database, town.community.id, [place], at=now())
                if not found[place].open:
                    return found[place].status
                await asyncio.sleep(0.1)
    finally:
        await database.close()
