"""Erases a member: the event with what is destroyed at once, then private parts of the log, page by page."""

from __future__ import annotations

from ledger.core.members.commands import EraseMember
from ledger.core.refusals import Refusal
from ledger.core.values import MemberId
from ledger.service.writer import Writer
from ledger.store.directory import Community
from ledger.store.engine import Connection, Database
from ledger.store.erasures import Erasure, destroy_page, open_erasures

PAGES_AT_ONCE = 25
"""How many pages a caller waits for; the sweeper does the rest."""


async def erase(
    database: Database, writer: Writer, community: Community, member: MemberId, *, by: str
) -> Refusal | None:
    """Make a member nobody, or return why not. Again is no change, and goes on where it was cut off."""
    [answer] = await writer.submit(community, [EraseMember(member=member, by=by)])
    if isinstance(answer, Refusal):
        return answer
    await destroy(database, community, most=PAGES_AT_ONCE)
    return None


async def destroy(database: Database, community: Community, *, most: int) -> int:
    """Destroy private parts that erasures have still to destroy, so many pages at the most; return how many."""
    pages = 0
    for one in await open_erasures(database, community.id):
        left: Erasure | None = one
        while left is not None and pages < most:
            left = await _page(database, community, left)
            pages += 1
    return pages


async def _page(database: Database, community: Community, one: Erasure) -> Erasure | None:
    async def work(connection: Connection) -> Erasure | None:
        return await destroy_page(connection, community.id, one)

    return await database.write(work)
