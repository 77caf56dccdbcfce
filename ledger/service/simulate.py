"""What if: a community's real past under a draft of its rulebook, in memory, without writing."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID
from weakref import WeakKeyDictionary

from ledger.core.books.shelf import ACCOUNT, MEMBER
from ledger.core.commands import PublishRulebook
from ledger.core.events import Event, RulebookPublished
from ledger.core.replay import Effects, Recording, Replay
from ledger.core.rulebook.versions import Version
from ledger.core.rules.levels import level_of
from ledger.core.values import MemberId, Micros, Position
from ledger.service.progress import Progress, silent
from ledger.service.rulebooks import publication, versions_of
from ledger.store.engine import Database
from ledger.store.reads import journal

PAGE = 2_000
FROM_THE_BEGINNING = Position(0)

MOST_AT_ONCE = 2
"""How many pasts a server tells again at once."""

_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


class MemberDifference(NamedTuple):
    """A member's balance in a unit as it is and as it would be, in minor units."""

    member: MemberId
    unit: str
    before: int
    after: int


class KindDifference(NamedTuple):
    """What events of a type brought in a unit within the window, reversals taken off, in minor units."""

    kind: str
    unit: str
    before: int
    after: int


class TierMove(NamedTuple):
    """A member's level on a ladder as it is and as it would be; an empty one is below the lowest."""

    member: MemberId
    ladder: str
    before: str
    after: str


class TierCount(NamedTuple):
    """How many members are on a level, and would be."""

    ladder: str
    level: str
    before: int
    after: int


class Simulation(NamedTuple):
    """The differences a draft makes; what is the same is left out of `members`, `kinds` and `moves`.

    `issued` is what every type of event brought within the window, `kinds` are those of them that differ.
    """

    events: int
    took_ms: int
    members: list[MemberDifference]
    issued: list[KindDifference]
    moves: list[TierMove]
    levels: list[TierCount]
    refused: int

    @property
    def kinds(self) -> list[KindDifference]:
        """What types of events would bring otherwise."""
        return [one for one in self.issued if one.before != one.after]


class Scenario:
    """Which rulebooks are in force in a telling: those before `since` as they were, the draft from then on."""

    def __init__(self, draft: str, since: Micros | None) -> None:
        self.replay = Replay()
        self._draft = draft
        self._since = since
        self._published = False

    def take(self, event: Event) -> None:
        """Tell one recorded event again."""
        fact = event.fact
        if isinstance(fact, RulebookPublished):
            if self._keeps(fact):
                self.replay.publish(publication(fact.yaml, effective_from=fact.effective_from), event.recorded_at)
            elif self._since is None and not self._published:
                self._publish(event.recorded_at)
            return
        begun = bool(self.replay.books.versions.published)
        if begun and not self._published and self._since is not None and event.recorded_at >= self._since:
            self._publish(event.recorded_at)
        self.replay.take(event)

    def end(self, at: Micros) -> None:
        """Let time pass until now."""
        if not self._published:
            self._publish(at)
        self.replay.settle(at)

    def _keeps(self, fact: RulebookPublished) -> bool:
        if self._since is None:
            return False
        return fact.effective_from is None or fact.effective_from < self._since

    def _publish(self, at: Micros) -> None:
        self._published = True
        command: PublishRulebook = publication(self._draft, effective_from=self._since)
        self.replay.publish(command, at)


async def simulate(
    database: Database,
    community: UUID,
    draft: str,
    *,
    since: Micros | None = None,
    at: Micros,
    progress: Progress = silent,
) -> Simulation:
    """Tell the whole log again with a draft in force from `since` on, or always, and compare.

    Raises:
        RulebookFaulty: the draft has faults.
    """
    async with turn():
        begun = time.monotonic()
        scenario, recording = Scenario(draft, since), Recording()
        await tell(database, community, scenario, recording, progress=progress)
        now = Micros(max(at, recording.books.head.recorded_at))
        await asyncio.to_thread(scenario.end, now)
        settled = await asyncio.to_thread(recording.settled, now)
        return compare(settled, scenario.replay, since=since, took_ms=int((time.monotonic() - begun) * 1000))


