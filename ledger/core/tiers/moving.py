"""What an event's decisions move on every ladder, and which groups a member should then be in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from ledger.core.books.shelf import PLACES, TIER, WISH
from ledger.core.books.united import is_merged, kept
from ledger.core.books.view import Books
from ledger.core.calendar import local_date
from ledger.core.conduct import is_removed
from ledger.core.outcomes import Decision, GroupWish, Measure, TierChange
from ledger.core.rulebook.grammar import Ladder
from ledger.core.rulebook.versions import Version, Versions
from ledger.core.rules.levels import level_on
from ledger.core.tiers import thresholds
from ledger.core.tiers.daily import change, moved_at_event
from ledger.core.tiers.terms import Judge
from ledger.core.values import MemberId, Micros


def changes(
    books: Books,
    version: Version,
    made: Sequence[Decision],
    *,
    measures: Iterable[Measure] = (),
    joined: Iterable[MemberId] = (),
    also: Iterable[MemberId] = (),
    now: Micros,
    by_itself: bool = False,
) -> Iterator[TierChange]:
    """Yield the levels that an event moved, ladder by ladder, in the order members were touched.

    What happens `by_itself` may be done late, when the community is no longer as it was: where marks are a share of
    it, that is left to the daily run, which has noted them.
    """
    today = 0
    touched: dict[MemberId, None] = {}
    for ladder in version.rulebook.ladders:
        if ladder.daily_at is None:
            yield from thresholds.changes(books, ladder, made, also)
            continue
        if by_itself and ladder.code in version.sharing:
            continue
        if not today:
            today = local_date(now, version.rulebook.community.tz).toordinal()
            touched = dict.fromkeys((*joined, *also))
            touched |= dict.fromkeys(d.member for d in made if d.granted and d.member is not None)
            touched |= dict.fromkeys(kept(books, one.member) for one in measures if one.member)
        for member in touched:
            yield from _move(books, version, ladder, member, today, now)


def _move(
    books: Books, version: Version, ladder: Ladder, member: MemberId, today: int, now: Micros
) -> Iterator[TierChange]:
    standing = books.read(TIER, (ladder.code, member))
    if standing.locked or is_merged(books, member):
        return
    judge = Judge(books, version, member, today, now)
    moved = change(ladder, judge, moved_at_event(judge, ladder, standing.level))
    if moved is not None:
        yield moved


def wishes(books: Books, version: Version, moved: Iterable[TierChange]) -> Iterator[GroupWish]:
    """Yield which groups members should be in, or no longer, after their levels moved. A held place stays.

    Who is removed has no place in any. Fold each before the next is made.
    """
    for one in moved:
        ladder = version.ladders.get(one.ladder)
        if ladder is None or is_removed(books, one.member):
            continue
        before, after = granted(ladder, one.before), granted(ladder, one.after)
        others = groups_of(books, version, one.member, without=one.ladder)
        for group in sorted((before ^ after) - others):
            wish = books.read(WISH, (one.member, group))
            if not wish.held and bool(wish.wanted) != (group in after):
                yield GroupWish(member=one.member, group=group, wanted=group in after, at=one.at)


def lost_places(books: Books, member: MemberId) -> Iterator[GroupWish]:
    """Yield that a member should be in no group any more: not by level, not by hand, not for points."""
    for group in books.read(PLACES, (member,)).wanted:
        yield GroupWish(member=member, group=group, wanted=False)


def returned_places(
    books: Books, version: Version, member: MemberId, *, taken: Collection[str], bought: Collection[str]
) -> Iterator[GroupWish]:
    """Yield the groups that who came back should be in: by level, bought, and those `taken` that were held."""
    if is_removed(books, member):
        return
    deserved = {*groups_of(books, version, member), *bought}
    for group in sorted({*deserved, *taken}):
        wish = books.read(WISH, (member, group))
        if not wish.wanted and group in (taken if wish.held else deserved):
            yield GroupWish(member=member, group=group, wanted=True)


def groups_in(version: Version) -> set[str]:
    """Return the groups in which levels of a version give a place."""
    grants = (one for ladder in version.rulebook.ladders for level in ladder.levels for one in level.grants)
    return {grant.removeprefix("group:") for grant in grants}


def granted(ladder: Ladder, level: str | None) -> set[str]:
    """Return the groups that a level gives a place in: its own and those of all levels below it."""
    codes, code = [one.code for one in ladder.levels], level_on(ladder, level) if level else ""
    reached = ladder.levels[: codes.index(code) + 1] if code else ()
    return {group.removeprefix("group:") for one in reached for group in one.grants}


def every_group(versions: Versions) -> list[str]:
    """Return the groups that any level of any version gives a place in."""
    levels = (level for one in versions.published for ladder in one.rulebook.ladders for level in ladder.levels)
    return list(dict.fromkeys(grant.removeprefix("group:") for level in levels for grant in level.grants))


def groups_of(books: Books, version: Version, member: MemberId, *, without: str = "") -> set[str]:
    """Return the groups that a member's levels give a place in, on all ladders or all but one."""
    found: set[str] = set()
    for ladder in version.rulebook.ladders:
        if ladder.code != without:
            found |= granted(ladder, books.read(TIER, (ladder.code, member)).level)
    return found
