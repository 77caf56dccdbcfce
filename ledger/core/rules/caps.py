"""Caps of one rule, caps that rules share, and budgets: how much room is left, and how a grant moves it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ledger.core.books.shelf import COUNTER
from ledger.core.books.united import everybody, kept
from ledger.core.books.view import Books
from ledger.core.outcomes import CounterMode, CounterMove
from ledger.core.rulebook.grammar import Budget, Levels, Rule
from ledger.core.rules.case import Case, keys_of
from ledger.core.rules.levels import on_levels
from ledger.core.values import MemberId, Micros


@dataclass(frozen=True, slots=True)
class Limit:
    """One cap as it applies to one event: its counter, and what may still be granted."""

    step: str
    scope: str
    key: str
    period: str
    mode: CounterMode
    room: int
    partial: bool
    again_at: Micros | None

    def allowed(self, wanted: int) -> int:
        """Return how much of a positive amount passes."""
        if wanted <= 0 and self.mode is not CounterMode.COUNT:
            return wanted
        if self.mode is CounterMode.COUNT:
            return wanted if self.room > 0 else 0
        if wanted <= self.room:
            return wanted
        return max(0, self.room) if self.partial else 0

    def move(self, granted: int) -> CounterMove | None:
        """Return how a grant moves the counter: by what was really applied."""
        match self.mode:
            case CounterMode.COUNT:
                delta = 1
            case CounterMode.NET:
                delta = granted
            case _:
                delta = max(0, granted)
        if not granted or not delta:
            return None
        return CounterMove(scope=self.scope, key=self.key, period=self.period, delta=delta, mode=self.mode)


def limits(books: Books, case: Case, rule: Rule, receiver: MemberId) -> Iterator[Limit]:
    """Yield the caps on a grant in their order: the rule's own as written, then its groups, then its budget.

    A cap by a party that the event does not name does not apply, nor one for levels the receiver is not on.
    """
    owner = kept(books, receiver)
    for cap in rule.caps:
        keys = keys_of(books, case, cap.by, receiver)
        if not keys or (cap.per == "object" and case.subject is None):
            continue
        if not on_levels(books, case.version, cap.levels, owner):
            continue
        counted = cap.count is not None
        mode = CounterMode.COUNT if counted else CounterMode.NET if cap.net else CounterMode.GROSS
        most = cap.count if cap.count is not None else cap.points or 0
        scope = f"cap:{rule.id}/{mode.value}/{cap.per}/{'+'.join(cap.by)}{_for_levels(cap.levels)}"
        yield _limit(books, case, "cap", Place(scope, keys, cap.per), mode, most, cap.partial)
    for group in case.version.groups_of.get(rule.id, ()):
        if not on_levels(books, case.version, group.levels, owner):
            continue
        mode = CounterMode.NET if group.net else CounterMode.GROSS
        place = Place(f"group:{group.code}", [str(one) for one in everybody(books, receiver)], group.per)
        yield _limit(books, case, f"group:{group.code}", place, mode, group.points, group.partial)
    if (budget := case.version.budgets.get(rule.budget)) is not None:
        scope, key = budget_counter(budget)
        place = Place(scope, [key], budget.per)
        yield _limit(books, case, f"budget:{budget.code}", place, CounterMode.NET, budget.points, budget.partial)


def budget_counter(budget: Budget) -> tuple[str, str]:
    """Return the scope and key under which a budget is counted."""
    return f"budget:{budget.code}", ""


def _for_levels(levels: Levels | None) -> str:
    return f"/{levels.ladder}:{'+'.join(levels.codes)}" if levels is not None else ""


class Place(NamedTuple):
    """Where a limit counts: a scope, whose, and per which period; the first key is moved, all of them are read."""

    scope: str
    keys: list[str]
    per: str


def _limit(books: Books, case: Case, step: str, place: Place, mode: CounterMode, most: int, partial: bool) -> Limit:
    period = case.period(place.per)
    used = sum(books.read(COUNTER, (place.scope, key, period)).amount for key in place.keys)
    again_at = case.next_period(place.per)
    return Limit(step, place.scope, place.keys[0], period, mode, most - used, partial, again_at)
