"""Which level somebody is on: what rules, caps and weights ask of a member's tier."""

from __future__ import annotations

from ledger.core.books.shelf import MEMBER, TIER
from ledger.core.books.united import everybody
from ledger.core.books.view import Books
from ledger.core.rulebook.grammar import Ladder, Levels, When
from ledger.core.rulebook.versions import Version
from ledger.core.rules.case import Case
from ledger.core.rules.conditions import holds
from ledger.core.values import MemberId, Micros


def base_level(ladder: Ladder) -> str:
    """Return where everybody begins on a ladder; nothing where its lowest level must be reached."""
    lowest = ladder.levels[0] if ladder.levels else None
    return lowest.code if lowest and ladder.daily_at is not None and lowest.enter is None else ""


def level_on(ladder: Ladder, held: str) -> str:
    """Return the level that somebody has who holds one; one that the ladder no longer has counts as none."""
    return held if any(level.code == held for level in ladder.levels) else base_level(ladder)


def level_of(books: Books, version: Version, ladder: str, member: MemberId) -> str:
    """Return the level a member is on; nothing below the lowest."""
    known = version.ladders.get(ladder)
    return level_on(known, books.read(TIER, (ladder, member)).level) if known is not None else ""


def on_levels(books: Books, version: Version, levels: Levels | None, member: MemberId) -> bool:
    """Say whether a member is on one of some levels; where none are asked for, they are."""
    return levels is None or level_of(books, version, levels.ladder, member) in levels.codes


def member_since(books: Books, member: MemberId) -> Micros:
    """Return since when somebody is a member, by any of their identities."""
    return min(books.read(MEMBER, (one,)).joined_at for one in everybody(books, member))


def old_enough(books: Books, case: Case, when: When, member: MemberId) -> bool:
    """Say whether somebody has been a member for as long, or as short, as a rule asks."""
    if when.member_for is None:
        return True
    return holds(when.member_for, max(0, case.recorded_at - member_since(books, member)))
