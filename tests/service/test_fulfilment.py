"""Webhooks deliver what was redeemed: signed, retried, recorded once; the points come back where they cannot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from standardwebhooks import Webhook

from ledger.core.commands import MoveRedemption
from ledger.core.events import RedemptionStatus
from ledger.core.members.commands import EraseMember, MergeMembers
from ledger.core.rulebook.grammar.catalogue import Fulfilment
from ledger.core.values import MINUTE, SECOND, MemberId, Micros, Position
from ledger.service.clock import now
from ledger.service.delivering import client, is_public, secret_of
from ledger.service.fulfilment import Fulfiller, fulfilling
from ledger.service.lease import Lease
from ledger.service.ledger import Ledger
from ledger.service.verify import verify
from ledger.service.writer import Writer
from ledger.settings import Settings
from ledger.store.engine import Database
from ledger.store.reads.people import accounts
from ledger.store.reads.redemptions import at_positions
from tests import rulebooks
from tests.clock import Clock
from tests.receiver import HANGS, Receiver, receiving
from tests.stall import RULEBOOK, Stall

QUICK: dict[str, Any] = {
    "fulfil_seconds": 0.02,
    "fulfil_attempts": 3,
    "fulfil_backoff_seconds": 0.02,
    "fulfil_timeout_seconds": 0.3,
    "webhooks_to_private": True,
}
COST = 30


@pytest.fixture
async def stall(database: Database, writer: Writer) -> Stall:
    """A stall in real time; ana and bo have 100 points each."""
    community = await rulebooks.begin(database, writer, rulebook=RULEBOOK)
    stall = Stall(Ledger(Settings(**QUICK), database, Writer(database, clock=now), now), community)
    await stall.earn("ana", "bo")
    return stall


@asynccontextmanager
async def _fulfillers(*ledgers: Ledger) -> AsyncIterator[list[Fulfiller]]:
    async with AsyncExitStack() as stack:
        senders = [await stack.enter_async_context(client(to_private=True)) for _ in ledgers]
        yield [Fulfiller(ledger, sender) for ledger, sender in zip(ledgers, senders, strict=True)]


async def _run(*ledgers: Ledger) -> None:
    """Let processes look once, all at once, and do what they found."""
    async with _fulfillers(*ledgers) as fulfillers:
        await asyncio.gather(*(one.look() for one in fulfillers))
        await asyncio.gather(*(one.settled() for one in fulfillers))


async def _statuses(stall: Stall, *positions: Position) -> list[str]:
    found = await at_positions(stall.ledger.database, stall.community.id, positions, at=now())
    return [found[position].status.value for position in positions]


async def _points(stall: Stall, member: int = 1) -> tuple[int, int]:
    found = await accounts(stall.ledger.database, stall.community.id, [member])  # type: ignore[list-item]
    [account] = found[member].values()  # type: ignore[index]
    return account.balance, account.held


async def _webhook(stall: Stall, receiver: Receiver, **terms: Any) -> None:
    await stall.put(cost=COST, stock=5, fulfilment=Fulfilment.WEBHOOK, target=receiver.url, **terms)


async def test_what_is_redeemed_is_delivered_signed_and_paid(stall: Stall) -> None:
    async with receiving(200) as receiver:
        await _webhook(stall, receiver)
        place = await stall.redeem("ana")
        assert await _points(stall) == (100, COST)
        await _run(stall.ledger)
        await _run(stall.ledger)
    [got] = receiver.got
    document = Webhook(secret_of(stall.community)).verify(got.body, got.headers)
    assert document["type"] == "redemption.approved"
    assert document["data"] == {
        "community": "garden",
        "redemption": f"R-{place}",
        "perk": "seat",
        "member": ["chat:ana"],
        "unit": "points",
        "cost": COST,
        "given": False,
    }
    assert got.headers["content-type"] == "application/json"
    assert await _statuses(stall, place) == ["FULFILLED"]
    assert await _points(stall) == (70, 0)
    assert (await verify(stall.ledger.database, stall.community.id)).differences == []


async def test_nothing_is_told_of_whoever_is_erased_meanwhile(stall: Stall) -> None:
    slow = Ledger(
        Settings(**{**QUICK, "fulfil_backoff_seconds": 0.5}), stall.ledger.database, stall.ledger.writer, now
    )
    async with receiving(500, 200) as receiver:
        await _webhook(stall, receiver)
        place = await stall.redeem("ana")
        running = asyncio.create_task(_run(slow))
        await receiver.came.wait()
        await stall.do(EraseMember(member=MemberId(1), by="cli"))
        await running
        await _run(slow)
    assert len(receiver.got) == 1, "what had been sent by then was sent"
    assert await _statuses(stall, place) == ["CANCELLED"]
    assert await _points(stall) == (100, 0)
    assert (await verify(stall.ledger.database, stall.community.id)).differences == []


async def test_of_a_merged_member_both_names_are_told(stall: Stall) -> None:
    async with receiving(200) as receiver:
        await stall.put(cost=0, fulfilment=Fulfilment.WEBHOOK, target=receiver.url)
        place = await stall.redeem("bo")
        await stall.do(MergeMembers(into=MemberId(1), gone=MemberId(2), by="cli", reason="one phone"))
        await _run(stall.ledger)
    [got] = receiver.got
    assert got.document["data"]["member"] == ["chat:ana", "chat:bo"]
    assert await _statuses(stall, place) == ["FULFILLED"]


@pytest.mark.parametrize("plan", [(500, 200), (HANGS, 503, 204)])
async def test_it_is_tried_again_under_the_same_id(stall: Stall, plan: tuple[int, ...]) -> None:
    async with receiving(*plan) as receiver:
        await _webhook(stall, receiver)
        place = await stall.redeem("ana")
        await _run(stall.ledger)
    assert (len(receiver.got), len({got.id for got in receiver.got})) == (len(plan), 1)
    assert len({got.body for got in receiver.got}) == 1
    assert await _statuses(stall, place) == ["FULFILLED"]


@pytest.mark.parametrize(
    ("plan", "tries", "reason"),
    [
        ((500,), 3, "the webhook answered 500"),
        ((HANGS,), 3, "the webhook did not answer within 0.3 seconds"),
        ((410,), 1, "the webhook answered 410"),
        ((302,), 3, "the webhook answered 302"),
    ],
)
async def test_a_failure_or_a_hang_gives_the_points_back_once(
    stall: Stall, plan: tuple[int, ...], tries: int, reason: str
) -> None:
    async with receiving(*plan) as receiver:
        await _webhook(stall, receiver)
        place = await stall.redeem("ana")
        for _ in range(2):
            await _run(stall.ledger)
    assert [got.path for got in receiver.got] == ["/hook"] * tries
    assert await _statuses(stall, place) == ["FAILED"]
    assert await _points(stall) == (100, 0)
    assert await _reasons(stall) == [reason]
    assert (await verify(stall.ledger.database, stall.community.id)).differences == []


async def _reasons(stall: Stall) -> Sequence[str]:
    from ledger.store.reads.journal import events, private_part

    return [
        private_part(one)["texts"]["reason"]  # type: ignore[index]
        async for one in events(stall.ledger.database, stall.community.id)
        if one.event.type == "redemption.failed"
    ]


async def test_one_that_hangs_holds_up_no_other(stall: Stall) -> None:
    async with receiving(HANGS) as hanging, receiving(200) as quick:
        await _webhook(stall, hanging)
        await stall.put("other", cost=COST, fulfilment=Fulfilment.WEBHOOK, target=quick.url)
        slow, fast = await stall.redeem("ana"), await stall.redeem("bo", "other")
        async with _fulfillers(stall.ledger) as [fulfiller]:
            await fulfiller.look()
            await hanging.came.wait()
            for _ in range(100):
                if await _statuses(stall, fast) == ["FULFILLED"]:
                    break
                await asyncio.sleep(0.01)
            assert await _statuses(stall, slow, fast) == ["APPROVED", "FULFILLED"]
            await fulfiller.settled()
    assert await _statuses(stall, slow) == ["FAILED"]


async def test_a_community_whose_webhooks_hang_holds_up_no_other_community(stall: Stall) -> None:
    given = stall.ledger
    ledger = Ledger(Settings(**{**QUICK, "fulfil_timeout_seconds": 60}), given.database, given.writer, now)
    next_door = Stall(ledger, await rulebooks.begin(ledger.database, ledger.writer, "zoo", rulebook=RULEBOOK))
    await next_door.earn("eva")
    async with receiving(HANGS) as hanging, receiving(200) as quick:
        await stall.put(cost=0, fulfilment=Fulfilment.WEBHOOK, target=hanging.url)
        await _webhook(next_door, quick)
        slow = [await stall.redeem("ana") for _ in range(20)]
        await next_door.redeem("eva")
        async with _fulfillers(ledger) as [fulfiller]:
            await fulfiller.look()
            await asyncio.wait_for(quick.came.wait(), 10)
            await fulfiller.stop()
        assert await _statuses(stall, *slow) == ["APPROVED"] * 20
    assert len(quick.got) == 1


@pytest.mark.parametrize("plan", [(200,), (500,)])
async def test_two_processes_record_it_once(stall: Stall, other: Database, plan: tuple[int, ...]) -> None:
    rival = Ledger(stall.ledger.settings, other, Writer(other, clock=now), now)
    async with receiving(*plan) as receiver:
        await _webhook(stall, receiver)
        places = [await stall.redeem(name) for name in ("ana", "bo", "ana")]
        await _run(stall.ledger, rival)
    end, balance = ("FULFILLED", 40) if plan == (200,) else ("FAILED", 100)
    assert await _statuses(stall, *places) == [end] * 3
    assert await _points(stall) == (balance, 0)
    assert len({got.id for got in receiver.got}) == 3
    assert (await verify(other, stall.community.id)).differences == []
    await rival.writer.drain()


async def test_with_a_lease_only_one_process_delivers(stall: Stall, other: Database) -> None:
    rival = Ledger(stall.ledger.settings, other, Writer(other, clock=now), now)
    async with receiving(200) as receiver:
        await _webhook(stall, receiver)
        async with fulfilling(stall.ledger), fulfilling(rival):
            places = [await stall.redeem(name) for name in ("ana", "bo", "ana", "bo")]
            for _ in range(500):
                if await _statuses(stall, *places) == ["FULFILLED"] * 4:
                    break
                await asyncio.sleep(0.01)
        assert await _statuses(stall, *places) == ["FULFILLED"] * 4
        assert len(receiver.got) == 4
    await rival.writer.drain()


async def test_a_lease_passes_on_when_its_holder_is_gone(database: Database, other: Database, clock: Clock) -> None:
    mine, theirs = Lease(database, "work"), Lease(other, "work")
    assert [await mine.hold(at=clock()), await theirs.hold(at=clock())] == [True, False]
    clock.advance(5 * SECOND)
    assert [await mine.hold(at=clock()), await theirs.hold(at=clock())] == [True, False]
    clock.advance(9 * SECOND)
    assert [await theirs.hold(at=clock()), await mine.hold(at=clock())] == [True, False]
    await theirs.let_go()
    assert await mine.hold(at=clock())


async def test_what_ended_otherwise_is_not_delivered(stall: Stall) -> None:
    async with receiving(500) as receiver:
        await _webhook(stall, receiver, reserve_for=Micros(MINUTE))
        place = await stall.redeem("ana")
        async with _fulfillers(stall.ledger) as [fulfiller]:
            await fulfiller.look()
            await receiver.came.wait()
            await stall.do(MoveRedemption(position=place, status=RedemptionStatus.DECLINED, by="cli"))
            await fulfiller.settled()
    assert await _statuses(stall, place) == ["DECLINED"]
    assert len(receiver.got) < 3
    assert await _points(stall) == (100, 0)


async def test_what_wants_approval_is_delivered_after_it(stall: Stall) -> None:
    async with receiving(200) as receiver:
        await _webhook(stall, receiver, approve=True)
        place = await stall.redeem("ana")
        await _run(stall.ledger)
        assert receiver.got == []
        await stall.do(MoveRedemption(position=place, status=RedemptionStatus.APPROVED, by="cli"))
        await _run(stall.ledger)
    assert await _statuses(stall, place) == ["FULFILLED"]


@pytest.mark.parametrize(
    "target",
    [
        "http://example.com/hook",
        "https://127.0.0.1/hook",
        "https://localhost:1/hook",
        "https://[::1]/hook",
        "https://169.254.169.254/latest",
        "https://10.1.2.3/hook",
        "ftp://example.com/hook",
        "nonsense",
    ],
)
async def test_no_webhook_goes_where_it_must_not(stall: Stall, target: str) -> None:
    await stall.put(cost=COST, fulfilment=Fulfilment.WEBHOOK, target=target)
    place = await stall.redeem("ana")
    async with client(to_private=False) as sender:
        fulfiller = Fulfiller(stall.ledger, sender)
        await fulfiller.look()
        await fulfiller.settled()
    assert await _statuses(stall, place) == ["FAILED"]
    [reason] = await _reasons(stall)
    assert reason in (
        "the webhook's address is not https",
        "the webhook's address is a private one",
        "the webhook's address is none",
    )
    assert await _points(stall) == (100, 0)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("100.64.0.1", False),
        ("192.168.1.1", False),
        ("224.0.0.1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::a00:1", False),
    ],
)
def test_private_addresses_are_known_in_every_spelling(address: str, public: bool) -> None:
    assert is_public(address) is public
