"""D1 and D5, held on the metadata: a community leads every key of a tenant's table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table, UniqueConstraint, Uuid

from ledger.core.books.shelf import TRAIL, Book
from ledger.store.books import IN_TABLES, key_columns, value_columns
from ledger.store.tables import METADATA, SHARED

TENANT = sorted(set(METADATA.tables) - SHARED)


def keys(table: Table) -> Iterator[tuple[str, list[str]]]:
    """Yield every key of a table by name: primary, unique, indexes, foreign."""
    yield "primary key", list(table.primary_key.columns.keys())
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield str(constraint.name), list(constraint.columns.keys())
    for index in table.indexes:
        yield str(index.name), list(index.columns.keys())
    for foreign in table.foreign_key_constraints:
        yield str(foreign.name), list(foreign.columns.keys())


def columns() -> list[Column[object]]:
    return [column for table in METADATA.sorted_tables for column in table.columns]


@pytest.mark.parametrize("name", TENANT)
def test_a_community_leads_every_key_of_a_tenants_table(name: str) -> None:
    led_otherwise = {key: parts for key, parts in keys(METADATA.tables[name]) if parts[0] != "community_id"}
    assert led_otherwise == {}


def test_a_community_is_of_one_type_everywhere() -> None:
    types = {type(column.type) for column in columns() if column.name == "community_id"}
    assert types == {Uuid}
    assert all(not column.nullable for column in columns() if column.name == "community_id")


def test_shared_tables_are_those_that_no_community_leads() -> None:
    led = {table.name for table in METADATA.sorted_tables if next(iter(table.primary_key)).name == "community_id"}
    assert set(METADATA.tables) - led == SHARED


@pytest.mark.parametrize("name", sorted(SHARED))
def test_no_shared_table_points_to_a_tenants(name: str) -> None:
    pointed_to = {foreign.column.table.name for foreign in METADATA.tables[name].foreign_keys}
    assert pointed_to - SHARED == set()


def test_every_whole_number_has_64_bits() -> None:
    numbers = [column for column in columns() if isinstance(column.type, Integer)]
    assert numbers
    assert [str(column) for column in numbers if not isinstance(column.type, BigInteger)] == []


def test_columns_are_numbers_words_bytes_and_ids_only() -> None:
    """What the engine can send as arrays; no JSON, no time, no fraction."""
    kinds = (BigInteger, String, LargeBinary, Uuid)
    assert [str(column) for column in columns() if not isinstance(column.type, kinds)] == []


def test_the_database_makes_no_ids_and_no_defaults() -> None:
    """D2: ids and positions come from the application."""
    made = [str(column) for column in columns() if column.server_default is not None or column.identity is not None]
    assert made == []


@pytest.mark.parametrize("book", IN_TABLES, ids=lambda book: book.name)
def test_a_book_has_a_table_of_its_key_and_its_value(book: Book[Any, Any]) -> None:
    table = METADATA.tables[book.name]
    value = [] if book is TRAIL else value_columns(book)
    assert list(table.columns.keys()) == ["community_id", *key_columns(book), *value]
