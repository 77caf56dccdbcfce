"""Restores what a lifted violation took: penalties are reversed, what was withheld is granted as of its time.

An event whose grant was withheld is graded again as a late one: with its own rulebook, in the room left in its old
day. What conditions, levels and factors said when it came stands; claims and limits are asked now.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace as moved

from msgspec.structs import replace

from ledger.core.books.shelf import EVENT
from ledger.core.books.united import everybody, kept
from ledger.core.conduct import Conduct, standing_of
from ledger.core.decide import making
from ledger.core.decide.grading import Look, Withheld, claimed
from ledger.core.decide.making import Made
from ledger.core.decide.people import is_gone
from ledger.core.decide.undoing import case_of
from ledger.core.events import ContributionRecorded, Event, decisions
from ledger.core.outcomes import Decision, EntryKind, GrantRef
from ledger.core.reversal import reversal
from ledger.core.rulebook.grammar import Pending
from ledger.core.rules import accruals, streaks
from ledger.core.rules.case import Case
from ledger.core.undo import corrected_trail, is_undone, is_withheld
from ledger.core.values import MemberId
from ledger.core.withholding import CONDUCT, STANDING, restored_claim, withheld_trail


def give_back(made: Made, confirmed: Event) -> None:
    """Reverse what a confirmation took, by what was really taken."""
    for ordinal, decision in enumerate(decisions(confirmed)):
        if decision.kind is EntryKind.PENALTY and not is_undone(made.books, confirmed.position, ordinal):
            at, now = made.next_place, made.event.recorded_at
            made.take(reversal(made.books, made.version, confirmed, ordinal, decision, at=at, now=now))


def grant_withheld(made: Made, member: MemberId, confirmed: Event) -> bool:
    """Grant what was withheld from a member since a confirmation, unless another strike withholds it still.

    Say whether something is left: one event holds so much, and all of what one contribution brings.
    """
    group = everybody(made.books, member)
    for position in sorted({one for other in group for one in made.books.trail(withheld_trail(other))}):
        if position < confirmed.position or is_gone(made.books, kept(made.books, member)):
            continue
        event = made.books.read(EVENT, (position,)).event
        conduct = standing_of(made.books, member, event.recorded_at) if event is not None else None
        if event is not None and conduct is not None and conduct.earns:
            if len(made.decisions) >= making.MOST_AT_ONCE and _is_withheld(made, group, event, conduct):
                return True
            _grant_of(made, group, event, conduct)
    return False


def _is_withheld(made: Made, group: tuple[MemberId, ...], event: Event, conduct: Conduct) -> bool:
    """Say whether an event has something that is still to be granted."""
    return any(True for _ in _withheld(made, group, event, conduct))


def _withheld(
    made: Made, group: tuple[MemberId, ...], event: Event, conduct: Conduct
) -> Iterator[tuple[int, Decision]]:
    """Yield what an event withheld from members who are one person and stood so, as far as it still is."""
    rules = made.books.versions.numbered(event.rulebook).rule
    for ordinal, decision in enumerate(decisions(event)):
        rule = rules.get(decision.rule)
        theirs = decision.origin in group and (rule is None or conduct.suits(rule))
        if theirs and is_withheld(made.books, event.position, ordinal, decision):
            yield ordinal, decision


def _grant_of(made: Made, group: tuple[MemberId, ...], event: Event, conduct: Conduct) -> None:
    """Grant what one event withheld from members who are one person and stood so, and move their streaks on."""
    case = moved(case_of(made.books, event), position=made.event.position, recorded_at=made.event.recorded_at)
    first = len(made.decisions)
    for ordinal, decision in _withheld(made, group, event, conduct):
        grant = GrantRef(position=event.position, ordinal=ordinal)
        for one in _anew(made, case, event, grant, decision):
            made.take(one)
    for move, reward in streaks.advanced(made.books, case, made.decisions[first:]):
        made.advance(move)
        if reward is not None:
            made.take(made.in_a_lot(replace(reward, dated=event.occurred_at)))


def _anew(made: Made, case: Case, event: Event, grant: GrantRef, decision: Decision) -> Iterator[Decision]:
    """Yield what a withheld decision becomes; before it, where a slot is taken over, the old holder's reversal."""
    rule = case.version.rule.get(decision.rule)
    if rule is None:
        graded = [made.in_a_lot(_accrued(made, case, decision))]
    else:
        assert decision.origin is not None
        if isinstance(event.fact, ContributionRecorded) and event.fact.claimed:
            rule = replace(rule, pending=Pending())  # withheld or not, somebody has to approve it
        withheld = Withheld(
            grant=grant,
            base=decision.wanted,
            worth=next(step.before for step in decision.steps if step.code == STANDING),
            steps=tuple(step for step in decision.steps if step.code not in (CONDUCT, STANDING)),
            recorded_at=event.recorded_at,
        )
        look = Look(
            case, made.event, rule, kept(made.books, decision.origin), decision.origin, (), withheld=withheld
        )
        graded = claimed(made.books, look, len(made.decisions))
    *before, last = graded
    yield from before
    yield replace(
        last,
        dated=event.occurred_at,
        restores=grant,
        claims=(*last.claims, restored_claim(grant.position, grant.ordinal)),
        trails=tuple(dict.fromkeys((corrected_trail(grant.position), *last.trails))),
    )


def _accrued(made: Made, case: Case, decision: Decision) -> Decision:
    accrual = case.version.accruals[decision.rule]
    assert decision.origin is not None
    return accruals.added(made.books, case, accrual, decision.origin)
