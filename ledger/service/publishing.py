"""Publishes a rulebook: its examples must hold; one that holds for the past posts what it would have decided."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from ledger.core.commands import Command, Correction, CorrectPoints, PublishRulebook
from ledger.core.events import RulebookPublished, decisions
from ledger.core.outcomes import CounterMode, CounterMove, Decision, GrantRef, Outcome
from ledger.core.refusals import LogMoved, Refusal
from ledger.core.replay import Effect, Effects, Recording, differences
from ledger.core.values import Micros, Position
from ledger.service.examples import check as check_examples
from ledger.service.ledger import Ledger
from ledger.service.progress import Progress, silent
from ledger.service.rulebooks import publication
from ledger.service.simulate import Scenario, tell
from ledger.service.stage import Difference
from ledger.service.writer import Receipt
from ledger.store.directory import Community
from ledger.store.reads import journal

PART = 500
"""How many corrections stand in one event."""

MOST_TRIES = 10


class ExamplesFail(Exception):
    """A rulebook's own examples come out otherwise; `differences` say which, by line."""

    def __init__(self, differences: list[Difference]) -> None:
        super().__init__("\n".join(str(difference) for difference in differences))
        self.differences = differences


class Draft(NamedTuple):
    """A rulebook to be published; `effective_from` None is from now, `number` None is whichever comes next."""

    text: str
    effective_from: Micros | None = None
    number: int | None = None
    note: str = ""
    by: str = ""

    def command(self, *, number: int | None = None, after: Position | None = None) -> PublishRulebook:
        """Return the command that publishes it."""
        number = self.number if number is None else number
        command = publication(
            self.text, number=number, effective_from=self.effective_from, note=self.note, by=self.by
        )
        return replace(command, after=after)


class Published(NamedTuple):
    """A rulebook is in force: as which version, at which position, and how many decisions were corrected."""

    version: int
    position: Position
    corrections: int


async def publish(
    ledger: Ledger, community: Community, draft: Draft, *, progress: Progress = silent
) -> Published | Refusal:
    """Put a rulebook in force: from now, from a later time, or from an earlier one, with corrections.

    Raises:
        RulebookFaulty: the text has faults.
        ExamplesFail: an example in it comes out otherwise.
    """
    if wrong := await asyncio.to_thread(check_examples, draft.text):
        raise ExamplesFail(wrong)
    if draft.effective_from is not None and draft.effective_from < ledger.clock():
        return await _publish_for_the_past(ledger, community, draft, progress)
    [answer] = await ledger.writer.submit(community, [draft.command()])
    if isinstance(answer, Refusal):
        return answer
    return Published(await _version_at(ledger, community, answer), answer.position, 0)


async def _version_at(ledger: Ledger, community: Community, receipt: Receipt) -> int:
    event = receipt.event
    if event is None:
        found = await journal.by_positions(ledger.database, community.id, [receipt.position])
        event = found[receipt.position].event
    assert isinstance(event.fact, RulebookPublished)
    return event.fact.version


async def _publish_for_the_past(
    ledger: Ledger, community: Community, draft: Draft, progress: Progress
) -> Published | Refusal:
    """Tell the past under the draft, and post the differences with it; where the log moved, tell the rest too."""
    scenario, recording = Scenario(draft.text, draft.effective_from), Recording()
    after = Position(0)
    for _ in range(MOST_TRIES):
        after = await tell(ledger.database, community.id, scenario, recording, after=after, progress=progress)
        now = Micros(max(ledger.clock(), recording.books.head.recorded_at))
        corrections = await asyncio.to_thread(_corrections, scenario, recording, now)
        version = len(recording.books.versions.published) + 1
        number = version if draft.number is None else draft.number
        parts = [corrections[first : first + PART] for first in range(0, len(corrections), PART)]
        commands: list[Command] = [draft.command(number=number, after=after)]
        commands += [
            CorrectPoints(version=version, part=part, corrections=tuple(several))
            for part, several in enumerate(parts, start=1)
        ]
        answer = (await ledger.writer.submit(community, commands, atomic=True))[0]
        if not isinstance(answer, Refusal):
            return Published(version, answer.position, len(corrections))
        if not isinstance(answer, LogMoved):
            return answer
    return LogMoved(position=after)


def _corrections(scenario: Scenario, recording: Recording, now: Micros) -> list[Correction]:
    scenario.end(now)
    settled = recording.settled(now)
    return list(_differing(settled.effects, scenario.replay.effects))


def _differing(live: Effects, told: Effects) -> Iterator[Correction]:
    for effect, delta in differences(live, told):
        before, after = _decision(live, effect), _decision(told, effect)
        yield Correction(
            member=effect.member,
            unit=effect.unit,
            rule=effect.rule,
            delta=delta,
            corrects=_place(live, effect),
            counters=tuple(_moved(before, after)),
            claims=tuple(name for name in after.claims if name not in before.claims),
            released=tuple(name for name in before.claims if name not in after.claims),
            trails=after.trails or before.trails,
        )


def _decision(effects: Effects, effect: Effect) -> Decision:
    found = effects.made.get(effect)
    return NOTHING if found is None else decisions(found[0])[found[1]]


NOTHING = Decision(rule="", outcome=Outcome.NOT_MATCHED)


def _place(live: Effects, effect: Effect) -> GrantRef | None:
    """Return the decision that is corrected; of an event for which the rule made none, ordinal -1."""
    found = live.made.get(effect)
    position = live.positions.get(effect.key)
    if position is None:
        return None
    return GrantRef(position=position, ordinal=found[1] if found is not None else -1)


def _moved(before: Decision, after: Decision) -> Iterator[CounterMove]:
    """Yield how counters must move to stand as they would."""
    sums: Counter[tuple[str, str, str, CounterMode]] = Counter()
    for sign, decision in ((-1, before), (1, after)):
        for move in decision.counters:
            if move.mode is not CounterMode.LAST:
                sums[move.scope, move.key, move.period, move.mode] += sign * move.delta
    for (scope, key, period, mode), delta in sums.items():
        if delta:
            yield CounterMove(scope=scope, key=key, period=period, delta=delta, mode=mode)
