"""Streaks: periods in a row with a grant. They move in the order events arrive, and are never rewritten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from ledger.core.books.shelf import ACCOUNT, STREAK
from ledger.core.books.shelf import Streak as Run
from ledger.core.books.united import everybody
from ledger.core.books.view import Books
from ledger.core.calendar import start_of_week
from ledger.core.outcomes import Decision, EntryKind, Outcome, StreakMove
from ledger.core.rulebook.grammar import Streak
from ledger.core.rules.case import Case
from ledger.core.rules.floor import bounded
from ledger.core.values import MemberId


def advanced(books: Books, case: Case, made: Sequence[Decision]) -> Iterator[tuple[StreakMove, Decision | None]]:
    """Yield each run that an event's grants move on, with the reward that its new length pays, if it pays one.

    Fold each before the next is made.
    """
    seen: set[tuple[str, MemberId]] = set()
    for decision in made:
        if decision.member is None or decision.kind is not EntryKind.AWARD:
            continue
        if decision.granted <= 0 and decision.pending <= 0:
            continue
        for streak in case.version.streaks_of.get(decision.rule, ()):
            key = (streak.id, decision.member)
            if key in seen:
                continue
            seen.add(key)
            move = _moved(streak, decision.member, _run(books, streak, decision.member), period(case, streak))
            if move is not None:
                yield move, _reward(books, streak, move)


def _run(books: Books, streak: Streak, member: MemberId) -> Run:
    """Return the run of somebody: the latest of any of their members, the longest where several are."""
    runs = [books.read(STREAK, (streak.id, one)) for one in everybody(books, member)]
    return max(runs, key=lambda run: (run.last, run.length))


def period(case: Case, streak: Streak) -> int:
    """Return the ordinal of the event's period: of its local day, or of the first day of its week, by sevens."""
    if streak.per == "day":
        return case.day
    first_weekday = case.version.rulebook.community.first_weekday
    return start_of_week(date.fromordinal(case.day), first_weekday).toordinal() // 7


def _moved(streak: Streak, member: MemberId, run: Run, now: int) -> StreakMove | None:
    if run.length and now <= run.last:
        return None
    missed = now - run.last - 1
    goes_on = bool(run.length) and missed <= run.freezes
    length = run.length + 1 if goes_on else 1
    freezes = run.freezes - missed if goes_on else 0
    if streak.freezes is not None and length % streak.freezes.every == 0:
        freezes = min(streak.freezes.hold, freezes + 1)
    return StreakMove(streak=streak.id, member=member, last=now, length=length, freezes=freezes)


def _reward(books: Books, streak: Streak, move: StreakMove) -> Decision | None:
    points = streak.rewards.get(move.length)
    if not points:
        return None
    account = books.read(ACCOUNT, (move.member, streak.unit))
    granted = bounded(account, points)
    return Decision(
        rule=streak.id,
        outcome=Outcome.GRANTED,
        member=move.member,
        unit=streak.unit,
        kind=EntryKind.BONUS,
        wanted=points,
        granted=granted,
        after=account.balance + granted,
    )
