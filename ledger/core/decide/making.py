"""A fact in the making: decisions are folded one by one, then what follows from all of them is found and sealed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from msgspec.structs import replace

from ledger.core.books.evolve import (
    evolve_decision,
    evolve_journal,
    evolve_measures,
    evolve_own,
    evolve_streaks,
    evolve_tiers,
    evolve_wishes,
)
from ledger.core.books.shelf import ACCOUNT, MEMBER, OBJECT, STORY
from ledger.core.books.view import Books, Written
from ledger.core.events import ContributionRecorded, Event
from ledger.core.naming import named
from ledger.core.outcomes import Decided, Decision, GroupWish, StreakMove, TierChange, Watch
from ledger.core.rulebook.versions import Version
from ledger.core.rules import lots
from ledger.core.rules.measures import of_decisions
from ledger.core.tiers import moving
from ledger.core.values import MemberId, Micros, Position


@dataclass(slots=True)
class Made:
    """An event whose arrival is folded, and what was decided about it so far."""

    books: Books
    event: Event
    version: Version
    decisions: list[Decision] = field(default_factory=list)
    streaks: list[StreakMove] = field(default_factory=list)
    unfinished: bool = False

    @property
    def next_place(self) -> tuple[Position, int]:
        """Where the next decision will stand in the log."""
        return self.event.position, len(self.decisions)

    def take(self, decision: Decision) -> None:
        """Make one more decision."""
        evolve_decision(self.books, self.event, len(self.decisions), decision)
        self.decisions.append(decision)

    def advance(self, move: StreakMove) -> None:
        """Move a streak on."""
        evolve_streaks(self.books, (move,))
        self.streaks.append(move)

    def in_a_lot(self, decision: Decision) -> Decision:
        """Return a gain with the lot that it begins, or a loss with the lots that it is taken from.

        What is released begins the lot of the grant that waited, so that an undo of the grant finds it.
        """
        unit = self.version.units.get(decision.unit)
        if decision.member is None or not decision.granted or unit is None:
            return decision
        if decision.granted < 0:
            if not self.books.versions.timed:
                return decision
            return replace(decision, lots=lots.spend(self.books, decision.member, decision.unit, -decision.granted))
        if unit.expiry is None:
            return decision
        account = self.books.read(ACCOUNT, (decision.member, decision.unit))
        dated = self.event.occurred_at if decision.dated is None else decision.dated
        grant = decision.releases
        at = (grant.position, grant.ordinal) if grant is not None else self.next_place
        begun = lots.gain(self.version, unit, account, decision.granted, dated=dated, at=at)
        return replace(decision, lots=begun)


def finish(
    made: Made,
    private: dict[str, Any],
    *,
    now: Micros | None = None,
    tiers: tuple[TierChange, ...] = (),
    watches: tuple[Watch, ...] = (),
    places: Iterable[GroupWish] = (),
    also: tuple[MemberId, ...] = (),
) -> Event:
    """Fold what follows from the decisions, put it all in the fact, and write the event.

    `now` is where windows end: when the event is recorded, or when it was due. `tiers` and `watches` are what was
    decided about levels by itself, before what the decisions move; the groups that the fact names come next;
    `places` is what else moves in groups, after all of it. `also` are members to be judged anyway.
    """
    books, event, version, decisions = made.books, made.event, made.version, made.decisions
    fact = event.fact
    assert isinstance(fact, Decided)
    measures = (*fact.measures, *of_decisions(books, version, event, decisions))
    evolve_measures(books, measures)
    evolve_tiers(books, event, tiers, watches)
    rises = tuple(
        moving.changes(
            books,
            version,
            decisions,
            measures=fact.measures,
            joined=fact.joined,
            also=also,
            now=event.recorded_at if now is None else now,
            by_itself=now is not None,
        )
    )
    evolve_tiers(books, event, rises)
    moved = (*tiers, *rises)
    wishes = []
    for wish in chain(fact.groups, moving.wishes(books, version, moved), places):
        evolve_wishes(books, event, (wish,))
        wishes.append(wish)
    whole = replace(
        fact,
        decisions=tuple(decisions),
        tiers=moved,
        watches=watches,
        groups=tuple(wishes),
        measures=measures,
        streaks=tuple(made.streaks),
    )
    if made.unfinished:
        whole = replace(whole, unfinished=True)
    event = replace(event, fact=whole)
    evolve_own(books, event)
    evolve_journal(books, event)
    books.events.append(Written(event, spoken_of(books, event, private)))
    return event


def spoken_of(books: Books, event: Event, private: dict[str, Any]) -> dict[str, Any]:
    """Return what people can read of an event: no texts where it is about who was erased, or a thing of theirs."""
    if "texts" not in private:
        return private
    about = named(event.fact)
    if event.subject is not None and isinstance(event.fact, ContributionRecorded):
        key = (event.subject,)
        about |= {books.read(OBJECT, key).author, books.read(STORY, key).author} - {0}
    if any(books.read(MEMBER, (one,)).erased_at is not None for one in about):
        return {name: part for name, part in private.items() if name != "texts"}
    return private
