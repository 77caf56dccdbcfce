"""Ladders by threshold, judged at the event: the highest level whose threshold the measure has reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.core.books.shelf import ACCOUNT, TIER
from ledger.core.books.view import Books
from ledger.core.outcomes import Decision, TierChange
from ledger.core.rulebook.grammar import Ladder
from ledger.core.values import MemberId


def changes(books: Books, ladder: Ladder, made: Sequence[Decision]) -> Iterator[TierChange]:
    """Yield the levels of one ladder that these decisions moved, in the order members were touched."""
    touched = [d.member for d in made if d.granted and d.unit == ladder.unit and d.member is not None]
    for member in dict.fromkeys(touched):
        standing = books.read(TIER, (ladder.code, member))
        before = standing.level or None
        after = before if standing.locked else level(books, ladder, member, before)
        if after != before:
            yield TierChange(ladder=ladder.code, member=member, before=before, after=after)


def level(books: Books, ladder: Ladder, member: MemberId, before: str | None) -> str | None:
    """Return the level a member has now; one that stays forever is never lost."""
    account = books.read(ACCOUNT, (member, ladder.unit))
    measured = account.earned if ladder.measure == "earned" else account.balance
    reached = [one.code for one in ladder.levels if one.threshold <= measured]
    if ladder.stay == "forever" and before is not None:
        codes = [one.code for one in ladder.levels]
        if before in codes[len(reached) :]:
            return before
    return reached[-1] if reached else None
