"""Every book on both databases: what was saved is loaded, key by key, and nothing else."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.core.books.shelf import (
    COUNTER,
    EVENT,
    KEY,
    MEMBER,
    RULEBOOK,
    TRAIL,
    Book,
    Counter,
    Member,
    Published,
    Trail,
)
from ledger.core.books.view import Books, Key
from ledger.core.values import Micros, Position
from ledger.store.books import IN_TABLES
from ledger.store.directory import Community
from ledger.store.engine import Database
from tests.store.samples import LARGEST, SAMPLES, TEXTS, blank_books, load, save, text_key

ABSENT: dict[Book[Any, Any], tuple[Any, ...]] = {
    **{book: sample(404)[0] for book, sample in SAMPLES.items()},
    TRAIL: ("subject:nothing",),
    KEY: ("telegram:group", "nothing"),
    EVENT: (404,),
}


def test_there_is_a_sample_of_every_book_that_has_a_table() -> None:
    assert {*SAMPLES, TRAIL} == set(IN_TABLES)


def filled(numbers: range) -> Books:
    """Return books with one sample a number in each, trails included."""
    books = blank_books()
    for book, sample in SAMPLES.items():
        for number in numbers:
            books.write(book, *sample(number))
    for number in numbers:
        books.add_to_trail(f"subject:thread/{number}", Position(number))
    return books


def expected(books: Books) -> dict[Key, Any]:
    """Return what loading finds of saved books."""
    trails: dict[Key, Any] = {(TRAIL, (key,)): Trail(positions=positions) for key, positions in books.added.items()}
    return books.changed | trails


async def test_a_key_that_nobody_wrote_reads_as_blank(database: Database, tenant: Community) -> None:
    for place in ABSENT.items():
        assert await load(database, tenant.id, [place]) == {place: place[0].blank}


@pytest.mark.parametrize("size", [1, 10, 1_000, 10_000])
async def test_what_was_saved_in_every_book_is_loaded(database: Database, tenant: Community, size: int) -> None:
    books = filled(range(1, size + 1))
    await save(database, tenant.id, books)
    wanted = expected(books)
    assert len(wanted) == size * (len(SAMPLES) + 1)
    assert await load(database, tenant.id, wanted) == wanted


async def test_keys_with_a_row_and_without_one_load_together(database: Database, tenant: Community) -> None:
    books = filled(range(1, 4))
    await save(database, tenant.id, books)
    absent: dict[Key, Any] = {(book, key): book.blank for book, key in ABSENT.items()}
    wanted = expected(books) | absent
    assert await load(database, tenant.id, wanted) == wanted


async def test_a_key_wanted_twice_loads_as_if_wanted_once(database: Database, tenant: Community) -> None:
    books = filled(range(1, 4))
    await save(database, tenant.id, books)
    wanted = expected(books)
    assert await load(database, tenant.id, [*wanted, *wanted]) == wanted


async def test_saving_again_replaces(database: Database, tenant: Community) -> None:
    first, second = blank_books(), blank_books()
    for book, sample in SAMPLES.items():
        key = sample(1)[0]
        first.write(book, key, sample(1)[1])
        second.write(book, key, sample(2)[1])
    await save(database, tenant.id, first)
    await save(database, tenant.id, second)
    assert await load(database, tenant.id, second.changed) == second.changed


async def test_one_save_adds_and_replaces_rows(database: Database, tenant: Community) -> None:
    await save(database, tenant.id, filled(range(1, 6)))
    books = blank_books()
    for number in range(3, 9):
        books.write(COUNTER, SAMPLES[COUNTER](number)[0], Counter(amount=1_000 + number))
    await save(database, tenant.id, books)
    assert await load(database, tenant.id, books.changed) == books.changed


async def test_saving_nothing_is_allowed(database: Database, tenant: Community) -> None:
    await save(database, tenant.id, blank_books())
    assert await load(database, tenant.id, []) == {}


async def test_a_column_can_become_nothing_and_something_again(database: Database, tenant: Community) -> None:
    member, version = Member(joined_at=Micros(1), left_at=Micros(2)), Published(position=Position(2))
    for left_at, effective_from in ((Micros(2), None), (None, Micros(3)), (Micros(4), None)):
        books = blank_books()
        books.write(MEMBER, (1,), replace(member, left_at=left_at))
        books.write(RULEBOOK, (1,), replace(version, effective_from=effective_from))
        await save(database, tenant.id, books)
        assert await load(database, tenant.id, books.changed) == books.changed


async def test_numbers_of_64_bits_come_back_whole(database: Database, tenant: Community) -> None:
    books = blank_books()
    for key, amount in (("most", LARGEST), ("least", -LARGEST), ("exact", 2**53 + 1), ("none", 0)):
        books.write(COUNTER, ("scope", key, ""), Counter(amount=amount))
    books.write(MEMBER, (LARGEST,), Member(joined_at=Micros(LARGEST)))
    await save(database, tenant.id, books)
    assert await load(database, tenant.id, books.changed) == books.changed


async def test_unusual_texts_are_keys_of_their_own(database: Database, tenant: Community) -> None:
    books = blank_books()
    for book, text in product(SAMPLES, TEXTS):
        books.write(book, *text_key(book, text))
    await save(database, tenant.id, books)
    assert await load(database, tenant.id, books.changed) == books.changed


async def test_unusual_texts_are_trails_of_their_own(database: Database, tenant: Community) -> None:
    books = blank_books()
    for number, text in enumerate(TEXTS, start=1):
        books.add_to_trail(f"subject:{text}", Position(number))
    await save(database, tenant.id, books)
    assert await load(database, tenant.id, expected(books)) == expected(books)


async def test_a_trail_grows_and_stays_ascending(database: Database, tenant: Community) -> None:
    for positions in ((900, 1_000), (20, 100), (3,)):
        books = blank_books()
        for position in positions:
            books.add_to_trail("subject:thread", Position(position))
        await save(database, tenant.id, books)
    trail = (TRAIL, ("subject:thread",))
    ascending = tuple(Position(position) for position in (3, 20, 100, 900, 1_000))
    assert await load(database, tenant.id, [trail]) == {trail: Trail(positions=ascending)}


async def test_a_position_is_on_a_trail_once_however_often_it_is_saved(
    database: Database, tenant: Community
) -> None:
    books = blank_books()
    books.add_to_trail("subject:thread", Position(7))
    await save(database, tenant.id, books)
    await save(database, tenant.id, books)
    assert await load(database, tenant.id, expected(books)) == expected(books)


async def test_a_community_never_loads_what_another_saved(
    database: Database, tenant: Community, neighbour: Community
) -> None:
    books = filled(range(1, 4))
    await save(database, neighbour.id, books)
    wanted = expected(books)
    assert await load(database, tenant.id, wanted) == {(book, key): book.blank for book, key in wanted}


async def test_a_community_never_replaces_what_another_saved(
    database: Database, tenant: Community, neighbour: Community
) -> None:
    mine, theirs = blank_books(), blank_books()
    for book, sample in SAMPLES.items():
        key = sample(1)[0]
        mine.write(book, key, sample(1)[1])
        theirs.write(book, key, sample(2)[1])
    await save(database, tenant.id, mine)
    await save(database, neighbour.id, theirs)
    assert await load(database, tenant.id, mine.changed) == mine.changed
    assert await load(database, neighbour.id, theirs.changed) == theirs.changed
