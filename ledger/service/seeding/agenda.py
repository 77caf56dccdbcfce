"""The story's time: what is to happen is put on an agenda, and told in the order of its time."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import NamedTuple, TypeVar

from ledger.core.calendar import local_date, start_of_day
from ledger.core.commands import RecordContribution
from ledger.core.values import HOUR, MINUTE, SECOND, Micros
from ledger.service.seeding.cast import Deed, Happening, command

T = TypeVar("T")
ZONE = "Asia/Shanghai"
DAYS = 56
SEED = "slow bake"
HOURS = (2, 1, 1, 0, 0, 1, 3, 7, 9, 6, 5, 6, 9, 8, 5, 4, 4, 5, 7, 9, 12, 13, 9, 5)
"""How lively each local hour is."""

REVIEWED = ("story.submitted", "activity.hosted")
"""What somebody has to look at before it counts."""

LOOKED_AT = 2, "09:05"
"""When that is done: so many days later, at this time. What came later than that still waits."""


class Review(NamedTuple):
    """Somebody looks at an event that waits, and approves or declines it."""

    at: Micros
    of: RecordContribution
    declined: str = ""


class Done(NamedTuple):
    """A deed, at its time."""

    at: Micros
    deed: Deed


Told = RecordContribution | Review | Done


class Thing(NamedTuple):
    """Something that was posted: others may answer it or thank for it."""

    subject: str
    author: str


class Agenda:
    """What will happen, and what was told. Nothing happens after `ended_at`."""

    def __init__(self, ended_at: Micros) -> None:
        self.ended_at = ended_at
        self.first_day = local_date(ended_at, ZONE) - timedelta(days=DAYS)
        self.chance = Random(SEED)  # noqa: S311  # a story, not a secret
        self.told: list[Told] = []
        self._acts: list[tuple[Micros, int, Callable[[Micros], None]]] = []
        self._order = count()
        self._numbers: Counter[str] = Counter()

    @property
    def began_at(self) -> Micros:
        """When the story begins. What happened earlier is brought along as history."""
        return start_of_day(self.first_day, ZONE)

    def date(self, day: int) -> date:
        """Return a day's local date."""
        return self.first_day + timedelta(days=day)

    def moment(self, day: int, clock: str) -> Micros:
        """Return a local time such as 19:30 of a day."""
        hour, _, minute = clock.partition(":")
        return Micros(start_of_day(self.date(day), ZONE) + int(hour) * HOUR + int(minute) * MINUTE)

    def between(self, day: int, start: str, end: str) -> Micros:
        """Return a moment between two local times of a day, to the second."""
        first, last = self.moment(day, start), self.moment(day, end)
        return Micros(first + self.below((last - first) // SECOND) * SECOND)

    def sometime(self, day: int) -> Micros:
        """Return a moment of a day: rather in a lively hour."""
        hour = self.pick(range(24), HOURS)
        return self.between(day, f"{hour}:00", f"{hour + 1}:00")

    def after(self, at: Micros, minutes: float) -> Micros:
        """Return a moment that is about so many minutes later, sometimes much more."""
        return Micros(at + int(self.chance.expovariate(1 / (minutes * 60)) + 20) * SECOND)

    def below(self, limit: int) -> int:
        """Return a whole number from 0 to below a limit."""
        return int(self.chance.random() * limit)

    def happens(self, share: float) -> bool:
        """Say yes in a share of cases."""
        return self.chance.random() < share

    def pick(self, options: Sequence[T], weights: Sequence[float]) -> T:
        """Return one of several."""
        return self.chance.choices(options, weights)[0]

    def put(self, at: Micros, act: Callable[[Micros], None]) -> None:
        """Put an act on the agenda; what is asked first comes first, where times are the same."""
        if at <= self.ended_at:
            heapq.heappush(self._acts, (at, next(self._order), act))

    def number(self, kind: str) -> str:
        """Return the next name of a kind, such as `share-2`."""
        self._numbers[kind] += 1
        return f"{kind}-{self._numbers[kind]}"

    def tell(self, at: Micros, happening: Happening) -> None:
        """Tell what happens now, and put on the agenda that somebody looks at it."""
        key = happening.id or self.number(happening.event)
        told = command(happening, at, key=key, imported=at < self.began_at)
        self.told.append(told)
        if happening.event in REVIEWED:
            self._review_later(at, told, happening.declined)

    def _review_later(self, at: Micros, told: RecordContribution, declined: str) -> None:
        days, clock = LOOKED_AT
        day = (local_date(at, ZONE) - self.first_day).days + days
        self.put(self.moment(day, clock), lambda now: self.told.append(Review(now, told, declined)))

    def tell_later(self, at: Micros, happening: Happening) -> None:
        """Put on the agenda that something is told."""
        self.put(at, lambda now: self.tell(now, happening))

    def do_later(self, at: Micros, deed: Deed) -> None:
        """Put a deed on the agenda."""
        self.put(at, lambda now: self.told.append(Done(now, deed)))

    def play(self) -> list[Told]:
        """Let everything happen and return it."""
        while self._acts:
            at, _, act = heapq.heappop(self._acts)
            act(at)
        return self.told
