"""Milestones: the few things that are celebrated with a member, each once. They are found in the log, never stored.

Nothing here counts what was missed, and nothing ends: see ADR 0032.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ledger.core.rulebook.grammar import Ladder, Rulebook
from ledger.core.rulebook.versions import Versions
from ledger.core.rules.levels import base_level
from ledger.core.values import Micros, Position, Value

FIRST = "first_contribution"
HELPED = "first_help"
FEATURED = "first_featured"
LEVEL = "level_reached"
WEEKS = "weeks_together"

AUTHOR = ".author"
WEEK = "week"
ACCEPTED = frozenset({"answer.accepted", "solution.accepted"})
"""Types by which somebody accepts an answer."""


class Milestone(Value):
    """Something reached at an instant: `code` says what sort of thing, the rest which one."""

    code: str
    at: Micros
    ladder: str = ""
    level: str = ""
    weeks: int = 0
    story: Position = Position(0)

    @property
    def name(self) -> str:
        """What it is known by as one that was seen: each is celebrated once."""
        return "/".join(part for part in (self.code, self.ladder, self.level, str(self.weeks or "")) if part)


class Move(NamedTuple):
    """A change of level, as it is stored."""

    ladder: str
    after: str
    at: Micros


def helping_rules(versions: Versions, types: Iterable[str] | None = None) -> tuple[str, ...]:
    """Return the rules of every version that pay the author of something for what others made of it."""
    wanted = None if types is None else frozenset(types)
    rules = (rule for version in versions.published for rule in version.rulebook.rules)
    helping = (rule for rule in rules if rule.to.endswith(AUTHOR) and (wanted is None or rule.event in wanted))
    return tuple(dict.fromkeys(rule.id for rule in helping))


def weekly(versions: Versions) -> tuple[str, ...]:
    """Return the streaks of every version that count weeks; days in a row are not celebrated."""
    streaks = (one for version in versions.published for one in version.rulebook.streaks)
    return tuple(dict.fromkeys(one.id for one in streaks if one.per == WEEK))


def levels_reached(rulebook: Rulebook, moves: Iterable[Move]) -> Iterator[Milestone]:
    """Yield each level that was reached for the first time by rising to it, moves in order."""
    ladders = {ladder.code: ladder for ladder in rulebook.ladders}
    highest: dict[str, int] = {}
    for move in moves:
        ladder = ladders.get(move.ladder)
        rank = _rank(ladder, move.after) if ladder is not None else None
        if ladder is None or rank is None:
            continue
        beginning = 0 if base_level(ladder) else -1  # where everybody begins nobody arrives
        if rank <= highest.setdefault(move.ladder, beginning):
            continue
        highest[move.ladder] = rank
        yield Milestone(code=LEVEL, at=move.at, ladder=move.ladder, level=move.after)


def _rank(ladder: Ladder, level: str) -> int | None:
    return next((rank for rank, one in enumerate(ladder.levels) if one.code == level), None)
