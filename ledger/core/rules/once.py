"""`once_per` and `slot`: things that only one grant may hold, claimed by a nonzero grant."""

from __future__ import annotations

from ledger.core.books.shelf import CLAIM
from ledger.core.books.view import Books
from ledger.core.outcomes import ClaimKey, GrantRef
from ledger.core.rulebook.grammar import Rule
from ledger.core.rules.case import Case, key_of, keys_of
from ledger.core.values import MemberId


def once_claim(case: Case, rule: Rule, receiver: MemberId) -> ClaimKey | None:
    """Return the claim this grant would make; None where a part of its key is absent."""
    key = key_of(case, rule.once_per, receiver) if rule.once_per else None
    return None if key is None else ClaimKey(kind=f"once:{rule.id}", key=key)


def slot_claim(case: Case, rule: Rule, receiver: MemberId) -> ClaimKey | None:
    """Return the slot this grant would hold; None where a part of its key is absent."""
    key = key_of(case, rule.slot, receiver) if rule.slot else None
    return None if key is None else ClaimKey(kind=f"slot:{rule.id}", key=key)


def taken(
    books: Books, case: Case, name: ClaimKey | None, parts: tuple[str, ...], receiver: MemberId
) -> GrantRef | None:
    """Return the grant that holds a claim now: the event's own, or one of somebody who is the same person."""
    if name is None:
        return None
    for key in keys_of(books, case, parts, receiver):
        if (held := holder(books, ClaimKey(kind=name.kind, key=key))) is not None:
            return held
    return None


def holder(books: Books, name: ClaimKey | None) -> GrantRef | None:
    """Return the grant that holds a claim now."""
    if name is None:
        return None
    claim = books.read(CLAIM, (name.kind, name.key))
    return GrantRef(position=claim.position, ordinal=claim.ordinal) if claim.position else None
