"""Commands as bots would send them, and what a community's tables say of it."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from ledger.core.books.shelf import FOLDED, IDENTITY, PROFILE
from ledger.core.commands import RecordContribution
from ledger.core.refusals import IdempotencyConflict
from ledger.core.values import Position, identity
from ledger.service.verify import verify
from ledger.service.writer import Receipt
from ledger.service.writer.receipts import Answered
from ledger.store.engine import Database
from ledger.store.tables import TABLES

SOURCE = "chat:garden"
BOOKS = tuple(book.name for book in (*FOLDED, IDENTITY, PROFILE))
DERIVED = ("entry", "tier_change")
TOLD = ("position", "type", "source", "key", "subject", "occurred_at", "body")
"""An event's columns that do not depend on when and where it was recorded."""

Rows = list[tuple[Any, ...]]


def said(key: str, type_: str = "thread.opened", *, by: str | None = "ana", **given: Any) -> RecordContribution:
    """Return a contribution; people are given by bare names."""
    people = {role: identity(name, source=SOURCE) for role, name in given.pop("people", {}).items()}
    if type_ == "thread.opened":
        given.setdefault("subject", f"thread/{key}")
    actor = None if by is None else identity(by, source=SOURCE)
    return RecordContribution(source=SOURCE, key=key, type=type_, actor=actor, people=people, **given)


def positions(answers: list[Answered]) -> list[int]:
    """Return the positions of answers that are all receipts."""
    assert all(isinstance(answer, Receipt) for answer in answers), answers
    return [answer.position for answer in answers if isinstance(answer, Receipt)]


def repeat(position: int) -> Receipt:
    """Return the answer to a command that an earlier batch recorded at a position."""
    return Receipt(position=Position(position), replayed=True)


def conflict(position: int) -> IdempotencyConflict:
    """Return the answer to a command whose key stands at a position with other content."""
    return IdempotencyConflict(position=Position(position))


class Facts(NamedTuple):
    """What a community's log says and what follows from it, whenever and wherever it was recorded."""

    events: Rows
    members: int
    rows: dict[str, Rows]


async def rows_of(database: Database, community: UUID, table: str, *names: str) -> Rows:
    """Return a table's rows without the community, sorted; all columns where none is named."""
    columns = TABLES[table].c
    chosen = [columns[name] for name in names] or [one for one in columns if one.name != "community_id"]
    statement = select(*chosen).where(columns.community_id == community).order_by(*chosen)
    return [tuple(row) for row in await database.read(statement)]


async def facts_of(database: Database, community: UUID) -> Facts:
    """Return a community's facts and books."""
    ((members,),) = await rows_of(database, community, "head", "members")
    return Facts(
        events=await rows_of(database, community, "event", *TOLD),
        members=members,
        rows={table: await rows_of(database, community, table) for table in (*DERIVED, *BOOKS)},
    )


async def everything(database: Database, community: UUID) -> dict[str, Rows]:
    """Return every row a community has."""
    tables = ("head", "event", "event_private", *DERIVED, *BOOKS)
    return {table: await rows_of(database, community, table) for table in tables}


async def assert_whole(database: Database, community: UUID) -> None:
    """Check that a log and all that follows from it are whole, and that members are numbered without gaps."""
    assert (await verify(database, community)).differences == []
    ((members,),) = await rows_of(database, community, "head", "members")
    numbers = [number for (number,) in await rows_of(database, community, "identity", "member")]
    assert numbers == list(range(1, members + 1))
