"""The journal as rows: the head that orders writers, the events, and the rows derived from them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from ledger.core.books.view import Head
from ledger.core.events import (
    Event,
    RulebookPublished,
    decisions,
    decode_fact,
    tier_changes,
)
from ledger.core.values import Micros, Position
from ledger.store.engine import Connection, Row
from ledger.store.tables import TABLES

EVENT_COLUMNS = (
    "position",
    "type",
    "source",
    "key",
    "subject",
    "occurred_at",
    "recorded_at",
    "rulebook",
    "mac",
    "body",
)


class Sealed(NamedTuple):
    """An event as it is stored: its body's bytes, its private part, and its hash."""

    event: Event
    body: bytes
    salt: bytes | None
    private: bytes | None
    private_digest: bytes | None
    hash: bytes


async def read_head(connection: Connection, community: UUID, *, lock: bool) -> Head | None:
    """Return where the log ends; with `lock`, hold it until the transaction ends."""
    waiting = " FOR UPDATE" if lock and not connection.locks_whole_database else ""
    rows = await connection.fetch(
        f"SELECT position, hash, recorded_at, members, undoing FROM head WHERE community_id = $1{waiting}",  # noqa: S608  # a constant
        community,
    )
    if not rows:
        return None
    position, hash_, recorded_at, members, undoing = rows[0]
    return Head(
        position=Position(position),
        hash=bytes(hash_),
        recorded_at=Micros(recorded_at),
        members=members,
        undoing=Position(undoing),
    )


async def move_head(connection: Connection, community: UUID, before: Head, after: Head) -> bool:
    """Move the head if it still is where `before` says; say whether it was."""
    moved = await connection.execute(
        "UPDATE head SET position = $3, hash = $4, recorded_at = $5, members = $6, undoing = $7"
        " WHERE community_id = $1 AND position = $2",
        community,
        before.position,
        after.position,
        after.hash,
        after.recorded_at,
        after.members,
        after.undoing,
    )
    return moved == 1


async def read_rulebooks(connection: Connection, community: UUID) -> list[RulebookPublished]:
    """Return every published version, first to last."""
    rows = await connection.fetch(
        "SELECT e.body FROM rulebook AS r JOIN event AS e ON e.community_id = $1 AND e.position = r.position"
        " WHERE r.community_id = $1 ORDER BY r.version",
        community,
    )
    facts = [decode_fact(body) for (body,) in rows]
    return [fact for fact in facts if isinstance(fact, RulebookPublished)]


async def append(connection: Connection, community: UUID, sealed: list[Sealed]) -> None:
    """Insert events, their private parts, and the rows derived from them."""
    await connection.insert(TABLES["event"], [event_row(one) for one in sealed], community)
    private = [(one.event.position, one.salt, one.private) for one in sealed if one.salt is not None]
    await connection.insert(TABLES["event_private"], private, community)
    entries = [row for one in sealed for row in entry_rows(one.event)]
    await connection.insert(TABLES["entry"], entries, community)
    crossings = [row for one in sealed for row in tier_change_rows(one.event)]
    await connection.insert(TABLES["tier_change"], crossings, community)


def event_row(sealed: Sealed) -> Row:
    """Return an event's row, without the community."""
    event = sealed.event
    return (
        event.position,
        event.type,
        event.source,
        event.key,
        event.subject,
        event.occurred_at,
        event.recorded_at,
        event.rulebook,
        event.mac,
        sealed.private_digest,
        sealed.body,
        sealed.hash,
    )


def read_event(row: Row) -> Event:
    """Return the event of a row of `EVENT_COLUMNS`."""
    position, type_, source, key, subject, occurred_at, recorded_at, rulebook, mac, body = row
    return Event(
        position=position,
        type=type_,
        source=source,
        key=key,
        subject=subject,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        rulebook=rulebook,
        mac=bytes(mac),
        fact=decode_fact(body),
    )


def entry_rows(event: Event) -> Iterable[Row]:
    """Yield an event's entry rows: one a decision that concerns a member."""
    for ordinal, decision in enumerate(decisions(event)):
        if decision.member is None:
            continue
        reverses = decision.reverses
        yield (
            event.position,
            ordinal,
            decision.member,
            decision.unit,
            decision.rule,
            decision.kind.value,
            decision.outcome.value,
            decision.wanted,
            decision.granted,
            decision.after,
            event.occurred_at if decision.dated is None else decision.dated,
            reverses.position if reverses else None,
            reverses.ordinal if reverses else None,
        )


def tier_change_rows(event: Event) -> Iterable[Row]:
    """Yield an event's tier changes as rows."""
    for ordinal, change in enumerate(tier_changes(event)):
        yield (
            event.position,
            ordinal,
            change.ladder,
            change.member,
            change.before or "",
            change.after or "",
            event.occurred_at if change.at is None else change.at,
        )