def turn() -> asyncio.Semaphore:
    """Return what to hold while a whole past is told: each is held in memory, so a server tells few at once."""
    return _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(MOST_AT_ONCE))


async def tell(
    database: Database,
    community: UUID,
    scenario: Scenario,
    recording: Recording,
    *,
    after: Position = FROM_THE_BEGINNING,
    progress: Progress = silent,
) -> Position:
    """Tell what was recorded after a position, as it was and as the scenario has it; return where the log ended.

    The telling runs on a thread of its own, so that a server goes on answering.
    """
    head = await journal.head(database, community)
    while after < head.position:
        page = await journal.page(database, community, after=after, first=PAGE)
        if not page:
            break
        events = [one.event for one in page if one.event.position <= head.position]
        await asyncio.to_thread(_take, scenario, recording, events)
        after = events[-1].position
        progress(after, head.position)
    return after


def _take(scenario: Scenario, recording: Recording, events: list[Event]) -> None:
    for event in events:
        if isinstance(event.fact, RulebookPublished):
            recording.publish(versions_of([event.fact]).latest)
        recording.take(event)
        scenario.take(event)


def compare(recording: Recording, replay: Replay, *, since: Micros | None, took_ms: int) -> Simulation:
    """Return how a telling differs from what was recorded."""
    levels = list(_levels(recording, replay))
    return Simulation(
        events=len(recording.effects.kinds),
        took_ms=took_ms,
        members=sorted(_members(recording, replay)),
        issued=_kinds(recording.effects, replay.effects, since),
        moves=[one for one in levels if one.before != one.after],
        levels=_counts(levels),
        refused=len(replay.refused),
    )


def _members(recording: Recording, replay: Replay) -> Iterator[MemberDifference]:
    for member, unit in sorted({*recording.books.keys(ACCOUNT), *replay.books.keys(ACCOUNT)}):
        before, after = (one.books.read(ACCOUNT, (member, unit)).balance for one in (recording, replay))
        if before != after:
            yield MemberDifference(MemberId(member), unit, before, after)


def _kinds(before: Effects, after: Effects, since: Micros | None) -> list[KindDifference]:
    sums = [_by_kind(effects, since) for effects in (before, after)]
    return [KindDifference(*key, sums[0][key], sums[1][key]) for key in sorted(sums[0].keys() | sums[1].keys())]


def _by_kind(effects: Effects, since: Micros | None) -> Counter[tuple[str, str]]:
    sums: Counter[tuple[str, str]] = Counter()
    for effect, points in effects.points.items():
        kind = effects.kinds.get(effect.key)
        if kind is not None and (since is None or effects.times[effect.key] >= since):
            sums[kind, effect.unit] += points
    return sums


def _levels(recording: Recording, replay: Replay) -> Iterator[TierMove]:
    versions = [books.versions.latest for books in (recording.books, replay.books)]
    members = sorted(MemberId(member) for (member,) in recording.books.keys(MEMBER))
    for ladder in dict.fromkeys(code for version in versions for code in version.ladders):
        for member in members:
            before = _level(recording, versions[0], ladder, member)
            after = _level(replay, versions[1], ladder, member)
            yield TierMove(member, ladder, before, after)


def _level(telling: Recording | Replay, version: Version, ladder: str, member: MemberId) -> str:
    return level_of(telling.books, version, ladder, member) if ladder in version.ladders else ""


def _counts(levels: list[TierMove]) -> list[TierCount]:
    before = Counter((one.ladder, one.before) for one in levels)
    after = Counter((one.ladder, one.after) for one in levels)
    return [TierCount(*key, before[key], after[key]) for key in sorted(before.keys() | after.keys())]
