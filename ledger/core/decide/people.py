"""Turns identities into members; one nobody has seen joins on first sight."""

from __future__ import annotations

from dataclasses import dataclass, field

from ledger.core.books.shelf import IDENTITY, MEMBER, NAMES, Known
from ledger.core.books.united import kept
from ledger.core.books.view import Books
from ledger.core.refusals import MemberGone, MemberUnknown, Refusal
from ledger.core.values import Identity, MemberId


def names_of(books: Books, member: MemberId) -> list[tuple[str, str]]:
    """Return a member's identities: those that were loaded, and those that came to be since."""
    found = dict.fromkeys((*books.read(NAMES, (member,)).keys, *books.keys(IDENTITY)))
    return [key for key in found if books.read(IDENTITY, key).member == member]


def is_gone(books: Books, member: MemberId) -> bool:
    """Say whether a member was erased, so that nothing is paid to them any more."""
    return books.read(MEMBER, (member,)).erased_at is not None


def nobody(books: Books, member: MemberId) -> Refusal | None:
    """Return why a member can do nothing and nothing can be said about them, if that is so."""
    if not books.read(MEMBER, (member,)).seen_position:
        return MemberUnknown()
    return MemberGone() if is_gone(books, kept(books, member)) else None


@dataclass(slots=True)
class People:
    """The people of one command; `joined` are those first seen with it, in order."""

    books: Books
    joined: list[MemberId] = field(default_factory=list)

    def member(self, identity: Identity) -> MemberId:
        """Return whom an identity names, numbering somebody new after all others."""
        key = (identity.platform, identity.external_id)
        known = self.books.read(IDENTITY, key)
        if known.member:
            return known.member
        number = MemberId(self.books.head.members + len(self.joined) + 1)
        self.books.write(IDENTITY, key, Known(member=number, received=identity.received))
        self.joined.append(number)
        return number
