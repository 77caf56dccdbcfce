"""Ladders by threshold, judged at the event: the highest level whose threshold the measure has reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ledger.core.books.shelf import ACCOUNT, TIER
from ledger.core.books.united import is_merged
from ledger.core.books.view import Books
from ledger.core.outcomes import Decision, TierChange
from ledger.core.rulebook.grammar import Ladder
from ledger.core.tiers.terms import earned
from ledger.core.values import MemberId


def changes(
    books: Books, ladder: Ladder, made: Sequence[Decision], also: Iterable[MemberId] = ()
) -> Iterator[TierChange]:
    """Yield the levels of one ladder that these decisions moved, in the order members were touched."""
    touched = [d.member for d in made if d.granted and d.unit == ladder.unit and d.member is not None]
    for member in dict.fromkeys((*touched, *also)):
        if is_merged(books, member):
            continue
        standing = books.read(TIER, (ladder.code, member))
        before = standing.level or None
        after = before if standing.locked else level(books, ladder, member, before)
        if after != before:
            yield TierChange(ladder=ladder.code, member=member, before=before, after=after)


def level(books: Books, ladder: Ladder, member: MemberId, before: str | None) -> str | None:
    """Return the level a member has now; one that stays forever is never lost."""
    if ladder.measure == "earned":
        measured = earned(books, member, ladder.unit)
    else:
        measured = books.read(ACCOUNT, (member, ladder.unit)).balance
    reached = [one.code for one in ladder.levels if one.threshold <= measured]
    if ladder.stay == "forever" and before is not None:
        codes = [one.code for one in ladder.levels]
        if before in codes[len(reached) :]:
            return before
    return reached[-1] if reached else None
