"""Fulfils what is redeemed and delivered by webhook: after commit, at least once, and recorded once.

What is approved and not yet fulfilled is in the books, so nothing is forgotten: a process that dies between a
delivery and its record leaves it there: it is delivered again under the same webhook-id, by which receivers tell.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import httpx2
import msgspec
import structlog

from ledger.core.books.perks import terms_of
from ledger.core.calendar import moment
from ledger.core.commands import MoveRedemption
from ledger.core.events import RedemptionStatus
from ledger.core.refusals import NotCovered
from ledger.core.rulebook.grammar.catalogue import Fulfilment, PerkTerms
from ledger.core.values import Position
from ledger.service.delivering import Delivery, Outcome, client, deliver, secret_of
from ledger.service.lease import Lease
from ledger.service.ledger import Ledger
from ledger.service.redeeming import move
from ledger.service.writer import QueueFull, Receipt
from ledger.store import directory
from ledger.store.directory import Community
from ledger.store.engine import ANSWERED_WITH_AN_ERROR, AWAY
from ledger.store.reads import people
from ledger.store.reads.members import holder
from ledger.store.reads.redemptions import Redemption, approved, at_positions, perks

log = structlog.get_logger()
BY = "webhook"
TYPE = "redemption.approved"
MOST_UNDER_WAY = 500
"""How many redemptions of one community wait for a try or for its answer: the oldest."""

MOST_AT_ONCE = 8
"""How many webhooks of one community are tried at once: those that hang hold up no other community."""

FACTOR = 4
"""By how much each wait between two tries is longer than the one before."""

TROUBLE = (*AWAY, *ANSWERED_WITH_AN_ERROR, QueueFull)


@asynccontextmanager
async def fulfilling(ledger: Ledger) -> AsyncIterator[None]:
    """Fulfil while the block runs."""
    task = asyncio.create_task(_fulfil_on(ledger), name="fulfilment")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _fulfil_on(ledger: Ledger) -> None:
    lease = Lease(ledger.database, "fulfilment")
    async with client(to_private=ledger.settings.webhooks_to_private) as sender:
        fulfiller = Fulfiller(ledger, sender)
        try:
            while True:
                try:
                    if await lease.hold(at=ledger.clock()):
                        await fulfiller.look()
                except TROUBLE as error:  # a task's rim: the next round tries again
                    log.warning("fulfilment failed", error=type(error).__name__)
                await asyncio.sleep(ledger.settings.fulfil_seconds)
        finally:
            await fulfiller.stop()
            with suppress(*TROUBLE):
                await lease.let_go()


class Fulfiller:
    """Delivers what waits, each redemption in a task of its own, so that one that hangs holds up no other."""

    def __init__(self, ledger: Ledger, sender: httpx2.AsyncClient) -> None:
        self._ledger = ledger
        self._sender = sender
        self._under_way: dict[tuple[UUID, Position], asyncio.Task[None]] = {}
        self._at_once = defaultdict[UUID, asyncio.Semaphore](lambda: asyncio.Semaphore(MOST_AT_ONCE))

    async def look(self) -> None:
        """Begin with what waits and is not under way."""
        for community in await directory.every(self._ledger.database):
            await self._look(community)

    async def _look(self, community: Community) -> None:
        database = self._ledger.database
        terms = {code: terms_of(perk) for code, perk in (await perks(database, community.id)).items()}
        codes = [code for code, one in terms.items() if one.fulfilment is Fulfilment.WEBHOOK]
        if not codes:
            return
        for one in await approved(database, community.id, codes, first=MOST_UNDER_WAY, at=self._ledger.clock()):
            place = community.id, one.position
            if place not in self._under_way:
                self._under_way[place] = asyncio.create_task(
                    self._fulfil(community, one, terms[one.perk]), name="fulfil"
                )

    async def settled(self) -> None:
        """Wait until all that is under way is done."""
        while self._under_way:
            await asyncio.wait(self._under_way.values())

    async def stop(self) -> None:
        """Leave what is under way; it is found again."""
        for task in self._under_way.values():
            task.cancel()
        await self.settled()

    async def _fulfil(self, community: Community, redemption: Redemption, terms: PerkTerms) -> None:
        try:
            outcome = await self._try_on(community, redemption, terms)
            if outcome is not None:
                await self._record(community, redemption.position, outcome)
        except TROUBLE as error:  # a task's rim: it is found again in the next round
            log.warning("fulfilment failed", position=redemption.position, error=type(error).__name__)
        finally:
            del self._under_way[community.id, redemption.position]

    async def _try_on(self, community: Community, redemption: Redemption, terms: PerkTerms) -> Outcome | None:
        """Try until it is delivered or there is no more to try; None where it ended otherwise meanwhile."""
        settings, delivery = self._ledger.settings, await self._delivery(community, redemption)
        wait, outcome = settings.fulfil_backoff_seconds, Outcome(delivered=False)
        for attempt in range(settings.fulfil_attempts):
            if attempt:
                await asyncio.sleep(wait * random.uniform(1, 1.2))  # noqa: S311  # spreads tries, guards nothing
                wait *= FACTOR
            async with self._at_once[community.id]:
                if not await self._still_waits(community, redemption.position):
                    return None
                outcome = await deliver(
                    self._sender,
                    terms.target,
                    delivery,
                    secret=secret_of(community),
                    at=moment(self._ledger.clock()),
                    seconds=settings.fulfil_timeout_seconds,
                )
            if outcome.delivered or outcome.final:
                break
        return outcome

    async def _still_waits(self, community: Community, position: Position) -> bool:
        found = await at_positions(self._ledger.database, community.id, [position], at=self._ledger.clock())
        return position in found and found[position].status is RedemptionStatus.APPROVED

    async def _delivery(self, community: Community, redemption: Redemption) -> Delivery:
        member = await holder(self._ledger.database, community.id, redemption.member)
        handles = await people.handles(self._ledger.database, community.id, [member] if member is not None else [])
        body = {
            "type": TYPE,
            "timestamp": moment(redemption.updated_at).isoformat(),
            "data": {
                "community": community.slug,
                "redemption": f"R-{redemption.position}",
                "perk": redemption.perk,
                "member": [f"{one.platform}:{one.external_id}" for several in handles.values() for one in several],
                "unit": redemption.unit,
                "cost": redemption.cost,
                "given": redemption.given,
            },
        }
        return Delivery(f"redemption_{community.id.hex}_{redemption.position}", msgspec.json.encode(body).decode())

    async def _record(self, community: Community, position: Position, outcome: Outcome) -> None:
        """Record how it ended. Where another was quicker, the core refuses, and that is well."""
        status = RedemptionStatus.FULFILLED if outcome.delivered else RedemptionStatus.FAILED
        command = MoveRedemption(position=position, status=status, by=BY, reason=outcome.reason)
        [answer] = await move(self._ledger, community, [command])
        if isinstance(answer, NotCovered):  # it was delivered, but what would pay for it was taken back meanwhile
            log.warning("delivered, but not paid for", community=community.slug, position=position)
            failed = MoveRedemption(
                position=position, status=RedemptionStatus.FAILED, by=BY, reason="the points were taken back"
            )
            [answer] = await move(self._ledger, community, [failed])
        log.info(
            "redemption by webhook",
            community=community.slug,
            position=position,
            status=status.value if isinstance(answer, Receipt) else answer.code,
        )
