"""Rebuilds every book of a community from its log, in one transaction, with writers held off."""

from __future__ import annotations

from types import SimpleNamespace
from uuid import UUID

import msgspec

from ledger.core.books.shelf import FOLDED
from ledger.service.fold import FOLD_COLUMNS, Difference, Fold
from ledger.service.progress import Progress, silent
from ledger.store import books as shelves
from ledger.store.engine import Connection, Database
from ledger.store.journal import entry_rows, move_head, read_head, tier_change_rows
from ledger.store.tables import TABLES

PAGE = 2_000
DERIVED = ("entry", "tier_change")


class LogBroken(Exception):
    """The log itself is not whole, so nothing was rebuilt from it; `differences` say where."""

    def __init__(self, differences: list[Difference]) -> None:
        super().__init__("\n".join(str(difference) for difference in differences[:10]))
        self.differences = differences


async def rebuild(database: Database, community: UUID, *, progress: Progress = silent) -> int:
    """Replace all books, entries and tier changes by what the log says; return how many events it has.

    Rules are not run: what was decided stays decided.

    Raises:
        LogBroken: the chain does not hold.
    """

    async def work(connection: Connection) -> int:
        await connection.begin()
        head = await read_head(connection, community, lock=True)
        assert head is not None
        for name in (*DERIVED, *(book.name for book in FOLDED)):
            await connection.execute(f"DELETE FROM {name} WHERE community_id = $1", community)  # noqa: S608  # names of our own tables
        fold = Fold(community.bytes)
        while fold.books.head.position < head.position:
            before = fold.books.head.position
            await _take_page(connection, community, fold)
            progress(fold.books.head.position, head.position)
            if fold.differences or fold.books.head.position == before:
                raise LogBroken(fold.differences or [Difference(code="POSITION", place=f"event {before + 1}")])
        folded = msgspec.structs.replace(fold.books.head, hash=fold.hash)
        if (folded.position, folded.hash) != (head.position, head.hash):
            raise LogBroken(
                [Difference(code="HEAD", place="head", expected=str(folded.position), found=str(head.position))]
            )
        await move_head(connection, community, head, folded)
        await shelves.save(connection, community, fold.books)
        await connection.commit()
        return head.position

    return await database.write(work)


async def _take_page(connection: Connection, community: UUID, fold: Fold) -> None:
    rows = await connection.fetch(
        f"SELECT {', '.join(FOLD_COLUMNS)} FROM event WHERE community_id = $1 AND position > $2"  # noqa: S608  # names of our own columns
        f" ORDER BY position LIMIT {PAGE}",
        community,
        fold.books.head.position,
    )
    events = [fold.take(SimpleNamespace(**dict(zip(FOLD_COLUMNS, row, strict=True)))) for row in rows]
    kept = [event for event in events if event is not None]
    await connection.insert(TABLES["entry"], [row for event in kept for row in entry_rows(event)], community)
    crossings = [row for event in kept for row in tier_change_rows(event)]
    await connection.insert(TABLES["tier_change"], crossings, community)
