"""What intake answers about an event: rendered from the log, so a repeat gets the first answer for ever."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledger.core.commands import RecordContribution
from ledger.core.events import ContributionRecorded, Event, decisions
from ledger.core.outcomes import Decision
from ledger.core.refusals import Refusal
from ledger.core.values import MemberId
from ledger.service.ledger import Ledger
from ledger.service.writer import Receipt
from ledger.store.directory import Community
from ledger.store.reads.journal import by_positions
from ledger.store.reads.names import identities_of
from schema.problems import Problem, problem_of

Answered = Receipt | Refusal | Problem


async def results(
    ledger: Ledger, community: Community, asked: list[RecordContribution | Problem], answers: list[Answered]
) -> list[dict[str, Any]]:
    """Return one result an event, in order: recorded, replayed, or refused with its problem."""
    whole = await _with_events(ledger, community, answers)
    names = [_names_given(command, receipt) for command, receipt in zip(asked, whole, strict=True)]
    lacking = {
        member
        for receipt, known in zip(whole, names, strict=True)
        if receipt is not None and receipt.event is not None
        for member in _members(receipt.event) - known.keys()
    }
    found = await identities_of(ledger.database, community.id, sorted(lacking)) if lacking else {}
    return [
        recorded(receipt, {**found, **known}, replayed=receipt.replayed)
        if receipt is not None
        else refused(command, answer)
        for command, answer, receipt, known in zip(asked, answers, whole, names, strict=True)
    ]


async def result_of(ledger: Ledger, community: Community, receipt: Receipt) -> dict[str, Any]:
    """Return what became of one command, told like the first time."""
    [whole] = await _with_events(ledger, community, [receipt])
    assert whole is not None
    assert whole.event is not None
    names = await identities_of(ledger.database, community.id, sorted(_members(whole.event)))
    return recorded(whole, names, replayed=False)


async def _with_events(ledger: Ledger, community: Community, answers: Sequence[Answered]) -> list[Receipt | None]:
    """Return every receipt with its event, None for a refusal: a repeat's event is read from the log."""
    lacking = [one.position for one in answers if isinstance(one, Receipt) and one.event is None]
    found = await by_positions(ledger.database, community.id, lacking) if lacking else {}

    def whole(answer: Answered) -> Receipt | None:
        if not isinstance(answer, Receipt):
            return None
        if answer.event is not None:
            return answer
        stored = found[answer.position]
        return Receipt(position=answer.position, replayed=True, event=stored.event, hash=stored.hash)

    return [whole(answer) for answer in answers]


def _names_given(command: RecordContribution | Problem, receipt: Receipt | None) -> dict[MemberId, str]:
    """Return the names that the sender gave with what was recorded now: no look-up is needed for those.

    A repeat may name other people than the first time, so it gives none.
    """
    event = receipt.event if receipt is not None and not receipt.replayed else None
    if event is None or not isinstance(event.fact, ContributionRecorded) or isinstance(command, Problem):
        return {}
    names = {member: str(command.people[role]) for role, member in event.fact.people.items()}
    if event.fact.actor is not None and command.actor is not None:
        names[event.fact.actor] = str(command.actor)
    return names


def _members(event: Event) -> set[MemberId]:
    return {decision.member for decision in decisions(event) if decision.member is not None}


def recorded(receipt: Receipt, names: dict[MemberId, str], *, replayed: bool) -> dict[str, Any]:
    """Return what became of one event."""
    event = receipt.event
    assert event is not None
    made = decisions(event)
    result: dict[str, Any] = {
        "id": event.key,
        "status": "replayed" if replayed else "recorded",
        "position": event.position,
        "hash": receipt.hash.hex(),
        "entries": [_entry(one, names) for one in made if one.wanted and one.member is not None],
        "decisions": [_decision(one, names) for one in made],
    }
    if replayed:
        result["duplicate"] = True
    return result


def _entry(decision: Decision, names: dict[MemberId, str]) -> dict[str, Any]:
    return {
        "member": names.get(decision.member) if decision.member is not None else None,
        "unit": decision.unit,
        "delta": decision.granted,
        "balance": decision.after,
        "rule": decision.rule,
        "reason": decision.kind.value,
    }


def _decision(decision: Decision, names: dict[MemberId, str]) -> dict[str, Any]:
    return {
        "rule": decision.rule,
        "member": names.get(decision.member) if decision.member is not None else None,
        "unit": decision.unit,
        "outcome": decision.outcome.value,
        "desired": decision.wanted,
        "granted": decision.granted,
        "steps": [{"code": step.code, "before": step.before, "after": step.after} for step in decision.steps],
    }


def refused(command: RecordContribution | Problem, answer: Answered) -> dict[str, Any]:
    """Return why one event was refused."""
    assert not isinstance(answer, Receipt)
    problem = problem_of(answer) if isinstance(answer, Refusal) else answer
    key = command.key if isinstance(command, RecordContribution) else None
    return {"id": key, "status": "refused", "problem": problem.document()}


def summary(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a batch's results with their counts."""
    counts = dict.fromkeys(("recorded", "replayed", "refused"), 0)
    for result in results:
        counts[result["status"]] += 1
    return {"results": results, **counts}
