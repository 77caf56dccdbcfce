"""The books as rows: loads just the keys that are missing, one set query a book, and writes what changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Table

from ledger.core.books.goods import Holds, OpenHold, Places, Strike, Strikes, Violation
from ledger.core.books.perks import soonest_first
from ledger.core.books.shelf import (
    EVENT,
    FOLDED,
    HOLDS,
    IDENTITY,
    KEY,
    LOTS,
    NAMES,
    PERK_HOLDS,
    PLACES,
    PROFILE,
    STRIKES,
    TRAIL,
    VIOLATION,
    WAITS,
    Book,
    Lots,
    Names,
    OpenLot,
    OpenWait,
    Recorded,
    Seen,
    Trail,
    Waits,
)
from ledger.core.books.strikes import in_time, strike_of
from ledger.core.books.view import Books, Key
from ledger.core.books.waiting import in_order
from ledger.core.values import Position
from ledger.store.engine import Connection, Row
from ledger.store.journal import EVENT_COLUMNS, read_event
from ledger.store.tables import TABLES


class Selects(Protocol):
    """What finds rows by their keys: a connection for writing, or a snapshot that is only read."""

    async def select(
        self, table: Table, keys: Sequence[str], wanted: Sequence[Row], columns: Sequence[str], community: UUID
    ) -> list[Row]:
        """Return `columns` of the rows whose `keys` are among `wanted`, in no order."""


PERSONAL = (IDENTITY, PROFILE)
IN_TABLES = (*FOLDED, *PERSONAL)


def key_columns(book: Book[Any, Any]) -> list[str]:
    """Return the columns of a book's key, in order."""
    primary = TABLES[book.name].primary_key.columns
    return [column.name for column in primary if column.name != "community_id"]


def value_columns(book: Book[Any, Any]) -> list[str]:
    """Return the columns of a book's value, in order."""
    return list(type(book.blank).__struct_fields__)


async def load(connection: Selects, community: UUID, missing: Iterable[Key]) -> dict[Key, Any]:
    """Return what the tables hold at these keys; a key without a row is blank."""
    wanted: dict[Book[Any, Any], list[Row]] = defaultdict(list)
    for book, key in dict.fromkeys(missing):
        wanted[book].append(key)
    loaded: dict[Key, Any] = {(book, key): book.blank for book, keys in wanted.items() for key in keys}
    for book, keys in wanted.items():
        if book is KEY:
            loaded.update(await _load_keys(connection, community, keys))
        elif book is EVENT:
            loaded.update(await _load_events(connection, community, keys))
        elif book is TRAIL:
            loaded.update(await _load_trails(connection, community, keys))
        elif book is LOTS:
            loaded.update(await _load_lots(connection, community, keys))
        elif book is NAMES:
            loaded.update(await _load_names(connection, community, keys))
        elif book is WAITS:
            loaded.update(await _load_waits(connection, community, keys))
        elif book is PLACES:
            loaded.update(await _load_places(connection, community, keys))
        elif book is STRIKES:
            loaded.update(await _load_strikes(connection, community, keys))
        elif book in (HOLDS, PERK_HOLDS):
            loaded.update(await _load_holds(connection, community, book, keys))
        else:
            loaded.update(await _load_book(connection, community, book, keys))
    return loaded


async def _load_book(
    connection: Selects, community: UUID, book: Book[Any, Any], keys: list[Row]
) -> Iterator[tuple[Key, Any]]:
    names, fields = key_columns(book), value_columns(book)
    rows = await connection.select(TABLES[book.name], names, keys, [*names, *fields], community)
    return (
        ((book, row[: len(names)]), type(book.blank)(**dict(zip(fields, row[len(names) :], strict=True))))
        for row in rows
    )


async def _load_keys(connection: Selects, community: UUID, keys: list[Row]) -> Iterator[tuple[Key, Any]]:
    columns = ("source", "key", "position", "mac")
    rows = await connection.select(TABLES["event"], columns[:2], keys, columns, community)
    return (((KEY, (source, key)), Seen(position=position, mac=bytes(mac))) for source, key, position, mac in rows)


async def _load_events(connection: Selects, community: UUID, keys: list[Row]) -> Iterator[tuple[Key, Any]]:
    rows = await connection.select(TABLES["event"], ["position"], keys, EVENT_COLUMNS, community)
    return (((EVENT, (row[0],)), Recorded(event=read_event(row))) for row in rows)


async def _load_trails(connection: Selects, community: UUID, keys: list[Row]) -> dict[Key, Any]:
    found: dict[str, list[Position]] = defaultdict(list)
    for key, position in await connection.select(TABLES["trail"], ["key"], keys, ["key", "position"], community):
        found[key].append(position)
    return {(TRAIL, (key,)): Trail(positions=tuple(sorted(positions))) for key, positions in found.items()}


