"""What intake answers about an event: rendered from the log, so a repeat gets the first answer for ever."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ledger.core.commands import RecordContribution
from ledger.core.events import ContributionRecorded, Decision, Event, decisions
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
    names = _names_given(asked, whole)
    lacking = {member for one in whole if one.event for member in _members(one.event)} - names.keys()
    if lacking:
        names.update(await identities_of(ledger.database, community.id, sorted(lacking)))
    by_position = {one.position: one for one in whole}
    return [
        recorded(by_position[answer.position], names, replayed=answer.replayed)
        if isinstance(answer, Receipt)
        else refused(command, answer)
        for command, answer in zip(asked, answers, strict=True)
    ]


async def result_of(ledger: Ledger, community: Community, receipt: Receipt) -> dict[str, Any]:
    """Return what became of one command, told like the first time."""
    [whole] = await _with_events(ledger, community, [receipt])
    assert whole.event is not None
    names = await identities_of(ledger.database, community.id, sorted(_members(whole.event)))
    return recorded(whole, names, replayed=False)


async def _with_events(ledger: Ledger, community: Community, answers: Iterable[Answered]) -> list[Receipt]:
    """Return every receipt with its event: a repeat's is read from the log."""
    receipts = [answer for answer in answers if isinstance(answer, Receipt)]
    lacking = [receipt.position for receipt in receipts if receipt.event is None]
    found = await by_positions(ledger.database, community.id, lacking) if lacking else {}
    return [
        receipt
        if receipt.event is not None
        else Receipt(
            position=receipt.position,
            replayed=True,
            event=found[receipt.position].event,
            hash=found[receipt.position].hash,
        )
        for receipt in receipts
    ]


def _names_given(asked: list[RecordContribution | Problem], receipts: list[Receipt]) -> dict[MemberId, str]:
    """Return the names that the senders themselves gave: no look-up is needed for those."""
    sent = {(one.source, one.key): one for one in asked if isinstance(one, RecordContribution)}
    names: dict[MemberId, str] = {}
    for receipt in receipts:
        event = receipt.event
        if event is None or not isinstance(event.fact, ContributionRecorded):
            continue
        command = sent[event.source, event.key]
        if event.fact.actor is not None and command.actor is not None:
            names[event.fact.actor] = str(command.actor)
        for role, member in event.fact.people.items():
            names[member] = str(command.people[role])
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


def refused(command: RecordContribution | Problem, answer: Refusal | Problem) -> dict[str, Any]:
    """Return why one event was refused."""
    problem = problem_of(answer) if isinstance(answer, Refusal) else answer
    key = command.key if isinstance(command, RecordContribution) else None
    return {"id": key, "status": "refused", "problem": problem.document()}


def summary(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a batch's results with their counts."""
    counts = dict.fromkeys(("recorded", "replayed", "refused"), 0)
    for result in results:
        counts[result["status"]] += 1
    return {"results": results, **counts}
