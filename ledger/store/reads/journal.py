"""The journal as it is read: pages by position, single events by key, private parts beside them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import Select, and_, select

from ledger.core.books.view import Head
from ledger.core.events import Event, decode_fact
from ledger.core.values import Micros, Position
from ledger.store.engine import Database
from ledger.store.tables import TABLES

EVENT, PRIVATE = TABLES["event"].c, TABLES["event_private"].c

PAGE = 2_000


class Stored(NamedTuple):
    """An event as stored: with its bytes, its hashes, and its private part if that still is there."""

    event: Event
    body: bytes
    hash: bytes
    private_digest: bytes | None
    salt: bytes | None
    private: bytes | None


async def head(database: Database, community: UUID) -> Head:
    """Return where the log ends."""
    rows = await database.read(select(TABLES["head"]).where(TABLES["head"].c.community_id == community))
    if not rows:
        return Head()
    return head_of(rows[0])


def head_of(row: Any) -> Head:
    """Return a head's row as the value it is."""
    return Head(
        position=Position(row.position),
        hash=row.hash,
        recorded_at=Micros(row.recorded_at),
        members=row.members,
        undoing=Position(row.undoing),
    )


async def page(database: Database, community: UUID, *, after: int, first: int) -> list[Stored]:
    """Return up to `first` events after a position, in order.

    Raises:
        msgspec.DecodeError: a body is none of ours.
    """
    statement = _with_private(community, after=after).order_by(EVENT.position).limit(first)
    return [stored(row) for row in await database.read(statement, whole=True)]


async def events(database: Database, community: UUID, *, after: int = 0) -> AsyncIterator[Stored]:
    """Yield all events after a position, in order, a page at a time."""
    while True:
        found = await page(database, community, after=after, first=PAGE)
        for one in found:
            yield one
        if len(found) < PAGE:
            return
        after = found[-1].event.position


async def by_key(database: Database, community: UUID, key: str, source: str | None = None) -> list[Stored]:
    """Return the events with a sender's key: at most one a source."""
    statement = _with_private(community).where(EVENT.key == key).order_by(EVENT.position)
    if source is not None:
        statement = statement.where(EVENT.source == source)
    return [stored(row) for row in await database.read(statement)]


async def by_positions(database: Database, community: UUID, positions: list[Position]) -> dict[Position, Stored]:
    """Return some events by position."""
    statement = _with_private(community).where(EVENT.position.in_(positions))
    return {Position(row.position): stored(row) for row in await database.read(statement)}


def _with_private(community: UUID, *, after: int | None = None) -> Select[Any]:
    """Return events beside their private parts. Both say what they are after, else one is read from its start."""
    beside = [PRIVATE.community_id == community, PRIVATE.position == EVENT.position]
    wanted = [EVENT.community_id == community]
    if after is not None:
        beside.append(PRIVATE.position > after)
        wanted.append(EVENT.position > after)
    return (
        select(TABLES["event"], PRIVATE.salt, PRIVATE.content)
        .select_from(TABLES["event"].outerjoin(TABLES["event_private"], and_(*beside)))
        .where(*wanted)
    )


def stored(row: Any) -> Stored:
    """Return a row as an event with its bytes."""
    event = Event(
        position=Position(row.position),
        type=row.type,
        source=row.source,
        key=row.key,
        subject=row.subject,
        occurred_at=Micros(row.occurred_at),
        recorded_at=Micros(row.recorded_at),
        rulebook=row.rulebook,
        mac=row.mac,
        fact=decode_fact(row.body),
    )
    return Stored(
        event,
        row.body,
        row.hash,
        row.private_digest,
        row.salt,
        row.content,
    )


def private_part(one: Stored) -> dict[str, object]:
    """Return an event's private part, decoded; empty where there is none or it was erased."""
    return dict(msgspec.json.decode(one.private)) if one.private else {}