async def _load_lots(connection: Selects, community: UUID, keys: list[Row]) -> dict[Key, Any]:
    columns = ("member", "unit", "expires_at", "position", "ordinal", "remaining")
    found: dict[int, list[OpenLot]] = defaultdict(list)
    for member, *values in await connection.select(TABLES["lot"], ["member"], keys, columns, community):
        lot = OpenLot(**dict(zip(columns[1:], values, strict=True)))
        if lot.remaining:
            found[member].append(lot)
    return {(LOTS, (member,)): Lots(open=in_order(lots)) for member, lots in found.items()}


async def _load_names(connection: Selects, community: UUID, keys: list[Row]) -> dict[Key, Any]:
    columns = ("member", "platform", "external_id")
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for member, *name in await connection.select(TABLES["identity"], ["member"], keys, columns, community):
        found[member].append((name[0], name[1]))
    return {(NAMES, (member,)): Names(keys=tuple(sorted(names))) for member, names in found.items()}


async def _load_waits(connection: Selects, community: UUID, keys: list[Row]) -> dict[Key, Any]:
    columns = ("member", "open", "release_at", "position", "ordinal")
    found: dict[int, list[OpenWait]] = defaultdict(list)
    for member, is_open, *values in await connection.select(
        TABLES["waiting"], ["member"], keys, columns, community
    ):
        if is_open:
            found[member].append(OpenWait(**dict(zip(columns[2:], values, strict=True))))
    return {
        (WAITS, (member,)): Waits(open=tuple(sorted(waits, key=lambda one: (one.position, one.ordinal))))
        for member, waits in found.items()
    }


async def _load_places(connection: Selects, community: UUID, keys: list[Row]) -> dict[Key, Any]:
    columns = ("member", "group_code", "wanted")
    found: dict[int, list[str]] = defaultdict(list)
    for member, group, wanted in await connection.select(
        TABLES["group_wish"], ["member"], keys, columns, community
    ):
        if wanted:
            found[member].append(group)
    return {(PLACES, (member,)): Places(wanted=tuple(sorted(groups))) for member, groups in found.items()}


async def _load_strikes(connection: Selects, community: UUID, keys: list[Row]) -> dict[Key, Any]:
    fields = value_columns(VIOLATION)
    rows = await connection.select(
        TABLES["violation"], ["member"], keys, ["member", "position", *fields], community
    )
    found: dict[int, list[Strike]] = defaultdict(list)
    for member, position, *values in rows:
        struck = strike_of(position, Violation(**dict(zip(fields, values, strict=True))))
        if struck is not None:
            found[member].append(struck)
    return {(STRIKES, (member,)): Strikes(confirmed=in_time(strikes)) for member, strikes in found.items()}


async def _load_holds(
    connection: Selects, community: UUID, book: Book[Any, Any], keys: list[Row]
) -> dict[Key, Any]:
    whose = "member" if book is HOLDS else "perk"
    columns = ("hold_until", "position", "member")
    found: dict[Any, list[OpenHold]] = defaultdict(list)
    wanted = [(key, 1) for (key,) in keys]
    for key, *values in await connection.select(
        TABLES["redemption"], [whose, "open"], wanted, (whose, *columns), community
    ):
        hold = dict(zip(columns, values, strict=True))
        if hold["hold_until"] is not None:
            found[key].append(OpenHold(**hold))
    return {(book, (key,)): Holds(open=soonest_first(holds)) for key, holds in found.items()}


async def save(connection: Connection, community: UUID, books: Books) -> None:
    """Write what changed, book by book, rows sorted by key. What is personal and blank now is destroyed."""
    changed: dict[Book[Any, Any], list[Row]] = defaultdict(list)
    for (book, key), value in books.changed.items():
        if book in PERSONAL and value == book.blank:
            await _destroy(connection, community, book, key)
        else:
            changed[book].append(row_of(book, key, value))
    for book in IN_TABLES:
        if book is TRAIL:
            rows = [(key, position) for key, positions in books.added.items() for position in positions]
        else:
            rows = changed[book]
        if rows:
            await connection.upsert(TABLES[book.name], sorted(rows), community)


async def _destroy(connection: Connection, community: UUID, book: Book[Any, Any], key: Row) -> None:
    named = " AND ".join(f"{name} = ${place}" for place, name in enumerate(key_columns(book), start=2))
    await connection.execute(f"DELETE FROM {book.name} WHERE community_id = $1 AND {named}", community, *key)  # noqa: S608  # names of our own tables


def row_of(book: Book[Any, Any], key: Row, value: Any) -> Row:
    """Return a book's row: key, then the value's fields."""
    return (*key, *(getattr(value, name) for name in value_columns(book)))
