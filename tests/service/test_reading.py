"""What is read is as if all were done that is due, whether a sweeper came by or not (SEMANTICS 2a)."""

from __future__ import annotations

from ledger.core.books.shelf import Account
from ledger.core.values import DAY, HOUR, MemberId, Position
from ledger.service.reading import accounts, accounts_due
from ledger.service.rulebooks import published
from ledger.service.writer import Writer
from ledger.store.directory import Community
from ledger.store.engine import Database
from ledger.store.reads import journal
from ledger.store.reads.people import accounts as recorded_accounts
from tests.clock import Clock
from tests.service.sayings import said
from tests.service.timed import begun

ANA, BEN = MemberId(1), MemberId(2)


async def test_accounts_are_read_as_if_all_was_done_that_is_due(
    database: Database, writer: Writer, clock: Clock
) -> None:
    """Five for a hello end ten days later; eight for a share count after two hours and end with them."""
    community = await begun(database, writer)
    for name in ("ana", "ben"):
        await writer.submit(community, [said(f"hello {name}", "member.hello", by=name)])
    await writer.submit(community, [said("share", "share.posted", by="ana", subject="s")])
    clock.advance(3 * HOUR)
    assert await _read(database, community, clock) == {
        ANA: Account(balance=13, earned=13),
        BEN: Account(balance=5, earned=5),
    }
    clock.advance(11 * DAY)
    before = await journal.head(database, community.id)
    assert await _read(database, community, clock) == {ANA: Account(earned=13), BEN: Account(earned=5)}
    versions = await published(database, community.id)
    assert set(await accounts_due(database, community.id, versions, None, at=clock())) == {ANA, BEN}
    recorded = await recorded_accounts(database, community.id, [ANA, BEN])
    assert recorded[ANA]["points"] == Account(balance=5, pending=8, earned=5), "nothing was written"
    assert (await journal.head(database, community.id)).position == before.position > Position(0)


async def _read(database: Database, community: Community, clock: Clock) -> dict[MemberId, Account]:
    versions = await published(database, community.id)
    found = await accounts(database, community.id, versions, [ANA, BEN], at=clock())
    return {member: held["points"] for member, held in found.items()}
