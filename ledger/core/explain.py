"""Explains an event from what was recorded: lines of a code and parameters, for `words` to say.

Amounts are in whole units with the unit's decimals; members and instants are left for the reader to name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ledger.core.events import ContributionRecorded, Event
from ledger.core.explain_facts import happened
from ledger.core.explain_why import meant, unmet
from ledger.core.lines import Line, amount
from ledger.core.members.facts import MembersMerged
from ledger.core.outcomes import Decided, Decision, EntryKind, Outcome, Step, TierChange
from ledger.core.rulebook.grammar import Rulebook
from ledger.core.values import MemberId
from ledger.core.violations import PENALTY
from ledger.core.withholding import CONDUCT


def explain(event: Event, rulebook: Rulebook) -> Iterator[Line]:
    """Yield what happened and why, and why not, by the rulebook that looked at it."""
    scales = {unit.code: unit.scale for unit in rulebook.units}
    ranks = {ladder.code: [level.code for level in ladder.levels] for ladder in rulebook.ladders}
    yield from happened(event)
    fact = event.fact
    if not isinstance(fact, Decided):
        return
    yield Line(code="event.rulebook", parameters={"version": event.rulebook})
    for member in fact.joined:
        yield Line(code="event.joined", parameters={"member": member})
    if not fact.decisions and isinstance(fact, ContributionRecorded):
        yield Line(code="event.nothing")
        if known := meant(event, rulebook):
            yield Line(code="event.meant", parameters={"type": known})
    for decision in fact.decisions:
        if isinstance(fact, MembersMerged) and decision.member == fact.gone:
            continue  # both are called the same since: what one gives is what the other gets
        yield from explain_decision(decision, scales.get(decision.unit, 0), unmet(event, decision, rulebook))
    for change in fact.tiers:
        levels = {"before": change.before, "after": change.after}
        code = "tier.up" if _rises(change, ranks.get(change.ladder, ())) else "tier.down"
        yield Line(code=code, parameters={"member": change.member, "ladder": change.ladder, **levels})


def _rises(change: TierChange, levels: Sequence[str]) -> bool:
    """Say whether a change is a rise; a level that the ladder no longer has counts as below all others."""
    before, after = (levels.index(one) if one in levels else -1 for one in (change.before, change.after))
    return after > before if before != after else change.before is None


def explain_decision(decision: Decision, scale: int, why: Iterable[Line] = ()) -> Iterator[Line]:
    """Yield a decision's sentence, why it did not match, each step that took something, and when it pays again."""
    parameters: dict[str, object] = {
        "rule": decision.rule,
        "member": decision.member or MemberId(0),
        "unit": decision.unit,
        "granted": amount(abs(decision.granted) if _takes(decision) else decision.granted, scale),
        "after": amount(decision.after, scale),
        "held": amount(decision.held, scale),
        "reversed": decision.reverses.position if decision.reverses else 0,
    }
    if decision.pending > 0:
        parameters["granted"] = amount(decision.pending, scale)
    yield Line(code=sentence_code(decision), parameters=parameters)
    yield from why
    if decision.release_at is not None:
        yield Line(code="decision.release", parameters={"again": decision.release_at}, depth=1)
    for step in decision.steps:
        if step.before != step.after:
            yield _step(step, scale)
    if decision.possible_again_at is not None:
        yield Line(code="decision.again", parameters={"again": decision.possible_again_at}, depth=1)


def _takes(decision: Decision) -> bool:
    return _is_loss(decision) or decision.kind is EntryKind.PENALTY


BY_KIND = {EntryKind.EXPIRY: "expiry", EntryKind.REDEMPTION: "redemption", EntryKind.REFUND: "refund"}
"""Kinds of entries with sentences of their own."""


def _is_loss(decision: Decision) -> bool:
    return decision.kind in (EntryKind.AWARD, EntryKind.REDEMPTION) and decision.granted < 0


def sentence_code(decision: Decision) -> str:
    """Return the code of a decision's sentence."""
    code = f"decision.{decision.outcome.value}"
    if decision.kind is EntryKind.TRANSFER:
        return f"{code}.transfer"
    if decision.rule == PENALTY:
        return f"{code}.penalty" if decision.kind is EntryKind.PENALTY else "decision.GRANTED.returned"
    if decision.restores is not None and decision.outcome is Outcome.GRANTED:
        return f"{code}.restored"
    if decision.kind in BY_KIND and decision.outcome is not Outcome.HELD:
        return f"{code}.{BY_KIND[decision.kind]}"
    if decision.outcome is Outcome.NOT_EARNING and decision.steps and decision.steps[0].code == CONDUCT:
        return f"{code}.{CONDUCT}"
    if decision.outcome is Outcome.NOT_ELIGIBLE and decision.steps:
        return f"{code}.{decision.steps[0].code}"
    if decision.outcome is Outcome.PENDING and decision.release_at is None:
        return f"{code}.review"
    if decision.releases is not None:
        return f"{code}.release"
    if decision.corrects is not None:
        return f"{code}.correction"
    if decision.kind is EntryKind.REVERSAL:
        return f"{code}.reversal"
    if decision.outcome is Outcome.GRANTED and decision.kind is EntryKind.OPENING:
        return f"{code}.start"
    if decision.kind is EntryKind.ADJUSTMENT:
        return f"{code}.adjustment"
    if decision.outcome is Outcome.GRANTED and _is_loss(decision):
        return f"{code}.loss"
    return code


def _step(step: Step, scale: int) -> Line:
    name, _, group = step.code.partition(":")
    parameters: dict[str, object] = {
        "before": amount(step.before, scale),
        "after": amount(step.after, scale),
        "group": group,
    }
    return Line(code=f"step.{name}", parameters=parameters, depth=1)
