"""A synthetic community: who is how busy, what they do and when. The same seed is the same year.

Its skew is that of real communities: a tenth of the members sends seven tenths of the events.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate
from random import Random
from typing import Any, NamedTuple

from ledger.core.calendar import micros
from ledger.core.commands import RecordContribution
from ledger.core.values import DAY, HOUR, MINUTE, SECOND, Micros, identity

SOURCE = "telegram:year"
FIRST_DAY = micros(datetime(2027, 1, 4, tzinfo=UTC))
"""A Monday, at midnight in UTC."""

HOURS = (5, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 8, 8, 8, 7, 7, 8, 7, 12, 10, 7, 6)
"""How busy each hour of a day is."""

KINDS = {
    "message.posted": 30,
    "topic.joined": 8,
    "share.posted": 7,
    "question.posted": 5,
    "answer.posted": 9,
    "answer.accepted": 4,
    "answer.unaccepted": 0.5,
    "reaction.added": 16,
    "reaction.removed": 1,
    "share.removed": 0.7,
    "answer.removed": 0.4,
    "story.submitted": 1.2,
    "story.featured": 0.5,
    "story.withdrawn": 0.2,
    "game.won": 3,
    "activity.hosted": 0.5,
    "newcomer.settled": 0.5,
    "payment.settled": 2,
    "payment.refunded": 0.2,
    "cheer.sent": 4,
    "cheer.removed": 0.3,
    "contribution.undone": 0.6,
}


class Act(NamedTuple):
    """Something that comes to the ledger at an instant."""

    at: Micros
    command: RecordContribution


@dataclass
class Town:
    """So many members over so many days."""

    members: int
    days: int
    seed: int = 7
    a_day: float = 0
    """Events a day; by default one for each seven members, and at least ten."""
    chance: Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)  # a story, not a secret
        self.a_day = self.a_day or max(10, self.members / 7)
        self._weights = list(accumulate(1 / (number + 1) ** 1.05 for number in range(self.members)))
        self._made: dict[str, list[tuple[str, str]]] = {}
        self._sent: list[str] = []
        self._number = 0

    def acts(self) -> Iterator[Act]:
        """Yield everything that comes, in order of time."""
        found = sorted(self._all(), key=lambda act: act.at)
        repeated = [Act(Micros(act.at + 3 * HOUR), act.command) for act in found if self.chance.random() < 0.02]
        yield from sorted([*found, *repeated], key=lambda act: act.at)

    def _all(self) -> Iterator[Act]:
        for number in range(self.members):
            day = int(self.chance.random() ** 2 * self.days * 0.8)
            at = Micros(FIRST_DAY + day * DAY + self.chance.randrange(DAY))
            yield Act(at, self._command("member.joined", at, self._name(number)))
            if self.chance.random() < 0.6:
                at = Micros(at + self.chance.randrange(2 * DAY))
                yield Act(at, self._command("member.introduced", at, self._name(number)))
        for day in range(self.days):
            for at in sorted(self._instants(day)):
                yield self._act(at)

    def _instants(self, day: int) -> Iterator[Micros]:
        busy = int(self.a_day * (1.3 if day % 7 in (1, 2, 5) else 0.9) * self.chance.uniform(0.6, 1.4))
        for hour in self.chance.choices(range(24), HOURS, k=busy):
            yield Micros(FIRST_DAY + day * DAY + hour * HOUR + self.chance.randrange(HOUR))

    def _name(self, number: int) -> str:
        return f"telegram:{number}"

    def _somebody(self) -> str:
        return self._name(self.chance.choices(range(self.members), cum_weights=self._weights)[0])

    def _act(self, at: Micros) -> Act:
        kind = self.chance.choices(list(KINDS), list(KINDS.values()))[0]
        happened = at
        if self.chance.random() < 0.03:  # it comes late
            happened = Micros(at - self.chance.choice([MINUTE, HOUR, DAY, 5 * DAY, 9 * DAY]))
        return Act(at, self._of_kind(kind, happened))

    def _of_kind(self, kind: str, at: Micros) -> RecordContribution:
        who = self._somebody()
        data: dict[str, Any] = {}
        subject = self._thing(kind.partition(".")[0])
        people: dict[str, str] = {}
        match kind:
            case "message.posted":
                subject, data = self._new("message", who), {"chars": self.chance.randrange(60), "channel": "talk"}
            case "share.posted" | "question.posted" | "story.submitted":
                subject = self._new(kind.partition(".")[0], who)
            case "answer.posted":
                subject, data = self._new("answer", who), {"question": self._thing("question")}
            case "answer.accepted" | "answer.unaccepted":
                data = {"question": self._thing("question")}
            case "reaction.added" | "reaction.removed" | "cheer.sent" | "cheer.removed":
                subject = self._thing(self.chance.choice(["share", "answer", "message", "story"]))
            case "game.won":
                data = {"round": f"round-{at // DAY}", "rank": self.chance.randrange(1, 5)}
            case "newcomer.settled":
                people = {"buddy": self._somebody()}
            case "payment.settled":
                subject, data = self._new("payment", who), {"amount": self.chance.choice([990, 4900, 9900, 19900])}
            case "contribution.undone":
                subject = None
        undoes = self.chance.choice(self._sent) if kind == "contribution.undone" and self._sent else None
        return self._command(kind, at, who, subject=subject, data=data, people=people, undoes=undoes)

    def _new(self, kind: str, author: str) -> str:
        made = self._made.setdefault(kind, [])
        made.append((f"{kind}-{len(made)}", author))
        return made[-1][0]

    def _thing(self, kind: str) -> str | None:
        """Return one of the later things of a kind: what is old is seldom talked of."""
        made = self._made.get(kind)
        return made[-1 - int(self.chance.random() ** 2 * min(len(made), 60))][0] if made else None

    def _command(self, kind: str, at: Micros, who: str, **parts: Any) -> RecordContribution:
        self._number += 1
        key = f"e{self._number}"
        self._sent.append(key)
        people = {role: identity(name, source=SOURCE) for role, name in (parts.pop("people", None) or {}).items()}
        return RecordContribution(
            source=SOURCE,
            key=key,
            type=kind,
            occurred_at=Micros(at // SECOND * SECOND),
            actor=identity(who, source=SOURCE),
            people=people,
            **parts,
        )
