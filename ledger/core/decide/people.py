"""Turns identities into members; one nobody has seen joins on first sight."""

from __future__ import annotations

from dataclasses import dataclass, field

from ledger.core.books.shelf import IDENTITY, Known
from ledger.core.books.view import Books
from ledger.core.values import Identity, MemberId


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
