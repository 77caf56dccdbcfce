"""Random operations with bad habits, done by the ledger and by the model; and what both say, compared."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

from sqlalchemy import select

from ledger.core.commands import AdjustPoints, Command, RecordContribution, ReviewContribution
from ledger.core.events import decisions
from ledger.core.refusals import Refusal
from ledger.core.values import Micros, Position, identity
from ledger.service.sweeper import sweep
from ledger.service.verify import verify
from ledger.service.writer import Receipt, Writer
from ledger.service.writer.receipts import Answered
from ledger.store.directory import Community
from ledger.store.engine import Database
from ledger.store.tables import TABLES
from tests.clock import Clock
from tests.model.days import MINUTE
from tests.model.habits import Habits
from tests.model.model import Model

SECOND = MINUTE // 60
Operation = dict[str, Any]

NAMES = ("ann", "chat:ann", "bob", "chat:bob", "cyd", "mail:bob", "dan", "eve")
SOURCES = ("chat:room", "chat:room", "chat:hall", "mail:list")


class Chance:
    """Draws operations. Many repeat an earlier one, change it under its key, or do again what was undone."""

    def __init__(self, habits: Habits, seed: int) -> None:
        self._habits, self._random = habits, Random(seed)
        self._past: list[Operation] = []

    def batch(self, clock: Clock) -> list[Operation]:
        """Move the clock on and draw what comes at once."""
        clock.advance(self._random.choice(self._habits.waits) * SECOND)
        return [self._one(clock.at) for _ in range(self._random.choice((1, 1, 2, 5, 20)))]

    def is_atomic(self) -> bool:
        """Say whether a batch is all or nothing."""
        return self._random.random() < 0.3

    def _one(self, now: int) -> Operation:
        draw, number = self._random.random(), len(self._past)
        if self._past and draw < 0.12:
            operation = self._again(self._random.choice(self._past[-60:]))
        elif draw < 0.22:
            operation = self._adjustment(number)
        elif draw < 0.22 + self._habits.reviews:
            return self._review()
        else:
            operation = self._event(now, number)
        self._past.append(operation)
        return operation

    def _again(self, before: Operation) -> Operation:
        """The same; or the same under a new key, by another spelling, or with other content."""
        habit = self._random.choice(("same", "new key", "spelled", "changed"))
        if habit == "new key":
            return {**before, "key": f"again {len(self._past)}"}
        if habit == "spelled" and before.get("actor"):
            platform, name = before["source"].partition(":")[0], before["actor"]
            return {**before, "actor": name.removeprefix(f"{platform}:") if ":" in name else f"{platform}:{name}"}
        if habit == "changed":
            return {**before, "reason": "other"} if "delta" in before else {**before, "data": {"amount": 1}}
        return before

    def _adjustment(self, number: int) -> Operation:
        random = self._random
        return {
            "key": f"a{number}",
            "member": random.choice([f"chat:{name}" for name in NAMES if ":" not in name] + [f"chat:new{number}"]),
            "delta": random.choice((5, 1, 30, 0, -1, -4, -9, -40, -10_000)),
            "reason": "because",
            "unit": random.choice(self._habits.units),
        }

    def _review(self) -> Operation:
        """Of something late, which may be reviewed before or may not wait; or of nothing."""
        random = self._random
        stories = [one for one in self._past if one.get("type") == "story"][-12:]
        kept = [*stories, *self._past[-3:], {}]
        one = random.choice(kept)
        return {"of": (one.get("source"), one.get("key")), "approved": random.random() < 0.7}

    def _event(self, now: int, number: int) -> Operation:
        random, habits = self._random, self._habits
        (type_,) = random.choices(list(habits.types), list(habits.types.values()))
        data: dict[str, Any] = {
            "amount": random.choice((0, 1, 3, 4, 5, 9, 17, 40, -3, -8, 10_000, "five", 1.5, True))
        }
        for name, values in habits.data.items():
            if random.random() < 0.6:
                data[name] = random.choice(values)
        if random.random() < 0.1:
            data["wiki"] = random.random() < 0.5
        people = {role: self._name(number) for role in ("author", "helper") if random.random() < 0.7}
        points_back = random.random() < (0.5 if type_ in habits.undoing else 0.95 if "undone" in type_ else 0.02)
        return {
            "source": "ledger:bot" if random.random() < 0.01 else random.choice(SOURCES),
            "key": f"e{number}",
            "type": type_,
            "subject": None if random.random() < 0.06 else f"s{max(0, number // 25 - random.choice((0, 0, 1, 9)))}",
            "time": None if random.random() < 0.2 else max(0, now - random.choice(habits.ages) * SECOND),
            "actor": None if random.random() < 0.08 else self._name(number),
            "people": people,
            "undoes": f"e{max(0, number + random.choice((-1, -2, -3, -7, -20, 0, 1, 4)))}" if points_back else None,
            "data": data,
            "imported": random.random() < 0.2,
        }

    def _name(self, number: int) -> str:
        return f"new{number}" if self._random.random() < 0.02 else self._random.choice(NAMES)


def command_of(one: Operation, places: dict[object, Position]) -> Command:
    """Return an operation as the ledger is asked for it; `places` is where in the log what was recorded stands."""
    if "of" in one:
        return ReviewContribution(position=places[one["of"]], approved=one["approved"], by="member:1")
    if "delta" in one:
        return AdjustPoints(**{**one, "member": identity(one["member"], source="")}, by="key:test")
    return RecordContribution(
        source=one["source"],
        key=one["key"],
        type=one["type"],
        subject=one["subject"],
        occurred_at=None if one["time"] is None else Micros(one["time"]),
        actor=identity(one["actor"], source=one["source"]) if one["actor"] else None,
        people={role: identity(name, source=one["source"]) for role, name in one["people"].items()},
        undoes=one["undoes"],
        data=one["data"],
        imported=one["imported"],
    )


def told(answer: Answered) -> object:
    """Return what the ledger answered, as the model says it."""
    if isinstance(answer, Refusal):
        return answer.code
    assert isinstance(answer, Receipt)
    if answer.replayed or answer.event is None:
        return "replayed"
    return [(d.rule, d.member, d.unit, d.outcome.value, d.granted or d.pending) for d in decisions(answer.event)]


def modelled(model: Model, batch: list[Operation], now: int, *, atomic: bool) -> list[object]:
    """Do a batch in the model; a refusal ends one that is all or nothing, and undoes it."""
    saved = model.save() if atomic else {}
    answers: list[object] = []
    for one in batch:
        if "of" in one:
            answers.append(model.review(one["of"], now, approved=one["approved"]))
        else:
            answers.append(model.adjust(one, now) if "delta" in one else model.record(one, now))
        if atomic and isinstance(answers[-1], str) and answers[-1] != "replayed":
            model.restore(saved)
            return [answers[-1]] * len(answers)
    return answers


class Comparison:
    """A ledger and the model of it, side by side."""

    def __init__(
        self, database: Database, writer: Writer, community: Community, clock: Clock, habits: Habits
    ) -> None:
        self.database, self.writer, self.community, self.clock = database, writer, community, clock
        self.habits = habits
        self.model = Model(
            habits.rulebook, clock.at + 1
        )  # two facts stand at the clock's time: beginning, rulebook
        self.places: dict[object, Position] = {}

    async def run(self, *, seed: int, many: int, look_every: int) -> Model:
        """Do so many operations in both, and compare each answer, and every so often all that stands."""
        chance, done, looked = Chance(self.habits, seed), 0, 0
        while done < many:
            done += await self._batch(chance, f"seed {seed} after {done}")
            if done // look_every > looked:
                looked = done // look_every
                await self._look()
        await self._look()
        found = await verify(self.database, self.community.id)
        assert found.differences == []
        return self.model

    async def _batch(self, chance: Chance, where: str) -> int:
        batch, atomic = chance.batch(self.clock), chance.is_atomic()
        batch = [one for one in batch if "of" not in one or one["of"] in self.places]  # others stand nowhere yet
        commands = [command_of(one, self.places) for one in batch]
        answers = await self.writer.submit(self.community, commands, atomic=atomic)
        said = [told(one) for one in answers]
        expected = modelled(self.model, batch, self.clock.at, atomic=atomic)
        assert len(said) == len(expected)
        for one, ours, its in zip(batch, said, expected, strict=False):
            assert ours == its, f"the ledger, then the model, of {where}: {ours} {its} {one}"
        for one, answer in zip(batch, answers, strict=False):
            if isinstance(answer, Receipt) and not answer.replayed and "source" in one:
                self.places[one["source"], one["key"]] = Position(answer.position)
        return len(batch)

    async def _look(self) -> None:
        """Let the sweeper do what nobody touched, then compare every account, and how many members there are."""
        await sweep(self.database, self.writer, self.community, self.clock)
        self.model.settle(self.clock.at)
        table = TABLES["account"].c
        columns = table.member, table.unit, table.balance, table.earned, table.pending
        rows = await self.database.read(select(*columns).where(table.community_id == self.community.id))
        held = {(row[0], row[1]): tuple(row[2:]) for row in rows if any(row[2:])}
        assert held == self._modelled(), "accounts: the ledger, then the model"

    def _modelled(self) -> dict[tuple[int, str], tuple[int, int, int]]:
        waits: Counter[tuple[int, str]] = Counter()
        for number in self.model.waiting:
            grant = self.model.grants[number]
            waits[grant["member"], grant["unit"]] += grant["granted"]
        balance, earned = self.model.balance, self.model.earned
        held = {key: (balance[key], earned[key], waits[key]) for key in balance.keys() | waits.keys()}
        return {key: sums for key, sums in held.items() if any(sums)}


__all__ = ["Comparison"]
