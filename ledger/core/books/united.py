"""Members who are one person: after a merge one of them is kept, and acts for all.

Only balances with their lots move to the kept member. What is counted, claimed, earned and waited for stays
under the member by whose identity it came, and is read for all of them together: so an unmerge has nothing to
split.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.core.books.shelf import MEMBER
from ledger.core.books.view import Books
from ledger.core.values import MemberId


def kept(books: Books, member: MemberId) -> MemberId:
    """Return who acts for a member: themselves, unless they are merged."""
    return books.read(MEMBER, (member,)).kept or member


def is_merged(books: Books, member: MemberId) -> bool:
    """Say whether somebody else acts for a member."""
    return books.read(MEMBER, (member,)).kept is not None


def everybody(books: Books, member: MemberId) -> tuple[MemberId, ...]:
    """Return all who are one person with a member: the member first."""
    own = books.read(MEMBER, (member,))
    if own.kept is None:
        return (member, *members(own.united))
    others = (own.kept, *members(books.read(MEMBER, (own.kept,)).united))
    return (member, *(one for one in others if one != member))


def is_one(books: Books, member: MemberId, other: MemberId) -> bool:
    """Say whether two members are one person."""
    return kept(books, member) == kept(books, other)


def members(spelled: str | None) -> tuple[MemberId, ...]:
    """Read a list of members as `Member.united` spells it."""
    return tuple(MemberId(int(one)) for one in spelled.split(",")) if spelled else ()


def spelled(numbers: tuple[MemberId, ...]) -> str | None:
    """Spell a list of members; None is nobody."""
    return ",".join(map(str, numbers)) or None


def ancestors(books: Books, member: MemberId) -> Iterator[MemberId]:
    """Yield a member, whom they are merged into, whom that one is, and so on."""
    here: MemberId | None = member
    while here is not None:
        yield here
        here = books.read(MEMBER, (here,)).merged_into
