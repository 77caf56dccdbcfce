"""Folds merges and unmerges: who acts for whom, and what share of a balance came by whose identities."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.core.books.activities import withdraw_answers
from ledger.core.books.shelf import MEMBER, SHARE, Share
from ledger.core.books.united import ancestors, everybody, members, spelled
from ledger.core.books.view import Books
from ledger.core.members.facts import MembersMerged, MembersUnmerged
from ledger.core.outcomes import Decision, EntryKind
from ledger.core.values import MemberId


def evolve_merge(books: Books, fact: MembersMerged) -> None:
    """Fold a merge. Folding it twice is folding it once."""
    if books.read(MEMBER, (fact.gone,)).merged_into is None:
        group = everybody(books, fact.gone)
        _move(books, group, fact.into)
        old = books.read(MEMBER, (fact.gone,))
        books.write(MEMBER, (fact.gone,), replace(old, merged_into=fact.into))
        into = books.read(MEMBER, (fact.into,))
        books.write(MEMBER, (fact.into,), replace(into, united=spelled((*members(into.united), *group))))
    withdraw_answers(books, fact.answers)
    for one in fact.decisions:
        if one.kind is EntryKind.TRANSFER and one.member == fact.into:
            books.write(SHARE, (fact.gone, one.unit), Share(amount=one.granted))


def _move(books: Books, group: tuple[MemberId, ...], to: MemberId) -> None:
    for one in group:
        books.write(MEMBER, (one,), replace(books.read(MEMBER, (one,)), kept=None if one == to else to))


def evolve_unmerge(books: Books, fact: MembersUnmerged) -> None:
    """Fold an unmerge. Folding it twice is folding it once."""
    gone = books.read(MEMBER, (fact.gone,))
    if gone.merged_into is None:
        return
    above = list(ancestors(books, gone.merged_into))
    group = (fact.gone, *members(gone.united))
    for one in above:
        old = books.read(MEMBER, (one,))
        left = tuple(other for other in members(old.united) if other not in group)
        books.write(MEMBER, (one,), replace(old, united=spelled(left)))
    books.write(MEMBER, (fact.gone,), replace(gone, merged_into=None))
    _move(books, group, fact.gone)
    for unit in fact.units:
        amount = books.read(SHARE, (fact.gone, unit)).amount
        books.write(SHARE, (fact.gone, unit), SHARE.blank)
        for one in above[:-1]:
            _add(books, one, unit, -amount)


def evolve_share(books: Books, decision: Decision) -> None:
    """Fold what came by the identity of a merged member: it is theirs again after an unmerge."""
    if decision.via is None or not decision.granted:
        return
    for one in list(ancestors(books, decision.via))[:-1]:
        _add(books, one, decision.unit, decision.granted)


def _add(books: Books, member: MemberId, unit: str, amount: int) -> None:
    key = member, unit
    books.write(SHARE, key, Share(amount=books.read(SHARE, key).amount + amount))
